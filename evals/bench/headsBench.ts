/**
 * What a sweep costs: the newest position of each of 1,000 cutovers of 100 events, beside the plain question that goes
 * through every event, on both databases. PostgreSQL is brought as for the tests; everything is removed at the end.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import SqliteFile from 'better-sqlite3';
import pg from 'pg';
import { chain } from '../../ledger/chain.ts';
import type { EventBody } from '../../ledger/events.ts';
import type { Store } from '../../ledger/store.ts';
import { openPostgresStore } from '../../ledger/stores/postgres.ts';
import { migratePostgres } from '../../ledger/stores/postgresMigrate.ts';
import { openSqliteStore } from '../../ledger/stores/sqlite.ts';
import { startPostgres } from '../../tests/support/postgres.ts';
import { opensAt } from './longLedger.ts';
import { besides, type BenchRow } from './row.ts';

const cutovers = 1_000;
const eventsEach = 100;
const rounds = 30;
const everyEvent = (events: string): string =>
  `select cutover_id, max(version) as version from ${events} group by cutover_id order by cutover_id`;

async function fill(store: Store): Promise<void> {
  const bodies = Array.from({ length: eventsEach }, (_, index): EventBody => {
    const runId = `run-${index >> 1}`;
    return index % 2 === 0
      ? { type: 'RunStarted', runId, nowAt: opensAt, graphVersion: 'bench' }
      : { type: 'RunEnded', runId, outcome: 'no_change' };
  });
  for (let index = 0; index < cutovers; index += 1) {
    const cutoverId = `release-${index}`;
    const events = chain(null, bodies, { cutoverId, recordedAt: opensAt });
    await store.transact(cutoverId, (transaction) => transaction.append(cutoverId, 0, events));
  }
}

async function rowOn(name: string, store: Store, plain: () => unknown): Promise<BenchRow> {
  const heads = await store.heads();
  if (heads.length !== cutovers || heads.some(({ version }) => version !== eventsEach)) {
    throw new Error(`${name}: the heads are wrong`);
  }
  const goal = 'less than grouping all events';
  return besides(
    { name: `heads of 1,000 x 100, ${name}`, goal, rounds },
    () => store.heads(),
    plain,
  );
}

async function sqliteRow(): Promise<BenchRow> {
  const folder = await mkdtemp(join(tmpdir(), 'interlock-bench-'));
  const path = join(folder, 'ledger.db');
  const store = await openSqliteStore(path);
  const file = new SqliteFile(path, { readonly: true });
  try {
    await fill(store);
    const all = file.prepare(everyEvent('events'));
    return await rowOn('SQLite', store, () => all.all());
  } finally {
    file.close();
    await store.close();
    await rm(folder, { recursive: true, force: true });
  }
}

async function postgresRow(): Promise<BenchRow> {
  const server = await startPostgres();
  const client = new pg.Client({ connectionString: server.url });
  try {
    await migratePostgres(server.url);
    const store = await openPostgresStore(server.url);
    await client.connect();
    await fill(store);
    await client.query('vacuum analyze interlock.events');
    const row = await rowOn('PostgreSQL', store, () =>
      client.query(everyEvent('interlock.events')),
    );
    await store.close();
    return row;
  } finally {
    await client.end();
    await server.stop();
  }
}

/** The rows about the sweep's look at all heads. Takes about a minute, most of it filling. */
export const benchHeads = async (): Promise<BenchRow[]> => [await sqliteRow(), await postgresRow()];
