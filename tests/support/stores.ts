/**
 * The two stores as tests see them: a fresh place that can be opened any number of times, and a way round the
 * store to its rows, as an intruder or an auditor would have it.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import SqliteFile from 'better-sqlite3';
import pg from 'pg';
import { inject } from 'vitest';
import type { Store } from '../../ledger/store.ts';
import { openPostgresStore } from '../../ledger/stores/postgres.ts';
import { openSqliteStore } from '../../ledger/stores/sqlite.ts';
import { withBug } from '../attacks/plantedStores.ts';
import { freshDatabase } from './supplied.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** The bug of tests/attacks/plantedStores.ts that this run is handed; none in an ordinary one. */
    planted: string;
  }
}

export type Row = Readonly<Record<string, unknown>>;

export type Place = {
  /** What a child process is told to open. */
  readonly address: string;
  open(): Promise<Store>;
  /** Runs one statement as the owner of the tables; `events` and `snapshots` are found by name alone. */
  sql(statement: string, values?: readonly unknown[]): Promise<readonly Row[]>;
  /** Takes the guards off, so that history can be tampered with. */
  unguard(): Promise<void>;
  remove(): Promise<void>;
};

export type Kind = { readonly name: 'SQLite' | 'PostgreSQL'; fresh(): Promise<Place> };

async function sqlitePlace(): Promise<Place> {
  const folder = await mkdtemp(join(tmpdir(), 'interlock-store-'));
  const address = join(folder, 'ledger.db');
  await (await openSqliteStore(address)).close();
  const file = new SqliteFile(address, { timeout: 5_000 });
  file.pragma('synchronous = OFF');
  return {
    address,
    open: async () => withBug(await openSqliteStore(address), inject('planted')),
    sql: async (statement, values = []) => {
      const prepared = file.prepare<unknown[], Row>(statement);
      if (prepared.reader) return prepared.all(...values);
      prepared.run(...values);
      return [];
    },
    unguard: async () => {
      const triggers = file.prepare("select name from sqlite_master where type = 'trigger'");
      for (const name of triggers.pluck().all()) file.exec(`drop trigger ${String(name)}`);
    },
    remove: async () => {
      file.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function postgresPlace(): Promise<Place> {
  const address = await freshDatabase();
  const client = new pg.Client({ connectionString: address });
  await client.connect();
  await client.query('set search_path = interlock; set synchronous_commit = off');
  /** The tests write `?`, as SQLite does. */
  const numbered = (statement: string): string => {
    let count = 0;
    return statement.replaceAll('?', () => `$${(count += 1)}`);
  };
  return {
    address,
    open: async () => withBug(await openPostgresStore(address), inject('planted')),
    sql: async (statement, values = []) =>
      (await client.query<Row>(numbered(statement), [...values])).rows,
    unguard: async () => {
      await client.query('alter table events disable trigger all');
    },
    remove: () => client.end(),
  };
}

export const kinds: readonly Kind[] = [
  { name: 'SQLite', fresh: sqlitePlace },
  { name: 'PostgreSQL', fresh: postgresPlace },
];
