/**
 * What somebody is told who is not let in: a problem detail (RFC 9457) that says what to do. It never repeats a
 * credential, and says no more about a wrong one than its holder could know.
 */
import type { Unproven } from './caller.ts';

export type Refusal = {
  readonly status: 400 | 401 | 403 | 421 | 502;
  /** A closed word for programs. */
  readonly code: string;
  readonly title: string;
  /** What is wrong and what to do. */
  readonly detail: string;
  readonly headers: Readonly<Record<string, string>>;
};

const words: Readonly<Record<Unproven, string>> = {
  token_malformed: 'this is no Interlock token: send "Authorization: Bearer interlock_token_…"',
  token_unknown: 'no such token: make one with interlock token create',
  token_revoked: 'this token was revoked: ask an operator for another',
  token_expired: 'this token has expired: ask an operator for another',
  two_credentials: 'send a token or a session cookie, not both',
  session_unknown: 'no such session: log in again',
  session_ended: 'this session was ended: log in again',
  session_expired: 'this session has expired: log in again',
  wrong_host: 'this service answers to the address that its terminal printed only',
  cross_site: 'this change came from another site: send it from this one, as JSON',
};

/** Why a credential that was shown does not count. */
export function refusalOf(because: Unproven): Refusal {
  if (because === 'cross_site' || because === 'wrong_host') {
    const status = because === 'cross_site' ? 403 : 421;
    return { status, code: because, title: 'Refused', detail: words[because], headers: {} };
  }
  return {
    status: 401,
    code: because,
    title: 'Not logged in',
    detail: words[because],
    headers: { 'www-authenticate': 'Bearer realm="interlock", error="invalid_token"' },
  };
}

/** The refusal as a response that nobody may keep. */
export function respond({ status, code, title, detail, headers }: Refusal): Response {
  const body = { type: `urn:interlock:problem:${code}`, title, status, code, detail };
  return new Response(JSON.stringify(body), {
    status,
    headers: {
      ...headers,
      'content-type': 'application/problem+json',
      'cache-control': 'no-store',
    },
  });
}
