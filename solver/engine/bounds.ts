/**
 * What a search knows: bounds of integer variables, and for each bound the reason it was told. A variable x has two
 * sides, 2x (x itself) and 2x + 1 (minus x); `top` of a side is its least known upper bound, so the lower bound of x is
 * minus the top of its second side. A literal says that a side is at most a number; a truth value is a variable from 0
 * to 1. Bounds only tighten until they are undone. It decides nothing and propagates nothing.
 */

/** `side` is at most `most`. */
export type Literal = { readonly side: number; readonly most: number };

/** Why a bound holds: a decision, or the clause, edge or sum with this number. Two low bits name the kind. */
export const because = { decision: 0, clause: 1, edge: 2, sum: 3 } as const;

export type Engine = {
  readonly top: number[];
  /** The last event on each side, or -1. */
  readonly latest: number[];
  /** Every tightening in order. */
  readonly trail: {
    readonly side: number[];
    readonly before: number[];
    readonly after: number[];
    readonly previous: number[];
    readonly why: number[];
    readonly level: number[];
  };
  /** Sides whose bounds were undone and that nobody has taken note of yet. */
  readonly freed: number[];
  /** Where on the trail each decision level begins; level 0 is the root and not listed. */
  readonly opened: number[];
  /** The first event not propagated yet. */
  head: number;
  /** The reason of whatever is told next. */
  why: number;
  /** What could not be told, after `tell` said no. */
  readonly clash: { side: number; most: number; why: number };
  /** Scratch of the trouble being worked out: what is needed of each side, since which event, and the way back. */
  readonly question: {
    readonly most: number[];
    readonly event: number[];
    readonly sideAt: number[];
  };
  /** Whether the root itself is contradictory. */
  broken: boolean;
  /** Clauses, flat: literals from `first` to the `first` of the next clause; the first two are watched. */
  readonly clauses: {
    readonly first: number[];
    readonly side: number[];
    readonly most: number[];
    /** Over how many levels a learned clause was spread; 0 for posted ones. */
    readonly spread: number[];
    /** For each side, the clauses that may lose a watched literal when its top falls. */
    readonly watching: number[][];
  };
  /** Links `to - from >= least` while their guard is true; directed edges 2c and 2c + 1 of link c carry bounds. */
  readonly links: {
    readonly from: number[];
    readonly to: number[];
    readonly least: number[];
    readonly guardSide: number[];
    readonly guardMost: number[];
    readonly out: number[][];
    readonly guarding: number[][];
  };
  /** Sums of costs that a goal variable must reach: each term costs weight × max(0, base - top of side) under a guard. */
  readonly sums: {
    readonly goal: number[];
    /** A goal that may still be this great limits no term. */
    readonly loose: number[];
    /** The sum of which a variable is the goal, or -1. */
    readonly ofGoal: number[];
    readonly total: number[];
    readonly terms: number[][];
    readonly isDirty: boolean[];
    readonly dirty: number[];
    readonly termSum: number[];
    readonly termSide: number[];
    readonly termBase: number[];
    readonly termWeight: number[];
    readonly guardSide: number[];
    readonly guardMost: number[];
    readonly on: number[][];
    readonly guarding: number[][];
  };
};

/** The variable that is always 0: its first side makes the literal that is always true. */
export const always: Literal = { side: 0, most: 0 };

/** An engine that knows one variable, the constant 0. */
export function newEngine(): Engine {
  const engine: Engine = {
    top: [],
    latest: [],
    trail: { side: [], before: [], after: [], previous: [], why: [], level: [] },
    freed: [],
    opened: [],
    head: 0,
    why: 0,
    clash: { side: 0, most: 0, why: 0 },
    question: { most: [], event: [], sideAt: [] },
    broken: false,
    clauses: { first: [0], side: [], most: [], spread: [], watching: [] },
    links: {
      from: [],
      to: [],
      least: [],
      guardSide: [],
      guardMost: [],
      out: [],
      guarding: [],
    },
    sums: {
      goal: [],
      loose: [],
      ofGoal: [],
      total: [],
      terms: [],
      isDirty: [],
      dirty: [],
      termSum: [],
      termSide: [],
      termBase: [],
      termWeight: [],
      guardSide: [],
      guardMost: [],
      on: [],
      guarding: [],
    },
  };
  newVariable(engine, 0, 0);
  return engine;
}

/** Most sides have nothing in most lists: they share this one until they do. */
const none: number[] = [];

/** Adds to the list of a side. */
export function addTo(lists: number[][], side: number, item: number): void {
  const list = lists[side];
  if (list === undefined || list === none) lists[side] = [item];
  else list.push(item);
}

/** A new variable from `least` to `greatest`. */
export function newVariable(engine: Engine, least: number, greatest: number): number {
  engine.top.push(greatest, -least);
  engine.latest.push(-1, -1);
  engine.sums.ofGoal.push(-1);
  for (const lists of [
    engine.clauses.watching,
    engine.links.out,
    engine.links.guarding,
    engine.sums.on,
    engine.sums.guarding,
  ]) {
    lists.push(none, none);
  }
  return engine.top.length / 2 - 1;
}

export const atMost = (variable: number, most: number): Literal => ({ side: 2 * variable, most });
export const atLeast = (variable: number, least: number): Literal => ({
  side: 2 * variable + 1,
  most: -least,
});
export const not = ({ side, most }: Literal): Literal => ({ side: side ^ 1, most: -most - 1 });

export const greatestOf = (engine: Engine, variable: number): number =>
  engine.top[2 * variable] ?? 0;
export const leastOf = (engine: Engine, variable: number): number =>
  -(engine.top[2 * variable + 1] ?? 0);
export const isTrue = (engine: Engine, { side, most }: Literal): boolean =>
  (engine.top[side] ?? 0) <= most;
export const isFalse = (engine: Engine, { side, most }: Literal): boolean =>
  (engine.top[side ^ 1] ?? 0) + most < 0;

/** What a term costs when the top of its side is `top`. */
const costAt = (engine: Engine, term: number, top: number): number => {
  const { termBase, termWeight } = engine.sums;
  const over = (termBase[term] ?? 0) - top;
  return over > 0 ? over * (termWeight[term] ?? 0) : 0;
};

function addToSum(engine: Engine, term: number, cost: number): void {
  if (cost === 0) return;
  const { sums } = engine;
  const sum = sums.termSum[term] ?? 0;
  sums.total[sum] = (sums.total[sum] ?? 0) + cost;
  touchSum(engine, sum);
}

/** Has a sum looked at again before the next decision. */
export function touchSum(engine: Engine, sum: number): void {
  const { isDirty, dirty } = engine.sums;
  if (isDirty[sum] === true) return;
  isDirty[sum] = true;
  dirty.push(sum);
}

/** Keeps the totals right when the top of a side falls from `before`, or rises back to it (`sign` -1). */
function shiftSums(engine: Engine, event: number, sign: 1 | -1): void {
  const { trail, sums, top } = engine;
  const side = trail.side[event] ?? 0;
  const before = trail.before[event] ?? 0;
  const after = trail.after[event] ?? 0;
  for (const term of sums.on[side] ?? []) {
    if ((top[sums.guardSide[term] ?? 0] ?? 0) > (sums.guardMost[term] ?? 0)) continue;
    addToSum(engine, term, sign * (costAt(engine, term, after) - costAt(engine, term, before)));
  }
  for (const term of sums.guarding[side] ?? []) {
    const most = sums.guardMost[term] ?? 0;
    if (before <= most || after > most) continue;
    addToSum(engine, term, sign * costAt(engine, term, top[sums.termSide[term] ?? 0] ?? 0));
  }
}

/** Adds a term to a sum; its guard and cost may be true already. */
export function newTerm(
  engine: Engine,
  sum: number,
  term: { readonly side: number; readonly base: number; weight: number; guard: Literal },
): void {
  const { sums } = engine;
  const number = sums.termSum.length;
  sums.termSum.push(sum);
  sums.termSide.push(term.side);
  sums.termBase.push(term.base);
  sums.termWeight.push(term.weight);
  sums.guardSide.push(term.guard.side);
  sums.guardMost.push(term.guard.most);
  sums.terms[sum]?.push(number);
  addTo(sums.on, term.side, number);
  if (term.guard.side !== always.side) addTo(sums.guarding, term.guard.side, number);
  if (isTrue(engine, term.guard)) {
    addToSum(engine, number, costAt(engine, number, engine.top[term.side] ?? 0));
  }
  touchSum(engine, sum);
}

/** Learns that a side is at most `most`, because of `engine.why`; false when that contradicts what is known. */
export function tell(engine: Engine, side: number, most: number): boolean {
  const { top, latest, trail } = engine;
  const before = top[side] ?? 0;
  if (before <= most) return true;
  if (most + (top[side ^ 1] ?? 0) < 0) {
    engine.clash.side = side;
    engine.clash.most = most;
    engine.clash.why = engine.why;
    return false;
  }
  const event = trail.side.length;
  trail.side.push(side);
  trail.before.push(before);
  trail.after.push(most);
  trail.previous.push(latest[side] ?? -1);
  trail.why.push(engine.why);
  trail.level.push(engine.opened.length);
  latest[side] = event;
  top[side] = most;
  shiftSums(engine, event, 1);
  return true;
}

/** Forgets everything told after a decision level. */
export function undoTo(engine: Engine, level: number): void {
  const { top, latest, trail, opened, sums } = engine;
  const start = opened[level];
  if (start === undefined) return;
  for (let event = trail.side.length - 1; event >= start; event -= 1) {
    const side = trail.side[event] ?? 0;
    shiftSums(engine, event, -1);
    top[side] = trail.before[event] ?? 0;
    latest[side] = trail.previous[event] ?? -1;
    engine.freed.push(side);
  }
  for (const list of Object.values(trail)) list.length = start;
  opened.length = level;
  engine.head = start;
  for (const sum of sums.dirty) sums.isDirty[sum] = false;
  sums.dirty.length = 0;
}

/** The top of a side just before an event. */
export function topBefore(engine: Engine, side: number, event: number): number {
  const { latest, trail } = engine;
  let top = engine.top[side] ?? 0;
  for (let at = latest[side] ?? -1; at >= event; at = trail.previous[at] ?? -1) {
    top = trail.before[at] ?? 0;
  }
  return top;
}
