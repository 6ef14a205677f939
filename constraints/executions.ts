/**
 * When started work was or will be on: its actual or expected interval, and whom it keeps busy. Facts only;
 * nothing here judges whether the work broke a rule.
 */
import type { CutoverState } from '../ledger/cutover.ts';
import { incumbentOf } from '../ledger/incumbent.ts';
import { type Checkpoint, plannedMs } from '../ledger/plan.ts';
import { noProgress, type Progress, type Situation } from '../ledger/situation.ts';
import { type Id, secondMs } from '../ledger/vocabulary.ts';
import type { Execution } from './spans.ts';

/** One checkpoint at its place: a proposed placement, or started work at its actual or expected interval. */
export type Work = Execution & {
  readonly checkpoint: Checkpoint;
  readonly owner: Id;
  readonly started: boolean;
};

export const progressOf = (situation: Situation, checkpoint: Id): Progress =>
  situation.progress[checkpoint] ?? noProgress;

/** The first whole tick of the plan (counted from the epoch) at or after an instant. */
export function wholeTick(at: number, tickSeconds: number): number {
  const tickMs = tickSeconds * secondMs;
  return Math.ceil(at / tickMs) * tickMs;
}

/**
 * The actual or expected interval of started work; null for work that has not started, was skipped, or of which
 * no instant is known.
 */
export function intervalOf(
  situation: Situation,
  checkpoint: Checkpoint,
  now: number,
): Execution | null {
  const { state, actualStartAt, actualFinishAt, forecastFinishAt } = progressOf(
    situation,
    checkpoint.id,
  );
  if (state === 'done' && actualFinishAt !== null) {
    return { startAt: actualStartAt ?? actualFinishAt, endAt: actualFinishAt };
  }
  if (state !== 'in_progress' || actualStartAt === null) return null;
  const expectedAt = forecastFinishAt ?? actualStartAt + plannedMs(checkpoint.duration);
  const endAt = wholeTick(Math.max(expectedAt, now), situation.plan.tickSeconds);
  return { startAt: actualStartAt, endAt };
}

/** Who is busy with a started checkpoint: who started it, else the incumbent's owner, else the approved one. */
export function startedOwner(state: CutoverState, checkpoint: Checkpoint): Id {
  const known = progressOf(state.situation, checkpoint.id).owner;
  const planned = incumbentOf(state).placements.find((item) => item.checkpoint === checkpoint.id);
  return known ?? planned?.owner ?? checkpoint.approvedOwner;
}

/** All started work with its interval and owner, in the order of the plan. */
export const startedWork = (state: CutoverState, now: number): Work[] =>
  state.situation.plan.checkpoints.flatMap((checkpoint) => {
    const interval = intervalOf(state.situation, checkpoint, now);
    if (interval === null) return [];
    return [{ ...interval, checkpoint, owner: startedOwner(state, checkpoint), started: true }];
  });
