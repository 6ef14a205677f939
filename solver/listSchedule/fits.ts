/**
 * Whether a whole timetable keeps every limit and tie of a problem. It searches nothing and explains nothing: the
 * judge of a proposal is constraints/, this only tells the solver when there is nothing to do.
 */
import type { Id } from '../../ledger/vocabulary.ts';
import { type Board, type Seat } from '../board/board.ts';
import { ceilingOf, floorOf } from './choice.ts';
import { blockAt, emptyPlaces, isApart, type Places, take } from '../board/places.ts';
import type { PlacedTicks } from '../problem.ts';
import { allows } from '../board/ranges.ts';

const nothingRaised: ReadonlyMap<Id, { at: number }> = new Map();

function seatFits(places: Places, seat: Seat, run: PlacedTicks): boolean {
  const option = seat.possible.find(({ person }) => person === run.owner);
  return (
    option !== undefined &&
    run.end === run.start + seat.checkpoint.duration &&
    allows(option.domain, run.start) &&
    seat.into.every(({ from }) => places.placed.has(from)) &&
    floorOf(places, seat, nothingRaised) <= run.start &&
    ceilingOf(places, seat) >= run.start &&
    isApart(places, seat, run.owner) &&
    blockAt(places, seat, { person: run.owner, start: run.start }) === null
  );
}

/** True when every placement keeps every limit, gap and tie. Checkpoints left out are taken as held. */
export function fits(board: Board, placements: readonly PlacedTicks[]): boolean {
  const places = emptyPlaces(board);
  for (const run of placements) take(places, run);
  return (
    places.placed.size === placements.length &&
    placements.every((run) => {
      const seat = board.byId.get(run.checkpoint);
      return seat !== undefined && seatFits(places, seat, run);
    })
  );
}
