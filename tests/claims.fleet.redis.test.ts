/**
 * The doorbell on a real Redis: C14 (absent, killed, emptied or standing still, everything is done from the ledger and
 * no ring waits long) and C15 (a ring that comes again has one effect).
 */
import { setTimeout as pause } from 'node:timers/promises';
import { Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { judge } from '../constraints/judge.ts';
import { handle } from '../ledger/handle.ts';
import { load } from '../ledger/load.ts';
import type { Store } from '../ledger/store.ts';
import { bullDoorbell } from '../service/doorbell/bull.ts';
import { decisionFaults } from './support/audit.ts';
import {
  declareTonight,
  eventsOf,
  eventually,
  fleetPlan,
  type Half,
  lateBy,
  ledgerOn,
  startHalf,
  typesOf,
} from './support/fleet.ts';
import { type RedisServer, redisServer } from './support/redis.ts';
import { isDeep, takeYourTime } from './support/scale.ts';
import { kinds, type Place } from './support/stores.ts';
import { builtFolder } from './support/supplied.ts';

takeYourTime();

/** How long Redis is away. */
const outageMs = isDeep() ? 40_000 : 1_000;
const [, postgres] = kinds;
let built: string;
let place: Place;
let store: Store;
let redis: RedisServer;
let half: Half | null = null;
beforeAll(async () => {
  built = await builtFolder();
});
beforeEach(async () => {
  if (postgres === undefined) throw new Error('no PostgreSQL among the stores');
  place = await postgres.fresh();
  store = await place.open();
  redis = await redisServer();
});
afterEach(async () => {
  half?.signal('SIGKILL');
  await half?.ended;
  redis.resume();
  await redis.stop();
  await store.close();
  await place.remove();
});

const start = (sweepMs: string): void => {
  half = startHalf(built, 'work', {
    INTERLOCK_LEDGER: place.address,
    INTERLOCK_REDIS: redis.url,
    INTERLOCK_SWEEP_MS: sweepMs,
  });
};
const report = (id: string, minutes: number) =>
  handle(ledgerOn(store), 'payments', { type: 'ReceiveReport', body: lateBy(id, minutes) });
const packet = (version: number) =>
  eventually(`packet ${version}`, async () => {
    const state = await load(store, 'payments');
    const known = state?.pending?.record.packet.version ?? state?.current?.packet.version ?? 0;
    return state?.unruled.length === 0 && known >= version;
  });
/** Ready it is all the while; what it cannot do at once is said beside. */
const saysOfDoorbell = (degraded: readonly string[]) =>
  eventually(`degraded: ${degraded.join()}`, async () => {
    const response = await fetch(`${await half?.url}/readyz`);
    const said: unknown = await response.json();
    expect(response.status).toBe(200);
    const figure = await half?.figure('interlock_doorbell_up');
    return (
      figure === (degraded.length === 0 ? 1 : 0) &&
      JSON.stringify(said) === JSON.stringify({ status: 'ready', degraded })
    );
  });
const sound = async (): Promise<void> =>
  expect(decisionFaults(await eventsOf(store, 'payments'), judge)).toEqual([]);
const doorbell = () =>
  bullDoorbell({
    url: redis.url,
    atOnce: 4,
    onTrouble: () => undefined,
    onSilence: () => undefined,
  });

const queueName = 'interlock-cutovers';
type Rung = {
  readonly bell: ReturnType<typeof doorbell>;
  readonly queue: Queue;
  readonly connection: Redis;
};

/** Tonight's packet 1 is there after one ring; what `work` does from here on must leave a sound ledger. */
async function rungOnce(sweepMs: string, work: (rung: Rung) => Promise<void>): Promise<void> {
  await redis.start();
  await declareTonight(ledgerOn(store), fleetPlan('payments'));
  start(sweepMs);
  const bell = doorbell();
  const connection = new Redis(redis.url, { maxRetriesPerRequest: null });
  const queue = new Queue(queueName, { connection });
  try {
    await bell.ring('payments');
    await packet(1);
    await work({ bell, queue, connection });
  } finally {
    await queue.close();
    connection.disconnect();
    await bell.close();
  }
  await sound();
}

async function isEmpty(queue: Queue): Promise<boolean> {
  const { active, waiting, delayed } = await queue.getJobCounts();
  return active === 0 && waiting === 0 && delayed === 0;
}

describe('a worker with Redis', () => {
  it('is woken by the ring and not by the sweep', async () => {
    await redis.start();
    await declareTonight(ledgerOn(store), fleetPlan('payments'));
    start('600000');
    const bell = doorbell();
    await bell.ring('payments');
    await packet(1);
    await report('late', 20);
    await bell.ring('payments');
    await packet(2);
    await bell.close();
    await sound();
  });

  it('C14: absent, killed, emptied and standing still: all is done from the ledger, no ring waits', async () => {
    await declareTonight(ledgerOn(store), fleetPlan('payments'));
    start('250');
    await packet(1);
    const bell = doorbell();
    const ring = async (): Promise<void> => {
      const startedAt = performance.now();
      await bell.ring('payments');
      // Its own deadline is a second; the rest is for a machine that is busy.
      expect(performance.now() - startedAt).toBeLessThan(30_000);
    };
    await report('absent', 20);
    await ring();
    await packet(2);
    await saysOfDoorbell(['doorbell']);
    await redis.start();
    await saysOfDoorbell([]);
    await report('there', 30);
    await ring();
    await packet(2);
    await redis.flush();
    await report('emptied', 40);
    await packet(2);
    redis.pause();
    await report('paused', 50);
    await ring();
    await packet(2);
    redis.resume();
    await redis.kill();
    await report('killed', 60);
    await ring();
    await packet(2);
    await bell.close();
    await sound();
    // Redis complained many times a second, was heard once a minute, and nobody's work failed over it.
    const complaints = (half?.said() ?? '').split('Redis does not answer').length - 1;
    expect([complaints > 0, complaints < 10]).toEqual([true, true]);
    expect(half?.said()).not.toContain('"kind":"other"');
    const received = typesOf(await eventsOf(store, 'payments')).filter(
      (type) => type === 'ReportReceived',
    );
    expect(received).toHaveLength(5);
  });

  it.each(['stands still', 'is gone'] as const)(
    `C14: after Redis %s for ${outageMs} ms, rings are answered again within 30 s`,
    async (how) => {
      await redis.start();
      await declareTonight(ledgerOn(store), fleetPlan('payments'));
      // Nothing but rings: the sweep looks once in ten minutes.
      start('600000');
      const bell = doorbell();
      let longestRingMs = 0;
      const ring = async (): Promise<void> => {
        const startedAt = performance.now();
        await bell.ring('payments');
        longestRingMs = Math.max(longestRingMs, Math.round(performance.now() - startedAt));
      };
      await ring();
      await packet(1);
      await eventually('the lease given back', async () => {
        const lease = await store.transact('payments', (within) => within.lease('payments'));
        return lease !== null && lease.until <= Date.now();
      });
      if (how === 'is gone') await redis.kill();
      else redis.pause();
      await report('meanwhile', 20);
      for (const endsAt = Date.now() + outageMs; Date.now() < endsAt; await pause(250))
        await ring();
      if (how === 'is gone') await redis.start();
      else redis.resume();
      const backAt = performance.now();
      await eventually('packet 2', async () => {
        await ring();
        return (await load(store, 'payments'))?.pending?.request;
      });
      const caughtUpMs = Math.round(performance.now() - backAt);
      process.stdout.write(
        `C14: Redis ${how} for ${outageMs} ms: caught up within ${caughtUpMs} ms, the longest ring ${longestRingMs} ms\n`,
      );
      expect(caughtUpMs).toBeLessThan(30_000);
      expect(longestRingMs).toBeLessThan(30_000);
      await bell.close();
      await sound();
    },
  );

  it('C15: rings that come again, in one burst or after the work is done, have one effect', () =>
    rungOnce('500', async ({ bell, queue }) => {
      await report('late', 20);
      await Promise.all(Array.from({ length: 20 }, () => bell.ring('payments')));
      await packet(2);
      const before = (await store.head('payments'))?.version ?? 0;
      for (let again = 0; again < 4; again += 1) await bell.ring('payments');
      await queue.add('payments', {}, { jobId: 'used-before' });
      await eventually('an empty queue', () => isEmpty(queue));
      // The relay settles its notices meanwhile; nothing else may have moved.
      const since = typesOf(await store.read('payments', { after: before }));
      expect(since.filter((type) => !type.startsWith('Notice'))).toEqual([]);
      // BullMQ overlooks an id that it knows: the ring is lost, and the sweep finds the work.
      await report('later', 30);
      await queue.add('payments', {}, { jobId: 'used-before' });
      await packet(2);
    }));

  it('C15: a job whose worker stalls is run again by another, with one effect', () =>
    // Nothing but rings: the sweep looks once in ten minutes.
    rungOnce('600000', async ({ bell, queue, connection }) => {
      // A ring during a job would wait for that job's end, and its worker is about to stand still.
      await eventually('an empty queue', () => isEmpty(queue));
      half?.signal('SIGSTOP');
      let taken = 0;
      const stalls = new Worker(
        queueName,
        () => {
          taken += 1;
          return new Promise(() => undefined);
        },
        {
          connection,
          drainDelay: 1,
          lockDuration: 1_000,
          skipLockRenewal: true,
          skipStalledCheck: true,
        },
      );
      stalls.on('error', () => undefined);
      await report('late', 20);
      await bell.ring('payments');
      await eventually('a worker that stalls', async () => taken > 0);
      half?.signal('SIGCONT');
      await packet(2);
      await eventually('no job left', () => isEmpty(queue));
      const types = typesOf(await eventsOf(store, 'payments'));
      expect(types.filter((type) => type === 'PacketPrepared')).toHaveLength(2);
      await stalls.close(true);
    }));
});
