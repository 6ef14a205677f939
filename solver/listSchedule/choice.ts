/**
 * The choice of one place: where a seat may go beside those placed so far, and which of these places disturbs
 * least. Order of choice: no protected move, no inversion, same owner, nobody woken, least movement.
 */
import type { Id } from '../../ledger/vocabulary.ts';
import { type Option, type Seat } from '../board/board.ts';
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
  let floor = floors.get(seat.id)?.at ?? -endless;
  for (const edge of seat.into) {
    const from = places.placed.get(edge.from);
    if (from !== undefined) floor = Math.max(floor, leastStart(edge, from, checkpoint.duration));
  }
  if (!checkpoint.protected) return floor;
  const { guarded } = places.board;
  for (let index = 0; index < guarded.length; index += 1) {
    if ((guarded[index]?.checkpoint.rank ?? 0) >= checkpoint.rank) break;
    floor = Math.max(floor, places.guards[index] ?? -endless);
  }
  return floor;
}

/** The greatest start that its predecessors' greatest gaps and protected ones placed already leave. */
export function ceilingOf(places: Places, seat: Seat): Tick {
  const { checkpoint } = seat;
  let ceiling = endless;
  for (const edge of seat.into) {
    const from = places.placed.get(edge.from);
    if (from === undefined) continue;
    ceiling = Math.min(ceiling, greatestStart(edge, from, checkpoint.duration));
  }
  if (!checkpoint.protected) return ceiling;
  const { guarded } = places.board;
  for (let index = guarded.length - 1; index >= 0; index -= 1) {
    if ((guarded[index]?.checkpoint.rank ?? 0) <= checkpoint.rank) break;
    ceiling = Math.min(ceiling, places.guards[index] ?? endless);
  }
  return ceiling;
}

/** What the order of its lanes leaves: after those before it, before those after it that have a place already. */
function laneBounds(places: Places, seat: Seat): Bounds {
  let from = -endless;
  let to = endless;
  for (const { members, at } of seat.lanes) {
    for (const [index, { id }] of members.entries()) {
      const start = index === at ? undefined : places.placed.get(id)?.start;
      if (start === undefined) continue;
      if (index < at) from = Math.max(from, start);
      else to = Math.min(to, start);
    }
  }
  return { from, to };
}

/** The free start nearest to the preferred one within the bounds. */
function nearest(places: Places, seat: Seat, at: Bounds & { option: Option }): Tick | null {
  const { option } = at;
  const wanted = seat.checkpoint.preferredStart;
  const later = firstFree(places, seat, { option, from: Math.max(wanted, at.from) });
  const earlier =
    at.from >= wanted ? null : lastFree(places, seat, { option, to: Math.min(wanted, at.to) });
  const isEarlier = earlier !== null && earlier >= at.from && earlier <= at.to;
  if (later === null || later < at.from || later > at.to) return isEarlier ? earlier : null;
  return isEarlier && Math.abs(earlier - wanted) <= Math.abs(later - wanted) ? earlier : later;
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
  const lanes = keepLanes ? laneBounds(places, seat) : bounds;
  const kept = { from: Math.max(bounds.from, lanes.from), to: Math.min(bounds.to, lanes.to) };
  let best: Choice | null = null;
  for (const [index, option] of seat.possible.entries()) {
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
