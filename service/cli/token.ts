/**
 * The verbs for machine tokens: make one, list them, end one. The secret is shown once, when it is made, and is
 * nowhere else to be had.
 */
import { userInfo } from 'node:os';
import { z } from 'zod';
import { ownSource } from '../../ledger/plan.ts';
import { Id } from '../../ledger/vocabulary.ts';
import type { Doer, IdentityDeps } from '../identity/audit.ts';
import { Scope } from '../identity/caller.ts';
import { createToken, listTokens, revokeToken, type Token } from '../identity/tokens.ts';
import { type Answer, answered, exits, UsageError } from './answer.ts';

const dayMs = 86_400_000;

/** What comes from people who act here is believed before every feed: no machine may say it is that. */
const OtherSource = Id.refine(
  (id) => id !== ownSource,
  `"${ownSource}" is for people who act here`,
);

/** Whoever is at this terminal. */
export const atTerminal = (): Doer => {
  const { username } = userInfo();
  return { name: username, origin: `terminal of ${username}` };
};

/** Options as they stand on the command line. */
export type TokenOptions = {
  readonly source: string;
  readonly name?: string | undefined;
  readonly scope?: readonly string[] | undefined;
  readonly about?: readonly string[] | undefined;
  readonly anyCutover?: boolean | undefined;
  readonly days: string;
};

function read<T>(schema: z.ZodType<T>, value: unknown, option: string): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new UsageError(
    `${option}: ${parsed.error.issues.map(({ message }) => message).join('; ')}`,
  );
}

function cutoversOf({ about, anyCutover }: TokenOptions): readonly Id[] | 'any' {
  if ((about === undefined) === (anyCutover !== true)) {
    throw new UsageError('say which cutovers it is for: --about ID [ID …], or --any-cutover');
  }
  return about === undefined ? 'any' : read(z.array(Id), about, '--about');
}

const day = (at: number): string => new Date(at).toISOString().slice(0, 16).replace('T', ' ');

/** Makes a token. The answer is the only place where its secret ever stands. */
export async function create(deps: IdentityDeps, options: TokenOptions): Promise<Answer> {
  const source = read(OtherSource, options.source, '--source');
  const scopes = read(z.array(Scope).min(1), [...new Set(options.scope ?? ['report'])], '--scope');
  const days = read(z.coerce.number().int().min(1).max(366), options.days, '--days');
  const cutovers = cutoversOf(options);
  const expiresAt = deps.now() + days * dayMs;
  const wanted = { name: options.name ?? source, source, scopes, cutovers, expiresAt };
  const { token, secret } = await createToken(deps, wanted, atTerminal());
  return answered(
    [
      secret,
      `This is ${token}, for the source ${source}, until ${day(expiresAt)} UTC. It is shown only now: keep it where`,
      'your source keeps its secrets. Send it as "Authorization: Bearer …". It can ' +
        `${scopes.join(' and ')}; it never decides.`,
    ].join('\n'),
    { token, secret, source, scopes, cutovers, expiresAt },
  );
}

function stateOf({ revokedAt, expiresAt }: Token, now: number): string {
  if (revokedAt !== null) return `revoked ${day(revokedAt)}`;
  return expiresAt <= now ? `expired ${day(expiresAt)}` : `until ${day(expiresAt)}`;
}

/** Lists every token with what it may do and when it was last used; no secret is in it. */
export async function list(deps: IdentityDeps): Promise<Answer> {
  const tokens = await listTokens(deps);
  const now = deps.now();
  const lines = tokens.map((token) =>
    [
      token.token,
      token.name,
      `source ${token.source}`,
      token.scopes.join('+'),
      token.cutovers === 'any' ? 'any cutover' : token.cutovers.join(' '),
      stateOf(token, now),
      token.lastUsedAt === null ? 'never used' : `last used ${day(token.lastUsedAt)}`,
    ].join(' · '),
  );
  return answered(lines.length === 0 ? 'There is no token.' : lines.join('\n'), { tokens });
}

/** Ends a token at once. */
export async function revoke(deps: IdentityDeps, token: string): Promise<Answer> {
  const done = await revokeToken(deps, token, atTerminal());
  if (done)
    return answered(`Revoked ${token}. Nothing sent with it counts from now on.`, {
      revoked: token,
    });
  return {
    exit: exits.refused,
    text: `No token "${token}" that still counts; interlock token list shows them.`,
    json: { revoked: null },
  };
}
