/**
 * Level by level: each soft level is brought down from the best schedule known until the next lower value is
 * refuted, then kept as a fact for the levels after it. At the end the least of all optima, start by start.
 */
import {
  always,
  atMost,
  isFalse,
  leastOf,
  type Literal,
  newVariable,
  not,
} from '../engine/bounds.ts';
import { lanesIn, postCosts, type Schedule, valuesOf } from './costs.ts';
import { newPosted, type Posted, postBreaches } from './demand.ts';
import type { Member } from './domains.ts';
import { breachesOf, draft } from './leaf.ts';
import { type Hint, type Model, modelOf, type Seat } from './model.ts';
import { leastSchedule } from './movement.ts';
import { postFact, postLink } from '../engine/post.ts';
import type { Problem } from '../problem.ts';
import { type LeafAnswer, rememberBest, solve } from '../engine/search.ts';

/** A search through the levels of one part, with the best schedule so far. */
export type Climb = {
  readonly model: Model;
  readonly posted: Posted;
  best: Schedule;
  values: readonly number[];
  /** Levels proven least so far. */
  proven: number;
  /** The variable no execution ends after, once the finish matters. */
  finish: number;
};

/** Starts from a schedule that is safe among these members. */
export function startClimb(
  problem: Problem,
  members: readonly Member[],
  at: { readonly hint: Hint; readonly limit: number; readonly best: Schedule },
): Climb {
  const model = modelOf(problem, members, at);
  postCosts(model);
  const posted = newPosted(lanesIn(model));
  const values = valuesOf(model, posted.lanes, at.best);
  return { model, posted, best: at.best, values, proven: 0, finish: -1 };
}

/** Accepts the schedule of a leaf, or has the rules posted that it breaks. */
function judge(climb: Climb, schedule: Schedule): LeafAnswer {
  const { model, posted } = climb;
  const breaches = breachesOf(model, posted, schedule);
  if (breaches.length > 0) {
    return { kind: 'post', post: () => postBreaches(model, posted, breaches) };
  }
  climb.best = schedule;
  climb.values = valuesOf(model, posted.lanes, schedule);
  rememberBest(model.search);
  return { kind: 'done' };
}

function nearLeaf(climb: Climb): LeafAnswer {
  return judge(climb, draft(climb.model));
}

function leastLeaf(climb: Climb): LeafAnswer {
  const found = leastSchedule(climb.model);
  switch (found.kind) {
    case 'trouble':
      return found;
    case 'hole':
      return { kind: 'guess', literal: found.literal };
    case 'schedule':
      return judge(climb, found.schedule);
  }
}

/** Looks for a better schedule under a literal; what cannot be becomes a fact. False when the work is spent. */
function improve(climb: Climb, wish: Literal, leaf: (climb: Climb) => LeafAnswer): boolean {
  const { search } = climb.model;
  const answer = solve(search, [wish], () => leaf(climb));
  if (answer === 'none') postFact(search.engine, not(wish));
  if (search.engine.broken) throw new Error('the best schedule known was refuted');
  return answer !== 'spent';
}

/** Brings one level to its least value, not below `enough`. */
function lower(
  climb: Climb,
  at: { level: number; goal: number; enough: number },
  leaf: (climb: Climb) => LeafAnswer,
): boolean {
  const { engine } = climb.model.search;
  const { level, goal, enough } = at;
  const value = (): number => climb.values[level] ?? 0;
  while (value() > Math.max(enough, leastOf(engine, goal))) {
    if (!improve(climb, atMost(goal, Math.max(enough, value() - 1)), leaf)) return false;
  }
  return true;
}

/** Proves the levels before the finish in the order given; false when the work is spent before. */
export function climbLevels(climb: Climb, order: readonly number[]): boolean {
  const { goals, search } = climb.model;
  for (const [at, level] of order.entries()) {
    const goal = goals[level]?.goal;
    if (goal === undefined) break;
    const leaf = level < 7 ? nearLeaf : leastLeaf;
    if (!lower(climb, { level, goal, enough: 0 }, leaf)) return false;
    postFact(search.engine, atMost(goal, climb.values[level] ?? 0));
    climb.proven = at + 1;
  }
  return true;
}

/**
 * What a level of this part cannot be less than, given its least values on the levels before. `level` is at most the
 * first not proven.
 */
export function boundOf({ model, proven, values, finish }: Climb, level: number): number {
  if (level < proven && level < 8) return values[level] ?? 0;
  const { engine } = model.search;
  if (level === 8) return finish < 0 ? -model.horizon : leastOf(engine, finish);
  const goal = model.goals[level];
  return goal === undefined ? 0 : leastOf(engine, goal.goal);
}

/** The finish as a variable; posted when it first matters. */
function finishOf(climb: Climb): number {
  if (climb.finish >= 0) return climb.finish;
  const { search, seats, horizon } = climb.model;
  climb.finish = newVariable(search.engine, -horizon, 4 * horizon);
  for (const { member, start, placed } of seats) {
    if (start < 0) continue;
    const least = member.checkpoint.duration;
    postLink(search.engine, { from: start, to: climb.finish, least, guard: placed });
  }
  return climb.finish;
}

/** Brings the finish of this part down to `enough`, or as near as can be; false when the work is spent. */
export function climbFinish(climb: Climb, enough: number): boolean {
  const goal = finishOf(climb);
  if (!lower(climb, { level: 8, goal, enough }, leastLeaf)) return false;
  climb.proven = 9;
  return true;
}

/** One question of the canonical order: whether something smaller than the best is possible. */
function settlePlaced(climb: Climb, index: number, seat: Seat): boolean {
  const { search } = climb.model;
  if ((climb.best.choice[index] ?? -1) < 0 && !isFalse(search.engine, seat.placed)) {
    if (!improve(climb, seat.placed, leastLeaf)) return false;
  }
  const isPlaced = (climb.best.choice[index] ?? -1) >= 0;
  postFact(search.engine, isPlaced ? seat.placed : not(seat.placed));
  return true;
}

function settleStart(climb: Climb, index: number, seat: Seat): boolean {
  const { engine } = climb.model.search;
  const start = (): number => climb.best.start[index] ?? 0;
  while (leastOf(engine, seat.start) < start()) {
    if (!improve(climb, atMost(seat.start, start() - 1), leastLeaf)) return false;
  }
  postFact(engine, atMost(seat.start, start()));
  return true;
}

function settleOwner(climb: Climb, index: number, seat: Seat): boolean {
  const { engine } = climb.model.search;
  for (const [choice, literal] of seat.owners.entries()) {
    if ((climb.best.choice[index] ?? -1) <= choice) break;
    if (!isFalse(engine, literal) && !improve(climb, literal, leastLeaf)) return false;
  }
  postFact(engine, seat.owners[climb.best.choice[index] ?? -1] ?? always);
  return true;
}

/**
 * Settles on the least optimum: members in the order given, placed before held, then the least starts, then the
 * owners first in their list. False when the work is spent before.
 */
export function settleLeast(climb: Climb, finish: number): boolean {
  const { seats, search } = climb.model;
  postFact(search.engine, atMost(finishOf(climb), finish));
  const open = [...seats.entries()].filter(([, { start }]) => start >= 0);
  if (!open.every(([index, seat]) => settlePlaced(climb, index, seat))) return false;
  const placed = open.filter(([index]) => (climb.best.choice[index] ?? -1) >= 0);
  if (!placed.every(([index, seat]) => settleStart(climb, index, seat))) return false;
  return placed.every(([index, seat]) => settleOwner(climb, index, seat));
}
