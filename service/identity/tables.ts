/**
 * The tables of identities as Kysely types: tokens, sessions, logins under way, and an audit that is only added to.
 * They stand beside the ledger because the hash of a secret is not the history of a cutover.
 */
import type { ColumnType, Kysely } from 'kysely';
import type { Beside } from '../../ledger/stores/beside.ts';
import type { Tables } from '../../ledger/stores/tables.ts';

/** PostgreSQL's driver hands a 64-bit column over as text. */
type Whole = ColumnType<number | string, number, number>;
type WholeOrNull = ColumnType<number | string | null, number | null, number | null>;
type Kept = ColumnType<string, string, never>;
type KeptWhole = ColumnType<number | string, number, never>;

type IdentityTables = {
  tokens: {
    id: Kept;
    hash: Kept;
    name: Kept;
    source: Kept;
    /** JSON text: a list of scopes. */
    scopes: Kept;
    /** JSON text: `"any"` or a list of ids. */
    cutovers: Kept;
    created_at: KeptWhole;
    created_by: Kept;
    expires_at: KeptWhole;
    revoked_at: WholeOrNull;
    last_used_at: WholeOrNull;
  };
  sessions: {
    id: Kept;
    hash: Kept;
    person: Kept;
    issuer: Kept;
    subject: Kept;
    /** What the provider says the login rested on (acr, amr); `terminal` for an embedded link. */
    strength: Kept;
    authenticated_at: KeptWhole;
    opened_at: KeptWhole;
    seen_at: Whole;
    expires_at: KeptWhole;
    ended_at: WholeOrNull;
  };
  /** Logins under way: each row is taken away by the request that uses it. */
  logins: {
    hash: Kept;
    kind: Kept;
    /** JSON text. */
    details: Kept;
    expires_at: KeptWhole;
  };
  identity_audit: {
    id: Kept;
    at: KeptWhole;
    action: Kept;
    subject: Kept;
    actor: Kept;
    origin: Kept;
    detail: Kept;
  };
};
export type IdentityDatabase = Kysely<Tables & IdentityTables>;

/** Both databases know these tables: the migrations of ledger/stores make them. */
export const identityTables = ({ database }: Beside): IdentityDatabase =>
  database.withTables<IdentityTables>();
