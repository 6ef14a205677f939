/**
 * The store on PostgreSQL: one writer per cutover at a time by an advisory lock of the transaction, on a primary
 * that flushes every commit. It acts as the application role. A transaction-pooling proxy in between is not supported.
 */
import { CompiledQuery, Kysely, PostgresDialect, sql } from 'kysely';
import pg from 'pg';
import { z } from 'zod';
import type { Store } from '../store.ts';
import { type Beside, besideOn } from './beside.ts';
import { withTransactions } from './dialect.ts';
import { type Engine, kyselyStore } from './kyselyStore.ts';
import { assertReady, assertUnderstood, type Migration } from './migrations.ts';
import { progressIn, schemaLock } from './postgresMigrate.ts';
import { applicationRole, postgresMigrations } from './postgresSchema.ts';
import {
  assertDurableServer,
  connected,
  connectLimitMs,
  explain,
  serverColumns,
} from './postgresServer.ts';
import type { Tables } from './tables.ts';

const connections = 10;
const besideConnections = 4;
/** Waiting for a lock ends in `busy`; a writer that stalls inside its transaction is cut off by the server. */
const sessionSettings =
  "set lock_timeout = '10s'; set idle_in_transaction_session_timeout = '30s'; " +
  `set role ${applicationRole}`;
/** While a transaction runs no step of a migration does: it waits here, before it has looked at anything. */
const begin =
  `begin isolation level read committed; set local role ${applicationRole}; ` +
  `select pg_advisory_xact_lock_shared(${schemaLock})`;

const Locked = z.object({ oldest: z.coerce.number() });

/** Every transaction asks again: the server or the tables may have been changed since this process started. */
const lockFor =
  (known: number): Engine['lock'] =>
  async (transaction, cutoverId) => {
    const { rows } =
      await sql`select pg_advisory_xact_lock(hashtextextended(${`interlock:${cutoverId}`}, 0)),
      (select max(coalesce(oldest, version)) from interlock.migrations) as oldest,
      ${sql.raw(serverColumns)}`.execute(transaction);
    assertDurableServer(rows[0]);
    const { oldest } = Locked.parse(rows[0]);
    assertUnderstood({ version: oldest, oldest }, known);
  };

/** Throws StoreTrouble unless the server keeps what it commits and a build that knows these steps can work there. */
const assertUsable = (url: string, steps: readonly Migration[]): Promise<void> =>
  connected(url, 'interlock', async (client) =>
    assertReady(await progressIn(client), steps.length),
  );

/** The tables through a pool of at most `max` connections, each acting as the application role. */
function kyselyOn(url: string, max: number): Kysely<Tables> {
  const pool = new pg.Pool({
    connectionString: url,
    max,
    connectionTimeoutMillis: connectLimitMs,
    application_name: 'interlock',
    onConnect: async (client) => {
      await client.query(sessionSettings);
    },
  });
  // A connection that breaks, idle or not, is replaced by the pool; whoever asks next is told. Unheard, it would
  // end the process.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  const dialect = new PostgresDialect({ pool });
  return new Kysely<Tables>({
    dialect: withTransactions(dialect, {
      beginTransaction: async (connection) => {
        try {
          await connection.executeQuery(CompiledQuery.raw(begin));
        } catch (error) {
          // Kysely rolls back only what has begun: a connection may not go back to the pool inside a failed one.
          await connection.executeQuery(CompiledQuery.raw('rollback')).catch(() => undefined);
          throw error;
        }
      },
    }),
  });
}

/** The steps that a build knows; a test hands in those of another build. */
type Known = { readonly steps?: readonly Migration[] };

/**
 * The store in the database of a `postgres://` url, whose tables (schema `interlock`) `interlock migrate` has made.
 * Throws StoreTrouble when the server cannot be reached, is a replica or could lose a commit, and `wrong_schema` when
 * the tables are behind this build or were changed by a newer one in a way that it does not understand.
 */
export async function openPostgresStore(
  url: string,
  { steps = postgresMigrations }: Known = {},
): Promise<Store> {
  await assertUsable(url, steps);
  const database = kyselyOn(url, connections).withSchema('interlock');
  return kyselyStore({
    reads: database,
    writes: database,
    lock: lockFor(steps.length),
    explain,
    close: () => database.destroy(),
  });
}

/** The tables beside the ledger in its database, on a few connections of their own. Throws as `openPostgresStore` does. */
export async function openPostgresBeside(url: string): Promise<Beside> {
  await assertUsable(url, postgresMigrations);
  const database = kyselyOn(url, besideConnections).withSchema('interlock');
  return besideOn(database, {
    explain,
    assertUnderstood: async () => {
      const { rows } =
        await sql`select max(coalesce(oldest, version)) as oldest from interlock.migrations`.execute(
          database,
        );
      const { oldest } = Locked.parse(rows[0]);
      assertUnderstood({ version: oldest, oldest }, postgresMigrations.length);
    },
  });
}
