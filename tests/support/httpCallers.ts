/**
 * Callers of real servers over HTTP: a source with a token and people with sessions, made in the tables beside the
 * ledger. A server that dies under a request is part of what they are for: the other one is asked with the same key.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { Beside } from '../../ledger/stores/beside.ts';
import { newId } from '../../service/openLedger.ts';
import { openSession } from '../../service/identity/sessions.ts';
import { createToken } from '../../service/identity/tokens.ts';

export type Answer = { readonly status: number; readonly body: unknown };

export type Call = {
  readonly path: string;
  readonly body: unknown;
  readonly ifMatch?: string;
};

/** A caller: the proof that it shows to the server at `url`. */
export type Caller = (url: string) => Readonly<Record<string, string>>;

const identityOn = (beside: Beside) => ({ beside, now: () => Date.now(), newId });
const by = { name: 'test', origin: 'test' };
const dayMs = 86_400_000;

/** A source with a token for every cutover. */
export async function sourceOn(beside: Beside, source: string): Promise<Caller> {
  const { secret } = await createToken(
    identityOn(beside),
    {
      name: source,
      source,
      scopes: ['report', 'read'],
      cutovers: 'any',
      expiresAt: Date.now() + dayMs,
    },
    by,
  );
  return () => ({ authorization: `Bearer ${secret}` });
}

/** A person who has just been let in by the embedded door. */
export async function personOn(beside: Beside, person: string): Promise<Caller> {
  const who = {
    person,
    issuer: 'embedded',
    subject: person,
    strength: 'test',
    authenticatedAt: Date.now(),
  };
  const expiresAt = Date.now() + dayMs;
  const { secret } = await openSession(identityOn(beside), { who, expiresAt }, by);
  return (url) => ({
    cookie: `interlock-embedded-session=${secret}`,
    origin: url,
    'sec-fetch-site': 'same-origin',
  });
}

const askLimitMs = 20_000;

/** One request; null when no answer came: it may have had its effect. */
export async function post(
  url: string,
  caller: Caller,
  { path, body, ifMatch, key }: Call & { readonly key: string },
): Promise<Answer | null> {
  try {
    const response = await fetch(`${url}${path}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'idempotency-key': key,
        ...(ifMatch === undefined ? {} : { 'if-match': `"${ifMatch}"` }),
        ...caller(url),
      },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(askLimitMs),
    });
    return { status: response.status, body: await response.json() };
  } catch {
    return null;
  }
}

/** The stable code of a problem; null when the answer is none. */
export const codeOf = ({ body }: Answer): string | null =>
  typeof body === 'object' && body !== null && 'code' in body ? String(body.code) : null;

/** Asks one server after another, always with the same key, until one answers. */
export async function postUntilAnswered(
  urls: () => readonly string[],
  caller: Caller,
  call: Call,
): Promise<{ readonly answer: Answer; readonly lost: number }> {
  const key = newId('key');
  for (let lost = 0; lost < 200; lost += 1) {
    const all = urls();
    const url = all[lost % all.length] ?? '';
    const answer = await post(url, caller, { ...call, key });
    if (answer !== null) return { answer, lost };
    await pause(50);
  }
  throw new Error(`no server answered ${call.path}`);
}
