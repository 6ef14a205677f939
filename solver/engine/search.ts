/**
 * The search: guess a truth value, draw every conclusion, learn from each contradiction, until all truth values are
 * settled and the leaf is content, or nothing is possible. Work is counted in conflicts; the order of guesses is fixed
 * by what was posted first and by past contradictions, so that the same rules give the same search.
 */
import {
  because,
  type Engine,
  isFalse,
  isTrue,
  type Literal,
  newEngine,
  newVariable,
  tell,
  undoTo,
} from './bounds.ts';
import { clashTrouble, learn, type Trouble } from './learn.ts';
import { tidyClauses } from './post.ts';
import { propagate } from './propagate.ts';

export type Search = {
  readonly engine: Engine;
  /** Truth values to settle, as a heap: the most troublesome first, then the one posted first. */
  readonly heap: number[];
  /** For each variable its place in the heap; -1 when it is not there, -2 when it is never guessed. */
  readonly place: number[];
  readonly trouble: number[];
  /** The value to guess first: the last one it had, at first the one of the best known solution. */
  readonly phase: number[];
  readonly best: number[];
  step: number;
  conflicts: number;
  limit: number;
};

export const newSearch = (limit: number): Search => ({
  engine: newEngine(),
  heap: [],
  place: [],
  trouble: [],
  phase: [],
  best: [],
  step: 1,
  conflicts: 0,
  limit,
});

/** Whether `one` is guessed before `other`. */
const goesFirst = ({ trouble }: Search, one: number, other: number): boolean => {
  const difference = (trouble[one] ?? 0) - (trouble[other] ?? 0);
  return difference > 0 || (difference === 0 && one < other);
};

function settle(search: Search, at: number, variable: number): void {
  search.heap[at] = variable;
  search.place[variable] = at;
}

function rise(search: Search, from: number): void {
  const { heap } = search;
  const variable = heap[from] ?? 0;
  let at = from;
  while (at > 0) {
    const parent = (at - 1) >> 1;
    const above = heap[parent] ?? 0;
    if (!goesFirst(search, variable, above)) break;
    settle(search, at, above);
    at = parent;
  }
  settle(search, at, variable);
}

function sink(search: Search, from: number): void {
  const { heap } = search;
  const variable = heap[from] ?? 0;
  let at = from;
  for (;;) {
    const left = 2 * at + 1;
    if (left >= heap.length) break;
    const isRight =
      left + 1 < heap.length && goesFirst(search, heap[left + 1] ?? 0, heap[left] ?? 0);
    const child = isRight ? left + 1 : left;
    if (!goesFirst(search, heap[child] ?? 0, variable)) break;
    settle(search, at, heap[child] ?? 0);
    at = child;
  }
  settle(search, at, variable);
}

function enter(search: Search, variable: number): void {
  if (search.place[variable] !== -1) return;
  search.heap.push(variable);
  rise(search, search.heap.length - 1);
}

function takeFirst(search: Search): number | undefined {
  const { heap, place } = search;
  const first = heap[0];
  const last = heap.pop();
  if (first === undefined || last === undefined) return undefined;
  place[first] = -1;
  if (heap.length > 0) {
    settle(search, 0, last);
    sink(search, 0);
  }
  return first;
}

/** A new truth value that the search settles, guessing `value` first. */
export function newTruth(search: Search, value: 0 | 1): number {
  const variable = newVariable(search.engine, 0, 1);
  while (search.place.length < variable) {
    search.place.push(-2);
    for (const list of [search.trouble, search.phase, search.best]) list.push(0);
  }
  search.place[variable] = -1;
  search.trouble[variable] = 0;
  search.phase[variable] = value;
  search.best[variable] = value;
  enter(search, variable);
  return variable;
}

/** Takes note of what was undone: it is to be settled again. */
function collectFreed(search: Search): void {
  const { freed } = search.engine;
  for (const side of freed) {
    const variable = side >> 1;
    if (search.place[variable] === undefined || search.place[variable] === -2) continue;
    search.phase[variable] = side & 1;
    enter(search, variable);
  }
  freed.length = 0;
}

function bump(search: Search, side: number): void {
  const variable = side >> 1;
  const at = search.place[variable] ?? -2;
  if (at === -2) return;
  search.trouble[variable] = (search.trouble[variable] ?? 0) + search.step;
  if (at >= 0) rise(search, at);
}

function ease(search: Search): void {
  search.step *= 1.05;
  if (search.step < 1e100) return;
  search.step = 1;
  for (const [variable, trouble] of search.trouble.entries()) {
    search.trouble[variable] = (trouble ?? 0) / 1e100;
  }
}

/** Goes back to the root. */
export function backToRoot(search: Search): void {
  undoTo(search.engine, 0);
  collectFreed(search);
}

/** Remembers the settled values as those of the best known solution. */
export function rememberBest(search: Search): void {
  const { top } = search.engine;
  for (let variable = 0; variable < search.place.length; variable += 1) {
    if ((search.place[variable] ?? -2) === -2) continue;
    search.best[variable] = (top[2 * variable] ?? 0) > 0 ? 1 : 0;
  }
}

function guess({ engine }: Search, { side, most }: Literal): void {
  engine.opened.push(engine.trail.side.length);
  engine.why = because.decision;
  if (!tell(engine, side, most)) throw new Error('only open literals are guessed');
}

function nextGuess(search: Search): Literal | null {
  const { engine } = search;
  for (;;) {
    const variable = takeFirst(search);
    if (variable === undefined) return null;
    if ((engine.top[2 * variable] ?? 0) + (engine.top[2 * variable + 1] ?? 0) === 0) continue;
    return search.phase[variable] === 1
      ? { side: 2 * variable + 1, most: -1 }
      : { side: 2 * variable, most: 0 };
  }
}

/** What a leaf says once every truth value is settled. */
export type LeafAnswer =
  | { readonly kind: 'done' }
  | { readonly kind: 'trouble'; readonly trouble: Trouble }
  | { readonly kind: 'guess'; readonly literal: Literal }
  | { readonly kind: 'post'; readonly post: () => void };

/** `none`: nothing satisfies the rules under the assumptions. `spent`: the limit of conflicts came first. */
export type Answer = 'found' | 'none' | 'spent';

function learnFrom(search: Search, trouble: Trouble): void {
  search.conflicts += 1;
  learn(trouble, (side) => bump(search, side));
  ease(search);
  collectFreed(search);
}

/** The reluctant doubling sequence 1 1 2 1 1 2 4 … */
function luby(turn: number): number {
  let size = 1;
  while (2 * size - 1 < turn) size *= 2;
  return 2 * size - 1 === turn ? size : luby(turn - size + 1);
}

/** One step below the root; null while the search goes on. */
function step(
  search: Search,
  assumptions: readonly Literal[],
  leaf: () => LeafAnswer,
): Answer | null {
  const { engine } = search;
  if (!propagate(engine)) {
    if (engine.opened.length === 0) engine.broken = true;
    else learnFrom(search, clashTrouble(engine));
    return null;
  }
  const assumption = assumptions[engine.opened.length];
  if (assumption !== undefined) {
    if (isFalse(engine, assumption)) return 'none';
    if (isTrue(engine, assumption)) engine.opened.push(engine.trail.side.length);
    else guess(search, assumption);
    return null;
  }
  const literal = nextGuess(search);
  if (literal !== null) {
    guess(search, literal);
    return null;
  }
  const answer = leaf();
  switch (answer.kind) {
    case 'done':
      return 'found';
    case 'trouble':
      learnFrom(search, answer.trouble);
      return null;
    case 'guess':
      guess(search, answer.literal);
      return null;
    case 'post':
      backToRoot(search);
      answer.post();
      return null;
  }
}

/** Looks for a solution under the assumptions; the search is back at its root afterwards. */
export function solve(
  search: Search,
  assumptions: readonly Literal[],
  leaf: () => LeafAnswer,
): Answer {
  for (let variable = 0; variable < search.best.length; variable += 1) {
    search.phase[variable] = search.best[variable] ?? 0;
  }
  let turn = 1;
  let restart = search.conflicts + 64;
  let tidy = search.conflicts + 1_000;
  let answer: Answer | null = null;
  // What follows from the rules alone is known even when no work is left.
  if (!propagate(search.engine)) search.engine.broken = true;
  while (answer === null) {
    if (search.engine.broken) answer = 'none';
    else if (search.conflicts >= search.limit) answer = 'spent';
    else answer = step(search, assumptions, leaf);
    if (search.conflicts < restart) continue;
    turn += 1;
    restart = search.conflicts + 64 * luby(turn);
    if (answer !== null) continue;
    backToRoot(search);
    if (search.conflicts < tidy) continue;
    tidy = search.conflicts + 1_000;
    tidyClauses(search.engine, 4);
  }
  backToRoot(search);
  return answer;
}
