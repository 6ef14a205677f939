/**
 * The holds of a timetable: each checkpoint it leaves out, as a root with the chain that forces it out beside what
 * is placed, or behind a held predecessor. Derived from the placements alone, so that equal timetables hold alike.
 */
import type { Cause } from '../../ledger/holds.ts';
import type { Id } from '../../ledger/vocabulary.ts';
import { type Board, type Seat } from '../board/board.ts';
import { floorOf } from './choice.ts';
import { orderOf } from './order.ts';
import { emptyPlaces, type Places, take } from '../board/places.ts';
import type { HeldTicks, PlacedTicks } from '../problem.ts';
import { chainOf, distinct, ownCauses } from '../board/reasons.ts';

const behindCause = (checkpoint: Id, predecessor: Id): Cause => ({
  rule: 'predecessor_held',
  checkpoint,
  subject: predecessor,
  factId: null,
  at: null,
});

/** The first held predecessor in approved order, or null. */
function heldPredecessor(places: Places, seat: Seat): Id | null {
  const held = seat.into
    .flatMap(({ from }) => places.board.byId.get(from) ?? [])
    .filter(({ id }) => !places.placed.has(id))
    .toSorted(
      (one, other) => one.checkpoint.rank - other.checkpoint.rank || (one.id < other.id ? -1 : 1),
    );
  return held[0]?.id ?? null;
}

/** A root stands on its own causes even when a predecessor is held too: releasing that would not release it. */
function holdOf(places: Places, seat: Seat): HeldTicks {
  const { id } = seat;
  if (seat.possible.length === 0) return { checkpoint: id, behind: null, causes: ownCauses(seat) };
  const behind = heldPredecessor(places, seat);
  if (behind !== null) return { checkpoint: id, behind, causes: [behindCause(id, behind)] };
  const chain = chainOf(places, seat, floorOf(places, seat, new Map()));
  return { checkpoint: id, behind: null, causes: chain };
}

/** Predecessors in a circle hold all that stand on it or behind it. */
const cycleHold = (seat: Seat): HeldTicks => ({
  checkpoint: seat.id,
  behind: null,
  causes: [
    ...(seat.possible.length === 0 ? ownCauses(seat) : []),
    ...seat.into.map(({ leastCause }) => leastCause),
  ],
});

/** Every open checkpoint without a placement, sorted by id. */
export function heldFor(board: Board, placements: readonly PlacedTicks[]): HeldTicks[] {
  const places = emptyPlaces(board);
  for (const run of placements) take(places, run);
  const cyclic = new Set(orderOf(board, false).cyclic.map(({ id }) => id));
  return board.seats
    .filter(({ id }) => !places.placed.has(id))
    .map((seat) => (cyclic.has(seat.id) ? cycleHold(seat) : holdOf(places, seat)))
    .map((hold) => ({ ...hold, causes: distinct(hold.causes) }))
    .toSorted((one, other) => (one.checkpoint < other.checkpoint ? -1 : 1));
}
