/**
 * Processes of the real program on one ledger and one doorbell, to be killed: servers in their order, workers, and what
 * every one of them is told. Whoever starts them here is told by `close` that none is left.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Store } from '../../ledger/store.ts';
import { openBeside } from '../../service/openBeside.ts';
import { type Half, startHalf } from './fleet.ts';
import { personOn, sourceOn } from './httpCallers.ts';
import type { Walker } from './killNight.ts';
import { type RedisServer, redisServer } from './redis.ts';
import { type Receiver, startReceiver, webhookSecret } from './sinks.ts';
import type { Kind, Place } from './stores.ts';

export type KillFleet = {
  readonly address: string;
  readonly store: Store;
  readonly receiver: Receiver;
  readonly redis: RedisServer;
  /** Who walks the night: asks the servers given, the first one first. */
  walker(servers: () => readonly string[]): Promise<Walker>;
  /** Starts one half; `crash` is `point:nth`. */
  start(
    verb: 'serve' | 'work',
    crash?: string | null,
    more?: Readonly<Record<string, string>>,
  ): Half;
  /** As `start`, from another build that is compiled there. */
  startOf(built: string): KillFleet['start'];
  /** Kills these, whatever they are at. */
  kill(halves: readonly Half[]): Promise<void>;
  close(): Promise<void>;
};

/** Opens a place of this kind with everything around it, and starts no half of Interlock yet. */
export async function killFleet(kind: Kind, built: string): Promise<KillFleet> {
  const place: Place = await kind.fresh();
  const [store, receiver, redis, beside, folder] = await Promise.all([
    place.open(),
    startReceiver(),
    redisServer(),
    openBeside({ ledger: place.address }),
    mkdtemp(join(tmpdir(), 'interlock-fleet-')),
  ]);
  await redis.start();
  const board = await sourceOn(beside, 'board');
  const halves = new Set<Half>();
  const kill = async (those: readonly Half[]): Promise<void> => {
    for (const half of those) half.signal('SIGKILL');
    await Promise.all(those.map(({ ended }) => ended));
    for (const half of those) halves.delete(half);
  };
  const startOf =
    (from: string): KillFleet['start'] =>
    (verb, crash = null, more = {}) => {
      const half = startHalf(from, verb, {
        INTERLOCK_LEDGER: place.address,
        ...(kind.name === 'SQLite' ? { INTERLOCK_CHECKPOINTS: join(folder, 'threads.db') } : {}),
        INTERLOCK_REDIS: redis.url,
        INTERLOCK_SERVE_WORKS: 'off',
        INTERLOCK_WEBHOOK_SECRETS: webhookSecret,
        INTERLOCK_NOTICE_PRIVATE: '127.0.0.1',
        INTERLOCK_NOTICE_ALLOW: `webhook:${receiver.url}`,
        INTERLOCK_NOTICE_CLAIM_SECONDS: '3',
        INTERLOCK_NOTICE_WINDOW_SECONDS: '0',
        ...(crash === null ? {} : { INTERLOCK_CRASH: crash }),
        ...more,
      });
      halves.add(half);
      return half;
    };
  return {
    address: place.address,
    store,
    receiver,
    redis,
    walker: async (servers) => ({ store, servers, board, lead: await personOn(beside, 'lead') }),
    start: startOf(built),
    startOf,
    kill,
    close: async () => {
      await kill([...halves]);
      await redis.stop();
      await receiver.close();
      await beside.close();
      await store.close();
      await place.remove();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
