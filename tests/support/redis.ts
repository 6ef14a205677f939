/**
 * Brings a throw-away Redis: Debian's server (installed when it may be), without a file to remember by, on a port of its
 * own. It refuses to be skipped: when there is none and none may be installed, it says what to install.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { installed, isOnPath } from './debian.ts';

export type RedisServer = {
  readonly url: string;
  /** Ends it at once, as a crash does; what it knew is gone. */
  kill(): Promise<void>;
  start(): Promise<void>;
  /** It answers nobody until `resume`, and closes no connection. */
  pause(): void;
  resume(): void;
  flush(): Promise<void>;
  stop(): Promise<void>;
};

const missing =
  'redis-server is not on PATH, and the tests of the doorbell are never skipped. Install it and run again: Debian or ' +
  'Ubuntu: `apt-get install redis-server`; macOS: `brew install redis`. As root on Debian this is done for you.';

const isThere = (): boolean => isOnPath('redis-server');

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });

/**
 * A port that stays free while Redis is not there: no system gives one below its ephemeral ports to anybody who asks for
 * any, and two runs beside each other hardly draw the same.
 */
async function freePort(): Promise<number> {
  for (let tries = 0; tries < 100; tries += 1) {
    const port = randomInt(20_000, 30_000);
    if (await isFree(port)) return port;
  }
  throw new Error('no free port');
}

async function untilItAnswers(url: string): Promise<void> {
  const client = new Redis(url, { maxRetriesPerRequest: null, retryStrategy: () => 50 });
  client.on('error', () => undefined);
  await client.ping();
  client.disconnect();
}

/** A server that has not been started yet has a url all the same. */
export async function redisServer(): Promise<RedisServer> {
  if (!isThere() && !(installed('redis-server') && isThere())) throw new Error(missing);
  const port = await freePort();
  const url = `redis://127.0.0.1:${port}`;
  let child: ChildProcess | null = null;
  const end = async (): Promise<void> => {
    const ending = child;
    child = null;
    if (ending === null) return;
    const ended = once(ending, 'exit');
    ending.kill('SIGKILL');
    await ended;
  };
  return {
    url,
    kill: end,
    stop: end,
    start: async () => {
      const words = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly'];
      child = spawn('redis-server', [...words, 'no', '--maxmemory-policy', 'noeviction'], {
        stdio: 'ignore',
      });
      await pause(50);
      await untilItAnswers(url);
    },
    pause: () => void child?.kill('SIGSTOP'),
    resume: () => void child?.kill('SIGCONT'),
    flush: async () => {
      const client = new Redis(url);
      await client.flushall();
      client.disconnect();
    },
  };
}
