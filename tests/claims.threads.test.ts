/**
 * The graph's threads on PostgreSQL (C8): emptied in the middle of a run or while a packet waits they cost nothing, a
 * process that is killed is followed by another, with them or without, and trouble with them is told as the store's is.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { PostgresSaver } from '@langchain/langgraph-checkpoint-postgres';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { nodeNames, type NodeName } from '../graph/deps.ts';
import type { Store } from '../ledger/store.ts';
import { openPostgresStore } from '../ledger/stores/postgres.ts';
import { migratePostgres } from '../ledger/stores/postgresMigrate.ts';
import { type Checkpoints, openCheckpoints } from '../service/checkpoints.ts';
import { migrateCheckpoints, saverVersion } from '../service/postgresCheckpoints.ts';
import { compileHouse } from './support/compiled.ts';
import { heldNight } from './support/lateNight.ts';
import { type Loop, storyOf } from './support/loop.ts';
import { isDeep, takeYourTime } from './support/scale.ts';
import { emptyDatabase, freshDatabase } from './support/supplied.ts';

takeYourTime();

let url: string;
let store: Store;
let threads: Checkpoints;
let owner: pg.Client;
let undisturbed: string[];
let packetHash: string;

beforeAll(async () => {
  const loop = await heldNight();
  await loop.run();
  undisturbed = storyOf(await loop.events());
  packetHash = (await loop.binding()).packetHash;
});
beforeEach(async () => {
  url = await freshDatabase();
  store = await openPostgresStore(url);
  threads = await openCheckpoints(url);
  owner = new pg.Client({ connectionString: url });
  await owner.connect();
});
afterEach(async () => {
  await threads.close();
  await store.close();
  await owner.end();
});

const rows = async (): Promise<number> => {
  const found = await owner.query(
    'select count(*)::int as rows from interlock_checkpoints.checkpoints',
  );
  return Number(found.rows[0]?.rows);
};
const empty = () =>
  owner.query(
    `truncate interlock_checkpoints.checkpoints, interlock_checkpoints.checkpoint_blobs,
      interlock_checkpoints.checkpoint_writes`,
  );
const night = (): Promise<Loop> => heldNight({ store, checkpointer: threads.saver });
async function sameAsUndisturbed(loop: Loop): Promise<void> {
  expect(await loop.run()).toMatchObject({ outcome: 'awaiting_decision', packetVersion: 2 });
  expect(storyOf(await loop.events())).toEqual(undisturbed);
  expect((await loop.binding()).packetHash).toBe(packetHash);
}

class Crash extends Error {
  override readonly name = 'Crash';
}

describe('C8: threads on PostgreSQL', () => {
  it('are emptied while a packet waits: the same packet returns, with the same hash, and is adopted', async () => {
    const loop = await night();
    await loop.run();
    expect(await rows()).toBeGreaterThan(10);
    const before = await loop.events();
    await empty();
    await sameAsUndisturbed(loop);
    expect(await loop.events()).toEqual(before);
    await loop.resume(await loop.adopt());
    expect((await loop.state()).current?.packetHash).toBe(packetHash);
    expect(await rows()).toBe(0);
  });

  const steps = nodeNames.filter((name) => name !== 'approval' && name !== 'settle');
  it.each(steps)(
    'are emptied, or kept, as a run dies at %s: it ends in the same packet',
    async (name) => {
      for (const fate of ['kept', 'emptied']) {
        const cutover = await freshDatabase();
        const ledger = await openPostgresStore(cutover);
        const loop = await heldNight({ store: ledger, checkpointer: threads.saver });
        let crashed = false;
        const onStep = ({ node }: { node: NodeName }): void => {
          if (node !== name || crashed) return;
          crashed = true;
          throw new Crash();
        };
        await expect(loop.with({ onStep }).run()).rejects.toThrow(Crash);
        if (fate === 'emptied') await empty();
        await sameAsUndisturbed(loop);
        await empty();
        await ledger.close();
      }
    },
  );

  it('that cannot be reached are told as trouble of the store, and the run goes on when they are back', async () => {
    const loop = await night();
    await owner.query('alter schema interlock_checkpoints rename to away');
    await expect(loop.run()).rejects.toMatchObject({ name: 'StoreTrouble', code: 'failed' });
    await owner.query('alter schema away rename to interlock_checkpoints');
    await sameAsUndisturbed(loop);
    await owner.query(
      'select pg_terminate_backend(pid) from pg_stat_activity where application_name = $1 and datname = current_database()',
      ['interlock checkpoints'],
    );
    await expect.poll(() => loop.run().catch(() => null)).toMatchObject({ packetVersion: 2 });
    expect(storyOf(await loop.events())).toEqual(undisturbed);
  });
});

describe('C8: kill -9 with ledger and threads on PostgreSQL', () => {
  let house: ReturnType<typeof compileHouse>;
  beforeAll(() => {
    house = compileHouse();
  });
  afterAll(() => house.remove());
  const child = async (dieAt: string) => {
    const script = join(house.folder, 'tests/support/loopChild.js');
    const started = spawn(process.execPath, [script, url, url, dieAt], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const [, signal] = await once(started, 'close');
    return signal;
  };

  // The first three in every run; fifty kills in a deep one, the threads emptied after every second.
  const steps = ['supervisor:1', 'gate:2', 'packet:1', 'readiness:1', 'gate:1', 'supervisor:3'];
  const late = ['resequencing:1', 'holds:1', 'gate:3', 'supervisor:5'];
  const kills = Array.from({ length: isDeep() ? 50 : 3 }, (_, index) => {
    const all = [...steps, ...late];
    return {
      point: all[index % all.length] ?? '',
      emptied: (index + Math.floor(index / 10)) % 2 === 1,
    };
  });
  it.each(kills)(
    'at $point (threads emptied: $emptied) is finished by another process',
    async ({ point, emptied }) => {
      const loop = await heldNight({ store });
      expect(await child(point)).toBe('SIGKILL');
      if (emptied) await empty();
      expect(await child('never')).toBeNull();
      expect(storyOf(await loop.events())).toEqual(undisturbed);
      expect((await loop.binding()).packetHash).toBe(packetHash);
    },
  );
});

describe('the tables of the threads', () => {
  it('are made by migrate alone, by several at once, and until then the start is refused with the fix', async () => {
    const fresh = await emptyDatabase();
    await migratePostgres(fresh);
    await expect(openCheckpoints(fresh)).rejects.toMatchObject({
      code: 'wrong_schema',
      message: expect.stringContaining('interlock migrate'),
    });
    const made = await Promise.all([1, 2, 3].map(() => migrateCheckpoints(fresh)));
    expect(made.filter((steps) => steps.length > 0)).toHaveLength(1);
    const opened = await openCheckpoints(fresh);
    await opened.close();
  });

  it('are as far as the library that package.json pins takes them', async () => {
    const { rows: found } = await owner.query(
      'select max(v) as v from interlock_checkpoints.checkpoint_migrations',
    );
    expect(found[0]?.v).toBe(saverVersion);
    const saver = PostgresSaver.fromConnString(url, { schema: 'interlock_checkpoints' });
    await saver.setup();
    await saver.end();
    const again = await owner.query(
      'select count(*)::int as steps from interlock_checkpoints.checkpoint_migrations',
    );
    expect(again.rows[0]?.steps).toBe(saverVersion + 1);
  });
});
