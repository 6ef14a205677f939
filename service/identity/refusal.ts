/**
 * What somebody is told who is not let in: a problem detail (RFC 9457) that says what to do. It never repeats a
 * credential, and says no more about a wrong one than its holder could know.
 */
import type { ProblemDetails } from '../http/problem.ts';
import type { Unproven } from './caller.ts';

export type Refusal = ProblemDetails & {
  readonly status: 400 | 401 | 403 | 421 | 502;
  readonly title: string;
  readonly headers: Readonly<Record<string, string>>;
};

/** What is wrong, what to do, and the headers that it is about. */
type Words = readonly [detail: string, fix: string, ...headers: string[]];

const words: Readonly<Record<Unproven, Words>> = {
  token_malformed: [
    'this is no Interlock token',
    'send "Authorization: Bearer interlock_token_…"',
    'Authorization',
  ],
  token_unknown: ['no such token', 'make one with interlock token create', 'Authorization'],
  token_revoked: ['this token was revoked', 'ask an operator for another', 'Authorization'],
  token_expired: ['this token has expired', 'ask an operator for another', 'Authorization'],
  two_credentials: [
    'a token and a session cookie were sent',
    'send one of them, not both',
    'Authorization',
    'Cookie',
  ],
  session_unknown: ['no such session', 'log in again', 'Cookie'],
  session_ended: ['this session was ended', 'log in again', 'Cookie'],
  session_expired: ['this session has expired', 'log in again', 'Cookie'],
  wrong_host: [
    'this service answers to the address that its terminal printed only',
    'use that address',
    'Host',
  ],
  cross_site: [
    'this did not plainly come from a page of this service',
    'send the Origin of this service (or Sec-Fetch-Site: same-origin), and a body as application/json',
    'Origin',
    'Sec-Fetch-Site',
    'Content-Type',
  ],
};

type Refused = Pick<Refusal, 'status' | 'code' | 'detail' | 'fix'> &
  Partial<Pick<Refusal, 'title' | 'headers'>>;

/** A refusal that is about these headers. */
export const refused = (
  { title = 'Refused', headers = {}, ...what }: Refused,
  about: readonly string[] = [],
): Refusal => ({
  ...what,
  title,
  headers,
  errors: about.map((field) => ({ field, message: what.detail, fix: what.fix })),
});

/** Why a credential that was shown does not count. */
export function refusalOf(because: Unproven): Refusal {
  const [detail, fix, ...about] = words[because];
  const what = { code: because, detail, fix };
  if (because === 'cross_site') return refused({ ...what, status: 403 }, about);
  if (because === 'wrong_host') return refused({ ...what, status: 421 }, about);
  return refused(
    {
      ...what,
      status: 401,
      title: 'Not logged in',
      headers: { 'www-authenticate': 'Bearer realm="interlock", error="invalid_token"' },
    },
    about,
  );
}
