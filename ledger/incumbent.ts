/**
 * The incumbent: the timeline in force, which a new one is compared with. It is the current packet's, or the
 * approved sequence before there is one. Checkpoints added since are not in it.
 */
import type { CutoverState } from './cutover.ts';
import { plannedMs } from './plan.ts';
import type { Placement } from './proposal.ts';
import type { Id } from './vocabulary.ts';

export type Incumbent = {
  readonly placements: readonly Placement[];
  readonly held: readonly Id[];
};

/** Placements of the current packet (finished ones too) and what it holds. */
export function incumbentOf(state: CutoverState): Incumbent {
  if (state.current === null) {
    return {
      placements: state.situation.plan.checkpoints.map((checkpoint) => ({
        checkpoint: checkpoint.id,
        startAt: checkpoint.approvedStartAt,
        endAt: checkpoint.approvedStartAt + plannedMs(checkpoint.duration),
        owner: checkpoint.approvedOwner,
      })),
      held: [],
    };
  }
  const { lines } = state.current.packet;
  return {
    placements: lines.flatMap((line) =>
      line.startAt === null || line.endAt === null || line.owner === null
        ? []
        : [
            {
              checkpoint: line.checkpoint,
              startAt: line.startAt,
              endAt: line.endAt,
              owner: line.owner,
            },
          ],
    ),
    held: lines.filter((line) => line.state === 'held').map((line) => line.checkpoint),
  };
}
