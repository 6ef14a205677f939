/**
 * The float of one placed checkpoint: how many whole minutes later it may start, alone, with its owner and with
 * everything else in its place (constraints/README.md, packet lines).
 */
import { type Id, minuteMs } from '../../ledger/vocabulary.ts';
import type { Seat } from '../board/board.ts';
import type { Places } from '../board/places.ts';
import type { PlacedTicks, Tick } from '../problem.ts';
import { intersect, nextIn, type Ranges } from '../board/ranges.ts';
import { safeStarts } from './slack.ts';
import {
  besides,
  endless,
  greatestStart,
  isSpared,
  leastStart,
  spacedFrom,
} from '../board/started.ts';

/** The greatest float ever claimed: thirty days. */
const mostFloat = 43_200;

/** The last start that successors, own greatest gaps and the protected order leave. */
function lastStart(places: Places, seat: Seat): Tick {
  const { checkpoint } = seat;
  const { placed, board } = places;
  const { duration } = checkpoint;
  const before = seat.into.map((edge) => {
    const from = placed.get(edge.from);
    return from === undefined ? endless : greatestStart(edge, from, duration);
  });
  const after = seat.outOf.map((edge) => {
    const to = placed.get(edge.to);
    const atOrigin = { start: 0, end: duration };
    return to === undefined ? endless : to.start - leastStart(edge, atOrigin, to.end - to.start);
  });
  const ranks = board.guarded
    .filter((other) => checkpoint.protected && other.checkpoint.rank > checkpoint.rank)
    .map(({ id }) => placed.get(id)?.start ?? endless);
  return Math.min(endless, ...before, ...after, ...ranks);
}

/** Starts beside everything that shares its owner or room now. */
function freeStarts(places: Places, seat: Seat, owner: Id): Ranges {
  const { id, checkpoint } = seat;
  const { room } = checkpoint;
  const keys = [`owner:${owner}`, ...(room === null ? [] : [`room:${room}`])];
  return keys
    .flatMap((key) => places.taken.get(key) ?? [])
    .filter((run) => run.checkpoint !== id)
    .map(({ start, end }) => besides({ start, end }, checkpoint.duration))
    .reduce(intersect, [{ first: -endless, last: endless }]);
}

/** Starts that keep its review spacings with the members placed now. */
function spacedStarts(places: Places, seat: Seat): Ranges {
  let starts: Ranges = [{ first: -endless, last: endless }];
  for (const spacing of seat.spacings) {
    for (const member of spacing.members) {
      const run = member === seat.id ? undefined : places.placed.get(member);
      const rank = places.board.byId.get(member)?.checkpoint.rank;
      if (run === undefined || rank === undefined) continue;
      const work = { id: member, rank, start: run.start, end: run.end };
      if (isSpared(spacing, work)) continue;
      starts = intersect(starts, spacedFrom(work, seat.checkpoint, spacing));
    }
  }
  return starts;
}

/** Whole minutes that a placed seat may slip alone; every shorter slip is safe too. */
export function floatOf(places: Places, seat: Seat, run: PlacedTicks): number {
  const { tickMs } = places.board.problem;
  const safe = [
    [{ first: -endless, last: lastStart(places, seat) }],
    freeStarts(places, seat, run.owner),
    spacedStarts(places, seat),
  ].reduce(intersect, safeStarts(seat, run.owner));
  const ticks = minuteMs / tickMs;
  let float = 0;
  while (float < mostFloat) {
    const start = run.start + (float + 1) * ticks;
    if (nextIn(safe, start) !== start) return float;
    const range = safe.find(({ last }) => last >= start);
    float = Math.floor(((range?.last ?? start) - run.start) / ticks);
  }
  return mostFloat;
}
