/**
 * From a contradiction to the clause that forbids it: walks the reasons back to the one literal of the deepest
 * decision level that, with those of earlier levels, made it inevitable. It asks each reason for no more than was needed.
 */
import { because, type Engine, isTrue, type Literal, tell, topBefore, undoTo } from './bounds.ts';
import { storeClause } from './post.ts';

/** True literals that cannot all hold, while one is being worked out. */
export type Trouble = {
  readonly engine: Engine;
  /** For each side in question: what is needed of it, and the event that made it so. */
  readonly most: Map<number, number>;
  readonly event: Map<number, number>;
};

export const newTrouble = (engine: Engine): Trouble => ({
  engine,
  most: new Map(),
  event: new Map(),
});

/** The event that made a true literal true; -1 when the root did. */
function eventOf(engine: Engine, side: number, most: number): number {
  const { latest, trail } = engine;
  let at = latest[side] ?? -1;
  while (at >= 0 && (trail.before[at] ?? 0) <= most) at = trail.previous[at] ?? -1;
  return at >= 0 && (trail.level[at] ?? 0) > 0 ? at : -1;
}

/** Adds a true literal to the trouble. */
export function blame(trouble: Trouble, side: number, most: number): void {
  const known = trouble.most.get(side);
  if (known !== undefined && known <= most) return;
  const event = eventOf(trouble.engine, side, most);
  if (event < 0) return;
  trouble.most.set(side, most);
  trouble.event.set(side, event);
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

/** The deepest event in question, and how many of them lie at its level. */
function deepest(trouble: Trouble): { side: number; event: number; level: number; there: number } {
  const { trail } = trouble.engine;
  let side = -1;
  let event = -1;
  for (const [candidate, at] of trouble.event) {
    if (at <= event) continue;
    side = candidate;
    event = at;
  }
  const level = event < 0 ? 0 : (trail.level[event] ?? 0);
  let there = 0;
  for (const at of trouble.event.values()) if ((trail.level[at] ?? 0) === level) there += 1;
  return { side, event, level, there };
}

/**
 * Learns the clause that forbids the trouble, goes back to the deepest level at which it concludes something, and
 * concludes it there. False when the trouble needs no decision: then nothing is possible.
 */
export function learn(trouble: Trouble, bump: (side: number) => void): boolean {
  const { engine } = trouble;
  let last = deepest(trouble);
  while (last.there > 1) {
    const most = trouble.most.get(last.side) ?? 0;
    trouble.most.delete(last.side);
    trouble.event.delete(last.side);
    bump(last.side);
    const why = engine.trail.why[last.event] ?? 0;
    blameReason(trouble, why, { side: last.side, most, event: last.event });
    last = deepest(trouble);
  }
  if (last.level === 0) {
    engine.broken = true;
    return false;
  }
  conclude(trouble, last.side, bump);
  return true;
}

function conclude(trouble: Trouble, asserting: number, bump: (side: number) => void): void {
  const { engine } = trouble;
  const { trail } = engine;
  let back = 0;
  let second = -1;
  const literals: Literal[] = [];
  for (const [side, event] of trouble.event) {
    bump(side);
    if (side === asserting) continue;
    const level = trail.level[event] ?? 0;
    if (level > back) {
      back = level;
      second = literals.length;
    }
    literals.push({ side: side ^ 1, most: -(trouble.most.get(side) ?? 0) - 1 });
  }
  const first = { side: asserting ^ 1, most: -(trouble.most.get(asserting) ?? 0) - 1 };
  const watched = literals[second];
  const others = literals.filter((_, at) => at !== second);
  undoTo(engine, back);
  engine.why = because.decision;
  if (watched !== undefined) {
    engine.why = 4 * storeClause(engine, [first, watched, ...others]) + because.clause;
  }
  if (!isTrue(engine, first) && !tell(engine, first.side, first.most)) {
    throw new Error('a learned clause must conclude');
  }
}
