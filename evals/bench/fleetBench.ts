/**
 * The fleet: one report about each of many cutovers at once, and how long each takes to become a packet that waits for a
 * person, with 1, 2 and 4 worker processes on PostgreSQL and Redis, beside the single embedded process on a file.
 * Processes of the compiled program, standard settings, one machine; everything is made for it and removed.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { run } from '../../graph/run.ts';
import { handle, type LedgerDeps } from '../../ledger/handle.ts';
import { Plan } from '../../ledger/plan.ts';
import type { Store } from '../../ledger/store.ts';
import { type Id, minuteMs } from '../../ledger/vocabulary.ts';
import { openInterlock } from '../../service/interlock.ts';
import { openDoorbell } from '../../service/openDoorbell.ts';
import { packageFile } from '../../service/packageRoot.ts';
import { readConfig } from '../../service/config.ts';
import { migrate } from '../../service/migrate.ts';
import { actor, reading } from '../../tests/support/build.ts';
import { type Half, moved, startHalf } from '../../tests/support/fleet.ts';
import { asSuperuser, startPostgres } from '../../tests/support/postgres.ts';
import { redisServer } from '../../tests/support/redis.ts';
import { benchPlan, opensAt } from './longLedger.ts';
import { type BenchRow, spreadOf } from './row.ts';

const atOnce = 16;

/** The night of 24 steps opens in an hour. */
const shiftMs = Math.ceil(Date.now() / minuteMs) * minuteMs + 60 * minuteMs - opensAt;
const planOf = (cutoverId: Id): Plan => Plan.parse(moved(benchPlan(cutoverId), shiftMs));

async function inTurns<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const left = items.values();
  const worker = async (): Promise<void> => {
    for (const item of left) await work(item);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}

/** Every cutover declared, with packet 1 current. */
async function declareAll(ledger: string, cutovers: readonly Id[]): Promise<void> {
  const interlock = await openInterlock({ ledger, checkpoints: ':memory:' });
  await inTurns(cutovers, async (cutoverId) => {
    const plan = planOf(cutoverId);
    await handle(interlock.ledger, cutoverId, { type: 'DeclareCutover', plan, actor: actor() });
    await run(interlock.graph, cutoverId);
  });
  await interlock.close();
}

/** The first step is to start twenty minutes later. */
async function report(ledger: LedgerDeps, cutoverId: Id): Promise<void> {
  const at = reading(opensAt + shiftMs + 20 * minuteMs);
  const checkpoint = 'step-1';
  const assertion = { kind: 'revised_start', checkpoint, at } as const;
  await handle(ledger, cutoverId, {
    type: 'ReceiveReport',
    body: {
      source: 'board',
      sourceEventId: 'late',
      sourceSequence: null,
      reporter: 'operator',
      occurredAt: Date.now(),
      underPacketVersion: null,
      text: 'step 1 starts later',
      assertions: [{ text: 'step 1 starts later', assertion }],
    },
  });
}

/** From the append of the report to the append of the packet; null while there is none. Milliseconds. */
async function reportToPacket(store: Store, cutoverId: Id): Promise<number | null> {
  const events = await store.read(cutoverId, { after: 0 });
  const reported = events.find(({ body }) => body.type === 'ReportReceived');
  const asked = events.findLast(({ body }) => body.type === 'ApprovalRequested');
  if (reported === undefined || asked === undefined || asked.version < reported.version)
    return null;
  return asked.recordedAt - reported.recordedAt;
}

type Measured = {
  readonly times: readonly number[];
  readonly runsPerSecond: number;
  /** Processor time of Interlock's processes a run, which a busy machine does not lengthen. Milliseconds. */
  readonly cpuMs: number;
};

async function cpuSecondsOf(halves: readonly Half[]): Promise<number> {
  const figures = halves.map((half) => half.figure('process_cpu_seconds_total'));
  return (await Promise.all(figures)).reduce((sum, one) => sum + one, 0);
}

type Fleet = {
  readonly ledger: string;
  readonly redis: string | null;
  readonly start: () => Promise<readonly Half[]>;
};

/** Reports and rings for every cutover, and waits for all their packets. */
async function measure(
  cutovers: readonly Id[],
  { ledger, redis, start }: Fleet,
): Promise<Measured> {
  const environment = {
    INTERLOCK_LEDGER: ledger,
    ...(redis === null ? {} : { INTERLOCK_REDIS: redis }),
  };
  const interlock = await openInterlock({ ledger, checkpoints: ':memory:' });
  const nobody = (): void => undefined;
  const told = { onTrouble: nobody, onSilence: nobody };
  const doorbell = await openDoorbell(readConfig(environment), told);
  const halves = await start();
  const startedAt = performance.now();
  const cpuBefore = await cpuSecondsOf(halves);
  await inTurns(cutovers, async (cutoverId) => {
    await report(interlock.ledger, cutoverId);
    await doorbell.ring(cutoverId);
  });
  const times: number[] = [];
  for (const cutoverId of cutovers) {
    let took = await reportToPacket(interlock.ledger.store, cutoverId);
    while (took === null) {
      if (halves.some(({ child }) => child.exitCode !== null)) throw new Error('a process ended');
      await pause(200);
      took = await reportToPacket(interlock.ledger.store, cutoverId);
    }
    times.push(took);
  }
  const seconds = (performance.now() - startedAt) / 1_000;
  const cpuMs = (1_000 * ((await cpuSecondsOf(halves)) - cpuBefore)) / cutovers.length;
  await Promise.all(halves.map((half) => half.stop()));
  await doorbell.close();
  await interlock.close();
  return { times, runsPerSecond: cutovers.length / seconds, cpuMs };
}

/** Halves with standard settings, up and warm. */
async function startAll(
  verb: 'serve' | 'work',
  count: number,
  environment: Readonly<Record<string, string>>,
): Promise<readonly Half[]> {
  const standard = {
    INTERLOCK_SWEEP_MS: '2000',
    INTERLOCK_LEASE_MS: '15000',
    INTERLOCK_QUIET_MS: '700',
  };
  const halves = Array.from({ length: count }, () =>
    startHalf(packageFile('dist'), verb, { ...standard, ...environment }),
  );
  for (const half of halves) {
    if ((await half.url) === '') throw new Error(`${verb} did not start: ${half.said()}`);
  }
  return halves;
}

async function embedded(folder: string, cutovers: readonly Id[]): Promise<Measured> {
  const ledger = join(folder, 'ledger.db');
  await declareAll(ledger, cutovers);
  const environment = {
    INTERLOCK_LEDGER: ledger,
    INTERLOCK_CHECKPOINTS: join(folder, 'threads.db'),
  };
  return measure(cutovers, { ledger, redis: null, start: () => startAll('serve', 1, environment) });
}

async function fleets(
  cutovers: readonly Id[],
  counts: readonly number[],
): Promise<ReadonlyMap<number, Measured>> {
  const postgres = await startPostgres();
  const redis = await redisServer();
  const databaseNamed = (name: string): string => postgres.url.replace('/postgres?', `/${name}?`);
  const create = (statement: string): Promise<void> => asSuperuser(postgres.url, statement);
  try {
    await redis.start();
    await create('create database declared');
    const declared = databaseNamed('declared');
    await migrate({ ledger: declared, checkpoints: declared }, null);
    await declareAll(declared, cutovers);
    const measured = new Map<number, Measured>();
    for (const count of counts) {
      await create(`create database fleet_${count} template declared`);
      const ledger = databaseNamed(`fleet_${count}`);
      const environment = {
        INTERLOCK_LEDGER: ledger,
        INTERLOCK_REDIS: redis.url,
      };
      const start = () => startAll('work', count, environment);
      await redis.flush();
      measured.set(count, await measure(cutovers, { ledger, redis: redis.url, start }));
    }
    return measured;
  } finally {
    await redis.stop();
    await postgres.stop();
  }
}

/** A row for each number of workers. Takes many minutes for 1,000 cutovers. */
export async function benchFleet(size = 1_000): Promise<BenchRow[]> {
  const cutovers = Array.from({ length: size }, (_, index) => `release-${index + 1}`);
  const folder = await mkdtemp(join(tmpdir(), 'interlock-fleet-bench-'));
  try {
    const alone = await embedded(folder, cutovers);
    const reference = spreadOf(alone.times);
    const rowOf = (name: string, { times, runsPerSecond, cpuMs }: Measured): BenchRow => ({
      name: `${name}: ${runsPerSecond.toFixed(1)} runs/s, ${cpuMs.toFixed(0)} ms CPU a run`,
      ours: spreadOf(times),
      reference,
      ratio: spreadOf(times).p50 / reference.p50,
      goal: `report to packet, ${size} cutovers at once; reference: the embedded process`,
    });
    const measured = await fleets(cutovers, [1, 2, 4]);
    return [
      rowOf('embedded, one process, a file', alone),
      ...[...measured].map(([count, one]) =>
        rowOf(`${count} worker${count === 1 ? '' : 's'}, PostgreSQL, Redis`, one),
      ),
    ];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
