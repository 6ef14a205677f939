/**
 * Where the graph keeps its threads: a SQLite file of its own, beside the ledger. It is disposable by design, so it is
 * written with synchronous=NORMAL; deleting it costs a few steps and no event.
 */
import { SqliteSaver } from '@langchain/langgraph-checkpoint-sqlite';
import Database from 'better-sqlite3';

export type Checkpoints = { readonly saver: SqliteSaver; readonly close: () => void };

/** Opens or creates the file (`:memory:` allowed). Throws when it cannot be opened. */
export async function openCheckpoints(file: string): Promise<Checkpoints> {
  const database = new Database(file);
  database.pragma('busy_timeout = 5000');
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = NORMAL');
  return { saver: new SqliteSaver(database), close: () => database.close() };
}
