/**
 * The working half: a worker and the relay of notices. `interlock work` runs it alone, with its probes on a port of its
 * own; an embedded `serve` runs it in a thread (workApart.ts).
 */
import { Hono } from 'hono';
import type { Logger } from 'pino';
import type { Config } from './config.ts';
import { crashPoint } from './crashPoint.ts';
import { listen } from './listen.ts';
import type { Watch } from './notices/attempt.ts';
import { openRelay } from './notices/open.ts';
import { addProbes } from './probes.ts';
import { openParts, type Parts } from './process.ts';
import { drainMs, goodbyeMs, type Stage, stopInOrder } from './stopping.ts';
import { leaseTerms } from './worker/leaseTerms.ts';
import { standardPace } from './worker/pause.ts';
import { startWorker } from './worker/worker.ts';

/**
 * A half that runs. `stop` drains: nothing new is begun, what is under way ends between two steps; after five seconds it is
 * over, whatever is ill around it.
 */
export type Running = {
  readonly url: string;
  /** What else the terminal should say, such as a link that logs somebody in. */
  readonly told?: readonly string[];
  stop(): Promise<void>;
};

/** Starts the worker and the relay on parts that are open; answers with how they end, at the same time. */
export async function startWork(parts: Parts): Promise<{ readonly endings: Stage }> {
  const { config, log, interlock, doorbell, metrics, tracing, onTrouble, name } = parts;
  const { leaseMs, sweepMs, atOnce, quietMs } = config.fleet;
  const watch: Watch = {
    traced: tracing.notice,
    onAttempt: (seen) => {
      metrics.onNotice(seen);
      const arrived = seen.outcome === 'sent' || seen.outcome === 'found';
      log[arrived ? 'info' : 'warn'](seen, arrived ? 'told somebody' : 'did not get through');
    },
  };
  const relay = await openRelay(interlock.ledger, config.notices, { onTrouble, sweepMs, watch });
  const worker = await startWorker({
    graph: { ...interlock.graph, onStep: ({ node }) => crashPoint(`node.${node}`) },
    doorbell,
    holder: name,
    terms: leaseTerms(leaseMs),
    pace: { ...standardPace, quietMs },
    sweepMs,
    atOnce,
    traced: tracing.traced,
    onRun: metrics.onRun,
    onLook: metrics.onLook,
    onTrouble,
  });
  relay.start();
  return {
    endings: [
      { what: 'the runs', ms: drainMs + goodbyeMs, end: () => worker.stop() },
      { what: 'the notices', ms: drainMs + goodbyeMs, end: () => relay.stop(drainMs) },
    ],
  };
}

/** `interlock work`. */
export async function work(config: Config, log: Logger): Promise<Running> {
  const parts = await openParts(config, log, { half: 'work' });
  let up = true;
  const { metrics, doorbell, interlock } = parts;
  const { store } = interlock.ledger;
  const { host, workPort: port } = config.fleet;
  const app = addProbes(new Hono(), { store, metrics, doorbell, isUp: () => up });
  try {
    const server = await listen(app, { host, port, setting: 'INTERLOCK_WORK_PORT' });
    const { endings } = await startWork(parts);
    log.info({ url: server.url, name: parts.name }, 'working');
    return {
      url: server.url,
      stop: async () => {
        up = false;
        log.info({ name: parts.name }, 'stopping');
        const probes = { what: 'the probes', ms: goodbyeMs, end: () => server.stop(0) };
        await stopInOrder([endings, [probes], ...parts.endings], log);
        log.info({ name: parts.name }, 'stopped');
      },
    };
  } catch (error) {
    await stopInOrder(parts.endings, log);
    throw error;
  }
}
