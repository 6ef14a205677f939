/**
 * The doorbell on Redis, by BullMQ: one job for each cutover at most active and one waiting, carrying its id alone. Redis
 * may be away, be emptied or stand still: a ring gives up after its own deadline, and nothing is lost with it.
 */
import { Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { Id } from '../../ledger/vocabulary.ts';
import { crashPoint } from '../crashPoint.ts';
import { drainMs } from '../stopping.ts';
import { type Answer, type Doorbell, type DoorbellDeps, within } from './doorbell.ts';

const queueName = 'interlock-cutovers';
const ringLimitMs = 1_000;
const askLimitMs = 500;
/** After a ring that failed the next ones are not even tried for so long: nobody waits on a Redis that is away. */
const restMs = 1_000;
/** A Redis that is away is not said goodbye to for longer. */
const goodbyeMs = 400;

const jobOptions = {
  attempts: 6,
  backoff: { type: 'exponential', delay: 200 },
  removeOnComplete: { count: 100 },
  removeOnFail: { count: 1_000 },
} as const;

/** A worker that dies is noticed within a quarter of a minute; one that dies often is still not given up. */
const workerOptions = {
  lockDuration: 10_000,
  stalledInterval: 5_000,
  maxStalledCount: 20,
  drainDelay: 1,
} as const;

const retryStrategy = (times: number): number => Math.min(100 * times, 1_000);

export type BullDeps = DoorbellDeps & {
  readonly url: string;
  /** Hears, many times a second while Redis is away, why rings do not get through. */
  readonly onSilence: (error: unknown) => void;
};

const quietly = async (ms: number, work: Promise<unknown>): Promise<void> => {
  await within(ms, 'closing', work).catch(() => undefined);
};

function startListening({ url, atOnce, onTrouble, onSilence }: BullDeps, work: Answer) {
  const connection = new Redis(url, { maxRetriesPerRequest: null, retryStrategy });
  connection.on('error', onSilence);
  const worker = new Worker(
    queueName,
    async (job, _token, signal) => {
      await work(Id.parse(job.name), signal ?? new AbortController().signal);
      crashPoint('job.worked');
    },
    { connection, concurrency: atOnce, ...workerOptions },
  );
  worker.on('error', onSilence);
  worker.on('failed', (job, error) => onTrouble(job?.name ?? null, error));
  return async (): Promise<void> => {
    worker.cancelAllJobs('stopping');
    await quietly(drainMs, worker.close());
    connection.disconnect();
  };
}

/** The doorbell on the Redis at `url`. Nothing here fails because Redis is away. */
export function bullDoorbell(deps: BullDeps): Doorbell {
  const { url, onSilence } = deps;
  const connection = new Redis(url, {
    maxRetriesPerRequest: 1,
    connectTimeout: ringLimitMs,
    commandTimeout: ringLimitMs,
    retryStrategy,
  });
  connection.on('error', onSilence);
  const queue = new Queue(queueName, {
    connection,
    skipWaitingForReady: true,
    defaultJobOptions: jobOptions,
  });
  queue.on('error', onSilence);
  let restUntil = 0;
  return {
    ring: async (cutoverId) => {
      if (performance.now() < restUntil) return;
      try {
        const deduplication = { id: cutoverId, keepLastIfActive: true };
        await within(ringLimitMs, 'ringing', queue.add(cutoverId, {}, { deduplication }));
      } catch (error) {
        restUntil = performance.now() + restMs;
        onSilence(error);
      }
    },
    isUp: async () =>
      connection.status === 'ready' &&
      within(askLimitMs, 'asking', connection.ping()).then(
        () => true,
        () => false,
      ),
    listen: async (work) => ({ stop: startListening(deps, work) }),
    close: async () => {
      await quietly(goodbyeMs, queue.close());
      connection.disconnect();
    },
  };
}
