/**
 * The tables that live beside the ledger in its database and are no cutover's history: who holds a token or a session.
 * They share the ledger's migrations and its words for trouble, and nothing in them can touch an event.
 */
import type { Kysely } from 'kysely';
import { explainWith } from './dialect.ts';
import { type Ask, gateOf } from './gate.ts';
import type { Tables } from './tables.ts';

export type Beside = {
  /** Name the tables with `withTables`; they are made by the migrations of both databases. */
  readonly database: Kysely<Tables>;
  /** Runs what takes a connection; a database error comes out as StoreTrouble. */
  readonly ask: Ask;
  /** Throws StoreTrouble `wrong_schema` once a newer build has changed the tables in a way that this one does not understand. */
  readonly assertUnderstood: () => Promise<void>;
  close(): Promise<void>;
};

export type BesideEngine = Pick<Beside, 'assertUnderstood'> & {
  readonly explain: (error: unknown) => unknown;
};

/** The tables on an open database; `explain` turns its errors into StoreTrouble. */
export function besideOn(
  database: Kysely<Tables>,
  { explain, assertUnderstood }: BesideEngine,
): Beside {
  const gate = gateOf((error) => explainWith(explain, error));
  return {
    database,
    ask: gate.outside,
    assertUnderstood: () => gate.outside(assertUnderstood),
    close: () => gate.close(() => database.destroy()),
  };
}
