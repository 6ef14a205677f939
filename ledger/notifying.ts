/**
 * What may be sent to whom next. An attempt is a ledger event before it is a message, so that a relay that dies in
 * between leaves a trace, two relays never send one notice at once, and a superseded one never follows its successor.
 */
import type { CommandOf } from './commands.ts';
import type { CutoverState } from './cutover.ts';
import { accept, type DecideContext, type Decision, unchanged } from './decision.ts';
import { isWaiting, NoticeChannel, noticesPerWindow, type Outbox } from './outbox.ts';
import { type Instant, secondMs } from './vocabulary.ts';

/** Whether another relay may be at work for this person: on any channel, so that messages keep their order. */
export const isClaimed = ({ sendings }: Outbox, now: Instant): boolean =>
  NoticeChannel.options.some((channel) => (sendings[channel]?.claimedUntil ?? 0) > now);

/** The earliest instant at which this person may be told again: a window holds only so many messages. */
export const quietUntil = ({ recent }: Outbox, windowSeconds: number): Instant => {
  const first = recent.at(-noticesPerWindow);
  return first === undefined ? 0 : first + windowSeconds * secondMs;
};

/**
 * Claims the newest notice of a person for one attempt. Changes nothing when it is not the newest, was sent or
 * suppressed, is being sent, or is not due: the caller looks whether an event came out.
 */
export function beginNotice(
  command: CommandOf<'BeginNotice'>,
  state: CutoverState,
  { now }: DecideContext,
): Decision {
  const { noticeId, person, channel, relay, claimSeconds, windowSeconds } = command;
  const outbox = state.outbox[person];
  const current = state.current?.packet;
  if (current === undefined || outbox?.noticeId !== noticeId || !isWaiting(outbox)) {
    return unchanged;
  }
  const known = outbox.sendings[channel];
  const own = known?.noticeId === noticeId ? known : null;
  const isDue =
    !isClaimed(outbox, now) &&
    quietUntil(outbox, windowSeconds) <= now &&
    own?.ended !== 'failed' &&
    (own?.retryAt ?? 0) <= now;
  if (!isDue) return unchanged;
  return accept({
    type: 'NoticeAttempted',
    noticeId,
    packetId: current.packetId,
    version: current.version,
    person,
    channel,
    attempt: (own?.attempt ?? 0) + 1,
    relay,
    claimedUntil: now + claimSeconds * secondMs,
    doubts: (own?.doubts ?? 0) + (own?.claimedUntil == null ? 0 : 1),
  });
}

/**
 * Records how an attempt ended. That something was sent is recorded even when the claim was lost meanwhile (`late`);
 * that such an attempt failed is not, since another one has taken its place.
 */
export function endNotice(command: CommandOf<'EndNotice'>, state: CutoverState): Decision {
  const { noticeId, person, channel, attempt, version, outcome } = command;
  const sending = state.outbox[person]?.sendings[channel];
  if (sending === undefined) return unchanged;
  const isOwn = sending.noticeId === noticeId && sending.attempt === attempt;
  if (isOwn && sending.claimedUntil === null) return unchanged;
  const of = { noticeId, version, person, channel, attempt };
  switch (outcome.kind) {
    case 'sent': {
      const { providerId, found, possibleDuplicate } = outcome;
      return accept({
        type: 'NoticeSent',
        ...of,
        providerId,
        found,
        possibleDuplicate,
        late: !isOwn,
      });
    }
    case 'failed': {
      const { reason, ambiguous, final, retryAt } = outcome;
      return isOwn
        ? accept({ type: 'NoticeFailed', ...of, reason, ambiguous, final, retryAt })
        : unchanged;
    }
  }
}

/** Records that the newest notice of a person is not sent, and why; once is enough. */
export function suppressNotice(
  { noticeId, person, reason }: CommandOf<'SuppressNotice'>,
  state: CutoverState,
  { now }: DecideContext,
): Decision {
  const outbox = state.outbox[person];
  if (outbox?.noticeId !== noticeId || !isWaiting(outbox) || isClaimed(outbox, now)) {
    return unchanged;
  }
  return accept({ type: 'NoticeSuppressed', noticeId, version: outbox.version, person, reason });
}
