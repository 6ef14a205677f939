/**
 * Whether a held checkpoint could simply have stayed where the incumbent has it: then holding it has no cause.
 */
import { incumbentOf } from '../ledger/incumbent.ts';
import { type Checkpoint, type Duration, type Plan, plannedMs } from '../ledger/plan.ts';
import { secondMs } from '../ledger/vocabulary.ts';
import type { CleanRun } from './cleanRun.ts';
import { wholeTick } from './executions.ts';
import { incumbentStart } from './order.ts';
import { fits } from './resequencing.ts';

const secondsOf = (duration: Duration): number => plannedMs(duration) / secondMs;

/** Whether every planned duration and gap is a whole number of ticks, so that no rounding can refuse a start. */
export const isWholeTicked = ({ tickSeconds, checkpoints }: Plan): boolean =>
  checkpoints
    .flatMap(({ duration, predecessors }) => [
      secondsOf(duration),
      ...predecessors.flatMap(({ gapSeconds, maxGapSeconds }) => [gapSeconds, maxGapSeconds ?? 0]),
    ])
    .every((seconds) => seconds % tickSeconds === 0);

/** Whether it breaks no rule where the incumbent has it, beside everything that is placed. */
export function couldStay({ scene }: CleanRun, checkpoint: Checkpoint): boolean {
  const startAt = incumbentStart(scene, checkpoint);
  const { plan, state } = scene;
  if (!isWholeTicked(plan) || wholeTick(startAt, plan.tickSeconds) !== startAt) return false;
  const known = incumbentOf(state).placements.find(
    (placement) => placement.checkpoint === checkpoint.id,
  );
  const endAt = startAt + plannedMs(checkpoint.duration);
  const owner = known?.owner ?? checkpoint.approvedOwner;
  return fits(scene, { checkpoint, startAt, endAt, owner, started: false });
}
