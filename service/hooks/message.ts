/**
 * A verified message as it is read: its text, its JSON if it is any, its id and what a pointer finds in it. It refuses
 * nothing: what cannot be read stays text.
 */
import { createHash } from 'node:crypto';
import { Instant } from '../../ledger/vocabulary.ts';
import type { Hook } from './settings.ts';

export type Message = {
  /** The body as well-formed text. */
  readonly text: string;
  /** The id under which its report is known for ever. */
  readonly id: string;
  /** Undefined when the body is no JSON. */
  readonly payload: unknown;
};

/** What a JSON pointer finds; undefined when there is nothing. */
export function at(payload: unknown, pointer: string): unknown {
  return pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce<unknown>((value, key) => {
      if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) {
        return undefined;
      }
      return Object.entries(value).find(([name]) => name === key)?.[1];
    }, payload);
}

const deepest = 64;

const isDeep = (value: unknown, left = deepest): boolean =>
  typeof value === 'object' &&
  value !== null &&
  (left === 0 || Object.values(value).some((item) => isDeep(item, left - 1)));

/** The JSON of a text. What is nested beyond all use is text: walking through it could end the process. */
function jsonOf(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return isDeep(value) ? undefined : value;
  } catch {
    return undefined;
  }
}

const idAt: Readonly<Record<Hook['sender'], string | null>> = {
  standard: null,
  slack: '/event_id',
  pagerduty: '/event/id',
  github: null,
};
const occurredAtOf: Readonly<Record<Hook['sender'], string | null>> = {
  standard: '/timestamp',
  slack: '/event_time',
  pagerduty: '/event/occurred_at',
  github: null,
};

const hasIdForm = (value: unknown): value is string =>
  typeof value === 'string' && /^[^\p{Surrogate}\s]{1,150}$/u.test(value);

/** Reads a verified body. Without an id inside what was signed, the digest of the body is its id. */
export function messageOf(
  { sender }: Pick<Hook, 'sender'>,
  bytes: Uint8Array,
  signedId: string | null,
): Message {
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
  const payload = jsonOf(text);
  const place = idAt[sender];
  const named = signedId ?? (place === null ? undefined : at(payload, place));
  const digest = createHash('sha256').update(bytes).digest('hex');
  return { text, payload, id: hasIdForm(named) ? named : `body-${digest}` };
}

/** When the message says that it happened; null when it does not say so clearly. */
export function occurredIn(hook: Hook, { payload }: Message): Instant | null {
  const place = hook.occurred ?? occurredAtOf[hook.sender];
  const told = place === null ? undefined : at(payload, place);
  const zoned = typeof told === 'string' && /\dT\d.*(Z|[+-]\d\d:?\d\d)$/.test(told);
  const secondsEnd = 100_000_000_000;
  const instant = Instant.safeParse(
    zoned
      ? Date.parse(told)
      : typeof told === 'number'
        ? Math.trunc(told < secondsEnd ? told * 1_000 : told)
        : null,
  );
  return instant.success ? instant.data : null;
}
