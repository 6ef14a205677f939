/**
 * The embedded store: one SQLite file in WAL mode that several processes may share. It refuses to start when a
 * commit would not be flushed to the disk, because the driver lowers `synchronous` by itself in WAL mode.
 */
import { setTimeout as pause } from 'node:timers/promises';
import SqliteFile from 'better-sqlite3';
import {
  CompiledQuery,
  type DatabaseConnection,
  Kysely,
  type SqliteDatabase,
  SqliteDialect,
} from 'kysely';
import { type Store, VersionMoved } from '../store.ts';
import { StoreTrouble } from '../trouble.ts';
import { type Beside, besideOn } from './beside.ts';
import { withTransactions } from './dialect.ts';
import { kyselyStore } from './kyselyStore.ts';
import {
  assertUnderstood,
  doesNotFollow,
  type Migration,
  progressOf,
  sqliteMigrations,
  stepsAfter,
} from './migrations.ts';
import type { Tables } from './tables.ts';

type File = InstanceType<typeof SqliteFile>;

/** `pragma synchronous` reads 2 for FULL. */
const full = 2;
const busyLimitMs = 10_000;
const longestPauseMs = 16;
const statementsKept = 200;

const isBusy = (error: unknown): boolean =>
  error instanceof SqliteFile.SqliteError && error.code.startsWith('SQLITE_BUSY');

/** Tries again while another process holds the lock, leaving the event loop free; gives up at the limit. */
async function whileBusy<T>(limitMs: number, work: () => T | Promise<T>): Promise<T> {
  let waited = 0;
  for (let wait = 1; ; wait = Math.min(wait * 2, longestPauseMs)) {
    try {
      return await work();
    } catch (error) {
      if (!isBusy(error) || waited >= limitMs) throw error;
      await pause(wait);
      waited += wait;
    }
  }
}

/** Throws StoreTrouble `not_durable` unless the file is in WAL mode and flushes every commit, as read back now. */
export function assertDurable(file: File): void {
  const journal = file.pragma('journal_mode', { simple: true });
  const synchronous = file.pragma('synchronous', { simple: true });
  if (journal === 'wal' && synchronous === full) return;
  throw new StoreTrouble(
    'not_durable',
    `${file.name}: a commit here would not survive a power cut: journal_mode is ${String(journal)} and ` +
      `synchronous is ${String(synchronous)}, wanted wal and ${full} (FULL). Keep the file on a local disk`,
  );
}

async function configure(file: File): Promise<void> {
  await whileBusy(busyLimitMs, () => file.pragma('journal_mode = WAL'));
  file.pragma('synchronous = FULL');
  file.pragma('fullfsync = ON');
  file.pragma('checkpoint_fullfsync = ON');
  file.pragma('recursive_triggers = ON');
}

const stepRows = (file: File): unknown[] => file.prepare('select * from migrations').all();

/** Brings the tables up to date under the write lock, and always writes, so that durability is read after a write. */
async function migrate(file: File, steps: readonly Migration[]): Promise<void> {
  await whileBusy(busyLimitMs, () => file.exec('begin immediate'));
  try {
    file.exec(
      'create table if not exists migrations (version integer primary key, name text) strict',
    );
    const progress = progressOf(stepRows(file));
    for (const [index, step] of stepsAfter(progress, steps).entries()) {
      const version = progress.version + index + 1;
      for (const statement of step.statements) file.exec(statement);
      file.prepare('insert into migrations (version, name) values (?, ?)').run(version, step.name);
      if (step.oldest === undefined) continue;
      file.prepare('update migrations set oldest = ? where version = ?').run(step.oldest, version);
    }
    file.exec('create table if not exists openings (id integer primary key, count integer) strict');
    file.exec(
      'insert into openings values (1, 1) on conflict (id) do update set count = openings.count + 1',
    );
    file.exec('commit');
  } catch (error) {
    if (file.inTransaction) file.exec('rollback');
    throw error;
  }
}

/** Throws once a newer build has changed the tables in a way that this one does not understand. */
function understoodOn(writer: File, steps: readonly Migration[]): () => Promise<void> {
  const asked = writer.prepare(
    'select max(version) as version, max(coalesce(oldest, version)) as oldest from migrations',
  );
  return async () => assertUnderstood(progressOf([asked.get()]), steps.length);
}

/** A file that keeps its prepared statements: compiling them is most of what a small query costs. */
function preparing(file: File): SqliteDatabase {
  const known = new Map<string, ReturnType<File['prepare']>>();
  const prepare = (sql: string) => {
    const found = known.get(sql);
    if (found !== undefined) return found;
    if (known.size >= statementsKept) known.clear();
    const statement = file.prepare(sql);
    known.set(sql, statement);
    return statement;
  };
  return { prepare, close: () => file.close() };
}

function kyselyOn(file: File, limitMs = busyLimitMs): Kysely<Tables> {
  const run = (connection: DatabaseConnection, sql: string) =>
    connection.executeQuery(CompiledQuery.raw(sql));
  const dialect = new SqliteDialect({ database: preparing(file) });
  return new Kysely<Tables>({
    dialect: withTransactions(dialect, {
      beginTransaction: async (connection) => {
        await whileBusy(limitMs, () => run(connection, 'begin immediate'));
      },
      rollbackTransaction: async (connection) => {
        if (file.inTransaction) await run(connection, 'rollback');
      },
    }),
  });
}

function explain(error: unknown): unknown {
  if (error instanceof StoreTrouble) return error;
  if (!(error instanceof SqliteFile.SqliteError)) return error;
  const { code, message } = error;
  if (code === 'SQLITE_CONSTRAINT_PRIMARYKEY' || message === doesNotFollow) {
    return new VersionMoved(message);
  }
  const trouble = (kind: StoreTrouble['code'], what: string) =>
    new StoreTrouble(kind, `${what} (${code}: ${message})`, { cause: error });
  if (code.startsWith('SQLITE_BUSY'))
    return trouble('busy', 'another writer holds the ledger file');
  if (code === 'SQLITE_FULL') return trouble('full', 'there is no room left for the ledger file');
  if (/^SQLITE_(CANTOPEN|IOERR|READONLY|PERM|NOTADB|CORRUPT)/.test(code)) {
    return trouble('unreachable', 'the ledger file cannot be used');
  }
  return trouble('failed', 'the ledger file refused a statement');
}

function open(path: string): File {
  try {
    return new SqliteFile(path, { timeout: 5 });
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new StoreTrouble('unreachable', `${path}: cannot be opened: ${why}`, { cause });
  }
}

async function openWriter(path: string, steps: readonly Migration[]): Promise<File> {
  const writer = open(path);
  try {
    await configure(writer);
    await migrate(writer, steps);
    assertDurable(writer);
    return writer;
  } catch (error) {
    writer.close();
    throw explain(error);
  }
}

async function openFile(
  path: string,
  { busyLimitMs: limitMs = busyLimitMs, steps = sqliteMigrations }: How,
): Promise<Store> {
  const writer = await openWriter(path, steps);
  const reader = open(path);
  await configure(reader);
  reader.pragma('query_only = ON');
  const reads = kyselyOn(reader);
  const writes = kyselyOn(writer, limitMs);
  return kyselyStore({
    reads,
    writes,
    lock: understoodOn(writer, steps),
    explain,
    close: async () => {
      await reads.destroy();
      await writes.destroy();
    },
  });
}

async function openMemoryFile(): Promise<File> {
  const file = open(':memory:');
  await migrate(file, sqliteMigrations);
  return file;
}

async function openMemory(): Promise<Store> {
  const database = kyselyOn(await openMemoryFile());
  return kyselyStore({
    reads: database,
    writes: database,
    lock: () => Promise.resolve(),
    explain,
    close: () => database.destroy(),
  });
}

/** Tests hand in another limit of waiting, or the steps of another build. */
type How = { readonly busyLimitMs?: number; readonly steps?: readonly Migration[] };

/**
 * The store in a SQLite file, made when it is not there (its folder must be). `:memory:` keeps it in this process
 * only. A writer waits up to `busyLimitMs` for another process. Throws StoreTrouble when the file cannot be opened,
 * was changed by a newer build in a way that this one does not understand, or would not be durable.
 */
export const openSqliteStore = (file: string, how: How = {}): Promise<Store> =>
  file === ':memory:' ? openMemory() : openFile(file, how);

/**
 * The tables beside the ledger in its file, on a connection of their own. Throws StoreTrouble as `openSqliteStore`
 * does. Write inside `database.transaction()`: only that waits for another writer.
 */
export async function openSqliteBeside(
  file: string,
  waits: { readonly busyLimitMs?: number } = {},
): Promise<Beside> {
  const opened = await (file === ':memory:'
    ? openMemoryFile()
    : openWriter(file, sqliteMigrations));
  const assertUnderstood = understoodOn(opened, sqliteMigrations);
  return besideOn(kyselyOn(opened, waits.busyLimitMs), { explain, assertUnderstood });
}
