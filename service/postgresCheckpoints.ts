/**
 * The graph's threads on PostgreSQL, in a schema of their own beside the ledger's. The saver's own set-up fails when two
 * run it at once, so only `interlock migrate` does, one at a time; processes act as the application role.
 */
import { PostgresSaver } from '@langchain/langgraph-checkpoint-postgres';
import pg, { type ClientBase } from 'pg';
import { applicationRole, makeApplicationRole } from '../ledger/stores/postgresSchema.ts';
import { connected, connectLimitMs, explain } from '../ledger/stores/postgresServer.ts';
import { StoreTrouble } from '../ledger/trouble.ts';

const schema = 'interlock_checkpoints';
/** The last of the saver's own steps (its `checkpoint_migrations.v`) in the version that package.json pins. */
export const saverVersion = 4;
const connections = 4;
/** The threads are disposable: a commit need not wait for the disk. */
const sessionSettings =
  `set lock_timeout = '10s'; set idle_in_transaction_session_timeout = '30s'; ` +
  `set synchronous_commit = off; set role ${applicationRole}`;
const stepName = 'the threads of the graph';

async function told<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw explain(error);
  }
}

/** The library's saver, with the database's errors told as StoreTrouble. */
class Saver extends PostgresSaver {
  override getTuple(...given: Parameters<PostgresSaver['getTuple']>) {
    return told(() => super.getTuple(...given));
  }

  override put(...given: Parameters<PostgresSaver['put']>) {
    return told(() => super.put(...given));
  }

  override putWrites(...given: Parameters<PostgresSaver['putWrites']>) {
    return told(() => super.putWrites(...given));
  }

  override deleteThread(...given: Parameters<PostgresSaver['deleteThread']>) {
    return told(() => super.deleteThread(...given));
  }
}

function poolOf(url: string, settings: string): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url,
    max: connections,
    connectionTimeoutMillis: connectLimitMs,
    application_name: 'interlock checkpoints',
    onConnect: async (client) => {
      await client.query(settings);
    },
  });
  // A connection that breaks is replaced by the pool; unheard, it would end the process.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
}

/** Whether the tables are all there and the application role may write to the last that was made. */
async function isMade(client: ClientBase): Promise<boolean> {
  const steps = `${schema}.checkpoint_migrations`;
  const found = await client.query(
    `select to_regclass($1) is not null and exists (select 1 from pg_roles where rolname = $2) as there`,
    [steps, applicationRole],
  );
  if (found.rows[0]?.there !== true) return false;
  const { rows } = await client.query(
    `select coalesce(max(v), -1) >= $1 and has_table_privilege($2, $3, 'insert') as made from ${steps}`,
    [saverVersion, applicationRole, `${schema}.checkpoint_writes`],
  );
  return rows[0]?.made === true;
}

async function make(client: ClientBase, url: string): Promise<void> {
  const pool = poolOf(url, 'select 1');
  try {
    await new PostgresSaver(pool, undefined, { schema }).setup();
  } finally {
    await pool.end();
  }
  const { rows } = await client.query('select 1 from pg_roles where rolname = $1', [
    applicationRole,
  ]);
  if (rows.length === 0) await client.query(makeApplicationRole);
  await client.query(`grant usage on schema ${schema} to ${applicationRole}`);
  await client.query(
    `grant select, insert, update, delete on all tables in schema ${schema} to ${applicationRole}`,
  );
}

/** Makes what is missing and says what it made; every statement can be repeated, so a crash is mended by running again. */
export const migrateCheckpoints = (url: string): Promise<readonly string[]> =>
  connected(url, 'interlock migrate', async (client) => {
    await client.query("select pg_advisory_lock(hashtextextended('interlock:checkpoints', 0))");
    if (await isMade(client)) return [];
    await make(client, url);
    return [stepName];
  });

/** What `migrateCheckpoints` would make now. Changes nothing. */
export const missingCheckpoints = (url: string): Promise<readonly string[]> =>
  connected(url, 'interlock migrate', async (client) => ((await isMade(client)) ? [] : [stepName]));

/** Opens the threads. Throws StoreTrouble: `wrong_schema` until `interlock migrate` has made the tables. */
export async function openPostgresCheckpoints(
  url: string,
): Promise<{ readonly saver: PostgresSaver; readonly close: () => Promise<void> }> {
  if ((await missingCheckpoints(url)).length > 0) {
    throw new StoreTrouble(
      'wrong_schema',
      'the tables of the graph’s checkpoints are missing or behind this build: ' +
        'run `interlock migrate` as their owner first',
    );
  }
  const pool = poolOf(url, sessionSettings);
  return { saver: new Saver(pool, undefined, { schema }), close: () => pool.end() };
}
