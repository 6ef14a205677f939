/**
 * Where the graph keeps its threads: a SQLite file of its own, beside the ledger. It is disposable by design, so it is
 * written with synchronous=NORMAL, and one that is broken is replaced: losing it costs a few steps and no event.
 */
import { rmSync } from 'node:fs';
import { SqliteSaver } from '@langchain/langgraph-checkpoint-sqlite';
import Database from 'better-sqlite3';

export type Checkpoints = { readonly saver: SqliteSaver; readonly close: () => void };

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

/** Opens or creates the file (`:memory:` allowed). Throws when it cannot be opened. */
export async function openCheckpoints(file: string): Promise<Checkpoints> {
  const database = openOrReplace(file);
  return { saver: new SqliteSaver(database), close: () => database.close() };
}
