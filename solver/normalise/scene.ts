/**
 * What the parts of normalisation share: the situation at `now` beside the incumbent, and the exceptions that
 * count. It derives nothing that a limit would state.
 */
import { RelaxableCode } from '../../ledger/codes.ts';
import type { CutoverState } from '../../ledger/cutover.ts';
import type { Cause } from '../../ledger/holds.ts';
import { incumbentOf } from '../../ledger/incumbent.ts';
import { type Checkpoint, plannedMs } from '../../ledger/plan.ts';
import type { Placement } from '../../ledger/proposal.ts';
import { noProgress, type Progress, type Situation } from '../../ledger/situation.ts';
import { type Id, type Instant, secondMs } from '../../ledger/vocabulary.ts';
import { type Frame, frameOf } from './ticks.ts';

export type Scene = {
  readonly situation: Situation;
  readonly now: Instant;
  readonly frame: Frame;
  readonly incumbent: ReadonlyMap<Id, Placement>;
  readonly checkpoints: ReadonlyMap<Id, Checkpoint>;
  /** Started checkpoints of which an interval is known. */
  readonly works: ReadonlyMap<Id, Work>;
};

/** The actual or expected interval of started work, in instants, and whom it is with. */
export type Work = { readonly startAt: Instant; readonly endAt: Instant; readonly owner: Id };

/** The scene of a state at `now`. */
export function sceneOf(state: CutoverState, now: Instant): Scene {
  const { situation } = state;
  const { plan } = situation;
  const frame = frameOf(plan.window, plan.tickSeconds * secondMs, now);
  const incumbent = new Map(incumbentOf(state).placements.map((item) => [item.checkpoint, item]));
  const works = new Map<Id, Work>();
  for (const checkpoint of plan.checkpoints) {
    const span = startedSpan(progressAt(situation, checkpoint.id), checkpoint, { frame, now });
    const owner =
      progressAt(situation, checkpoint.id).owner ??
      incumbent.get(checkpoint.id)?.owner ??
      checkpoint.approvedOwner;
    if (span !== null) works.set(checkpoint.id, { ...span, owner });
  }
  const checkpoints = new Map(plan.checkpoints.map((item) => [item.id, item]));
  return { situation, now, frame, incumbent, checkpoints, works };
}

export const progressAt = (situation: Situation, checkpoint: Id): Progress =>
  situation.progress[checkpoint] ?? noProgress;

/** Finished work as it was; running work up to its forecast or plan, never before `now`, ending on a whole tick. */
function startedSpan(
  progress: Progress,
  checkpoint: Checkpoint,
  at: { frame: Frame; now: Instant },
): { startAt: Instant; endAt: Instant } | null {
  const { state, actualStartAt, actualFinishAt, forecastFinishAt } = progress;
  if (state === 'done' && actualFinishAt !== null) {
    return { startAt: actualStartAt ?? actualFinishAt, endAt: actualFinishAt };
  }
  if (state !== 'in_progress' || actualStartAt === null) return null;
  const expectedAt = forecastFinishAt ?? actualStartAt + plannedMs(checkpoint.duration);
  const { tickMs } = at.frame;
  return {
    startAt: actualStartAt,
    endAt: Math.ceil(Math.max(expectedAt, at.now) / tickMs) * tickMs,
  };
}

/** Until when each exception in force switches `rule` off for a checkpoint; null: without end. */
export function waivers(
  { situation }: Scene,
  checkpoint: Id,
  rule: RelaxableCode,
): readonly (Instant | null)[] {
  if (!situation.plan.policy.exceptions.includes(rule)) return [];
  return situation.exceptions
    .filter((exception) => exception.checkpoint === checkpoint && exception.relaxes === rule)
    .map(({ untilAt }) => untilAt);
}

/** A rule that some exception could lift, or null. */
export const relaxable = (rule: Cause['rule']): RelaxableCode | null =>
  RelaxableCode.options.find((code) => code === rule) ?? null;

/** The fact that last amended a part of the plan ("boundary:replication"), or null. */
export const amendedBy = ({ situation }: Scene, name: string): Id | null =>
  situation.amendedBy[name] ?? null;
