/**
 * The incumbent with as little touched as can be: whatever still fits stays where it was, and only then what no longer
 * fits looks for a place among it. Where a pass in order would push a whole night, this loses what the event strikes.
 */
import type { Board, Seat } from '../board/board.ts';
import { blockAt, emptyPlaces, isApart, type Places, take } from '../board/places.ts';
import { allows } from '../board/ranges.ts';
import type { PlacedTicks } from '../problem.ts';
import { ceilingOf, choose, floorOf } from './choice.ts';
import { orderOf } from './order.ts';

const nothingRaised: Parameters<typeof floorOf>[2] = new Map();

/** Where a seat may go beside what is placed; null while one of its predecessors has no place. */
function boundsOf(places: Places, seat: Seat) {
  if (seat.into.some(({ from }) => !places.placed.has(from))) return null;
  return { from: floorOf(places, seat, nothingRaised), to: ceilingOf(places, seat) };
}

/** Gives a seat its incumbent place; false when that breaks something. */
function stay(places: Places, seat: Seat): boolean {
  const { wasPlaced, preferredOwner: person, preferredStart: start, duration } = seat.checkpoint;
  const option = seat.possible.find((one) => one.person === person);
  const bounds = wasPlaced && option !== undefined ? boundsOf(places, seat) : null;
  const fits =
    bounds !== null &&
    allows(option?.domain ?? [], start) &&
    bounds.from <= start &&
    start <= bounds.to &&
    isApart(places, seat, person) &&
    blockAt(places, seat, { person, start }) === null;
  if (fits) take(places, { checkpoint: seat.id, start, end: start + duration, owner: person });
  return fits;
}

/** A safe timetable, sorted by id; what is missing is held. */
export function repaired(board: Board): PlacedTicks[] {
  const places = emptyPlaces(board);
  const left = orderOf(board, false).order.filter((seat) => !stay(places, seat));
  for (const seat of left) {
    const bounds = boundsOf(places, seat);
    const choice = bounds === null ? null : choose(places, seat, { bounds, keepLanes: true });
    if (choice === null) continue;
    const { option, start } = choice;
    const end = start + seat.checkpoint.duration;
    take(places, { checkpoint: seat.id, start, end, owner: option.person });
  }
  return [...places.placed.values()].toSorted((one, other) =>
    one.checkpoint < other.checkpoint ? -1 : 1,
  );
}
