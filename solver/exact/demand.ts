/**
 * Rules posted because a schedule broke them: who goes first of two that need one person or room, how far apart two
 * reviews lie, whether two of one lane keep their order. Until then a pair costs the search nothing.
 */
import type { Id } from '../../ledger/vocabulary.ts';
import { atLeast, atMost, type Literal, not } from '../engine/bounds.ts';
import { refuseCircle } from '../engine/cycles.ts';
import { byIncumbent } from '../levels.ts';
import { addCost, type Model, never, type Seat } from './model.ts';
import { postClause, postLink } from '../engine/post.ts';
import type { Spacing } from '../problem.ts';
import { newTruth } from '../engine/search.ts';
import { ranksBefore } from '../board/started.ts';
import type { SeatLane } from './costs.ts';

/** Two seats that may not stand as they do, and the rule between them. In a lane `one` is to come first. */
export type Breach = {
  readonly one: number;
  readonly other: number;
  readonly on:
    | { readonly kind: 'person'; readonly person: Id }
    | { readonly kind: 'room' }
    | { readonly kind: 'spacing'; readonly spacing: Spacing }
    | { readonly kind: 'lane' };
};

/** Literals for `one` before `other` and the other way round. */
type Order = { readonly forward: Literal; readonly backward: Literal };

export type Posted = {
  readonly lanes: readonly SeatLane[];
  readonly orders: Map<string, Order>;
  /** For a lane pair the literal that its order is kept. */
  readonly kept: Map<string, Literal>;
  readonly clauses: Set<string>;
  readonly waivers: Map<string, Literal>;
};

export const newPosted = (lanes: readonly SeatLane[]): Posted => ({
  lanes,
  orders: new Map(),
  kept: new Map(),
  clauses: new Set(),
  waivers: new Map(),
});

export const keptKey = (one: number, other: number): string => `${one} ${other}`;

/** How much later the other must start when `one` comes first, and the other way round. */
export function spacedApart(
  { seats }: Model,
  { one, other, spacing }: { one: number; other: number; spacing: Spacing },
): { before: number; after: number } {
  const first = seats[one]?.member.checkpoint;
  const second = seats[other]?.member.checkpoint;
  if (first === undefined || second === undefined) throw new Error('a spacing of unknown seats');
  const isFirst = ranksBefore(first, second);
  return {
    before: Math.max(first.duration + spacing.gap, isFirst ? 0 : 1),
    after: Math.max(second.duration + spacing.gap, isFirst ? 1 : 0),
  };
}

type Pair = { readonly one: Seat; readonly other: Seat; readonly before: number; after: number };

/** Two literals, each of which keeps the seats apart in one order; the incumbent's order is guessed first. */
function newOrder({ search, standing }: Model, { one, other, before, after }: Pair): Order {
  const keepsOrder = byIncumbent(one.member.checkpoint, other.member.checkpoint) <= 0;
  const unlikely = atLeast(newTruth(search, 0), 1);
  const likely = atLeast(newTruth(search, 0), 1);
  const [forward, backward] = keepsOrder ? [likely, unlikely] : [unlikely, likely];
  const { engine } = search;
  postLink(engine, { from: one.start, to: other.start, least: before, guard: forward });
  refuseCircle(engine, standing);
  postLink(engine, { from: other.start, to: one.start, least: after, guard: backward });
  refuseCircle(engine, standing);
  if (before + after > 0) postClause(engine, [not(forward), not(backward)]);
  return { forward, backward };
}

function seatsOf({ seats }: Model, one: number, other: number): { one: Seat; other: Seat } {
  const first = seats[one];
  const second = seats[other];
  if (first === undefined || second === undefined) throw new Error('a pair of unknown seats');
  return { one: first, other: second };
}

/** The order of two seats that use one thing, smaller seat first. */
function useOrder(model: Model, posted: Posted, pair: { one: number; other: number }): Order {
  const key = keptKey(pair.one, pair.other);
  const known = posted.orders.get(key);
  if (known !== undefined) return known;
  const { one, other } = seatsOf(model, pair.one, pair.other);
  const before = one.member.checkpoint.duration;
  const after = other.member.checkpoint.duration;
  const order = newOrder(model, { one, other, before, after });
  posted.orders.set(key, order);
  refuseBoth(model, posted, pair);
  return order;
}

/** A lane order cannot be kept by the one that goes second. */
function refuseBoth(model: Model, posted: Posted, { one, other }: { one: number; other: number }) {
  const [low, high] = one < other ? [one, other] : [other, one];
  const order = posted.orders.get(keptKey(low, high));
  if (order === undefined) return;
  const { engine } = model.search;
  const durationOf = (seat: number): number => model.seats[seat]?.member.checkpoint.duration ?? 0;
  const lowKept = posted.kept.get(keptKey(low, high));
  const highKept = posted.kept.get(keptKey(high, low));
  if (lowKept !== undefined && durationOf(high) > 0) {
    postClause(engine, [not(lowKept), not(order.backward)]);
  }
  if (highKept !== undefined && durationOf(low) > 0) {
    postClause(engine, [not(highKept), not(order.forward)]);
  }
}

const ownerLiteral = ({ member, owners }: Seat, person: Id): Literal =>
  owners[member.choices.findIndex((choice) => choice.person === person)] ?? never;

function postUse(model: Model, posted: Posted, breach: Breach): void {
  const [low, high] =
    breach.one < breach.other ? [breach.one, breach.other] : [breach.other, breach.one];
  const { one, other } = seatsOf(model, low, high);
  const { on } = breach;
  const name = on.kind === 'person' ? on.person : 'room';
  const key = `${on.kind} ${keptKey(low, high)} ${name}`;
  if (posted.clauses.has(key)) throw new Error('a rule posted twice');
  posted.clauses.add(key);
  const order = useOrder(model, posted, { one: low, other: high });
  const uses =
    on.kind === 'person'
      ? [ownerLiteral(one, on.person), ownerLiteral(other, on.person)]
      : [one.placed, other.placed];
  postClause(model.search.engine, [...uses.map(not), order.forward, order.backward]);
}

/** A literal that takes a seat out of a spacing, where an exception with an end allows it. */
function waiverOf(model: Model, posted: Posted, at: { seat: Seat; spacing: Spacing }): Literal[] {
  const { id } = at.seat.member.checkpoint;
  const ends = (at.spacing.waived ?? []).filter(({ member }) => member === id);
  if (ends.length === 0) return [];
  const key = `${at.spacing.id} ${id}`;
  const known = posted.waivers.get(key);
  if (known !== undefined) return [known];
  const { search } = model;
  const waiver = atLeast(newTruth(search, 0), 1);
  const to = Math.max(...ends.map((end) => end.to));
  postClause(search.engine, [not(waiver), atMost(at.seat.start, to)]);
  posted.waivers.set(key, waiver);
  return [waiver];
}

function postSpacing(model: Model, posted: Posted, breach: Breach & { spacing: Spacing }): void {
  const { spacing } = breach;
  const key = `spacing ${keptKey(breach.one, breach.other)} ${spacing.id}`;
  if (posted.clauses.has(key)) throw new Error('a spacing posted twice');
  posted.clauses.add(key);
  const { one, other } = seatsOf(model, breach.one, breach.other);
  const apart = spacedApart(model, breach);
  const waivers = [one, other].flatMap((seat) => waiverOf(model, posted, { seat, spacing }));
  const order = newOrder(model, { one, other, ...apart });
  postClause(model.search.engine, [
    not(one.placed),
    not(other.placed),
    order.forward,
    order.backward,
    ...waivers,
  ]);
}

/** Either the order of the lane is kept, or the inversion is counted. */
function postLane(model: Model, posted: Posted, breach: Breach): void {
  const { one, other } = seatsOf(model, breach.one, breach.other);
  const { search } = model;
  const inverted = atLeast(newTruth(search, 0), 1);
  const kept = atLeast(newTruth(search, 0), 1);
  postLink(search.engine, { from: one.start, to: other.start, least: 0, guard: kept });
  refuseCircle(search.engine, model.standing);
  postClause(search.engine, [not(one.placed), not(other.placed), kept, inverted]);
  addCost(model, 4, inverted);
  posted.kept.set(keptKey(breach.one, breach.other), kept);
  refuseBoth(model, posted, breach);
}

/** Posts the rules that these breaches call for; the search must be at its root. */
export function postBreaches(model: Model, posted: Posted, breaches: readonly Breach[]): void {
  for (const breach of breaches) {
    const { on } = breach;
    switch (on.kind) {
      case 'person':
      case 'room':
        postUse(model, posted, breach);
        break;
      case 'spacing':
        postSpacing(model, posted, { ...breach, spacing: on.spacing });
        break;
      case 'lane':
        postLane(model, posted, breach);
        break;
    }
  }
}
