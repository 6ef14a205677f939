/**
 * The choice of one place: where a seat may go beside those placed so far, and which of these places disturbs
 * least. Order of choice: no protected move, no inversion, same owner, nobody woken, least movement.
 */
import type { Id } from '../../ledger/vocabulary.ts';
import { type Option, possible, type Seat } from '../board/board.ts';
import { firstFree, isApart, lastFree, type Places } from '../board/places.ts';
import type { Tick } from '../problem.ts';
import { endless, greatestStart, leastStart } from '../board/started.ts';

/** A start may not come before `from` nor after `to`. */
export type Bounds = { readonly from: Tick; readonly to: Tick };

export type Choice = {
  readonly option: Option;
  readonly start: Tick;
  /** Lower is better; compared in order. */
  readonly cost: readonly number[];
};

/** The least start that open predecessors, the protected order and a raised floor leave. */
export function floorOf(places: Places, seat: Seat, floors: ReadonlyMap<Id, { at: Tick }>): Tick {
  const { checkpoint } = seat;
  const gaps = seat.into.map((edge) => {
    const from = places.placed.get(edge.from);
    return from === undefined ? -endless : leastStart(edge, from, checkpoint.duration);
  });
  const ranks = checkpoint.protected
    ? places.board.guarded
        .filter((other) => other.checkpoint.rank < checkpoint.rank)
        .map((other) => places.placed.get(other.id)?.start ?? -endless)
    : [];
  return Math.max(-endless, floors.get(seat.id)?.at ?? -endless, ...gaps, ...ranks);
}

/** The greatest start that its predecessors' greatest gaps and protected ones placed already leave. */
export function ceilingOf(places: Places, seat: Seat): Tick {
  const { checkpoint } = seat;
  const gaps = seat.into.map((edge) => {
    const from = places.placed.get(edge.from);
    return from === undefined ? endless : greatestStart(edge, from, checkpoint.duration);
  });
  const ranks = checkpoint.protected
    ? places.board.guarded
        .filter((other) => other.checkpoint.rank > checkpoint.rank)
        .map((other) => places.placed.get(other.id)?.start ?? endless)
    : [];
  return Math.min(endless, ...gaps, ...ranks);
}

/** What the order of its lanes leaves: after those before it, before those after it that have a place already. */
function laneBounds(places: Places, seat: Seat): Bounds {
  const startOf = (id: Id): Tick | undefined => places.placed.get(id)?.start;
  return {
    from: Math.max(-endless, ...seat.laneBefore.map((id) => startOf(id) ?? -endless)),
    to: Math.min(endless, ...seat.laneAfter.map((id) => startOf(id) ?? endless)),
  };
}

/** The free start nearest to the preferred one within the bounds. */
function nearest(places: Places, seat: Seat, at: Bounds & { option: Option }): Tick | null {
  const { option } = at;
  const wanted = seat.checkpoint.preferredStart;
  const later = firstFree(places, seat, { option, from: Math.max(wanted, at.from) });
  const earlier =
    at.from >= wanted ? null : lastFree(places, seat, { option, to: Math.min(wanted, at.to) });
  const starts = [earlier, later].filter(
    (start): start is Tick => start !== null && start >= at.from && start <= at.to,
  );
  return starts.reduce<Tick | null>(
    (best, start) =>
      best === null || Math.abs(start - wanted) < Math.abs(best - wanted) ? start : best,
    null,
  );
}

const compare = (one: readonly number[], other: readonly number[]): number => {
  const index = one.findIndex((value, at) => value !== other[at]);
  return index < 0 ? 0 : (one[index] ?? 0) - (other[index] ?? 0);
};

/** The least disturbing place within the bounds, or null. With `keepLanes` an inversion is the last resort. */
export function choose(
  places: Places,
  seat: Seat,
  { bounds, keepLanes }: { bounds: Bounds; keepLanes: boolean },
): Choice | null {
  const { checkpoint } = seat;
  const lanes = laneBounds(places, seat);
  const kept = { from: Math.max(bounds.from, lanes.from), to: Math.min(bounds.to, lanes.to) };
  let best: Choice | null = null;
  for (const [index, option] of possible(seat).entries()) {
    if (!isApart(places, seat, option.person)) continue;
    for (const [inverted, within] of (keepLanes ? [kept, bounds] : [bounds]).entries()) {
      const start = nearest(places, seat, { ...within, option });
      if (start === null) continue;
      const moved = Math.abs(start - checkpoint.preferredStart);
      const cost = [
        checkpoint.protected && moved > 0 ? 1 : 0,
        inverted,
        option.person === checkpoint.preferredOwner ? 0 : 1,
        option.newlyWoken ? 1 : 0,
        moved,
        index,
      ];
      if (best === null || compare(cost, best.cost) < 0) best = { option, start, cost };
    }
  }
  return best;
}
