/**
 * The worker: answers the doorbell and sweeps the ledger, and does for each cutover what the ledger has waiting. Any
 * number of workers may run on one ledger.
 */
import type { Id } from '../../ledger/vocabulary.ts';
import type { Doorbell } from '../doorbell/doorbell.ts';
import { attend, type AttendDeps } from './attend.ts';
import { startSweep } from './sweep.ts';

export type WorkerDeps = AttendDeps & {
  readonly doorbell: Doorbell;
  readonly sweepMs: number;
  readonly atOnce: number;
  readonly onLook: (waiting: number) => void;
  readonly onTrouble: (cutoverId: Id | null, error: unknown) => void;
};

export type Worker = {
  /** Begins nothing more, stops runs between two steps, and waits for them. */
  stop(): Promise<void>;
};

/** Starts to work. Nothing it meets ends it: troubles are told and tried again. */
export async function startWorker(deps: WorkerDeps): Promise<Worker> {
  const { doorbell, atOnce, sweepMs, onLook, onTrouble } = deps;
  const work = (cutoverId: Id, signal: AbortSignal): Promise<void> =>
    attend(deps, cutoverId, signal);
  const listening = await doorbell.listen(work);
  const sweep = startSweep({
    ledger: deps.graph.ledger,
    everyMs: sweepMs,
    atOnce,
    ring: (cutoverId) => doorbell.ring(cutoverId),
    work,
    onLook,
    onTrouble,
  });
  return {
    stop: async () => {
      await Promise.all([listening.stop(), sweep.stop()]);
    },
  };
}
