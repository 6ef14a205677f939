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
  /**
   * Runs what takes a connection; a database error comes out as StoreTrouble, and so does `wrong_schema` once a newer
   * build has changed the tables in a way that this one does not understand.
   */
  readonly ask: Ask;
  close(): Promise<void>;
};

export type BesideEngine = {
  readonly explain: (error: unknown) => unknown;
  /** Throws StoreTrouble when the tables are no longer understood. */
  readonly assertUnderstood: () => Promise<void>;
};

/** How long an answer about the tables is believed: asking for every question would double what one costs. */
const believedMs = 1_000;

/** The tables on an open database; `explain` turns its errors into StoreTrouble. */
export function besideOn(
  database: Kysely<Tables>,
  { explain, assertUnderstood }: BesideEngine,
): Beside {
  const gate = gateOf((error) => explainWith(explain, error));
  let askedAt = -believedMs;
  const ask: Ask = (question) =>
    gate.outside(async () => {
      if (performance.now() - askedAt >= believedMs) {
        await assertUnderstood();
        askedAt = performance.now();
      }
      return question();
    });
  return { database, ask, close: () => gate.close(() => database.destroy()) };
}
