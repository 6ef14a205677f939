/**
 * The outbox of one person, folded: the newest notice queued for them, what is being sent, and what they were told.
 * Shapes and pure questions; how events change it is in noticing.ts, what may be sent next in notifying.ts.
 */
import { z } from 'zod';
import { Id, Instant } from './vocabulary.ts';

/** The channels that a machine can write to. A phone is for people. */
export const NoticeChannel = z.enum(['slack', 'email', 'webhook']);
export type NoticeChannel = z.infer<typeof NoticeChannel>;

/** A person gets at most so many messages within one window; what comes after waits and is coalesced. */
export const noticesPerWindow = 3;

/** Why an attempt came to nothing, as far as is known. */
export const NoticeTrouble = z.enum([
  /** Nothing was handed over: nobody answered the call. */
  'unreachable',
  /** It was handed over and the answer never came: it may have got through. */
  'no_answer',
  /** Nothing was handed over: the claim was over, or a newer packet was in force, before it came to that. */
  'claim_lost',
  'rate_limited',
  'refused_for_now',
  'refused',
]);
export type NoticeTrouble = z.infer<typeof NoticeTrouble>;

/** Why a queued notice is not sent at all. */
export const SuppressionReason = z.enum([
  'notices_off',
  'no_test_recipient',
  'no_contact',
  'address_not_allowed',
  'channel_not_set_up',
  'every_channel_failed',
]);
export type SuppressionReason = z.infer<typeof SuppressionReason>;

/** The newest attempt on one channel. */
export const Sending = z.strictObject({
  noticeId: Id,
  /** Of the packet that it told of. */
  version: z.int(),
  attempt: z.int(),
  /** Until then its relay may be at work on it; null when the attempt is over. */
  claimedUntil: Instant.nullable(),
  /** How many attempts of this notice may have got through without anybody knowing. */
  doubts: z.int().min(0),
  ended: z.enum(['sent', 'failed']).nullable(),
  /** Not to be tried again before. */
  retryAt: Instant.nullable(),
});
export type Sending = z.infer<typeof Sending>;

/** What reached a person: on which channel, of which version, and under which name the provider knows it. */
export const Told = z.strictObject({
  channel: NoticeChannel,
  noticeId: Id,
  version: z.int(),
  at: Instant,
  providerId: z.string().nullable(),
});
export type Told = z.infer<typeof Told>;

export const Outbox = z.strictObject({
  /** The newest notice queued: the only one that may still be sent. */
  noticeId: Id,
  version: z.int(),
  queuedAt: Instant,
  suppressed: SuppressionReason.nullable(),
  sendings: z.partialRecord(NoticeChannel, Sending),
  told: z.partialRecord(NoticeChannel, Told),
  /** When the last few messages were sent, on whatever channel: at most as many as a window may hold. */
  recent: z.array(Instant),
  /** The newest version that may have reached them without anybody knowing; null when there is none. */
  perhapsTold: z.int().nullable(),
});
export type Outbox = z.infer<typeof Outbox>;

/** The newest that this person was surely told; null when nothing yet. */
export function lastTold({ told }: Outbox): Told | null {
  const all = NoticeChannel.options.flatMap((channel) => told[channel] ?? []);
  return (
    all.toSorted((one, other) => one.version - other.version || one.at - other.at).at(-1) ?? null
  );
}

/** The attempts of the newest notice, by channel, in no order. */
export const sendingsOf = (outbox: Outbox): readonly (Sending & { channel: NoticeChannel })[] =>
  NoticeChannel.options.flatMap((channel) => {
    const sending = outbox.sendings[channel];
    return sending === undefined || sending.noticeId !== outbox.noticeId
      ? []
      : [{ ...sending, channel }];
  });

/** Whether the newest notice still has to be sent. */
export const isWaiting = (outbox: Outbox): boolean =>
  outbox.suppressed === null &&
  NoticeChannel.options.every((channel) => outbox.told[channel]?.noticeId !== outbox.noticeId);
