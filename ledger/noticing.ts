/**
 * How notices change the state: queued, attempted, sent, failed, not sent at all. Refuses nothing: whether an
 * attempt may be made was judged (notifying.ts) before its event was appended.
 */
import type { CutoverState } from './cutover.ts';
import type { EventOf } from './events.ts';
import {
  lastTold,
  type NoticeChannel,
  noticesPerWindow,
  type Outbox,
  type Sending,
} from './outbox.ts';
import type { Recorded } from './settling.ts';
import type { Id } from './vocabulary.ts';

const withOutbox = (state: CutoverState, person: Id, outbox: Outbox): CutoverState => ({
  ...state,
  outbox: { ...state.outbox, [person]: outbox },
});

const newer = (one: number | null, other: number): number => Math.max(one ?? 0, other);

/** A newer notice takes the place of the one that waited: what it says includes what the other would have said. */
export function queueNotice(
  state: CutoverState,
  body: EventOf<'NoticeQueued'>,
  { recordedAt }: Recorded,
): CutoverState {
  const { noticeId, person, version } = body;
  const before = state.outbox[person];
  return withOutbox(state, person, {
    noticeId,
    version,
    queuedAt: recordedAt,
    suppressed: null,
    sendings: before?.sendings ?? {},
    told: before?.told ?? {},
    recent: before?.recent ?? [],
    perhapsTold: before?.perhapsTold ?? null,
  });
}

/** What an older attempt on this channel leaves behind when another takes its place. */
const doubtLeftBy = (before: Sending | undefined, { noticeId }: { noticeId: Id }): number | null =>
  before !== undefined &&
  before.noticeId !== noticeId &&
  (before.doubts > 0 || before.claimedUntil !== null)
    ? before.version
    : null;

export function attemptNotice(state: CutoverState, body: EventOf<'NoticeAttempted'>): CutoverState {
  const { noticeId, person, channel, version, attempt, claimedUntil, doubts } = body;
  const outbox = state.outbox[person];
  if (outbox === undefined) return state;
  const doubt = doubtLeftBy(outbox.sendings[channel], body);
  const sending: Sending = {
    noticeId,
    version,
    attempt,
    claimedUntil,
    doubts,
    ended: null,
    retryAt: null,
  };
  return withOutbox(state, person, {
    ...outbox,
    sendings: { ...outbox.sendings, [channel]: sending },
    perhapsTold: doubt === null ? outbox.perhapsTold : newer(outbox.perhapsTold, doubt),
  });
}

/** This attempt, ended as `change` says; one that has taken its place meanwhile is left as it is. */
function ended(
  outbox: Outbox,
  {
    noticeId,
    channel,
    attempt,
  }: { readonly noticeId: Id; readonly channel: NoticeChannel; readonly attempt: number },
  change: Partial<Sending>,
): Outbox['sendings'] {
  const sending = outbox.sendings[channel];
  return sending?.noticeId === noticeId && sending.attempt === attempt
    ? { ...outbox.sendings, [channel]: { ...sending, claimedUntil: null, ...change } }
    : outbox.sendings;
}

export function sendNotice(
  state: CutoverState,
  body: EventOf<'NoticeSent'>,
  { recordedAt: at }: Recorded,
): CutoverState {
  const { noticeId, person, channel, version, providerId } = body;
  const outbox = state.outbox[person];
  if (outbox === undefined) return state;
  const told = { channel, noticeId, version, at, providerId };
  const isNewest = version >= (outbox.told[channel]?.version ?? 0);
  const after: Outbox = {
    ...outbox,
    sendings: ended(outbox, body, { ended: 'sent', doubts: 0, retryAt: null }),
    told: isNewest ? { ...outbox.told, [channel]: told } : outbox.told,
    recent: [...outbox.recent, at].slice(-noticesPerWindow),
  };
  const sure = lastTold(after)?.version ?? 0;
  const { perhapsTold } = after;
  return withOutbox(state, person, {
    ...after,
    perhapsTold: perhapsTold !== null && perhapsTold > sure ? perhapsTold : null,
  });
}

export function failNotice(state: CutoverState, body: EventOf<'NoticeFailed'>): CutoverState {
  const { person, channel, version, ambiguous, final, retryAt } = body;
  const outbox = state.outbox[person];
  if (outbox === undefined) return state;
  const doubts = (outbox.sendings[channel]?.doubts ?? 0) + (ambiguous ? 1 : 0);
  return withOutbox(state, person, {
    ...outbox,
    sendings: ended(outbox, body, { doubts, ended: final ? 'failed' : null, retryAt }),
    perhapsTold: final && doubts > 0 ? newer(outbox.perhapsTold, version) : outbox.perhapsTold,
  });
}

export function suppressNotice(
  state: CutoverState,
  { noticeId, person, reason }: EventOf<'NoticeSuppressed'>,
): CutoverState {
  const outbox = state.outbox[person];
  return outbox?.noticeId === noticeId
    ? withOutbox(state, person, { ...outbox, suppressed: reason })
    : state;
}
