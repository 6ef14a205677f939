/**
 * Notices to a machine, signed as Standard Webhooks ask. The id is the same for every attempt of one notice and the
 * body is the same bytes, so that a receiver that honours ids has no second effect: it may be sent again at will.
 */
import { createHash } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { secondMs } from '../../ledger/vocabulary.ts';
import { changeLines, orderLines } from '../words/notices.ts';
import { type Guard, guardedPost, type PostResult } from './guardedPost.ts';
import type { Letter } from './letter.ts';
import { failed, type Outgoing, sent, type Sink, type SinkResult } from './sink.ts';

export type WebhookSettings = Guard & {
  /** `whsec_…`, newest first: signed with each, so that receivers can change over. */
  readonly secrets: readonly string[];
};

const callLimitMs = 8_000;

/** What a `Retry-After` asks for: seconds, or a date; null when it is neither. */
function waitAskedFor(retryAfter: string | null): number | null {
  const text = retryAfter ?? '';
  const ms = /^\d+$/.test(text) ? Number(text) * secondMs : Date.parse(text) - Date.now();
  return Number.isNaN(ms) ? null : ms;
}

/** The same for every attempt of one notice of one version. Standard Webhooks allow no full stop in it. */
function messageIdOf({ cutoverId, noticeId, version }: Letter): string {
  const name = JSON.stringify([cutoverId, noticeId, version]);
  return `notice_${createHash('sha256').update(name).digest('hex').slice(0, 32)}`;
}

/** What the receiver gets: ids, instants and closed texts. */
export function webhookBody({ letter, insteadOf }: Outgoing): string {
  const { orders } = letter;
  return JSON.stringify({
    type: 'interlock.notice',
    timestamp: new Date(letter.queuedAt).toISOString(),
    data: {
      noticeId: letter.noticeId,
      cutover: letter.cutoverId,
      rehearsal: letter.rehearsal,
      zone: letter.names.zone,
      test: insteadOf !== null,
      person: letter.person,
      version: letter.version,
      checkCode: letter.checkCode,
      replaces: letter.replaces,
      since: letter.since,
      mustAcknowledge: orders.mustAcknowledge,
      orders: orders.lines.map(({ checkpoint, as, state, startAt, endAt, stillNeeded }) => ({
        checkpoint,
        as,
        state,
        startAt,
        endAt,
        stillNeeded,
      })),
      changes: letter.delta?.lines ?? [],
      text: { orders: orderLines(letter), changes: changeLines(letter) },
    },
  });
}

function resultOf(result: PostResult, { letter, doubts }: Outgoing): SinkResult {
  switch (result.kind) {
    case 'unreached':
      return result.refusedAddress ? failed('refused') : failed('unreachable');
    case 'no_answer':
      return failed('no_answer');
    case 'answered': {
      const { status, retryAfter } = result;
      if (status >= 200 && status < 300) return sent(letter, { possibleDuplicate: doubts > 0 });
      if (status === 429 || status === 503) {
        const retryAfterMs = waitAskedFor(retryAfter);
        return failed(status === 429 ? 'rate_limited' : 'refused_for_now', { retryAfterMs });
      }
      const isForNow = status >= 500 || status === 408 || status === 425;
      return failed(isForNow ? 'refused_for_now' : 'refused');
    }
  }
}

/** Opens the sink. */
export function webhookSink({ secrets, ...guard }: WebhookSettings): Sink {
  const signers = secrets.map((secret) => new Webhook(secret));
  const pausedUntil = new Map<string, number>();
  const send: Sink['send'] = async (outgoing, handOver) => {
    const id = messageIdOf(outgoing.letter);
    const at = new Date();
    const body = webhookBody(outgoing);
    const signature = signers.map((signer) => signer.sign(id, at, body)).join(' ');
    if (!(await handOver.isOurs())) return failed('claim_lost');
    const result = await guardedPost(
      {
        url: outgoing.target.address,
        headers: {
          'content-type': 'application/json',
          'content-length': String(Buffer.byteLength(body)),
          'user-agent': 'interlock-notices/1',
          'webhook-id': id,
          'webhook-timestamp': String(Math.floor(at.getTime() / secondMs)),
          'webhook-signature': signature,
        },
        body,
        limitMs: callLimitMs,
        signal: handOver.signal,
      },
      guard,
    );
    const became = resultOf(result, outgoing);
    // Whoever asks to wait means all that goes there, not only this message.
    if (became.kind === 'failed' && became.retryAfterMs !== null) {
      const { origin } = new URL(outgoing.target.address);
      pausedUntil.set(origin, performance.now() + became.retryAfterMs);
    }
    return became;
  };
  return {
    channel: 'webhook',
    takePlace: async ({ address }) =>
      Math.max(0, Math.ceil((pausedUntil.get(new URL(address).origin) ?? 0) - performance.now())),
    send,
    close: () => Promise.resolve(),
  };
}
