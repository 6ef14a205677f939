/**
 * What every long-running half of Interlock is made of: the ledger and graph, the doorbell, figures, traces, troubles
 * told in the log, and one way to end. It decides nothing about what is served or worked on.
 */
import { randomBytes } from 'node:crypto';
import type { Logger } from 'pino';
import { StoreTrouble } from '../ledger/trouble.ts';
import { Fenced } from '../ledger/store.ts';
import { type Config, ConfigError } from './config.ts';
import {
  armCrash,
  crashPoint,
  withCheckpointPoints,
  withCrashPoints,
  withRingPoints,
} from './crashPoint.ts';
import type { Doorbell, OnTrouble } from './doorbell/doorbell.ts';
import { type Interlock, openInterlock } from './interlock.ts';
import { type Metrics, openMetrics } from './metrics.ts';
import { openDoorbell } from './openDoorbell.ts';
import { goodbyeMs, type Stage } from './stopping.ts';
import { openTracing, type Tracing } from './tracing.ts';
import { Elsewhere } from './worker/hold.ts';

export type Parts = {
  readonly config: Config;
  readonly log: Logger;
  /** Names this process among all others. */
  readonly name: string;
  readonly interlock: Interlock;
  readonly doorbell: Doorbell;
  readonly metrics: Metrics;
  readonly tracing: Tracing;
  readonly onTrouble: OnTrouble;
  /** How all of it ends, once nobody works with it any more. */
  readonly endings: readonly Stage[];
};

const kindOf = (error: unknown): Parameters<Metrics['onTrouble']>[0] => {
  if (error instanceof Elsewhere) return 'elsewhere';
  if (error instanceof Fenced) return 'fenced';
  return error instanceof StoreTrouble ? 'store' : 'other';
};

/** Every trouble is counted; those that are part of sharing the work are told quietly. */
const teller =
  (log: Logger, metrics: Metrics): OnTrouble =>
  (cutoverId, error) => {
    const kind = kindOf(error);
    metrics.onTrouble(kind);
    const told = { cutoverId, kind, err: error };
    if (kind === 'elsewhere') log.debug(told, 'another worker is at it');
    else log.warn(told, 'will be tried again');
  };

const silenceToldEveryMs = 60_000;

/** A Redis that is away complains many times a second, always of the same: the log is told once a minute. */
export function silenceTeller(log: Pick<Logger, 'warn'>, now = () => performance.now()) {
  let toldAt = -silenceToldEveryMs;
  return (error: unknown): void => {
    if (now() - toldAt < silenceToldEveryMs) return;
    toldAt = now();
    log.warn({ err: error }, 'Redis does not answer: the sweep finds the work meanwhile');
  };
}

/** A live cutover is not worked on by a process that has been told to die at a point. */
async function refuseCrashOnLive({ ledger }: Interlock): Promise<void> {
  for (const { cutoverId } of await ledger.store.heads()) {
    const [first] = await ledger.store.read(cutoverId, { after: 0, limit: 1 });
    if (first?.body.type === 'CutoverDeclared' && first.body.plan.mode === 'live') {
      throw new ConfigError(`INTERLOCK_CRASH is set and ${cutoverId} is live: unset it`);
    }
  }
}

type How = {
  readonly half: 'serve' | 'work';
  /** Where what happens is counted; left out: in figures of its own. */
  readonly metrics?: Metrics;
};

/** Opens everything. Throws when the ledger cannot be opened safely; a Redis that is away does not matter. */
export async function openParts(
  config: Config,
  log: Logger,
  { half, metrics = openMetrics() }: How,
): Promise<Parts> {
  armCrash(config.fleet.crash, null);
  crashPoint('opening.begins');
  const opened = await openInterlock({ ...config, longLived: true });
  crashPoint('opening.ended');
  const tracing = await openTracing(config.fleet.traces, `interlock-${half}`);
  const ledger = { ...opened.ledger, store: tracing.store(withCrashPoints(opened.ledger.store)) };
  const checkpointer = withCheckpointPoints(opened.graph.checkpointer);
  const interlock = { ...opened, ledger, graph: { ...opened.graph, ledger, checkpointer } };
  try {
    if (config.fleet.crash !== null) await refuseCrashOnLive(interlock);
    const onTrouble = teller(log, metrics);
    const doorbell = withRingPoints(
      await openDoorbell(config, { onTrouble, onSilence: silenceTeller(log) }),
    );
    metrics.watchDoorbell(() => doorbell.isUp());
    const endings: readonly Stage[] = [
      [{ what: 'the doorbell', ms: goodbyeMs, end: () => doorbell.close() }],
      [
        { what: 'the ledger', ms: goodbyeMs, end: () => opened.close() },
        { what: 'the traces', ms: goodbyeMs, end: () => tracing.close() },
      ],
    ];
    const name = `${half}-${randomBytes(6).toString('hex')}`;
    return { config, log, name, interlock, doorbell, metrics, tracing, onTrouble, endings };
  } catch (error) {
    await tracing.close();
    await opened.close();
    throw error;
  }
}
