/**
 * One attempt for one person on one channel: claim it in the ledger, send, record how it ended. A process that dies
 * at any line of this leaves the claim behind, and whoever comes after knows that something may have been sent.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { CommandOf } from '../../ledger/commands.ts';
import type { CutoverState } from '../../ledger/cutover.ts';
import type { EventOf } from '../../ledger/events.ts';
import { handle, type LedgerDeps } from '../../ledger/handle.ts';
import { load } from '../../ledger/load.ts';
import type { NoticeChannel, NoticeTrouble } from '../../ledger/outbox.ts';
import type { Id, Instant } from '../../ledger/vocabulary.ts';
import { crashPoint } from '../crashPoint.ts';
import type { Target } from './addresses.ts';
import { type Occasion, outgoingTo, type Sender } from './outgoing.ts';
import { attemptLimitMs, failed, type Outgoing, type Sink, type SinkResult } from './sink.ts';

/** An attempt that was granted, for those who count and trace. */
export type AttemptSeen = {
  readonly cutoverId: Id;
  readonly noticeId: Id;
  readonly packetId: Id;
  readonly version: number;
  readonly channel: NoticeChannel;
  readonly attempt: number;
};

export type AttemptEnd = {
  readonly outcome: 'sent' | 'found' | NoticeTrouble;
  /** From the adoption that queued the notice to now. */
  readonly sinceQueuedMs: number;
};

export type Watch = {
  /** Runs `work` as one traced step, in the trace of the report that the packet answers. */
  readonly traced: <T>(
    seen: AttemptSeen & { readonly answers: () => Promise<Id | null> },
    work: (tell: (end: AttemptEnd) => void) => Promise<T>,
  ) => Promise<T>;
  readonly onAttempt: (seen: AttemptSeen & AttemptEnd) => void;
};

export type AttemptDeps = Sender & {
  readonly watch?: Watch | undefined;
  readonly ledger: LedgerDeps;
  readonly relay: Id;
  readonly windowSeconds: number;
  /** How long one attempt keeps every other relay from this person. */
  readonly claimSeconds: number;
  /** Aborts when this process may wait no longer for anybody. */
  readonly cut: AbortSignal;
};

export type Attempt = {
  readonly cutoverId: Id;
  readonly person: Id;
  readonly noticeId: Id;
  readonly target: Target;
  readonly sink: Sink;
};

const firstRetryMs = 2_000;
const longestRetryMs = 60_000;
/** A lost answer may still be on its way to being a message: it is looked for only after this. */
const afterDoubtMs = 5_000;
const attemptsAtMost = 500;

const backoffMs = (attempt: number): number =>
  Math.min(longestRetryMs, firstRetryMs * 2 ** Math.min(attempt - 1, 10));

type Claimed = { readonly state: CutoverState; readonly attempted: EventOf<'NoticeAttempted'> };

async function claim(deps: AttemptDeps, what: Attempt): Promise<Claimed | null> {
  const { cutoverId, person, noticeId, target } = what;
  const { relay, windowSeconds, claimSeconds } = deps;
  const { state, events } = await handle(deps.ledger, cutoverId, {
    type: 'BeginNotice',
    noticeId,
    person,
    channel: target.channel,
    relay,
    claimSeconds,
    windowSeconds,
  });
  const attempted = events.flatMap(({ body }) =>
    body.type === 'NoticeAttempted' ? [body] : [],
  )[0];
  return state === null || attempted === undefined ? null : { state, attempted };
}

function occasionOf({ state, attempted }: Claimed, { person }: Attempt): Occasion {
  const { current: record } = state;
  const outbox = state.outbox[person];
  if (outbox === undefined || record === null) throw new Error(`${person} has no notice to send`);
  return { state, record, outbox, doubts: attempted.doubts };
}

/**
 * Whether this attempt may still hand something over: its claim stands in the ledger, the packet it tells of is in
 * force, and there is time. The clock is asked last, so that a stop while the ledger answered is seen.
 */
async function isOurs(
  { ledger, claimSeconds }: AttemptDeps,
  { cutoverId, person, noticeId, target }: Attempt,
  attempted: EventOf<'NoticeAttempted'>,
): Promise<boolean> {
  crashPoint('notice.checking');
  const state = await load(ledger.store, cutoverId).catch(() => null);
  const outbox = state?.outbox[person];
  const sending = outbox?.sendings[target.channel];
  const stands =
    outbox?.noticeId === noticeId &&
    sending?.noticeId === noticeId &&
    sending.attempt === attempted.attempt &&
    sending.claimedUntil === attempted.claimedUntil &&
    state?.current?.packet.packetId === attempted.packetId;
  return stands && ledger.now() <= attempted.claimedUntil - attemptLimitMs(claimSeconds);
}

async function sendWithin(
  deps: AttemptDeps,
  what: Attempt,
  { outgoing, attempted }: { outgoing: Outgoing; attempted: EventOf<'NoticeAttempted'> },
): Promise<SinkResult> {
  const over = new AbortController();
  const done = new AbortController();
  let handedOver = false;
  const mayHandOver = async (): Promise<boolean> => {
    const may = await isOurs(deps, what, attempted);
    crashPoint('notice.checked');
    if (over.signal.aborted) return false;
    handedOver ||= may;
    return may;
  };
  const ends = AbortSignal.any([done.signal, deps.cut]);
  const limit = pause(attemptLimitMs(deps.claimSeconds), undefined, { signal: ends })
    .catch(() => undefined)
    .then((): SinkResult => {
      over.abort();
      // What was never handed over has certainly not arrived.
      return failed(handedOver ? 'no_answer' : 'unreachable');
    });
  try {
    const handOver = { isOurs: mayHandOver, signal: over.signal };
    return await Promise.race([what.sink.send(outgoing, handOver), limit]);
  } finally {
    done.abort();
  }
}

function outcomeOf(
  result: SinkResult,
  attempt: number,
  now: Instant,
): CommandOf<'EndNotice'>['outcome'] {
  switch (result.kind) {
    case 'sent': {
      const { providerId, found, possibleDuplicate } = result;
      return { kind: 'sent', providerId, found, possibleDuplicate };
    }
    case 'failed': {
      const { reason, retryAfterMs } = result;
      const ambiguous = reason === 'no_answer';
      const final = result.final || attempt >= attemptsAtMost;
      const waits = [backoffMs(attempt), retryAfterMs ?? 0, ambiguous ? afterDoubtMs : 0];
      const retryAt = final ? null : now + Math.max(...waits);
      return { kind: 'failed', reason, ambiguous, final, retryAt };
    }
  }
}

async function sendAndRecord(
  deps: AttemptDeps,
  what: Attempt,
  claimed: Claimed,
): Promise<SinkResult> {
  const { ledger } = deps;
  const { attempted } = claimed;
  const outgoing = await outgoingTo(what, occasionOf(claimed, what), deps);
  const result = await sendWithin(deps, what, { outgoing, attempted });
  crashPoint('notice.answered');
  const version = result.kind === 'sent' ? result.version : attempted.version;
  await handle(ledger, what.cutoverId, {
    type: 'EndNotice',
    noticeId: what.noticeId,
    person: what.person,
    channel: what.target.channel,
    attempt: attempted.attempt,
    version,
    outcome: outcomeOf(result, attempted.attempt, ledger.now()),
  });
  crashPoint('notice.recorded');
  return result;
}

const outcomeWord = (result: SinkResult): AttemptEnd['outcome'] => {
  if (result.kind === 'failed') return result.reason;
  return result.found ? 'found' : 'sent';
};

/** Makes the attempt. Null when the ledger did not grant it: it is not due, or another relay is at it. */
export async function makeAttempt(deps: AttemptDeps, what: Attempt): Promise<SinkResult | null> {
  crashPoint('notice.claiming');
  const claimed = await claim(deps, what);
  if (claimed === null) return null;
  crashPoint('notice.claimed');
  const { watch, packets, ledger } = deps;
  if (watch === undefined) return sendAndRecord(deps, what, claimed);
  const { cutoverId, noticeId, person } = what;
  const { packetId, version, channel, attempt } = claimed.attempted;
  const seen = { cutoverId, noticeId, packetId, version, channel, attempt };
  const answers = (): Promise<Id | null> => packets.answered(cutoverId, version);
  return watch.traced({ ...seen, answers }, async (tell) => {
    const result = await sendAndRecord(deps, what, claimed);
    const queuedAt = claimed.state.outbox[person]?.queuedAt ?? ledger.now();
    const end = { outcome: outcomeWord(result), sinceQueuedMs: ledger.now() - queuedAt };
    tell(end);
    watch.onAttempt({ ...seen, ...end });
    return result;
  });
}
