/**
 * The soft levels of a model: what each one counts, as terms of its goal, and the value that a schedule has on
 * each. The meaning is that of levels.ts; here it is written for the search.
 */
import type { Id } from '../../ledger/vocabulary.ts';
import { atLeast, atMost, type Literal, newTerm, not } from '../engine/bounds.ts';
import { countsMove, type Lane, lanes } from '../levels.ts';
import { addCost, type Model, type Seat } from './model.ts';
import { eachPair } from './pairs.ts';
import { postClause } from '../engine/post.ts';
import { allows, union } from '../board/ranges.ts';
import { newTruth } from '../engine/search.ts';

/** For each seat the choice taken, -1 when held, and the start. */
export type Schedule = { readonly choice: readonly number[]; readonly start: readonly number[] };

function postMoved(model: Model, seat: Seat): void {
  const { checkpoint, choices } = seat.member;
  if (!countsMove(checkpoint) || checkpoint.exceptionOnly) return;
  const { preferredStart } = checkpoint;
  if (!allows(union(choices.flatMap(({ starts }) => starts)), preferredStart)) {
    addCost(model, 3, seat.placed);
    return;
  }
  const { search } = model;
  const moved = atLeast(newTruth(search, 0), 1);
  postClause(search.engine, [moved, atMost(seat.start, preferredStart)]);
  postClause(search.engine, [moved, atLeast(seat.start, preferredStart)]);
  addCost(model, 3, moved);
}

function postOwners(model: Model, seat: Seat, woken: Map<Id, Literal>): void {
  for (const [index, { person, isPreferred, newlyWoken }] of seat.member.choices.entries()) {
    const owner = seat.owners[index];
    if (owner === undefined) continue;
    if (!isPreferred) addCost(model, 5, owner);
    if (!newlyWoken) continue;
    const known = woken.get(person) ?? atLeast(newTruth(model.search, 0), 1);
    if (!woken.has(person)) addCost(model, 6, known);
    woken.set(person, known);
    postClause(model.search.engine, [not(owner), known]);
  }
}

function postMovement(model: Model, { member, placed, start }: Seat): void {
  const { weight, preferredStart } = member.checkpoint;
  if (weight === 0) return;
  const { sum } = model.goals[7] ?? { sum: 0 };
  const { engine } = model.search;
  newTerm(engine, sum, { side: 2 * start, base: preferredStart, weight, guard: placed });
  newTerm(engine, sum, { side: 2 * start + 1, base: -preferredStart, weight, guard: placed });
}

/** Posts what each level counts, save inversions: those are posted as they appear. */
export function postCosts(model: Model): void {
  const woken = new Map<Id, Literal>();
  for (const seat of model.seats) {
    const { checkpoint } = seat.member;
    if (checkpoint.protected) addCost(model, 0, not(seat.placed));
    addCost(model, 1, not(seat.placed));
    if (checkpoint.wasPlaced) addCost(model, 2, not(seat.placed));
    else if (seat.start >= 0) addCost(model, 2, seat.placed);
    if (seat.start < 0) continue;
    postMoved(model, seat);
    postOwners(model, seat, woken);
    postMovement(model, seat);
  }
}

/** A lane as seats, in the order they had. */
export type SeatLane = { readonly of: Lane['of']; readonly seats: readonly number[] };

/** The lanes of a model that have more than one seat. */
export function lanesIn(model: Model): SeatLane[] {
  const indexOf = new Map(
    model.seats.map(({ member }, index) => [member.checkpoint.id, index] as const),
  );
  const open = model.seats.filter(({ start }) => start >= 0).map(({ member }) => member.checkpoint);
  return lanes({ ...model.problem, open })
    .filter(({ members }) => members.length > 1)
    .map(({ of, members }) => ({ of, seats: members.map(({ id }) => indexOf.get(id) ?? -1) }));
}

/** Lane pairs of which the later one starts first; a room leaves pairs of one owner to the owner's lane. */
export function invertedPairs(
  model: Model,
  seatLanes: readonly SeatLane[],
  { choice, start }: Schedule,
): [number, number][] {
  const ownerOf = (seat: number): Id | undefined =>
    model.seats[seat]?.member.checkpoint.preferredOwner;
  const pairs: [number, number][] = [];
  for (const { of, seats } of seatLanes) {
    const placed = seats.filter((seat) => (choice[seat] ?? -1) >= 0);
    eachPair(placed, (earlier, later) => {
      if ((start[earlier] ?? 0) <= (start[later] ?? 0)) return;
      if (of === 'owner' || ownerOf(earlier) !== ownerOf(later)) pairs.push([earlier, later]);
    });
  }
  return pairs;
}

/** One value per level, as `levelsOf` counts them. */
export function valuesOf(
  model: Model,
  seatLanes: readonly SeatLane[],
  schedule: Schedule,
): number[] {
  const values = [0, 0, 0, 0, 0, 0, 0, 0, -Infinity];
  const woken = new Set<Id>();
  const add = (level: number, amount: number): void => {
    values[level] = (values[level] ?? 0) + amount;
  };
  for (const [index, { member }] of model.seats.entries()) {
    const { checkpoint } = member;
    const choice = member.choices[schedule.choice[index] ?? -1];
    const moved = Math.abs((schedule.start[index] ?? 0) - checkpoint.preferredStart);
    if (checkpoint.wasPlaced !== (choice !== undefined)) add(2, 1);
    if (choice === undefined) {
      add(1, 1);
      if (checkpoint.protected) add(0, 1);
      continue;
    }
    if (countsMove(checkpoint) && moved > 0) add(3, 1);
    if (!choice.isPreferred) add(5, 1);
    if (choice.newlyWoken) woken.add(choice.person);
    add(7, checkpoint.weight * moved);
    const end = (schedule.start[index] ?? 0) + checkpoint.duration;
    values[8] = Math.max(values[8] ?? end, end);
  }
  values[4] = invertedPairs(model, seatLanes, schedule).length;
  values[6] = woken.size;
  if (values[8] === -Infinity) values[8] = 0;
  return values;
}
