/**
 * The leaf of the last levels: with placement, owners and orders settled, the least weighted movement and its proof
 * as literals, so that the search learns from a leaf that moves too much.
 */
import { greatestOf, leastOf, type Literal } from '../engine/bounds.ts';
import type { Schedule } from './costs.ts';
import { leastMovement, type Movement, type Network } from '../engine/flow.ts';
import { choicesOf, liveLinks } from './leaf.ts';
import { blame, newTrouble, type Trouble } from '../engine/learn.ts';
import type { Model } from './model.ts';

/** The movement network of a leaf: its nodes are variables, its arcs links. */
type Drawn = {
  readonly choice: readonly number[];
  readonly variables: readonly number[];
  readonly links: readonly number[];
  readonly network: Network;
};

function drawn(model: Model): Drawn {
  const { search, seats, maxima } = model;
  const { engine } = search;
  const choice = choicesOf(model);
  const placed = seats.filter((_, index) => (choice[index] ?? -1) >= 0);
  const variables = [...placed.map(({ start }) => start), ...maxima];
  const nodeOf = new Map(variables.map((variable, node) => [variable, node]));
  const links = liveLinks(model, choice);
  const free = maxima.map((maximum) => leastOf(engine, maximum));
  const network = {
    wanted: [...placed.map(({ member }) => member.checkpoint.preferredStart), ...free],
    weight: [...placed.map(({ member }) => member.checkpoint.weight), ...free.map(() => 0)],
    least: variables.map((variable) => leastOf(engine, variable)),
    greatest: variables.map((variable) => greatestOf(engine, variable)),
    tail: links.map((link) => nodeOf.get(engine.links.from[link] ?? -1) ?? -1),
    head: links.map((link) => nodeOf.get(engine.links.to[link] ?? -1) ?? -1),
    gap: links.map((link) => engine.links.least[link] ?? 0),
  };
  return { choice, variables, links, network };
}

/** The literals from which the least movement of a leaf follows, and the bound on the goal it breaks. */
function troubleOf(model: Model, at: Drawn, movement: Movement): Trouble {
  const { search, seats } = model;
  const { engine } = search;
  const trouble = newTrouble(engine);
  const goal = model.goals[7]?.goal ?? 0;
  blame(trouble, 2 * goal, movement.cost - 1);
  for (const arc of movement.arcs) {
    const link = at.links[arc] ?? 0;
    blame(trouble, engine.links.guardSide[link] ?? 0, engine.links.guardMost[link] ?? 0);
  }
  for (const node of movement.leasts) {
    const side = 2 * (at.variables[node] ?? 0) + 1;
    blame(trouble, side, engine.top[side] ?? 0);
  }
  for (const node of movement.greatests) {
    const side = 2 * (at.variables[node] ?? 0);
    blame(trouble, side, engine.top[side] ?? 0);
  }
  const placed = seats.filter((_, index) => (at.choice[index] ?? -1) >= 0);
  for (const node of movement.nodes) {
    const literal = placed[node]?.placed;
    if (literal !== undefined) blame(trouble, literal.side, literal.most);
  }
  return trouble;
}

/** A start of the schedule that lies in a hole of its domain: where to guess next. */
function holeIn(model: Model, { choice, start }: Schedule): Literal | null {
  for (const [index, seat] of model.seats.entries()) {
    const starts = seat.member.choices[choice[index] ?? -1]?.starts;
    if (starts === undefined) continue;
    const at = start[index] ?? 0;
    const next = starts.findIndex(({ last }) => last >= at);
    const range = starts[next];
    if (range !== undefined && range.first <= at) continue;
    const before = starts[next - 1];
    if (before === undefined) throw new Error('a start before its domain');
    return { side: 2 * seat.start, most: before.last };
  }
  return null;
}

export type LeastSchedule =
  | { readonly kind: 'trouble'; readonly trouble: Trouble }
  | { readonly kind: 'hole'; readonly literal: Literal }
  | { readonly kind: 'schedule'; readonly schedule: Schedule };

/** The least schedule of least movement at a leaf, unless that moves too much or falls into a hole. */
export function leastSchedule(model: Model): LeastSchedule {
  const at = drawn(model);
  const movement = leastMovement(at.network);
  const goal = model.goals[7]?.goal ?? 0;
  if (movement.cost > greatestOf(model.search.engine, goal)) {
    return { kind: 'trouble', trouble: troubleOf(model, at, movement) };
  }
  const value = new Map(at.variables.map((variable, node) => [variable, movement.values[node]]));
  const start = model.seats.map((seat) => value.get(seat.start) ?? 0);
  const schedule = { choice: at.choice, start };
  const literal = holeIn(model, schedule);
  return literal === null ? { kind: 'schedule', schedule } : { kind: 'hole', literal };
}
