/**
 * The PostgreSQL server as the store meets it: whether it keeps what it has committed, what its errors mean, and one
 * connection on its own, as whoever the url logs in as.
 */
import pg from 'pg';
import { z } from 'zod';
import { VersionMoved } from '../store.ts';
import { StoreTrouble, type TroubleCode } from '../trouble.ts';
import { doesNotFollow } from './migrations.ts';

export const connectLimitMs = 10_000;

const Server = z.object({
  fsync: z.string(),
  full_page_writes: z.string(),
  synchronous_commit: z.string(),
  replica: z.boolean(),
  read_only: z.string(),
  encoding: z.string(),
});
/** What `assertDurableServer` wants to know, as columns of a select. */
export const serverColumns = `current_setting('fsync') as fsync,
  current_setting('full_page_writes') as full_page_writes,
  current_setting('synchronous_commit') as synchronous_commit,
  pg_is_in_recovery() as replica,
  current_setting('transaction_read_only') as read_only,
  current_setting('server_encoding') as encoding`;

/** Throws StoreTrouble `not_durable` when a commit on this server could be lost. `stored` is a row of its settings. */
export function assertDurableServer(stored: unknown): void {
  const server = Server.parse(stored);
  const wrong = [
    ...(server.replica ? ['it is a replica: connect to the primary'] : []),
    ...(server.read_only === 'off' || server.replica ? [] : ['it is read-only: allow writing']),
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

/** A database error as VersionMoved or StoreTrouble; any other error as it is. */
export function explain(error: unknown): unknown {
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
  if (message === 'timeout expired') {
    return new StoreTrouble('unreachable', `no PostgreSQL answers within ${connectLimitMs} ms`, {
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

/** Runs `work` on a connection to a server that keeps what it commits. Errors come out as StoreTrouble. */
export async function connected<T>(
  url: string,
  name: string,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: connectLimitMs,
    application_name: name,
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query(`select ${serverColumns}`);
    assertDurableServer(rows[0]);
    return await work(client);
  } catch (error) {
    throw explain(error);
  } finally {
    await client.end();
  }
}
