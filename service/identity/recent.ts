/**
 * Deciding and granting need a login that is recent: a screen left open is not the person. It never asks how somebody
 * logged in, only when.
 */
import type { Instant } from '../../ledger/vocabulary.ts';
import type { Caller } from './caller.ts';
import { type Refusal, refused } from './refusal.ts';

/** Null when this caller is a person who logged in within `recentMs`; otherwise what to do, with `max_age` (RFC 9470). */
export function needsRecentLogin(
  caller: Caller,
  { now, recentMs }: { readonly now: Instant; readonly recentMs: number },
): Refusal | null {
  const maxAge = Math.floor(recentMs / 1_000);
  const login = `/login?max_age=${maxAge}`;
  switch (caller.kind) {
    case 'machine':
      return refused({
        status: 403,
        code: 'machine_may_not_decide',
        detail: 'a token never decides',
        fix: 'let a person do it, logged in by name',
      });
    case 'anonymous':
      return refused({
        status: 401,
        code: 'login_needed',
        title: 'Not logged in',
        detail: 'a person decides',
        fix: `log in at ${login}`,
        headers: { 'www-authenticate': 'Bearer realm="interlock"' },
      });
    case 'person':
      return now - caller.authenticatedAt <= recentMs
        ? null
        : refused({
            status: 401,
            code: 'login_too_old',
            title: 'Log in again',
            detail: `deciding needs a login of the last ${maxAge / 60} minutes`,
            fix: `log in again at ${login} and decide then`,
            headers: {
              'www-authenticate': `Bearer realm="interlock", error="insufficient_user_authentication", max_age=${maxAge}`,
            },
          });
  }
}
