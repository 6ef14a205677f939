/**
 * Where the graph keeps its threads: beside a ledger file a SQLite file of its own, on PostgreSQL a schema of its own.
 * Either is disposable: it is written without waiting for the disk, a file that is broken is replaced, and losing it
 * costs a few steps and no event.
 */
import { rmSync } from 'node:fs';
import { dirname } from 'node:path';
import type { BaseCheckpointSaver } from '@langchain/langgraph';
import { SqliteSaver } from '@langchain/langgraph-checkpoint-sqlite';
import Database from 'better-sqlite3';
import { StoreTrouble } from '../ledger/trouble.ts';
import { makeFolder } from './makeFolder.ts';
import { isUrl } from './places.ts';

export type Checkpoints<Saver extends BaseCheckpointSaver = BaseCheckpointSaver> = {
  readonly saver: Saver;
  readonly close: () => Promise<void>;
};

type File = InstanceType<typeof Database>;

const isBroken = (error: unknown): boolean =>
  error instanceof Database.SqliteError && /^SQLITE_(NOTADB|CORRUPT)/.test(error.code);

function open(file: string): File {
  const database = new Database(file);
  try {
    database.pragma('busy_timeout = 5000');
    database.pragma('journal_mode = WAL');
    database.pragma('synchronous = NORMAL');
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function openOrReplace(file: string): File {
  try {
    return open(file);
  } catch (error) {
    if (!isBroken(error)) throw error;
    for (const end of ['', '-wal', '-shm']) rmSync(`${file}${end}`, { force: true });
    return open(file);
  }
}

/** Opens or creates the file (`:memory:` allowed) in a folder that is there. Throws when it cannot be opened. */
export async function openCheckpointFile(file: string): Promise<Checkpoints<SqliteSaver>> {
  const database = openOrReplace(file);
  const saver = new SqliteSaver(database);
  // The library makes its tables at the first read, and forgetting a thread may come before that.
  await saver.getTuple({ configurable: { thread_id: 'none' } });
  return { saver, close: async () => void database.close() };
}

/**
 * Opens the threads in a file, made with its folder when it is missing, or in a database whose tables `interlock
 * migrate` has made. Throws StoreTrouble when they cannot be opened.
 */
export async function openCheckpoints(place: string): Promise<Checkpoints> {
  if (isUrl(place)) {
    const { openPostgresCheckpoints } = await import('./postgresCheckpoints.ts');
    return openPostgresCheckpoints(place);
  }
  try {
    if (place !== ':memory:') await makeFolder(dirname(place));
    return await openCheckpointFile(place);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new StoreTrouble('unreachable', `the file of the graph’s threads: ${place}: ${why}`, {
      cause: error,
    });
  }
}
