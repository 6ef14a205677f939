/** The small night that tests of the graph share: three half hours one after another, and what is told about them. */
import type { Assertion } from '../../ledger/facts.ts';
import { checkpoint, minute, plan, reading } from './build.ts';
import { type Loop, loopOn, type LoopOptions } from './loop.ts';

const follows = (id: string) => ({
  checkpoint: id,
  type: 'finish_to_start' as const,
  gapSeconds: 0,
  maxGapSeconds: null,
});

/** Between the second and the third lies a quarter of an hour of slack; dev watches the third. */
export const night = plan([
  checkpoint('rollback', { approvedStartAt: minute(0) }),
  checkpoint('replicate', { approvedStartAt: minute(30), predecessors: [follows('rollback')] }),
  checkpoint('shift', {
    approvedStartAt: minute(75),
    predecessors: [follows('replicate')],
    observers: ['dev'],
  }),
]);

export const started = (id: string, at: number): Assertion => ({
  kind: 'actual_start',
  checkpoint: id,
  at: reading(at),
  owner: null,
});

export const finished = (id: string, at: number): Assertion => ({
  kind: 'actual_finish',
  checkpoint: id,
  at: reading(at),
});

export const forecast = (id: string, at: number): Assertion => ({
  kind: 'forecast_finish',
  checkpoint: id,
  at: reading(at),
});

/** Packet 1 is current, ten minutes have passed, and rollback is now to end so late that the night is too short. */
export async function heldNight(options: LoopOptions = {}): Promise<Loop> {
  const loop = await loopOn(night, options);
  await loop.run();
  loop.clock.at = minute(10);
  await loop.report([started('rollback', minute(0)), forecast('rollback', minute(440))]);
  return loop;
}

/** Packet 1 is current, ten minutes have passed, and rollback is now to end 40 minutes late. No run has looked at that. */
export async function lateNight(options: LoopOptions = {}): Promise<Loop> {
  const loop = await loopOn(night, options);
  await loop.run();
  loop.clock.at = minute(10);
  await loop.report([started('rollback', minute(0)), forecast('rollback', minute(70))]);
  return loop;
}
