/**
 * Finds out who sends a request: the bearer of a machine token, or nobody known. It never says yes on a doubt: a
 * credential that is malformed, unknown, revoked or expired makes an anonymous caller with the reason.
 */
import type { IdentityDeps } from './audit.ts';
import type { Authenticate, Caller, Unproven } from './caller.ts';
import { isTokenSecret } from './secret.ts';
import { findToken, markUsed, type Token } from './tokens.ts';

const anonymous = (because?: Unproven): Caller =>
  because === undefined ? { kind: 'anonymous' } : { kind: 'anonymous', because };

const troubleOf = ({ revokedAt, expiresAt }: Token, now: number): Unproven | null => {
  if (revokedAt !== null) return 'token_revoked';
  return expiresAt <= now ? 'token_expired' : null;
};

async function bearer(deps: IdentityDeps, authorization: string): Promise<Caller> {
  const secret = /^Bearer +(\S+)$/i.exec(authorization)?.[1];
  if (secret === undefined || !isTokenSecret(secret)) return anonymous('token_malformed');
  const token = await findToken(deps, secret);
  if (token === null) return anonymous('token_unknown');
  const trouble = troubleOf(token, deps.now());
  if (trouble !== null) return anonymous(trouble);
  // When it was last used is worth knowing, not worth waiting or failing for.
  void markUsed(deps, token).catch(() => undefined);
  const { source, scopes, cutovers } = token;
  return { kind: 'machine', token: token.token, source, scopes, cutovers };
}

/** Authenticates by what the request carries. Throws StoreTrouble when the tokens cannot be looked up. */
export const authenticateWith =
  (deps: IdentityDeps): Authenticate =>
  async (request) => {
    const authorization = request.headers.get('authorization');
    return authorization === null ? anonymous() : bearer(deps, authorization);
  };
