/**
 * The port through which a notice leaves the house, one for each channel. A sink says what it knows and no more:
 * sent, not sent, or handed over with no answer. It never tries again by itself; the relay does, on the record.
 */
import type { NoticeChannel, NoticeTrouble, Told } from '../../ledger/outbox.ts';
import { secondMs } from '../../ledger/vocabulary.ts';
import type { Target } from './addresses.ts';
import type { Letter, Placed } from './letter.ts';

export type Outgoing = {
  readonly letter: Letter;
  readonly target: Target;
  /** Where to acknowledge; null when no acknowledgement is asked for, or this is a test. */
  readonly ackUrl: string | null;
  /** Set in test mode: for whom it would have been. */
  readonly insteadOf: string | null;
  /** How many earlier attempts of this very notice may have got through. */
  readonly doubts: number;
  /** What they were told before on this channel. */
  readonly before: Told | null;
  /** What a calendar of theirs may hold and this letter takes away; null when there is nothing of that kind. */
  readonly takenAway: Placed | null;
};

export type SinkResult =
  | {
      readonly kind: 'sent';
      readonly providerId: string | null;
      /** The version the message tells of: an older one when an earlier attempt was found to have got through. */
      readonly version: number;
      readonly found: boolean;
      readonly possibleDuplicate: boolean;
    }
  | {
      readonly kind: 'failed';
      readonly reason: NoticeTrouble;
      readonly final: boolean;
      /** What the provider asks for, within `longestWaitMs`; null when it asks for nothing. */
      readonly retryAfterMs: number | null;
    };
type Failed = Extract<SinkResult, { readonly kind: 'failed' }>;

/** What stands between an attempt and the wire. */
export type HandOver = {
  /** Asked right before anything is handed over; when it answers false, nothing is: the result is `claim_lost`. */
  readonly isOurs: () => Promise<boolean>;
  /** Aborts when the time of the attempt is over: a process that was stopped hears of it before it writes. */
  readonly signal: AbortSignal;
};

export type Sink = {
  readonly channel: NoticeChannel;
  /** Takes a place within the provider's limits: 0 when it is free now, else the milliseconds until one may be. */
  takePlace(target: Target): Promise<number>;
  /** Sends once. Never throws; takes at most as long as the hand-over's signal gives it. */
  send(outgoing: Outgoing, handOver: HandOver): Promise<SinkResult>;
  close(): Promise<void>;
};

/** Longest that one attempt may take, with everything in it: half of what its claim lasts at most. Milliseconds. */
export const attemptLimitMs = (claimSeconds: number): number =>
  Math.min(20_000, (claimSeconds * secondMs) / 2);

/** No provider is waited for longer, whatever it asks for: some name an instant where they should name seconds. Milliseconds. */
export const longestWaitMs = 3_600_000;

/** A wait as it is kept to: never less than none, never longer than we wait for anybody. */
const keptTo = (askedForMs: number): number => Math.min(longestWaitMs, Math.max(0, askedForMs));

export const failed = (
  reason: NoticeTrouble,
  {
    final = reason === 'refused',
    retryAfterMs = null,
  }: Partial<Pick<Failed, 'final' | 'retryAfterMs'>> = {},
): SinkResult => ({
  kind: 'failed',
  reason,
  final,
  retryAfterMs: retryAfterMs === null ? null : keptTo(retryAfterMs),
});

export const sent = (
  letter: Letter,
  change: Partial<Extract<SinkResult, { kind: 'sent' }>> = {},
): SinkResult => ({
  kind: 'sent',
  providerId: null,
  version: letter.version,
  found: false,
  possibleDuplicate: false,
  ...change,
});
