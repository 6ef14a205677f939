/**
 * What was done to tokens and sessions, and what was refused at the door: who, when, from where. It is written in
 * the transaction of the deed itself, is only ever added to, and never holds a secret.
 */
import type { Beside } from '../../ledger/stores/beside.ts';
import type { Id, Instant } from '../../ledger/vocabulary.ts';
import type { IdentityDatabase } from './tables.ts';

export type IdentityDeps = {
  readonly beside: Beside;
  readonly now: () => Instant;
  readonly newId: (kind: string) => Id;
};

/** Who does something to a token or a session: a name, and a terminal or an address. */
export type Doer = { readonly name: string; readonly origin: string };

export type Deed = {
  readonly action:
    'token_created' | 'token_revoked' | 'session_opened' | 'session_ended' | 'login_refused';
  /** The token, session or person it was done to. */
  readonly subject: string;
  readonly by: Doer;
  readonly detail: string;
};

/** Adds one entry, on the open transaction that does the deed. */
export async function note(
  database: Pick<IdentityDatabase, 'insertInto'>,
  { now, newId }: Pick<IdentityDeps, 'now' | 'newId'>,
  { action, subject, by, detail }: Deed,
): Promise<void> {
  await database
    .insertInto('identity_audit')
    .values({
      id: newId('audit'),
      at: now(),
      action,
      subject,
      actor: by.name,
      origin: by.origin,
      detail,
    })
    .execute();
}
