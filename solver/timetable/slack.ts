/**
 * How far a placed checkpoint may go: later alone, and earliest and latest with owners and order kept. Differences
 * between placed ones are arcs, everything else is a set of starts; both ends are reached by pushing along the arcs.
 */
import type { Id } from '../../ledger/vocabulary.ts';
import { type Board, type Seat } from '../board/board.ts';
import { isReview, type PlacedTicks, type Tick } from '../problem.ts';
import { intersect, lastIn, nextIn, type Ranges } from '../board/ranges.ts';
import { endless, greatestStart, isSpared, ranksBefore } from '../board/started.ts';

/** `to` starts at least `least` ticks after the start of `from` (before it when negative). */
export type Arc = { readonly from: Id; readonly to: Id; readonly least: Tick };

/** The starts that limits leave a placed checkpoint under its owner. Review time is policy, not safety: left out. */
export function safeStarts(seat: Seat, owner: Id): Ranges {
  const option = seat.options.find(({ person }) => person === owner);
  const everywhere: Ranges = [{ first: -endless, last: endless }];
  return (option?.limits ?? [])
    .filter((limit) => !isReview(limit))
    .reduce((starts, limit) => intersect(starts, limit.starts), everywhere);
}

type Placed = { readonly seat: Seat; readonly run: PlacedTicks };

/** Placed seats in order of start, end, approved order. */
export const inOrder = (board: Board, placements: readonly PlacedTicks[]): Placed[] =>
  placements
    .flatMap((run) => {
      const seat = board.byId.get(run.checkpoint);
      return seat === undefined ? [] : [{ seat, run }];
    })
    .toSorted(
      (one, other) =>
        one.run.start - other.run.start ||
        one.run.end - other.run.end ||
        (ranksBefore(one.seat.checkpoint, other.seat.checkpoint) ? -1 : 1),
    );

/** Gaps among placed checkpoints. A greatest gap that an exception covers is no arc. */
function gapArcs({ seat }: Placed, runs: ReadonlyMap<Id, PlacedTicks>): Arc[] {
  const { id, checkpoint } = seat;
  return seat.into.flatMap((edge): Arc[] => {
    const from = runs.get(edge.from);
    if (from === undefined) return [];
    const lasts = from.end - from.start;
    const shift = {
      finish_to_start: lasts,
      start_to_start: 0,
      finish_to_finish: lasts - checkpoint.duration,
    }[edge.type];
    const least = { from: edge.from, to: id, least: edge.least + shift };
    if (edge.greatest === null || edge.greatestWaivedTo !== undefined) return [least];
    return [least, { from: id, to: edge.from, least: -(edge.greatest + shift) }];
  });
}

/** One person or room after another, in the order they have now. */
function turnArcs(ordered: readonly Placed[]): Arc[] {
  const last = new Map<string, Placed>();
  return ordered.flatMap((placed) => {
    const { room } = placed.seat.checkpoint;
    const keys = [`owner:${placed.run.owner}`, ...(room === null ? [] : [`room:${room}`])];
    return keys.flatMap((key): Arc[] => {
      const before = last.get(key);
      last.set(key, placed);
      if (before === undefined) return [];
      const least = before.seat.checkpoint.duration;
      return [{ from: before.seat.id, to: placed.seat.id, least }];
    });
  });
}

/** Protected ones in approved order; those of equal rank have none among them. */
function rankArcs(board: Board, runs: ReadonlyMap<Id, PlacedTicks>): Arc[] {
  const guarded = board.guarded.filter(({ id }) => runs.has(id));
  return guarded.flatMap((seat) => {
    const lower = guarded.filter(({ checkpoint }) => checkpoint.rank < seat.checkpoint.rank);
    const nearest = lower.at(-1)?.checkpoint.rank;
    return lower
      .filter(({ checkpoint }) => checkpoint.rank === nearest)
      .map(({ id }) => ({ from: id, to: seat.id, least: 0 }));
  });
}

/** Review spacings, each pair in the order it has now. */
function spacingArcs(board: Board, ordered: readonly Placed[]): Arc[] {
  return board.problem.spacings.flatMap((spacing) => {
    const members = ordered.filter(
      ({ seat, run }) =>
        spacing.members.includes(seat.id) && !isSpared(spacing, { id: seat.id, start: run.start }),
    );
    return members.flatMap((later, index) =>
      members.slice(0, index).map((earlier): Arc => {
        const tie = ranksBefore(later.seat.checkpoint, earlier.seat.checkpoint) ? 1 : 0;
        const least = Math.max(earlier.seat.checkpoint.duration + spacing.gap, tie);
        return { from: earlier.seat.id, to: later.seat.id, least };
      }),
    );
  });
}

/** Every difference that a timetable keeps as long as its owners and its order stay. */
export function arcsOf(board: Board, placements: readonly PlacedTicks[]): Arc[] {
  const runs = new Map(placements.map((run) => [run.checkpoint, run]));
  const ordered = inOrder(board, placements);
  return [
    ...ordered.flatMap((placed) => gapArcs(placed, runs)),
    ...turnArcs(ordered),
    ...rankArcs(board, runs),
    ...spacingArcs(board, ordered),
  ];
}

type Starts = ReadonlyMap<Id, Ranges>;

/** Pushes every start along the arcs until nothing gives: `sign` 1 for the earliest, -1 for the latest starts. */
function pushed(starts: Starts, arcs: readonly Arc[], sign: 1 | -1): Map<Id, Tick> {
  const reach = new Map<Id, Tick>();
  for (const [id, ranges] of starts) {
    const end = sign === 1 ? nextIn(ranges, -endless) : lastIn(ranges, endless);
    reach.set(id, end ?? 0);
  }
  let moved = true;
  while (moved) {
    moved = false;
    for (const { from, to, least } of sign === 1 ? arcs : arcs.toReversed()) {
      const target = sign === 1 ? to : from;
      const limit = (reach.get(sign === 1 ? from : to) ?? 0) + sign * least;
      const known = reach.get(target) ?? 0;
      if (sign * (limit - known) <= 0) continue;
      const ranges = starts.get(target) ?? [];
      const next = sign === 1 ? nextIn(ranges, limit) : lastIn(ranges, limit);
      if (next === null || next === known) continue;
      reach.set(target, next);
      moved = true;
    }
  }
  return reach;
}

/** The end of what an exception covers now: a greatest gap or a spacing beyond it is not looked into. */
function coveredTo({ seat, run }: Placed, runs: ReadonlyMap<Id, PlacedTicks>): Tick {
  const gaps = seat.into
    .filter(({ greatestWaivedTo }) => greatestWaivedTo !== undefined)
    .map((edge) => {
      const from = runs.get(edge.from);
      return from === undefined ? endless : greatestStart(edge, from, seat.checkpoint.duration);
    });
  const spacings = seat.spacings
    .flatMap(({ waived }) => waived ?? [])
    .filter(({ member, to }) => member === seat.id && run.start <= to)
    .map(({ to }) => to);
  return Math.min(endless, ...gaps, ...spacings);
}

export type Extremes = {
  readonly earliest: ReadonlyMap<Id, Tick>;
  readonly latest: ReadonlyMap<Id, Tick>;
};

/** Earliest and latest start of each placed checkpoint, with owners and order kept. */
export function extremes(board: Board, placements: readonly PlacedTicks[]): Extremes {
  const arcs = arcsOf(board, placements);
  const runs = new Map(placements.map((run) => [run.checkpoint, run]));
  const starts = new Map(
    inOrder(board, placements).map((placed) => {
      const covered = [{ first: -endless, last: coveredTo(placed, runs) }];
      return [placed.seat.id, intersect(safeStarts(placed.seat, placed.run.owner), covered)];
    }),
  );
  return { earliest: pushed(starts, arcs, 1), latest: pushed(starts, arcs, -1) };
}
