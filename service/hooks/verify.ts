/**
 * Whether the bytes of a message were signed by who holds the secret. It looks at the bytes as they came: a body that
 * was parsed and written again is another body. Comparing takes the same time whatever differs.
 */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import type { Instant } from '../../ledger/vocabulary.ts';
import type { Hook } from './settings.ts';

/** How far the sender's clock, where it is signed, may be from ours, both ways. */
export const windowMs = 300_000;

export type Signed = {
  readonly headers: Headers;
  readonly bytes: Uint8Array;
  readonly now: Instant;
};
type Sender = Hook['sender'];
/** The id is null where nothing signed but the body itself names the message. */
type Verified = { readonly id: string | null };

const same = (one: string, other: string): boolean => {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(one), digest(other));
};

const anySame = (given: readonly string[], wanted: readonly string[]): boolean =>
  given.map((one) => wanted.map((other) => same(one, other)).includes(true)).includes(true);

const hmac = (secret: string, ...parts: readonly (string | Uint8Array)[]): string => {
  const mac = createHmac('sha256', secret);
  for (const part of parts) mac.update(part);
  return mac.digest('hex');
};

/** A whole number of seconds within the window, written plainly; null otherwise. */
function timely(stamp: string | null, now: Instant): number | null {
  if (stamp === null || !/^[1-9]\d{0,11}$/.test(stamp)) return null;
  return Math.abs(now - Number(stamp) * 1_000) <= windowMs ? Number(stamp) : null;
}

/** Text only when the bytes are UTF-8: otherwise two different bodies could be read as one text. */
function textOf(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}

type Check = (secrets: readonly string[], signed: Signed) => Verified | null;

/** Standard Webhooks: id, time and body are signed. A dot in the id could hide where it ends. */
const standard: Check = (secrets, { headers, bytes, now }) => {
  const id = headers.get('webhook-id') ?? '';
  const seconds = timely(headers.get('webhook-timestamp'), now);
  const text = textOf(bytes);
  if (seconds === null || text === null || !/^[^.\s]{1,200}$/.test(id)) return null;
  const at = new Date(seconds * 1_000);
  const wanted = secrets.map((secret) => new Webhook(secret).sign(id, at, text));
  return anySame((headers.get('webhook-signature') ?? '').split(' '), wanted) ? { id } : null;
};

/** Slack v0: time and body are signed; the id is in the body. */
const slack: Check = (secrets, { headers, bytes, now }) => {
  const seconds = timely(headers.get('x-slack-request-timestamp'), now);
  if (seconds === null) return null;
  const wanted = secrets.map((secret) => `v0=${hmac(secret, `v0:${seconds}:`, bytes)}`);
  return anySame([headers.get('x-slack-signature') ?? ''], wanted) ? { id: null } : null;
};

/** PagerDuty v3 signs the body only, once for each of its secrets, and sends again for two days: no window of time. */
const pagerduty: Check = (secrets, { headers, bytes }) => {
  const wanted = secrets.map((secret) => `v1=${hmac(secret, bytes)}`);
  const given = (headers.get('x-pagerduty-signature') ?? '').split(',').map((one) => one.trim());
  return anySame(given, wanted) ? { id: null } : null;
};

/** GitHub signs the body only; its delivery id is not signed and is not believed. */
const github: Check = (secrets, { headers, bytes }) => {
  const wanted = secrets.map((secret) => `sha256=${hmac(secret, bytes)}`);
  return anySame([headers.get('x-hub-signature-256') ?? ''], wanted) ? { id: null } : null;
};

const checks: Readonly<Record<Sender, Check>> = { standard, slack, pagerduty, github };

/** What is known of a message whose signature and time are right; null when they are not. */
export const verify = (
  { sender, secrets }: Pick<Hook, 'sender' | 'secrets'>,
  signed: Signed,
): Verified | null => checks[sender](secrets, signed);
