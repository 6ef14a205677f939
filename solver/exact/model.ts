/**
 * A problem, or a part of it, as rules of a search: truth values for placed, owner, moved and woken, one start per
 * checkpoint, links for gaps and the protected order, one goal per soft level. Clashes, spacings and inversions
 * are left to leaf.ts, which posts them when a schedule breaks them.
 */
import type { Id } from '../../ledger/vocabulary.ts';
import {
  always,
  atLeast,
  atMost,
  type Engine,
  type Literal,
  newTerm,
  newVariable,
  not,
} from '../engine/bounds.ts';
import { postCircles, type Standing } from '../engine/cycles.ts';
import type { Choice, Member } from './domains.ts';
import { eachPair } from './pairs.ts';
import { postClause, postLink, postSum } from '../engine/post.ts';
import type { Edge, Problem } from '../problem.ts';
import { type Ranges, union } from '../board/ranges.ts';
import { newSearch, newTruth, type Search } from '../engine/search.ts';
import { endless } from '../board/started.ts';

export const never: Literal = not(always);

/** One checkpoint in the search. */
export type Seat = {
  readonly member: Member;
  readonly placed: Literal;
  readonly start: number;
  /** One literal for each choice of the member. */
  readonly owners: readonly Literal[];
};

export type Model = {
  readonly search: Search;
  readonly problem: Problem;
  readonly seats: readonly Seat[];
  readonly byId: ReadonlyMap<Id, Seat>;
  /** Variables that carry the running maximum of the protected order. */
  readonly maxima: readonly number[];
  /** One goal for each level but the last. */
  readonly goals: readonly { readonly sum: number; readonly goal: number }[];
  /** No start lies beyond it. */
  readonly horizon: number;
  /** The links of gaps and protected order, free of contradictory circles. */
  readonly standing: Standing;
};

/** What is known of a solution before the search: where it is looked for first. */
export type Hint = ReadonlyMap<Id, Id>;

/** Later than anything could be made to wait for in a part: no optimum lies beyond. */
function horizonOf(members: readonly Member[], problem: Problem): number {
  let latest = 0;
  let sum = 1;
  for (const { checkpoint, choices } of members) {
    sum += checkpoint.duration;
    latest = Math.max(latest, checkpoint.preferredStart);
    for (const { first, last } of choices.flatMap(({ starts }) => starts)) {
      latest = Math.max(latest, Math.abs(first), Math.abs(last) < endless / 2 ? last : 0);
    }
  }
  for (const { least, greatest } of problem.edges) {
    sum += Math.abs(least) + Math.abs(greatest ?? 0);
  }
  for (const { gap, members: of } of problem.spacings) sum += gap * of.length;
  return latest + sum;
}

const clipped = (ranges: Ranges, horizon: number): Ranges =>
  ranges.map(({ first, last }) => ({
    first: Math.max(first, -horizon),
    last: Math.min(last, horizon),
  }));

/** A start lies in these ranges wherever `guard` holds. */
function postRanges(engine: Engine, start: number, at: { ranges: Ranges; guard: Literal }): void {
  const { ranges, guard } = at;
  const first = ranges[0]?.first ?? 0;
  const last = ranges.at(-1)?.last ?? 0;
  postClause(engine, [not(guard), atLeast(start, first)]);
  postClause(engine, [not(guard), atMost(start, last)]);
  for (const [index, range] of ranges.entries()) {
    const next = ranges[index + 1];
    if (next === undefined) continue;
    postClause(engine, [not(guard), atMost(start, range.last), atLeast(start, next.first)]);
  }
}

function seatOf(search: Search, member: Member, at: { hint: Hint; horizon: number }): Seat {
  const { engine } = search;
  const choices = member.choices.map((choice) => ({
    ...choice,
    starts: clipped(choice.starts, at.horizon),
  }));
  if (choices.length === 0) return { member, placed: never, start: -1, owners: [] };
  const owner = at.hint.get(member.checkpoint.id);
  const placed = atLeast(newTruth(search, owner === undefined ? 0 : 1), 1);
  const all = union(choices.flatMap(({ starts }) => starts));
  const start = newVariable(engine, all[0]?.first ?? 0, all.at(-1)?.last ?? 0);
  if (choices.length === 1) {
    postRanges(engine, start, { ranges: all, guard: always });
    return { member, placed, start, owners: [placed] };
  }
  const guess = ({ person, isPreferred }: Choice): boolean =>
    owner === undefined ? isPreferred : person === owner;
  const owners = choices.map((choice) => atLeast(newTruth(search, guess(choice) ? 1 : 0), 1));
  postClause(engine, [not(placed), ...owners]);
  for (const [index, literal] of owners.entries()) {
    postClause(engine, [not(literal), placed]);
    for (const other of owners.slice(0, index)) postClause(engine, [not(literal), not(other)]);
    postRanges(engine, start, { ranges: choices[index]?.starts ?? all, guard: literal });
  }
  return { member, placed, start, owners };
}

/** How much later than `from` a start of `to` must at least be for a gap between the ends the edge names. */
function distance(edge: Edge, gap: number, length: { from: number; to: number }): number {
  switch (edge.type) {
    case 'finish_to_start':
      return gap + length.from;
    case 'start_to_start':
      return gap;
    case 'finish_to_finish':
      return gap + length.from - length.to;
  }
}

/** A placed checkpoint has its predecessors placed, and keeps the least and the greatest gap. */
function postEdge(model: Model, edge: Edge): void {
  const from = model.byId.get(edge.from);
  const to = model.byId.get(edge.to);
  if (from === undefined || to === undefined) return;
  const { search } = model;
  const { engine } = search;
  postClause(engine, [not(to.placed), from.placed]);
  if (from.start < 0 || to.start < 0) return;
  const lengths = { from: from.member.checkpoint.duration, to: to.member.checkpoint.duration };
  const least = distance(edge, edge.least, lengths);
  postLink(engine, { from: from.start, to: to.start, least, guard: to.placed });
  if (edge.greatest === null) return;
  const greatest = distance(edge, edge.greatest, lengths);
  const guard = edge.greatestWaivedTo === undefined ? to.placed : atLeast(newTruth(search, 1), 1);
  if (edge.greatestWaivedTo !== undefined) {
    postClause(engine, [not(to.placed), guard, atMost(to.start, edge.greatestWaivedTo)]);
  }
  postLink(engine, { from: to.start, to: from.start, least: -greatest, guard });
}

/** Protected ones in approved order: none starts before the latest start of those ranked before it. */
function postProtectedOrder(model: Model, maxima: number[]): void {
  const { engine } = model.search;
  const guarded = model.seats
    .filter(({ member, start }) => member.checkpoint.protected && start >= 0)
    .toSorted((one, other) => one.member.checkpoint.rank - other.member.checkpoint.rank);
  let before = -1;
  let pending: Seat[] = [];
  const close = (): void => {
    const maximum = newVariable(engine, -model.horizon, model.horizon);
    maxima.push(maximum);
    if (before >= 0) postLink(engine, { from: before, to: maximum, least: 0, guard: always });
    for (const { start, placed } of pending) {
      postLink(engine, { from: start, to: maximum, least: 0, guard: placed });
    }
    before = maximum;
    pending = [];
  };
  for (const seat of guarded) {
    const last = pending.at(-1);
    if (last !== undefined && last.member.checkpoint.rank < seat.member.checkpoint.rank) close();
    if (before >= 0) {
      postLink(engine, { from: before, to: seat.start, least: 0, guard: seat.placed });
    }
    pending.push(seat);
  }
}

/** Owners of the members of a separation all differ. */
function postSeparation(model: Model, members: readonly Id[]): void {
  const seats = members.flatMap((id) => model.byId.get(id) ?? []);
  eachPair(seats, (one, other) => {
    for (const [at, { person }] of one.member.choices.entries()) {
      const same = other.member.choices.findIndex((choice) => choice.person === person);
      const owners = [one.owners[at] ?? never, other.owners[same] ?? never];
      postClause(model.search.engine, owners.map(not));
    }
  });
}

/** The rules of these members alone: ties to anything else are left out. */
export function modelOf(
  problem: Problem,
  members: readonly Member[],
  { hint, limit }: { readonly hint: Hint; readonly limit: number },
): Model {
  const search = newSearch(limit);
  const horizon = horizonOf(members, problem);
  const seats = members.map((member) => seatOf(search, member, { hint, horizon }));
  const maxima: number[] = [];
  const weights = members.reduce((sum, { checkpoint }) => sum + checkpoint.weight, 1);
  const goals = Array.from({ length: 8 }, (_, level) =>
    postSum(search.engine, level < 7 ? 2 ** 30 : 4 * horizon * weights),
  );
  const byId = new Map(seats.map((seat) => [seat.member.checkpoint.id, seat]));
  const none: Standing = { count: 0, aside: new Set() };
  const model = { search, problem, seats, byId, maxima, goals, horizon, standing: none };
  for (const edge of problem.edges) postEdge(model, edge);
  postProtectedOrder(model, maxima);
  for (const separation of problem.separations) postSeparation(model, separation.members);
  return { ...model, standing: postCircles(search.engine) };
}

/** One more cost of a level: 1 while the literal is true. */
export function addCost(model: Model, level: number, literal: Literal): void {
  const sum = model.goals[level]?.sum ?? 0;
  newTerm(model.search.engine, sum, {
    side: literal.side,
    base: literal.most + 1,
    weight: 1,
    guard: always,
  });
}
