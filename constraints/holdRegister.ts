/**
 * The register of holds that a clean resequencing leads to (README.md, "Holds"): one entry for each human hold, open
 * condition, lost assent and evidence not fresh, one behind held predecessors, else one for the conflict.
 */
import type { HoldClass } from '../ledger/codes.ts';
import type { Cause } from '../ledger/holds.ts';
import { type Checkpoint, plannedMs } from '../ledger/plan.ts';
import type { Id } from '../ledger/vocabulary.ts';
import { type CleanRun, earliestAt } from './cleanRun.ts';
import type { Work } from './executions.ts';
import {
  approvalExpired,
  approvalRefused,
  conditionOpen,
  confirmationExpired,
  confirmationRefused,
  evidenceRevoked,
  evidenceStale,
  holdInForce,
} from './evidence.ts';
import { classOfRule, holdIdOf } from './holdTables.ts';
import { byRank } from './scene.ts';

/** A cause that an entry stands on, without the fact and instant that may be named with it. */
export type NamedCause = Pick<Cause, 'rule' | 'checkpoint' | 'subject'>;

/** One hold that has to be there. A conflict has no class and causes of its own: they are found by search. */
export type Entry = {
  readonly checkpoint: Checkpoint;
  readonly behind: Id | null;
  readonly stands:
    | { readonly on: 'conflict' }
    | {
        readonly on: 'causes';
        readonly holdId: Id;
        readonly holdClass: HoldClass;
        readonly causes: readonly NamedCause[];
      };
};

const blockers = [
  holdInForce,
  conditionOpen,
  approvalRefused,
  approvalExpired,
  confirmationRefused,
  confirmationExpired,
  evidenceRevoked,
  evidenceStale,
];

const entryOn = (
  checkpoint: Checkpoint,
  causes: readonly NamedCause[],
  behind: Id | null,
): Entry[] =>
  causes.slice(0, 1).flatMap(({ rule, subject }) => {
    const holdClass = classOfRule[rule];
    if (holdClass === undefined) return [];
    const holdId = holdIdOf(holdClass, { checkpoint: checkpoint.id, subject });
    return [{ checkpoint, behind, stands: { on: 'causes' as const, holdId, holdClass, causes } }];
  });

/** What blocks a checkpoint at its earliest start, whatever else is moved: each blocker has its own hold. */
function blocking(night: CleanRun, checkpoint: Checkpoint): Entry[] {
  const startAt = earliestAt(night, checkpoint);
  const endAt = startAt + plannedMs(checkpoint.duration);
  const work: Work = {
    checkpoint,
    startAt,
    endAt,
    owner: checkpoint.approvedOwner,
    started: false,
  };
  const entries = blockers
    .flatMap((rule) => rule({ ...night.scene, placed: [work] }))
    .flatMap(({ code, subjects }) =>
      entryOn(
        checkpoint,
        [{ rule: code, checkpoint: checkpoint.id, subject: subjects[0] ?? null }],
        null,
      ),
    );
  return [...new Map(entries.map((entry) => [JSON.stringify(entry.stands), entry])).values()];
}

/** The one hold behind every held predecessor. */
function waiting({ unplaced }: CleanRun, checkpoint: Checkpoint): Entry[] {
  const held = [...new Set(checkpoint.predecessors.map((edge) => edge.checkpoint))]
    .flatMap((id) => unplaced.get(id) ?? [])
    .toSorted(byRank);
  const causes = held.map(({ id }) => ({
    rule: 'predecessor_held' as const,
    checkpoint: checkpoint.id,
    subject: id,
  }));
  return entryOn(checkpoint, causes, held[0]?.id ?? null);
}

/** Every hold that has to be in the register. */
export const registerOf = (night: CleanRun): Entry[] =>
  [...night.unplaced.values()].flatMap((checkpoint) => {
    const entries = [...blocking(night, checkpoint), ...waiting(night, checkpoint)];
    const conflict: Entry = { checkpoint, behind: null, stands: { on: 'conflict' } };
    return entries.length > 0 ? entries : [conflict];
  });
