/**
 * Finds out who sends a request: the bearer of a machine token, a person with a session, or nobody known. It never
 * says yes on a doubt: a credential that does not count makes an anonymous caller with the reason.
 */
import type { IdentityDeps } from './audit.ts';
import type { Authenticate, Caller, Unproven } from './caller.ts';
import { cookieIn, type Cookies } from './cookies.ts';
import { isCrossSite } from './crossSite.ts';
import { isTokenSecret } from './secret.ts';
import { findSession, markSeen, type Session } from './sessions.ts';
import type { SessionLimits } from './settings.ts';
import { findToken, markUsed, type Token } from './tokens.ts';

/** What sessions are judged by: our own origin, how the cookie is set, how long they count. */
export type SessionRules = {
  readonly origin: string;
  readonly cookies: Cookies;
  readonly limits: SessionLimits;
};

const anonymous = (because?: Unproven): Caller =>
  because === undefined ? { kind: 'anonymous' } : { kind: 'anonymous', because };

/** Worth knowing, not worth waiting or failing for. */
const aside = (work: Promise<void>): void => void work.catch(() => undefined);

const tokenTrouble = ({ revokedAt, expiresAt }: Token, now: number): Unproven | null => {
  if (revokedAt !== null) return 'token_revoked';
  return expiresAt <= now ? 'token_expired' : null;
};

async function bearer(deps: IdentityDeps, authorization: string): Promise<Caller> {
  const secret = /^Bearer +(\S+)$/i.exec(authorization)?.[1];
  if (secret === undefined || !isTokenSecret(secret)) return anonymous('token_malformed');
  const token = await findToken(deps, secret);
  if (token === null) return anonymous('token_unknown');
  const trouble = tokenTrouble(token, deps.now());
  if (trouble !== null) return anonymous(trouble);
  aside(markUsed(deps, token));
  const { source, scopes, cutovers } = token;
  return { kind: 'machine', token: token.token, source, scopes, cutovers };
}

function sessionTrouble(
  { endedAt, expiresAt, seenAt }: Session,
  now: number,
  { idleMs }: SessionLimits,
): Unproven | null {
  if (endedAt !== null) return 'session_ended';
  return expiresAt <= now || seenAt + idleMs <= now ? 'session_expired' : null;
}

async function person(deps: IdentityDeps, secret: string, rules: SessionRules): Promise<Caller> {
  const found = await findSession(deps, secret);
  if (found === null) return anonymous('session_unknown');
  const trouble = sessionTrouble(found, deps.now(), rules.limits);
  if (trouble !== null) return anonymous(trouble);
  aside(markSeen(deps, found));
  const { person: id, issuer, authenticatedAt, session } = found;
  return { kind: 'person', person: id, issuer, authenticatedAt, session };
}

/** Authenticates by what the request carries. Throws StoreTrouble when that cannot be looked up. */
export const authenticateWith =
  (deps: IdentityDeps, rules: SessionRules): Authenticate =>
  async (request) => {
    const authorization = request.headers.get('authorization');
    const cookie = cookieIn(request.headers, 'session', rules.cookies);
    if (authorization !== null && cookie !== undefined) return anonymous('two_credentials');
    if (authorization !== null) return bearer(deps, authorization);
    if (cookie === undefined) return anonymous();
    if (isCrossSite(request, rules.origin)) return anonymous('cross_site');
    return person(deps, cookie, rules);
  };
