/**
 * One pass of the list schedule: seats in order, each at its least disturbing free place. A greatest gap may raise
 * the floor of a predecessor and go back to it; what finds no place is held, and what hangs on it with it.
 */
import type { Id } from '../../ledger/vocabulary.ts';
import { type Board, type Seat } from '../board/board.ts';
import { ceilingOf, choose, floorOf } from './choice.ts';
import { orderOf } from './order.ts';
import { emptyPlaces, type Places, release, take } from '../board/places.ts';
import type { PlacedTicks, Tick } from '../problem.ts';
import { endless, greatestStart, leastStart } from '../board/started.ts';

export type Strategy = { readonly protectedFirst: boolean; readonly keepLanes: boolean };

/** How often one checkpoint may push its predecessors before it is held instead. */
const mostRaises = 60;

type Pass = {
  readonly places: Places;
  readonly order: readonly Seat[];
  readonly position: ReadonlyMap<Id, number>;
  readonly keepLanes: boolean;
  /** Raised least starts, and the checkpoint for whose sake each was raised. */
  readonly floors: Map<Id, { at: Tick; because: Id }>;
  readonly raises: Map<Id, number>;
  readonly held: Set<Id>;
  /** Held for good in this pass: they asked for floors that others could not bear. */
  readonly refused: Set<Id>;
  next: number;
};

/** Takes back every place and every hold from a position on; what was refused stays refused. */
function rewind(pass: Pass, to: number): void {
  for (const { id } of pass.order.slice(to, pass.next + 1)) {
    release(pass.places, id);
    if (!pass.refused.has(id)) pass.held.delete(id);
  }
  pass.next = to;
}

const positionOf = (pass: Pass, id: Id): number => pass.position.get(id) ?? 0;

/** Holds a checkpoint for good and takes back the floors that were raised for it. */
function refuse(pass: Pass, id: Id): void {
  const raised = [...pass.floors].filter(([, floor]) => floor.because === id).map(([key]) => key);
  for (const key of raised) pass.floors.delete(key);
  rewind(pass, Math.min(pass.next, ...raised.map((key) => positionOf(pass, key))));
  pass.refused.add(id);
  pass.held.add(id);
}

/** Whether no search could place it now: nothing is left of its own starts, or a predecessor is held. */
const mustWait = ({ places }: Pass, seat: Seat): boolean =>
  seat.possible.length === 0 || seat.into.some(({ from }) => !places.placed.has(from));

type Raise = { readonly id: Id; readonly at: Tick };

/** The floors that let a seat start as late as `start`: under its greatest gaps and the protected order. */
function raisesFor(pass: Pass, seat: Seat, start: Tick): Raise[] {
  const { placed, board } = pass.places;
  const { checkpoint } = seat;
  const gaps = seat.into.flatMap((edge): Raise[] => {
    const from = placed.get(edge.from);
    if (from === undefined || greatestStart(edge, from, checkpoint.duration) >= start) return [];
    const wanted = leastStart({ ...edge, least: edge.greatest ?? 0 }, from, checkpoint.duration);
    return [{ id: edge.from, at: from.start + start - wanted }];
  });
  const ranks = board.guarded.flatMap((other): Raise[] => {
    const isAfter = checkpoint.protected && other.checkpoint.rank > checkpoint.rank;
    const run = isAfter ? placed.get(other.id) : undefined;
    return run === undefined || run.start >= start ? [] : [{ id: other.id, at: start }];
  });
  return [...gaps, ...ranks];
}

/** Tries to make room by starting predecessors later; false when that is no use. */
function raise(pass: Pass, seat: Seat, from: Tick): boolean {
  const because = pass.floors.get(seat.id)?.because ?? seat.id;
  const bounds = { from, to: endless };
  const loose = choose(pass.places, seat, { bounds, keepLanes: pass.keepLanes });
  const count = (pass.raises.get(because) ?? 0) + 1;
  if (loose === null || count > mostRaises) return false;
  const raises = raisesFor(pass, seat, loose.start);
  if (raises.length === 0) return false;
  pass.raises.set(because, count);
  for (const { id, at } of raises) pass.floors.set(id, { at, because });
  rewind(pass, Math.min(...raises.map(({ id }) => positionOf(pass, id))));
  return true;
}

/** Nothing fits: holds the checkpoint that asked for this floor when without it there would be a place. */
function giveUp(pass: Pass, seat: Seat): void {
  const floor = pass.floors.get(seat.id);
  const bounds = { from: floorOf(pass.places, seat, new Map()), to: ceilingOf(pass.places, seat) };
  if (floor !== undefined && choose(pass.places, seat, { bounds, keepLanes: false }) !== null) {
    refuse(pass, floor.because);
  } else {
    pass.held.add(seat.id);
    pass.next += 1;
  }
}

/** Puts a seat at its least disturbing place; false when there is none. */
function settle(pass: Pass, seat: Seat, from: Tick): boolean {
  const bounds = { from, to: ceilingOf(pass.places, seat) };
  const choice = choose(pass.places, seat, { bounds, keepLanes: pass.keepLanes });
  if (choice === null) return false;
  const { start, option } = choice;
  const end = start + seat.checkpoint.duration;
  take(pass.places, { checkpoint: seat.id, start, end, owner: option.person });
  return true;
}

function step(pass: Pass, seat: Seat): void {
  if (pass.held.has(seat.id)) {
    pass.next += 1;
    return;
  }
  if (mustWait(pass, seat)) {
    pass.held.add(seat.id);
    pass.next += 1;
    return;
  }
  const from = floorOf(pass.places, seat, pass.floors);
  if (settle(pass, seat, from)) pass.next += 1;
  else if (!raise(pass, seat, from)) giveUp(pass, seat);
}

/** Places that holding others has left free are given to what was held before. */
function fill(pass: Pass): void {
  for (const seat of pass.order) {
    const isHeld = pass.held.has(seat.id) && !mustWait(pass, seat);
    if (isHeld) settle(pass, seat, floorOf(pass.places, seat, new Map()));
  }
}

/** Places what one pass can place, sorted by id; what is missing is held. */
export function passOver(board: Board, strategy: Strategy): PlacedTicks[] {
  const { order } = orderOf(board, strategy.protectedFirst);
  const pass: Pass = {
    places: emptyPlaces(board),
    order,
    position: new Map(order.map(({ id }, index) => [id, index])),
    keepLanes: strategy.keepLanes,
    floors: new Map(),
    raises: new Map(),
    held: new Set(),
    refused: new Set(),
    next: 0,
  };
  for (let seat = order[0]; seat !== undefined; seat = order[pass.next]) step(pass, seat);
  fill(pass);
  return [...pass.places.placed.values()].toSorted((one, other) =>
    one.checkpoint < other.checkpoint ? -1 : 1,
  );
}
