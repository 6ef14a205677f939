/**
 * The order in which checkpoints are placed: predecessors first, protected ones in approved order, else as the
 * incumbent timeline had them.
 */
import type { Id } from '../../ledger/vocabulary.ts';
import type { Board, Seat } from '../board/board.ts';

type Arrow = { readonly from: Id; readonly to: Id };

/** Kahn's algorithm, always taking the first ready one of `seats`. What a cycle holds up is left out. */
function sorted(seats: readonly Seat[], arrows: readonly Arrow[]): Seat[] {
  const position = new Map(seats.map(({ id }, index) => [id, index]));
  const waits = new Map(seats.map(({ id }) => [id, 0]));
  const next = new Map<Id, Id[]>();
  for (const { from, to } of arrows) {
    waits.set(to, (waits.get(to) ?? 0) + 1);
    const list = next.get(from);
    if (list === undefined) next.set(from, [to]);
    else list.push(to);
  }
  const ready = seats.flatMap(({ id }, index) => (waits.get(id) === 0 ? [index] : []));
  const order: Seat[] = [];
  for (let index = ready.shift(); index !== undefined; index = ready.shift()) {
    const seat = seats[index];
    if (seat === undefined) break;
    order.push(seat);
    for (const id of next.get(seat.id) ?? []) {
      const left = (waits.get(id) ?? 0) - 1;
      waits.set(id, left);
      if (left === 0) insert(ready, position.get(id) ?? 0);
    }
  }
  return order;
}

/** Keeps a sorted list sorted. */
function insert(list: number[], value: number): void {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((list[middle] ?? 0) < value) low = middle + 1;
    else high = middle;
  }
  list.splice(low, 0, value);
}

/** Protected checkpoints and all they wait for. */
function guardedFirst(board: Board): ReadonlySet<Id> {
  const first = new Set<Id>();
  const visit = board.guarded.map(({ id }) => id);
  for (let id = visit.pop(); id !== undefined; id = visit.pop()) {
    if (first.has(id)) continue;
    first.add(id);
    visit.push(...(board.byId.get(id)?.into ?? []).map(({ from }) => from));
  }
  return first;
}

export type Order = {
  readonly order: readonly Seat[];
  /** Seats on or behind a cycle of predecessors: nobody can place them. */
  readonly cyclic: readonly Seat[];
};

/** Plain orders by their board: nothing in either ever changes, and one call asks several times. */
const known = new WeakMap<Board, Order>();

/** The order of placing. With `protectedFirst`, protected ones and what they wait for choose their places first. */
export function orderOf(board: Board, protectedFirst: boolean): Order {
  if (protectedFirst) return build(board, true);
  const order = known.get(board) ?? build(board, false);
  known.set(board, order);
  return order;
}

function build(board: Board, protectedFirst: boolean): Order {
  const first = protectedFirst ? guardedFirst(board) : new Set<Id>();
  const { seats: all } = board;
  const seats = protectedFirst
    ? [...all.filter(({ id }) => first.has(id)), ...all.filter(({ id }) => !first.has(id))]
    : all;
  const edges: Arrow[] = seats.flatMap(({ into }) => into);
  const ranks = board.guarded.flatMap(({ id }, index) => {
    const before = board.guarded[index - 1];
    return before === undefined ? [] : [{ from: before.id, to: id }];
  });
  const whole = sorted(seats, [...edges, ...ranks]);
  const order = whole.length === seats.length ? whole : sorted(seats, edges);
  const done = new Set(order.map(({ id }) => id));
  return { order, cyclic: seats.filter(({ id }) => !done.has(id)) };
}
