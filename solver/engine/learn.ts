/**
 * From a contradiction to the clause that forbids it: walks the reasons back to the one literal of the deepest
 * decision level that, with those of earlier levels, made it inevitable. It asks each reason for no more than was needed.
 */
import { because, type Engine, isTrue, type Literal, tell, topBefore, undoTo } from './bounds.ts';
import { storeClause } from './post.ts';

/** True literals that cannot all hold, while one is being worked out; there is one at a time in each engine. */
export type Trouble = {
  readonly engine: Engine;
  /** Sides in question so far, some of them perhaps settled or listed twice. */
  readonly sides: number[];
  /** The first event of the level in question, and how many literals in question became true in it. */
  from: number;
  there: number;
};

export function newTrouble(engine: Engine): Trouble {
  const { event } = engine.question;
  while (event.length < engine.top.length) event.push(-1);
  return { engine, sides: [], from: Infinity, there: 0 };
}

/** The event that made a true literal true; -1 when the root did. */
function eventOf(engine: Engine, side: number, most: number): number {
  const { latest, trail } = engine;
  let at = latest[side] ?? -1;
  while (at >= 0 && (trail.before[at] ?? 0) <= most) at = trail.previous[at] ?? -1;
  return at >= 0 && (trail.level[at] ?? 0) > 0 ? at : -1;
}

/** Adds a true literal to the trouble. */
export function blame(trouble: Trouble, side: number, most: number): void {
  const { question } = trouble.engine;
  const known = question.event[side] ?? -1;
  if (known >= 0 && (question.most[side] ?? 0) <= most) return;
  const event = eventOf(trouble.engine, side, most);
  if (event < 0) return;
  if (known < 0) trouble.sides.push(side);
  else question.sideAt[known] = -1;
  if (event >= trouble.from && known < trouble.from) trouble.there += 1;
  question.event[side] = event;
  question.most[side] = most;
  question.sideAt[event] = side;
}

/** Takes a literal out of the trouble. */
function settle({ engine }: Trouble, side: number): void {
  const { question } = engine;
  question.sideAt[question.event[side] ?? 0] = -1;
  question.event[side] = -1;
}

function blameClause(trouble: Trouble, clause: number, side: number): void {
  const { clauses } = trouble.engine;
  const end = clauses.first[clause + 1] ?? 0;
  for (let at = clauses.first[clause] ?? 0; at < end; at += 1) {
    const other = clauses.side[at] ?? 0;
    if (other !== side) blame(trouble, other ^ 1, -(clauses.most[at] ?? 0) - 1);
  }
}

type Told = { readonly side: number; readonly most: number; readonly event: number };

function blameEdge(trouble: Trouble, edge: number, told: Told): void {
  const { engine } = trouble;
  const { links } = engine;
  const link = edge >> 1;
  const later = 2 * (links.from[link] ?? 0) + 1;
  const earlier = 2 * (links.to[link] ?? 0);
  const [source, target] = (edge & 1) === 0 ? [later, earlier ^ 1] : [earlier, later ^ 1];
  const least = links.least[link] ?? 0;
  if (told.side === target) {
    blame(trouble, source, told.most + least);
    blame(trouble, links.guardSide[link] ?? 0, links.guardMost[link] ?? 0);
    return;
  }
  const known = topBefore(engine, source, told.event);
  blame(trouble, source, known);
  blame(trouble, target ^ 1, least - known - 1);
}

/** Blames terms of a sum, dearest first come, until they cost at least `needed` without one term. */
function blameTerms(
  trouble: Trouble,
  sum: number,
  { needed, without, event }: { needed: number; without: number; event: number },
): void {
  const { engine } = trouble;
  const { sums } = engine;
  let left = needed;
  for (const term of sums.terms[sum] ?? []) {
    if (left <= 0) return;
    if (term === without) continue;
    const guard = sums.guardSide[term] ?? 0;
    const guardMost = sums.guardMost[term] ?? 0;
    if (topBefore(engine, guard, event) > guardMost) continue;
    const side = sums.termSide[term] ?? 0;
    const base = sums.termBase[term] ?? 0;
    const weight = sums.termWeight[term] ?? 0;
    const over = Math.min(base - topBefore(engine, side, event), Math.ceil(left / weight));
    if (over <= 0) continue;
    blame(trouble, side, base - over);
    blame(trouble, guard, guardMost);
    left -= over * weight;
  }
  if (left > 0) throw new Error('a sum cannot be explained');
}

function blameSum(trouble: Trouble, sum: number, told: Told): void {
  const { engine } = trouble;
  const { sums } = engine;
  const goal = 2 * (sums.goal[sum] ?? 0);
  const { event } = told;
  if (told.side === goal + 1) {
    blameTerms(trouble, sum, { needed: -told.most, without: -1, event });
    return;
  }
  const greatest = topBefore(engine, goal, event);
  blame(trouble, goal, greatest);
  for (const term of sums.terms[sum] ?? []) {
    const side = sums.termSide[term] ?? 0;
    const guard = sums.guardSide[term] ?? 0;
    const base = sums.termBase[term] ?? 0;
    const weight = sums.termWeight[term] ?? 0;
    if (
      (side ^ 1) === told.side &&
      topBefore(engine, guard, event) <= (sums.guardMost[term] ?? 0)
    ) {
      const cost = weight * (base + told.most + 1);
      blame(trouble, guard, sums.guardMost[term] ?? 0);
      blameTerms(trouble, sum, { needed: greatest + 1 - cost, without: term, event });
      return;
    }
    if ((guard ^ 1) === told.side) {
      const known = topBefore(engine, side, event);
      const cost = weight * (base - known);
      if (cost + totalBefore(engine, sum, { event, without: term }) <= greatest) continue;
      blame(trouble, side, known);
      blameTerms(trouble, sum, { needed: greatest + 1 - cost, without: term, event });
      return;
    }
  }
  throw new Error('a sum did not tell this');
}

function totalBefore(
  engine: Engine,
  sum: number,
  { event, without }: { event: number; without: number },
): number {
  const { sums } = engine;
  let total = 0;
  for (const term of sums.terms[sum] ?? []) {
    if (term === without) continue;
    if (topBefore(engine, sums.guardSide[term] ?? 0, event) > (sums.guardMost[term] ?? 0)) continue;
    const over = (sums.termBase[term] ?? 0) - topBefore(engine, sums.termSide[term] ?? 0, event);
    total += Math.max(0, over) * (sums.termWeight[term] ?? 0);
  }
  return total;
}

function blameReason(trouble: Trouble, why: number, told: Told): void {
  const kind = why & 3;
  const number = why >> 2;
  if (kind === because.clause) blameClause(trouble, number, told.side);
  else if (kind === because.edge) blameEdge(trouble, number, told);
  else if (kind === because.sum) blameSum(trouble, number, told);
  else throw new Error('a decision has no reason');
}

/** The trouble behind `engine.clash`, after `propagate` or `tell` said no. */
export function clashTrouble(engine: Engine): Trouble {
  const trouble = newTrouble(engine);
  const { side, most, why } = engine.clash;
  blame(trouble, side ^ 1, -most - 1);
  blameReason(trouble, why, { side, most, event: engine.trail.side.length });
  return trouble;
}

/** Looks at the deepest level in question: the last event there, or -1 when only the root is to blame. */
function lookDeepest(trouble: Trouble): number {
  const { engine, sides } = trouble;
  const { question, trail, opened } = engine;
  let last = -1;
  for (const side of sides) last = Math.max(last, question.event[side] ?? -1);
  if (last < 0) return last;
  trouble.from = opened[(trail.level[last] ?? 1) - 1] ?? 0;
  trouble.there = 0;
  for (const side of sides) {
    if ((question.event[side] ?? -1) >= trouble.from) trouble.there += 1;
  }
  return last;
}

/**
 * Learns the clause that forbids the trouble, goes back to the deepest level at which it concludes something, and
 * concludes it there. False when the trouble needs no decision: then nothing is possible.
 */
export function learn(trouble: Trouble, bump: (side: number) => void): boolean {
  const { engine } = trouble;
  const { question, trail } = engine;
  let event = lookDeepest(trouble);
  if (event < 0) {
    engine.broken = true;
    return false;
  }
  for (;;) {
    while ((question.sideAt[event] ?? -1) < 0) event -= 1;
    const side = question.sideAt[event] ?? 0;
    if (trouble.there === 1) {
      conclude(trouble, side, bump);
      return true;
    }
    const most = question.most[side] ?? 0;
    settle(trouble, side);
    trouble.there -= 1;
    bump(side);
    blameReason(trouble, trail.why[event] ?? 0, { side, most, event });
  }
}

/** The learned clause: the conclusion first, then the literal of the deepest level before it. */
function clauseOf(trouble: Trouble, asserting: number, bump: (side: number) => void) {
  const { question, trail } = trouble.engine;
  let back = 0;
  let backAt = -1;
  let first = -1;
  const levels = new Set<number>();
  const literals: Literal[] = [];
  for (const side of trouble.sides) {
    const event = question.event[side] ?? -1;
    if (event < 0) continue;
    bump(side);
    const level = trail.level[event] ?? 0;
    levels.add(level);
    if (side === asserting) first = literals.length;
    else if (level > back) {
      back = level;
      backAt = literals.length;
    }
    literals.push({ side: side ^ 1, most: -(question.most[side] ?? 0) - 1 });
    settle(trouble, side);
  }
  swapLiterals(literals, 0, first);
  if (backAt >= 0) swapLiterals(literals, 1, backAt === 0 ? first : backAt);
  return { literals, back, spread: levels.size };
}

function swapLiterals(literals: Literal[], one: number, other: number): void {
  const first = literals[one];
  const second = literals[other];
  if (first === undefined || second === undefined) return;
  literals[one] = second;
  literals[other] = first;
}

function conclude(trouble: Trouble, asserting: number, bump: (side: number) => void): void {
  const { engine } = trouble;
  const { literals, back, spread } = clauseOf(trouble, asserting, bump);
  const [first] = literals;
  if (first === undefined) throw new Error('a trouble without a literal');
  undoTo(engine, back);
  engine.why = because.decision;
  if (literals.length > 1) {
    engine.why = 4 * storeClause(engine, literals, spread) + because.clause;
  }
  if (!isTrue(engine, first) && !tell(engine, first.side, first.most)) {
    throw new Error('a learned clause must conclude');
  }
}
