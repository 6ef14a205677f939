/**
 * Takes the steps of PostgreSQL's tables, each in a transaction of its own, so that a crash leaves a step wholly taken
 * or not at all. Run by the owner of the tables; two runs wait for each other, and no step is taken while a writer is
 * in the middle of a transaction.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { ClientBase } from 'pg';
import {
  type Migration,
  type MigrationPoint,
  type Progress,
  progressOf,
  stepsAfter,
} from './migrations.ts';
import { postgresMigrations } from './postgresSchema.ts';
import { connected } from './postgresServer.ts';

/** Held shared by every transaction of a store and alone by a step, as the key of an advisory lock. */
export const schemaLock = "hashtextextended('interlock:schema', 0)";
const runLock = "hashtextextended('interlock:migrations', 0)";

/** Writers wait for a step at most this long; a step that gets no lock lets them go on and tries again. */
const lockLimit = '3s';
const attempts = 10;
const lockNotAvailable = '55P03';

type How = {
  /** The steps that a build knows; a test hands in those of another build. */
  readonly steps?: readonly Migration[];
  readonly onPoint?: (point: MigrationPoint) => void;
};

/** How far a database has come. Needs no rights beyond reading. */
export async function progressIn(client: ClientBase): Promise<Progress> {
  const there = await client.query(
    "select to_regclass('interlock.migrations') is not null as there",
  );
  if (there.rows[0]?.there !== true) return progressOf([]);
  const { rows } = await client.query('select * from interlock.migrations');
  return progressOf(rows);
}

async function makeRoom(client: ClientBase): Promise<void> {
  await client.query('create schema if not exists interlock');
  await client.query(
    'create table if not exists interlock.migrations (version integer primary key, name text not null)',
  );
}

/** The statements of a step and the row that says it was taken, inside the transaction that is open. */
async function take(
  client: ClientBase,
  { step, version }: { readonly step: Migration; readonly version: number },
  onPoint: How['onPoint'],
): Promise<void> {
  for (const statement of step.statements) {
    await client.query(statement);
    onPoint?.('migration.statement');
  }
  await client.query('insert into interlock.migrations (version, name) values ($1, $2)', [
    version,
    step.name,
  ]);
  if (step.oldest === undefined) return;
  await client.query('update interlock.migrations set oldest = $1 where version = $2', [
    step.oldest,
    version,
  ]);
}

/** Takes the next step, all or nothing; its name, or null when there is none. */
async function takeNext(client: ClientBase, how: How): Promise<string | null> {
  const steps = how.steps ?? postgresMigrations;
  await client.query('begin isolation level read committed');
  try {
    await client.query(`select pg_advisory_xact_lock(${schemaLock})`);
    const progress = await progressIn(client);
    const [step] = stepsAfter(progress, steps);
    if (step === undefined) {
      await client.query('rollback');
      return null;
    }
    how.onPoint?.('migration.begin');
    if (progress.version === 0) await makeRoom(client);
    await take(client, { step, version: progress.version + 1 }, how.onPoint);
    how.onPoint?.('migration.commit');
    await client.query('commit');
    how.onPoint?.('migration.committed');
    return step.name;
  } catch (error) {
    await client.query('rollback').catch(() => undefined);
    throw error;
  }
}

const isLockTrouble = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === lockNotAvailable;

async function takeNextPatiently(client: ClientBase, how: How): Promise<string | null> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await takeNext(client, how);
    } catch (error) {
      if (attempt >= attempts || !isLockTrouble(error)) throw error;
      await pause(200 * attempt);
    }
  }
}

/**
 * Takes every step that is missing and says which. Throws StoreTrouble when the server cannot be reached, could lose
 * a commit, does not let this user make tables, is too busy, or holds tables that this build does not understand.
 */
export const migratePostgres = (url: string, how: How = {}): Promise<readonly string[]> =>
  connected(url, 'interlock migrate', async (client) => {
    await client.query(`select pg_advisory_lock(${runLock})`);
    await client.query(`set lock_timeout = '${lockLimit}'`);
    const taken: string[] = [];
    for (;;) {
      const name = await takeNextPatiently(client, how);
      if (name === null) return taken;
      taken.push(name);
    }
  });

/** The steps that `migratePostgres` would take now. Changes nothing; throws as it does. */
export const missingSteps = (
  url: string,
  { steps = postgresMigrations }: How = {},
): Promise<readonly string[]> =>
  connected(url, 'interlock migrate', async (client) =>
    stepsAfter(await progressIn(client), steps).map(({ name }) => name),
  );
