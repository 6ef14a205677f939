/**
 * Rules are posted at the root of a search: clauses, conditional links between variables, and sums that a goal
 * must reach. Posting is refused anywhere below the root, so that no watch ever rests on a literal already false.
 */
import {
  addTo,
  always,
  because,
  type Engine,
  isFalse,
  isTrue,
  type Literal,
  newVariable,
  tell,
  touchSum,
} from './bounds.ts';

function atRoot(engine: Engine): void {
  if (engine.opened.length > 0) throw new Error('rules are posted at the root only');
}

/** A literal that holds in every solution. */
export function postFact(engine: Engine, literal: Literal): void {
  atRoot(engine);
  engine.why = because.decision;
  if (!tell(engine, literal.side, literal.most)) engine.broken = true;
}

/** Stores a clause; its first two literals are watched. A learned one says over how many levels it was spread. */
export function storeClause(engine: Engine, literals: readonly Literal[], spread = 0): number {
  const { clauses } = engine;
  const clause = clauses.first.length - 1;
  for (const { side, most } of literals) {
    clauses.side.push(side);
    clauses.most.push(most);
  }
  clauses.first.push(clauses.side.length);
  clauses.spread.push(spread);
  for (const { side } of literals.slice(0, 2)) addTo(clauses.watching, side ^ 1, clause);
  return clause;
}

/** At least one of the literals holds in every solution. */
export function postClause(engine: Engine, literals: readonly Literal[], spread = 0): void {
  atRoot(engine);
  const left: Literal[] = [];
  for (const literal of literals) {
    if (isTrue(engine, literal)) return;
    if (!isFalse(engine, literal)) join(left, literal);
  }
  const [only] = left;
  if (only === undefined) engine.broken = true;
  else if (left.length === 1) postFact(engine, only);
  else if (!left.some((literal) => isCovered(left, literal))) storeClause(engine, left, spread);
}

/** Of two literals of one side the weaker one says it all. */
function join(list: Literal[], literal: Literal): void {
  const at = list.findIndex(({ side }) => side === literal.side);
  if (at < 0) list.push(literal);
  else if ((list[at]?.most ?? 0) < literal.most) list[at] = literal;
}

/** Whether one of the two always holds: a literal and one of its other side that meet. */
const isCovered = (list: readonly Literal[], { side, most }: Literal): boolean =>
  list.some((other) => other.side === (side ^ 1) && most + other.most >= -1);

export type Link = {
  readonly from: number;
  readonly to: number;
  readonly least: number;
  readonly guard: Literal;
};

/** `to - from >= least` in every solution in which the guard is true. */
export function postLink(engine: Engine, { from, to, least, guard }: Link): void {
  atRoot(engine);
  if (isFalse(engine, guard)) return;
  const { links } = engine;
  const link = links.from.length;
  links.from.push(from);
  links.to.push(to);
  links.least.push(least);
  links.guardSide.push(guard.side);
  links.guardMost.push(guard.most);
  addTo(links.out, 2 * from + 1, 2 * link);
  addTo(links.out, 2 * to, 2 * link + 1);
  if (guard.side !== always.side) addTo(links.guarding, guard.side, link);
  engine.why = because.decision;
  const later = (engine.top[2 * from + 1] ?? 0) - least;
  const earlier = (engine.top[2 * to] ?? 0) - least;
  if (later + (engine.top[2 * to] ?? 0) < 0) return refuse(engine, guard);
  if (!isTrue(engine, guard)) return;
  if (!tell(engine, 2 * to + 1, later) || !tell(engine, 2 * from, earlier)) engine.broken = true;
}

function refuse(engine: Engine, guard: Literal): void {
  if (!tell(engine, guard.side ^ 1, -guard.most - 1)) engine.broken = true;
}

/** A sum of no terms yet, and the goal variable that is at least its total. */
export function postSum(engine: Engine, greatest: number): { sum: number; goal: number } {
  atRoot(engine);
  const { sums } = engine;
  const goal = newVariable(engine, 0, greatest);
  const sum = sums.goal.length;
  sums.goal.push(goal);
  sums.loose.push(greatest);
  sums.ofGoal[goal] = sum;
  sums.total.push(0);
  sums.terms.push([]);
  sums.isDirty.push(false);
  touchSum(engine, sum);
  return { sum, goal };
}

/** Drops learned clauses that are spread over more than `spread` levels, and whatever the root has settled. */
export function tidyClauses(engine: Engine, spread: number): void {
  atRoot(engine);
  const { clauses } = engine;
  const kept: { literals: Literal[]; spread: number }[] = [];
  for (let clause = 0; clause < clauses.spread.length; clause += 1) {
    const own = clauses.spread[clause] ?? 0;
    if (own > spread) continue;
    const literals: Literal[] = [];
    for (let at = clauses.first[clause] ?? 0; at < (clauses.first[clause + 1] ?? 0); at += 1) {
      literals.push({ side: clauses.side[at] ?? 0, most: clauses.most[at] ?? 0 });
    }
    kept.push({ literals, spread: own });
  }
  clauses.first.length = 1;
  for (const list of [clauses.side, clauses.most, clauses.spread]) list.length = 0;
  for (const list of clauses.watching) list.length = 0;
  for (const clause of kept) postClause(engine, clause.literals, clause.spread);
}
