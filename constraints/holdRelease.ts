/**
 * What releases a hold, who may lift it and what waits behind it: each follows from its class and deciding cause by the
 * tables of README.md. A release condition found here is never true already.
 */
import { RelaxableCode } from '../ledger/codes.ts';
import type { Cause, ReleaseCondition } from '../ledger/holds.ts';
import type { Checkpoint } from '../ledger/plan.ts';
import { type Id, minuteMs } from '../ledger/vocabulary.ts';
import { type CleanRun, earliestAt } from './cleanRun.ts';
import { evidenceOf } from './evidence.ts';
import type { Deciding } from './holdTables.ts';
import { byRank } from './scene.ts';

const disputes = ({ scene }: CleanRun) =>
  scene.state.heldFacts.flatMap(({ fact, ruling: { code, against } }) =>
    code === 'authorities_disagree' && against !== null ? [{ held: fact.factId, against }] : [],
  );

/** The accepted facts that a held fact disputes. */
export const disputedFacts = (night: CleanRun): ReadonlySet<Id> =>
  new Set(disputes(night).map(({ against }) => against));

/** Observed from here on, the evidence would be fresh at the earliest start, and newer than what there is. */
function observedFromAt(night: CleanRun, checkpoint: Checkpoint, kind: Id): number | null {
  const ages = checkpoint.evidence
    .filter((rule) => rule.kind === kind)
    .map(({ maxAgeMinutes }) => maxAgeMinutes);
  const record = evidenceOf(night.scene.situation, checkpoint.id, kind);
  const known = record === undefined || record.revoked ? null : record.observedAt;
  const freshAt = earliestAt(night, checkpoint) - Math.min(...ages) * minuteMs;
  return known === null ? freshAt : Math.max(freshAt, known + 1);
}

/** An exception to the rule of a cause where policy allows one that is not there yet; else a change of plan. */
function exceptionOr({ scene }: CleanRun, { rule, checkpoint }: Cause): ReleaseCondition {
  const { plan, situation } = scene;
  const relaxes = RelaxableCode.safeParse(rule).data;
  const granted = situation.exceptions.some(
    (exception) => exception.checkpoint === checkpoint && exception.relaxes === relaxes,
  );
  return relaxes === undefined || granted || !plan.policy.exceptions.includes(relaxes)
    ? { kind: 'plan_changed', checkpoint }
    : { kind: 'exception_granted', checkpoint, relaxes };
}

type Held = Deciding & { readonly held: Checkpoint; readonly causes: readonly Cause[] };

/** The release condition of a hold with this class and deciding cause. `causes` are all of its causes. */
export function releaseOf(
  night: CleanRun,
  { held, holdClass, cause, causes }: Held,
): ReleaseCondition {
  const x = night.checkpoints.get(cause?.checkpoint ?? held.id) ?? held;
  const checkpoint = x.id;
  if (cause === null) return { kind: 'plan_changed', checkpoint };
  // Where a class needs a subject, only a cause that has one is true.
  const subject = cause.subject ?? checkpoint;
  switch (holdClass) {
    case 'human_hold':
      return { kind: 'hold_lifted', hold: subject };
    case 'condition_open':
      return { kind: 'condition_met', condition: subject };
    case 'approval_outstanding':
      return { kind: 'approval_given', checkpoint, approval: subject };
    case 'confirmation_outstanding':
      return { kind: 'confirmation_given', checkpoint, confirmation: subject };
    case 'evidence_not_fresh': {
      const fromAt = observedFromAt(night, x, subject);
      return { kind: 'evidence_recorded', checkpoint, evidence: subject, observedFromAt: fromAt };
    }
    case 'fact_disputed': {
      const found = disputes(night).find(({ against }) =>
        causes.some(({ factId }) => factId === against),
      );
      return { kind: 'fact_settled', factId: found?.held ?? subject };
    }
    case 'freeze_conflict':
      return { kind: 'boundary_changed', checkpoint, boundary: subject };
    case 'boundary_conflict':
      return cause.subject === null
        ? exceptionOr(night, cause)
        : { kind: 'boundary_changed', checkpoint, boundary: subject };
    case 'rollback_conflict':
    case 'capacity_conflict':
      return { kind: 'plan_changed', checkpoint };
    case 'authority_gap':
      return { kind: 'authority_mapped', checkpoint, role: x.role };
    case 'availability_gap':
      return { kind: 'availability_restored', checkpoint, role: x.role };
    case 'order_conflict':
      return exceptionOr(night, cause);
    case 'behind_hold':
      return { kind: 'predecessor_placed', checkpoint: subject };
  }
}

/** The role that may lift a hold: the one that settles the condition it waits for, else the release lead's. */
export function lifterOf({ scene }: CleanRun, release: ReleaseCondition): Id {
  const { conditions, leadRole } = scene.plan;
  if (release.kind !== 'condition_met') return leadRole;
  return conditions.find(({ id }) => id === release.condition)?.settledBy ?? leadRole;
}

/** Unplaced checkpoints that wait for a held one, directly or behind others that wait, by rank. */
export function blockedBy({ unplaced }: CleanRun, held: Id): Id[] {
  const blocked = new Set<Id>([held]);
  const waits = ({ id, predecessors }: Checkpoint) =>
    !blocked.has(id) && predecessors.some(({ checkpoint }) => blocked.has(checkpoint));
  for (let next = [...unplaced.values()].filter(waits); next.length > 0;) {
    for (const { id } of next) blocked.add(id);
    next = [...unplaced.values()].filter(waits);
  }
  return [...unplaced.values()]
    .filter(({ id }) => blocked.has(id) && id !== held)
    .toSorted(byRank)
    .map(({ id }) => id);
}
