/**
 * What people look at: the current packet with its banner, the pending one, and one person's orders. Pure folds
 * of the state; they render no text and decide nothing.
 */
import type { RejectionCode } from './codes.ts';
import type { CutoverState, PacketRecord, Request } from './cutover.ts';
import type { Actor } from './events.ts';
import { holdsOf } from './explaining.ts';
import type { Fact } from './facts.ts';
import type { Hold } from './holds.ts';
import type { Judge } from './judge.ts';
import type { Delta, PacketLine } from './packet.ts';
import { requestTrouble } from './requesting.ts';
import { type Slip, slips } from './slipping.ts';
import { type Id, type Instant, minuteMs } from './vocabulary.ts';

/** What the rule book and the store's clock say, handed in. */
export type Seen = { readonly judge: Judge; readonly now: Instant };

/** Why the current packet is no longer the whole truth: facts accepted or waiting since its basis, and the clock. */
export type Banner = {
  readonly basisMoved: boolean;
  readonly accepted: readonly { readonly factId: Id; readonly subject: string }[];
  readonly waiting: readonly Fact[];
  readonly slips: readonly Slip[];
};

/** A finish that is foreseen for what has not started, later than its orders have it. */
export type ForecastAhead = {
  readonly checkpoint: Id;
  readonly finishAt: Instant;
  readonly orderedEndAt: Instant;
};

export type CurrentView = {
  readonly record: PacketRecord;
  readonly stale: boolean;
  readonly banner: Banner;
  /** These are accepted and move nothing yet: a forecast counts once its checkpoint has started. */
  readonly forecastsAhead: readonly ForecastAhead[];
};

const forecastsAhead = ({ packet }: PacketRecord, { situation }: CutoverState): ForecastAhead[] =>
  packet.lines.flatMap(({ checkpoint, endAt }) => {
    const known = situation.progress[checkpoint];
    const finishAt = known?.state === 'planned' ? known.forecastFinishAt : null;
    return finishAt === null || endAt === null || finishAt <= endAt
      ? []
      : [{ checkpoint, finishAt, orderedEndAt: endAt }];
  });

/**
 * Whether the facts under a current packet moved. A basis names the packet that was current when it was taken, so
 * the question is asked of the facts as they are now with that packet in its old place.
 */
function basisMovedUnder(record: PacketRecord, state: CutoverState, judge: Judge): boolean {
  const { supersedes, basisDigest } = record.packet;
  const before = supersedes === null ? null : { ...record, packetHash: supersedes.packetHash };
  return judge.basisDigest({ ...state, current: before }) !== basisDigest;
}

/**
 * The current packet; null before the first adoption. It is stale when the facts it stands on moved, or the clock
 * passed one of its starts or ends by more than the tolerance. It stays in force all the same.
 */
export function currentView(state: CutoverState, { judge, now }: Seen): CurrentView | null {
  const record = state.current;
  if (record === null) return null;
  const tolerance = state.situation.plan.policy.slipToleranceMinutes;
  const basisMoved = basisMovedUnder(record, state, judge);
  const missed = slips(state, now).filter((slip) => slip.byMinutes > tolerance);
  const accepted = state.moved.map(({ factId, subject }) => ({ factId, subject }));
  return {
    record,
    stale: basisMoved || missed.length > 0,
    banner: { basisMoved, accepted, waiting: state.unruled, slips: missed },
    forecastsAhead: forecastsAhead(record, state),
  };
}

export type Decider = { readonly person: Id; readonly refusal: RejectionCode | null };

/** Who may adopt a packet at this instant, asked of each release lead as if they had just come to decide. */
function decidersOn(record: PacketRecord, state: CutoverState, { judge, now }: Seen): Decider[] {
  const { plan } = state.situation;
  const actorFor = (subject: Id): Actor => ({
    kind: 'person',
    issuer: 'interlock',
    subject,
    role: plan.leadRole,
    authenticatedAt: now,
    origin: 'view',
  });
  return plan.people
    .map(({ id }) => actorFor(id))
    .filter((actor) => judge.isReleaseLead(actor, plan, now))
    .map((actor) => ({
      person: actor.subject,
      refusal: judge.mayDecide({ actor, record, decision: 'adopt' }, state, now),
    }));
}

export type PendingView = {
  readonly record: PacketRecord;
  readonly request: Request;
  /** Why it could not be adopted any more; null when it stands. */
  readonly trouble: 'basis_moved' | 'expired' | null;
  /** Whole minutes until the request ends; negative once it has. */
  readonly minutesLeft: number;
  /** Everyone who is the release lead now, in the order of the plan, and why they may not adopt it; null when they may. */
  readonly deciders: readonly Decider[];
};

/** The packet that waits for the release lead; null when none does. */
export function pendingView(state: CutoverState, seen: Seen): PendingView | null {
  const { record, request } = state.pending ?? {};
  if (record === undefined || !request) return null;
  return {
    record,
    request,
    trouble: requestTrouble(state, seen),
    minutesLeft: Math.floor((request.expiresAt - seen.now) / minuteMs),
    deciders: decidersOn(record, state, seen),
  };
}

export type PersonalLine = PacketLine & { readonly as: 'owner' | 'observer' };

export type PersonalOrders = {
  readonly person: Id;
  readonly version: number;
  readonly checkCode: string;
  readonly lines: readonly PersonalLine[];
  readonly holds: readonly Hold[];
  readonly delta: Delta | null;
  readonly mustAcknowledge: boolean;
};

/** One person's part of a packet: lines they own or observe, holds on those, and what changed for them. */
export function ordersOf(person: Id, record: PacketRecord, state: CutoverState): PersonalOrders {
  const { packet, checkCode } = record;
  const plan = new Map(state.situation.plan.checkpoints.map((known) => [known.id, known]));
  const roleIn = (line: PacketLine): PersonalLine['as'] | null => {
    const known = plan.get(line.checkpoint);
    const owner = line.owner ?? known?.approvedOwner;
    if (owner === person) return 'owner';
    return known?.observers.includes(person) === true ? 'observer' : null;
  };
  const lines = packet.lines.flatMap((line) => {
    const as = roleIn(line);
    return as === null ? [] : [{ ...line, as }];
  });
  const mine = new Set(lines.map((line) => line.checkpoint));
  return {
    person,
    version: packet.version,
    checkCode,
    lines,
    holds: holdsOf(record).filter((hold) => mine.has(hold.checkpoint)),
    delta: packet.deltas.find((delta) => delta.person === person) ?? null,
    mustAcknowledge: packet.mustAcknowledge.includes(person),
  };
}
