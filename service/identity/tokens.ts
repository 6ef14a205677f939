/**
 * Machine tokens: each speaks for one source, about named cutovers, within its scopes and its time. The secret is
 * returned once and kept as a hash. It refuses to know a token whose secret does not hash to a row.
 */
import { z } from 'zod';
import { Id, type Instant } from '../../ledger/vocabulary.ts';
import { type Doer, type IdentityDeps, note } from './audit.ts';
import { Scope } from './caller.ts';
import { hashOfSecret, newTokenSecret } from './secret.ts';
import { identityTables } from './tables.ts';

const Cutovers = z.union([z.literal('any'), z.array(Id).min(1)]);
const fromJson = <T>(schema: z.ZodType<T>) =>
  z.string().transform((text): T => schema.parse(JSON.parse(text)));
const instantOrNull = z.coerce.number().nullable();

const TokenRow = z
  .object({
    id: Id,
    name: z.string(),
    source: Id,
    scopes: fromJson(z.array(Scope).min(1)),
    cutovers: fromJson(Cutovers),
    created_at: z.coerce.number(),
    created_by: z.string(),
    expires_at: z.coerce.number(),
    revoked_at: instantOrNull,
    last_used_at: instantOrNull,
  })
  .transform((row) => ({
    token: row.id,
    name: row.name,
    source: row.source,
    scopes: row.scopes,
    cutovers: row.cutovers,
    createdAt: row.created_at,
    createdBy: row.created_by,
    expiresAt: row.expires_at,
    revokedAt: row.revoked_at,
    lastUsedAt: row.last_used_at,
  }));
/** A token without its secret, which nobody has any more. */
export type Token = z.infer<typeof TokenRow>;

/** What a new token may do, and until when. */
export type TokenWanted = {
  readonly name: string;
  readonly source: Id;
  readonly scopes: readonly Scope[];
  readonly cutovers: readonly Id[] | 'any';
  readonly expiresAt: Instant;
};

/** Keeps a new token and answers with its secret, which can never be shown again. */
export async function createToken(
  deps: IdentityDeps,
  wanted: TokenWanted,
  by: Doer,
): Promise<{ readonly token: Id; readonly secret: string }> {
  const secret = newTokenSecret();
  const token = deps.newId('token');
  const scopes = JSON.stringify(wanted.scopes);
  const cutovers = JSON.stringify(wanted.cutovers);
  const detail = `for ${wanted.source}, ${scopes}, cutovers ${cutovers}, until ${new Date(wanted.expiresAt).toISOString()}`;
  await deps.beside.ask(() =>
    identityTables(deps.beside)
      .transaction()
      .execute(async (database) => {
        await database
          .insertInto('tokens')
          .values({
            id: token,
            hash: hashOfSecret(secret),
            name: wanted.name,
            source: wanted.source,
            scopes,
            cutovers,
            created_at: deps.now(),
            created_by: by.name,
            expires_at: wanted.expiresAt,
            revoked_at: null,
            last_used_at: null,
          })
          .execute();
        await note(database, deps, { action: 'token_created', subject: token, by, detail });
      }),
  );
  return { token, secret };
}

/** Every token ever made, oldest first. */
export async function listTokens({ beside }: IdentityDeps): Promise<readonly Token[]> {
  const rows = await beside.ask(() =>
    identityTables(beside)
      .selectFrom('tokens')
      .selectAll()
      .orderBy('created_at')
      .orderBy('id')
      .execute(),
  );
  return rows.map((row) => TokenRow.parse(row));
}

/** The token with this secret, whatever its state; null when there is none. */
export async function findToken({ beside }: IdentityDeps, secret: string): Promise<Token | null> {
  const row = await beside.ask(() =>
    identityTables(beside)
      .selectFrom('tokens')
      .selectAll()
      .where('hash', '=', hashOfSecret(secret))
      .executeTakeFirst(),
  );
  return row === undefined ? null : TokenRow.parse(row);
}

/** Ends a token for good. False when there is none with this id that still counts. */
export const revokeToken = (deps: IdentityDeps, token: Id, by: Doer): Promise<boolean> =>
  deps.beside.ask(() =>
    identityTables(deps.beside)
      .transaction()
      .execute(async (database) => {
        const { numUpdatedRows } = await database
          .updateTable('tokens')
          .set({ revoked_at: deps.now() })
          .where('id', '=', token)
          .where('revoked_at', 'is', null)
          .executeTakeFirst();
        if (numUpdatedRows === 0n) return false;
        const detail = 'ends at once';
        await note(database, deps, { action: 'token_revoked', subject: token, by, detail });
        return true;
      }),
  );

/** Remembers roughly when a token was last used: a use within a minute of the one before is not written. */
export async function markUsed(deps: IdentityDeps, { token, lastUsedAt }: Token): Promise<void> {
  const now = deps.now();
  if (lastUsedAt !== null && now - lastUsedAt < 60_000) return;
  await deps.beside.ask(() =>
    identityTables(deps.beside)
      .transaction()
      .execute((database) =>
        database.updateTable('tokens').set({ last_used_at: now }).where('id', '=', token).execute(),
      ),
  );
}
