/**
 * A timetable being filled: who and what is taken when. It knows how to take a place and give it back, and where
 * the next free start of a seat lies; which seat comes next is not its business.
 */
import type { Id } from '../../ledger/vocabulary.ts';
import type { Board, Option, Seat } from './board.ts';
import type { PlacedTicks, Tick } from '../problem.ts';
import { lastIn, nextIn } from './ranges.ts';
import { isSpared, ranksBefore } from './started.ts';

export type Places = {
  readonly board: Board;
  readonly placed: Map<Id, PlacedTicks>;
  /** Placed runs of each person and room. */
  readonly taken: Map<string, PlacedTicks[]>;
  /** The start of each protected seat that has one, in approved order. */
  readonly guards: (Tick | null)[];
};

export const emptyPlaces = (board: Board): Places => ({
  board,
  placed: new Map(),
  taken: new Map(),
  guards: board.guarded.map(() => null),
});

const keysOf = (places: Places, run: PlacedTicks): string[] => {
  const room = places.board.byId.get(run.checkpoint)?.checkpoint.room ?? null;
  return room === null ? [`owner:${run.owner}`] : [`owner:${run.owner}`, `room:${room}`];
};

/** Takes a place. */
export function take(places: Places, run: PlacedTicks): void {
  places.placed.set(run.checkpoint, run);
  const guard = places.board.guardOf.get(run.checkpoint);
  if (guard !== undefined) places.guards[guard] = run.start;
  for (const key of keysOf(places, run)) {
    const list = places.taken.get(key);
    if (list === undefined) places.taken.set(key, [run]);
    else list.push(run);
  }
}

/** Gives a place back. */
export function release(places: Places, checkpoint: Id): void {
  const run = places.placed.get(checkpoint);
  if (run === undefined) return;
  places.placed.delete(checkpoint);
  const guard = places.board.guardOf.get(checkpoint);
  if (guard !== undefined) places.guards[guard] = null;
  for (const key of keysOf(places, run)) {
    const list = places.taken.get(key) ?? [];
    list.splice(list.indexOf(run), 1);
  }
}

/** Something in the way of a start: the next start after it, the last one before it, and what it is. */
export type Block = {
  readonly rule: 'owner_clash' | 'room_clash' | 'review_spacing';
  readonly subject: Id;
  readonly other: Id;
  readonly after: Tick;
  readonly before: Tick;
};

function takenBlock(places: Places, seat: Seat, at: { person: Id; start: Tick }): Block | null {
  const { id, checkpoint } = seat;
  const end = at.start + checkpoint.duration;
  const uses = [
    { rule: 'owner_clash' as const, key: `owner:${at.person}` },
    ...(checkpoint.room === null
      ? []
      : [{ rule: 'room_clash' as const, key: `room:${checkpoint.room}` }]),
  ];
  for (const { rule, key } of uses) {
    const run = places.taken
      .get(key)
      ?.find((other) => other.checkpoint !== id && at.start < other.end && other.start < end);
    if (run !== undefined) {
      const { checkpoint: other } = run;
      return {
        rule,
        subject: other,
        other,
        after: run.end,
        before: run.start - checkpoint.duration,
      };
    }
  }
  return null;
}

/** A member of one of its spacings that leaves too little between. */
function spacingBlock(places: Places, seat: Seat, start: Tick): Block | null {
  const { id, checkpoint } = seat;
  for (const spacing of seat.spacings) {
    if (isSpared(spacing, { id, start })) continue;
    for (const member of spacing.members) {
      const run = member === id ? undefined : places.placed.get(member);
      const other = places.board.byId.get(member)?.checkpoint;
      if (run === undefined || other === undefined) continue;
      if (isSpared(spacing, { id: member, start: run.start })) continue;
      const isFirst = ranksBefore(checkpoint, other);
      const before = Math.min(
        run.start - checkpoint.duration - spacing.gap,
        isFirst ? run.start : run.start - 1,
      );
      const after = Math.max(run.end + spacing.gap, isFirst ? run.start + 1 : run.start);
      if (start > before && start < after) {
        return { rule: 'review_spacing', subject: spacing.id, other: member, after, before };
      }
    }
  }
  return null;
}

/** What stands in the way of a start under a possible owner; null when nothing does. */
export const blockAt = (
  places: Places,
  seat: Seat,
  at: { person: Id; start: Tick },
): Block | null => takenBlock(places, seat, at) ?? spacingBlock(places, seat, at.start);

/** The first start not before `from` that is in the domain and free. */
export function firstFree(places: Places, seat: Seat, at: { option: Option; from: Tick }) {
  const { person, domain } = at.option;
  let start = nextIn(domain, at.from);
  while (start !== null) {
    const block = blockAt(places, seat, { person, start });
    if (block === null) return start;
    start = nextIn(domain, block.after);
  }
  return null;
}

/** The last start not after `to` that is in the domain and free. */
export function lastFree(places: Places, seat: Seat, at: { option: Option; to: Tick }) {
  const { person, domain } = at.option;
  let start = lastIn(domain, at.to);
  while (start !== null) {
    const block = blockAt(places, seat, { person, start });
    if (block === null) return start;
    start = lastIn(domain, block.before);
  }
  return null;
}

/** Whether a person may own it beside the owners its separations have so far. */
export const isApart = (places: Places, seat: Seat, person: Id): boolean =>
  seat.apart.every(({ member }) => places.placed.get(member)?.owner !== person);
