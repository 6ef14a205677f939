/**
 * Logins under way: what must be remembered between sending somebody away and their coming back, under the hash of a
 * secret that only they hold. Each counts once: using it takes it away, whether the login then succeeds or not.
 */
import type { z } from 'zod';
import type { Instant } from '../../ledger/vocabulary.ts';
import type { IdentityDeps } from './audit.ts';
import { hashOfSecret, newSecret } from './secret.ts';
import { identityTables } from './tables.ts';

/** A login of this kind, with what it needs to remember as JSON. */
type LoginWanted = {
  readonly kind: 'oidc' | 'link';
  readonly details: unknown;
  readonly expiresAt: Instant;
};

/** Keeps it and answers with the secret that brings it back. */
export async function beginLogin(
  { beside }: IdentityDeps,
  { kind, details, expiresAt }: LoginWanted,
): Promise<string> {
  const secret = newSecret();
  const row = {
    hash: hashOfSecret(secret),
    kind,
    details: JSON.stringify(details),
    expires_at: expiresAt,
  };
  await beside.ask(() =>
    identityTables(beside)
      .transaction()
      .execute((database) => database.insertInto('logins').values(row).execute()),
  );
  return secret;
}

/** Takes the login away and answers with what it remembered; null when there is none, or its time is over. */
export async function takeLogin<T>(
  { beside, now }: IdentityDeps,
  secret: string,
  { kind, details }: { readonly kind: 'oidc' | 'link'; readonly details: z.ZodType<T> },
): Promise<T | null> {
  const row = await beside.ask(() =>
    identityTables(beside)
      .transaction()
      .execute((database) =>
        database
          .deleteFrom('logins')
          .where('hash', '=', hashOfSecret(secret))
          .where('kind', '=', kind)
          .returning(['details', 'expires_at'])
          .executeTakeFirst(),
      ),
  );
  if (row === undefined || Number(row.expires_at) <= now()) return null;
  return details.parse(JSON.parse(row.details));
}
