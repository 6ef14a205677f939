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
import {
  createToken,
  listTokens,
  revokeToken,
  type Token,
  type TokenWanted,
} from '../identity/tokens.ts';
import { wordsOf } from '../config.ts';
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
  throw new UsageError(`${option}: ${parsed.error.issues.map(wordsOf).join('; ')}`);
}

function cutoversOf({ about, anyCutover }: TokenOptions): readonly Id[] | 'any' {
  if ((about === undefined) === (anyCutover !== true)) {
    throw new UsageError('say which cutovers it is for: --about ID [ID …], or --any-cutover');
  }
  return about === undefined ? 'any' : read(z.array(Id), [...new Set(about)], '--about');
}

const day = (at: number): string => new Date(at).toISOString().slice(0, 16).replace('T', ' ');

/** The sources that each declared cutover knows, by its id. */
export type KnownSources = ReadonlyMap<Id, readonly Id[]>;

type Spoken = Pick<TokenWanted, 'source' | 'scopes' | 'cutovers'>;
type Outlook = {
  /** Named with --about and not declared here. */
  readonly notDeclared: readonly Id[];
  /** Declared, spoken about, and with this source among their sources. */
  readonly knownIn: readonly Id[];
};

const outlookOf = ({ source, cutovers }: Spoken, known: KnownSources): Outlook => {
  const about = cutovers === 'any' ? [...known.keys()] : cutovers;
  return {
    notDeclared: about.filter((id) => !known.has(id)),
    knownIn: about.filter((id) => known.get(id)?.includes(source) === true),
  };
};

/**
 * What its facts would meet as things stand, where that is not what anybody wants. A token may rightly be made before its
 * cutover is declared, so nothing of it is a refusal; unsaid, a slip would be found out when every fact is held.
 */
function warnings(
  { source, scopes, cutovers }: Spoken,
  known: KnownSources,
  { notDeclared, knownIn }: Outlook,
): string[] {
  const missing =
    notDeclared.length === 0 ? [] : [`Not declared here, so far: ${notDeclared.join(', ')}.`];
  if (!scopes.includes('report')) return missing;
  const remedy = `the "sources" of a runbook must name ${source}`;
  const fate = `would be held: ${remedy}`;
  if (cutovers === 'any' && known.size === 0) {
    return [`No cutover is declared here, so far: ${remedy}.`];
  }
  if (cutovers === 'any') {
    return knownIn.length > 0
      ? []
      : [`No cutover declared here knows the source ${source}: every fact about one ${fate}.`];
  }
  const strangers = cutovers.filter((id) => known.has(id) && !knownIn.includes(id));
  return [
    ...missing,
    ...strangers.map(
      (id) =>
        `${id} does not know the source ${source} (it knows ${known.get(id)?.join(', ') || 'none'}), so every fact about it ${fate}.`,
    ),
  ];
}

/**
 * Makes a token, and says when a cutover that it is about is not declared or does not know its source. The answer is the
 * only place where its secret ever stands.
 */
export async function create(
  deps: IdentityDeps,
  options: TokenOptions,
  knownSources: () => Promise<KnownSources>,
): Promise<Answer> {
  const source = read(OtherSource, options.source, '--source');
  const scopes = read(z.array(Scope).min(1), [...new Set(options.scope ?? ['report'])], '--scope');
  const days = read(z.coerce.number().int().min(1).max(366), options.days, '--days');
  const cutovers = cutoversOf(options);
  const expiresAt = deps.now() + days * dayMs;
  const wanted = { name: options.name ?? source, source, scopes, cutovers, expiresAt };
  const known = await knownSources();
  const outlook = outlookOf(wanted, known);
  const { token, secret } = await createToken(deps, wanted, atTerminal());
  return answered(
    [
      secret,
      `This is ${token}, for the source ${source}, until ${day(expiresAt)} UTC. It is shown only now: keep it where`,
      'your source keeps its secrets. Send it as "Authorization: Bearer …". It can ' +
        `${scopes.join(' and ')}; it never decides.`,
      ...warnings(wanted, known, outlook),
    ].join('\n'),
    { token, secret, source, scopes, cutovers, expiresAt, ...outlook },
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
