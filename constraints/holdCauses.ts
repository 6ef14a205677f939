/**
 * Whether a cause is true: it names a checkpoint that is linked to the held one, a subject that the rule really meets
 * there, and no other instant or fact than the situation has.
 */
import type { Cause } from '../ledger/holds.ts';
import type { Checkpoint, Plan } from '../ledger/plan.ts';
import type { Id } from '../ledger/vocabulary.ts';
import { mappedPeople } from './authorityAt.ts';
import type { CleanRun } from './cleanRun.ts';
import { progressOf } from './executions.ts';
import { claims } from './holdClaims.ts';

/** What ties a checkpoint to others: two that have a tie in common are linked. */
const tiesOf = (plan: Plan, { id, role, room, predecessors, ...of }: Checkpoint): string[] => [
  `checkpoint ${id}`,
  ...predecessors.map(({ checkpoint }) => `checkpoint ${checkpoint}`),
  ...(room === null ? [] : [`room ${room}`]),
  ...(of.protected ? ['protected'] : []),
  ...plan.separations
    .filter(({ checkpoints }) => checkpoints.includes(id))
    .map((separation) => `separation ${separation.id}`),
  ...plan.reviewSpacings
    .filter(({ checkpoints }) => checkpoints.includes(id))
    .map((spacing) => `spacing ${spacing.id}`),
  ...mappedPeople(plan, { role, checkpoint: id }).map((person) => `person ${person}`),
];

/** Every checkpoint that is linked to a held one, itself included. */
export function linkedTo({ scene: { plan } }: CleanRun, held: Checkpoint): ReadonlySet<Id> {
  const all = plan.checkpoints.map((item) => ({ id: item.id, ties: tiesOf(plan, item) }));
  const linked = new Set<Id>([held.id]);
  const ties = new Set(tiesOf(plan, held));
  const joins = (item: (typeof all)[number]) =>
    !linked.has(item.id) && item.ties.some((tie) => ties.has(tie));
  for (let next = all.filter(joins); next.length > 0; next = all.filter(joins)) {
    for (const { id, ties: more } of next) {
      linked.add(id);
      for (const tie of more) ties.add(tie);
    }
  }
  return linked;
}

/** Whether the situation really has what a cause names. `linked` are the checkpoints that bear on the held one. */
export function isTrueCause(night: CleanRun, cause: Cause, linked: ReadonlySet<Id>): boolean {
  const x = night.checkpoints.get(cause.checkpoint);
  if (x === undefined || !linked.has(x.id)) return false;
  const claim = claims[cause.rule]?.({ night, x, subject: cause.subject }) ?? null;
  if (claim === null) return false;
  const { amendedBy } = night.scene.situation;
  const facts = [
    ...claim.facts,
    amendedBy[`checkpoint:${x.id}`],
    progressOf(night.scene.situation, x.id).revisedFactId,
  ];
  return (
    (cause.at === null || claim.ats.includes(cause.at)) &&
    (cause.factId === null || facts.includes(cause.factId))
  );
}
