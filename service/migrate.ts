/**
 * `interlock migrate`: brings the tables of the ledger and of the graph's checkpoints up to this build. On PostgreSQL
 * nothing else makes or changes a table; a SQLite file brings itself up to date whenever it is opened.
 */
import pg from 'pg';
import { migratePostgres, missingSteps } from '../ledger/stores/postgresMigrate.ts';
import { openSqliteStore } from '../ledger/stores/sqlite.ts';
import { type Config, ConfigError } from './config.ts';
import { armCrash, crashPoint } from './crashPoint.ts';
import { makeFolderOf } from './openLedger.ts';
import { isUrl } from './places.ts';
import { migrateCheckpoints, missingCheckpoints } from './postgresCheckpoints.ts';

export type Places = Pick<Config, 'ledger' | 'checkpoints'>;

/** The steps that are missing. Changes nothing. A file has none: it takes them by itself. */
export async function missing({ ledger, checkpoints }: Places): Promise<readonly string[]> {
  return [
    ...(isUrl(ledger) ? await missingSteps(ledger) : []),
    ...(isUrl(checkpoints) ? await missingCheckpoints(checkpoints) : []),
  ];
}

/** Crash points test a build: beside a live cutover nothing runs with one set. */
async function refuseOnLive(ledger: string): Promise<void> {
  const client = new pg.Client({ connectionString: ledger });
  await client.connect();
  try {
    const there = await client.query("select to_regclass('interlock.events') is not null as there");
    if (there.rows[0]?.there !== true) return;
    const { rows } = await client.query(
      `select cutover_id from interlock.events where version = 1
        and body::jsonb #>> '{plan,mode}' = 'live' limit 1`,
    );
    if (rows.length > 0)
      throw new ConfigError('INTERLOCK_CRASH is set and a cutover is live: unset it');
  } finally {
    await client.end();
  }
}

/**
 * Takes the missing steps and says which. Throws StoreTrouble as `migratePostgres` does; what was taken before a
 * trouble stays taken, so it is simply run again. `crash` arms a crash point, for tests.
 */
export async function migrate(
  { ledger, checkpoints }: Places,
  crash: string | null,
): Promise<readonly string[]> {
  if (crash !== null && isUrl(ledger)) await refuseOnLive(ledger);
  armCrash(crash, null);
  if (!isUrl(ledger)) {
    await makeFolderOf(ledger);
    await (await openSqliteStore(ledger)).close();
  }
  return [
    ...(isUrl(ledger) ? await migratePostgres(ledger, { onPoint: crashPoint }) : []),
    ...(isUrl(checkpoints) ? await migrateCheckpoints(checkpoints) : []),
  ];
}
