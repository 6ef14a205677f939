/**
 * The store on PostgreSQL: one writer per cutover at a time by an advisory lock of the transaction, on a primary
 * that flushes every commit. It acts as the application role. A transaction-pooling proxy in between is not supported.
 */
import { CompiledQuery, Kysely, PostgresDialect, sql } from 'kysely';
import pg from 'pg';
import { z } from 'zod';
import { type Store, VersionMoved } from '../store.ts';
import { StoreTrouble, type TroubleCode } from '../trouble.ts';
import { type Beside, besideOn } from './beside.ts';
import { withTransactions } from './dialect.ts';
import { type Engine, kyselyStore } from './kyselyStore.ts';
import { doesNotFollow } from './migrations.ts';
import { applicationRole, migratePostgres } from './postgresSchema.ts';
import type { Tables } from './tables.ts';

const connections = 10;
const besideConnections = 4;
const connectLimitMs = 10_000;
/** Waiting for a lock ends in `busy`; a writer that stalls inside its transaction is cut off by the server. */
const sessionSettings =
  "set lock_timeout = '10s'; set idle_in_transaction_session_timeout = '30s'; " +
  `set role ${applicationRole}`;
const begin = `begin isolation level read committed; set local role ${applicationRole}`;

const Server = z.object({
  fsync: z.string(),
  full_page_writes: z.string(),
  synchronous_commit: z.string(),
  replica: z.boolean(),
  encoding: z.string(),
});
const serverColumns = `current_setting('fsync') as fsync,
  current_setting('full_page_writes') as full_page_writes,
  current_setting('synchronous_commit') as synchronous_commit,
  pg_is_in_recovery() as replica,
  current_setting('server_encoding') as encoding`;

/** Throws StoreTrouble `not_durable` when a commit on this server could be lost. `stored` is a row of its settings. */
export function assertDurableServer(stored: unknown): void {
  const server = Server.parse(stored);
  const wrong = [
    ...(server.replica ? ['it is a replica: connect to the primary'] : []),
    ...(server.fsync === 'on' ? [] : ['fsync is off: turn it on']),
    ...(server.full_page_writes === 'on' ? [] : ['full_page_writes is off: turn it on']),
    ...(server.synchronous_commit === 'off' ? ['synchronous_commit is off: turn it on'] : []),
    ...(server.encoding === 'UTF8'
      ? []
      : [`the database is encoded in ${server.encoding}: make it in UTF8`]),
  ];
  if (wrong.length > 0) {
    throw new StoreTrouble(
      'not_durable',
      `this PostgreSQL cannot keep a ledger: ${wrong.join('; ')}`,
    );
  }
}

const lock: Engine['lock'] = async (transaction, cutoverId) => {
  const { rows } =
    await sql`select pg_advisory_xact_lock(hashtextextended(${`interlock:${cutoverId}`}, 0)),
    ${sql.raw(serverColumns)}`.execute(transaction);
  assertDurableServer(rows[0]);
};

const uniqueViolation = '23505';
const raised = 'P0001';

/** SQLSTATE (or its class) → what it means for the caller. */
const troubles: readonly (readonly [RegExp, TroubleCode, string])[] = [
  [/^(55P03|53300|40P01|57014)$/, 'busy', 'PostgreSQL has no room for this writer now'],
  [/^(53100|53200)$/, 'full', 'PostgreSQL is out of disk or memory'],
  [/^25006$/, 'not_durable', 'this PostgreSQL is read-only: connect to the primary'],
  [/^(08...|57P0.|25P03)$/, 'unreachable', 'PostgreSQL ended the connection'],
  [/^(ECONN|ENOTFOUND|ENOENT|ETIMEDOUT|EPIPE|EAI_)/, 'unreachable', 'PostgreSQL cannot be reached'],
  [/^(42501|28...|3D000)$/, 'unreachable', 'PostgreSQL does not let this user in'],
];

const codeOf = (error: Error): string =>
  'code' in error && typeof error.code === 'string' ? error.code : '';

function explain(error: unknown): unknown {
  if (error instanceof StoreTrouble || !(error instanceof Error)) return error;
  const code = codeOf(error);
  const { message } = error;
  const onVersion =
    error instanceof pg.DatabaseError &&
    ((code === uniqueViolation && error.constraint === 'events_pkey') ||
      (code === raised && message === doesNotFollow));
  if (onVersion) return new VersionMoved(message);
  const told = troubles.find(([pattern]) => pattern.test(code));
  if (told !== undefined) {
    return new StoreTrouble(told[1], `${told[2]} (${code}: ${message})`, { cause: error });
  }
  if (error instanceof pg.DatabaseError) {
    return new StoreTrouble('failed', `PostgreSQL refused a statement (${code}: ${message})`, {
      cause: error,
    });
  }
  if (message.startsWith('timeout exceeded when trying to connect')) {
    return new StoreTrouble('busy', 'no connection to PostgreSQL came free', { cause: error });
  }
  if (/^(Connection terminated|Client has encountered a connection error)/.test(message)) {
    return new StoreTrouble('unreachable', `PostgreSQL is gone (${message})`, { cause: error });
  }
  return error;
}

/** Checks the server and makes the tables, as whoever the url logs in as. */
async function prepare(url: string): Promise<void> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: connectLimitMs,
    application_name: 'interlock migrate',
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query(`select ${serverColumns}`);
    assertDurableServer(rows[0]);
    await migratePostgres(client);
  } catch (error) {
    throw explain(error);
  } finally {
    await client.end();
  }
}

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
        await connection.executeQuery(CompiledQuery.raw(begin));
      },
    }),
  });
}

/**
 * The store in the database of a `postgres://` url; makes its tables (schema `interlock`) when they are missing.
 * Throws StoreTrouble when the server cannot be reached, is a replica, could lose a commit, or is ahead of this build.
 */
export async function openPostgresStore(url: string): Promise<Store> {
  await prepare(url);
  const database = kyselyOn(url, connections).withSchema('interlock');
  return kyselyStore({
    reads: database,
    writes: database,
    lock,
    explain,
    close: () => database.destroy(),
  });
}

/** The tables beside the ledger in its database, on a few connections of their own. Throws as `openPostgresStore` does. */
export async function openPostgresBeside(url: string): Promise<Beside> {
  await prepare(url);
  return besideOn(kyselyOn(url, besideConnections).withSchema('interlock'), explain);
}
