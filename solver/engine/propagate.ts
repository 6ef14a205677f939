/**
 * Draws every conclusion that clauses, links and sums allow from the bounds known, until nothing new follows or two
 * bounds contradict. It never guesses.
 */
import { addTo, because, type Engine, tell, touchSum } from './bounds.ts';

/** A fallen top may make watched literals false: look for others to watch, or conclude. */
function propagateClauses(engine: Engine, side: number): boolean {
  const { clauses, top } = engine;
  const list = clauses.watching[side] ?? [];
  let kept = 0;
  for (let at = 0; at < list.length; at += 1) {
    const clause = list[at] ?? 0;
    const first = clauses.first[clause] ?? 0;
    if (clauses.side[first] === (side ^ 1)) swap(engine, first, first + 1);
    const isOpen = (top[side] ?? 0) + (clauses.most[first + 1] ?? 0) >= 0;
    const other = clauses.side[first] ?? 0;
    const otherMost = clauses.most[first] ?? 0;
    if (isOpen || (top[other] ?? 0) <= otherMost || !rewatch(engine, clause)) {
      list[kept] = clause;
      kept += 1;
      if (isOpen || (top[other] ?? 0) <= otherMost) continue;
      engine.why = 4 * clause + because.clause;
      if (tell(engine, other, otherMost)) continue;
      for (let rest = at + 1; rest < list.length; rest += 1) {
        list[kept] = list[rest] ?? 0;
        kept += 1;
      }
      list.length = kept;
      return false;
    }
  }
  list.length = kept;
  return true;
}

function swap(engine: Engine, one: number, other: number): void {
  const { side, most } = engine.clauses;
  const heldSide = side[one] ?? 0;
  const heldMost = most[one] ?? 0;
  side[one] = side[other] ?? 0;
  most[one] = most[other] ?? 0;
  side[other] = heldSide;
  most[other] = heldMost;
}

/** Moves the second watch of a clause to a literal that is not false; false when there is none. */
function rewatch(engine: Engine, clause: number): boolean {
  const { clauses, top } = engine;
  const first = clauses.first[clause] ?? 0;
  const end = clauses.first[clause + 1] ?? 0;
  for (let at = first + 2; at < end; at += 1) {
    const side = clauses.side[at] ?? 0;
    if ((top[side ^ 1] ?? 0) + (clauses.most[at] ?? 0) < 0) continue;
    swap(engine, first + 1, at);
    addTo(clauses.watching, side ^ 1, clause);
    return true;
  }
  return false;
}

/** Carries a bound over one directed edge; an open guard that would contradict becomes false. */
function carry(engine: Engine, edge: number, source: number): boolean {
  const { links, top } = engine;
  const link = edge >> 1;
  const target = (edge & 1) === 0 ? 2 * (links.to[link] ?? 0) + 1 : 2 * (links.from[link] ?? 0);
  const bound = (top[source] ?? 0) - (links.least[link] ?? 0);
  if (bound >= (top[target] ?? 0)) return true;
  const guard = links.guardSide[link] ?? 0;
  const guardMost = links.guardMost[link] ?? 0;
  if ((top[guard] ?? 0) <= guardMost) {
    engine.why = 4 * edge + because.edge;
    return tell(engine, target, bound);
  }
  if (bound + (top[target ^ 1] ?? 0) >= 0 || (top[guard ^ 1] ?? 0) + guardMost < 0) return true;
  engine.why = 4 * edge + because.edge;
  return tell(engine, guard ^ 1, -guardMost - 1);
}

function propagateLinks(engine: Engine, event: number): boolean {
  const { links, trail, top } = engine;
  const side = trail.side[event] ?? 0;
  const out = links.out[side] ?? [];
  for (let at = 0; at < out.length; at += 1) {
    if (!carry(engine, out[at] ?? 0, side)) return false;
  }
  const guarding = links.guarding[side] ?? [];
  for (let at = 0; at < guarding.length; at += 1) {
    const link = guarding[at] ?? 0;
    if ((top[side] ?? 0) > (links.guardMost[link] ?? 0)) continue;
    if (!carry(engine, 2 * link, 2 * (links.from[link] ?? 0) + 1)) return false;
    if (!carry(engine, 2 * link + 1, 2 * (links.to[link] ?? 0))) return false;
  }
  return true;
}

/** A term may cost no more than what its sum has left: bounds its side, or makes its guard false. */
function limitTerm(engine: Engine, term: number, left: number): boolean {
  const { sums, top } = engine;
  const side = sums.termSide[term] ?? 0;
  const base = sums.termBase[term] ?? 0;
  const weight = sums.termWeight[term] ?? 0;
  const guard = sums.guardSide[term] ?? 0;
  const guardMost = sums.guardMost[term] ?? 0;
  const known = Math.min(base, top[side] ?? 0);
  if ((top[guard] ?? 0) <= guardMost) {
    const floor = known - Math.floor(left / weight);
    return -(top[side ^ 1] ?? 0) >= floor || tell(engine, side ^ 1, -floor);
  }
  const cost = (base - known) * weight;
  return cost <= left || tell(engine, guard ^ 1, -guardMost - 1);
}

function propagateSum(engine: Engine, sum: number): boolean {
  const { sums, top } = engine;
  const goal = sums.goal[sum] ?? 0;
  engine.why = 4 * sum + because.sum;
  if (!tell(engine, 2 * goal + 1, -(sums.total[sum] ?? 0))) return false;
  const greatest = top[2 * goal] ?? 0;
  if (greatest >= (sums.loose[sum] ?? 0)) return true;
  const terms = sums.terms[sum] ?? [];
  for (let at = 0; at < terms.length; at += 1) {
    const left = greatest - (sums.total[sum] ?? 0);
    engine.why = 4 * sum + because.sum;
    if (!limitTerm(engine, terms[at] ?? 0, left)) return false;
  }
  return true;
}

/** Draws every conclusion; false when two bounds contradict (see `engine.clash`). */
export function propagate(engine: Engine): boolean {
  const { trail, sums } = engine;
  for (;;) {
    while (engine.head < trail.side.length) {
      const event = engine.head;
      engine.head += 1;
      const side = trail.side[event] ?? 0;
      if (!propagateLinks(engine, event)) return false;
      if (!propagateClauses(engine, side)) return false;
      const goalOf = (side & 1) === 0 ? (sums.ofGoal[side >> 1] ?? -1) : -1;
      if (goalOf >= 0) touchSum(engine, goalOf);
    }
    const sum = sums.dirty.pop();
    if (sum === undefined) return true;
    sums.isDirty[sum] = false;
    if (!propagateSum(engine, sum)) return false;
  }
}
