/**
 * What a fact speaks of must exist: its checkpoint, evidence, party, person, authority row, boundary, hold.
 * It judges nothing else.
 */
import type { AssertionOf } from '../ledger/amend.ts';
import type { Assertion, FactKind } from '../ledger/facts.ts';
import type { Assent, Checkpoint, Plan } from '../ledger/plan.ts';
import type { Situation } from '../ledger/situation.ts';
import type { Id } from '../ledger/vocabulary.ts';

type Known<K extends FactKind> = (assertion: AssertionOf<K>, situation: Situation) => boolean;

const has = (list: readonly { readonly id: Id }[], id: Id): boolean =>
  list.some((item) => item.id === id);
const checkpointOf = (plan: Plan, id: Id): Checkpoint | undefined =>
  plan.checkpoints.find((known) => known.id === id);

const knownCheckpoint = ({ checkpoint }: { checkpoint: Id }, { plan }: Situation): boolean =>
  has(plan.checkpoints, checkpoint);

const knownEvidence = (
  { checkpoint, evidence }: { checkpoint: Id; evidence: Id },
  { plan }: Situation,
): boolean =>
  checkpointOf(plan, checkpoint)?.evidence.some((rule) => rule.kind === evidence) === true;

const asks = (assents: readonly Assent[] | undefined, id: Id, party: Id): boolean =>
  assents?.some((assent) => assent.id === id && assent.parties.includes(party)) === true;

const knownConfirmation = (
  { checkpoint, confirmation, party }: AssertionOf<'confirmation_given' | 'confirmation_refused'>,
  { plan }: Situation,
): boolean => asks(checkpointOf(plan, checkpoint)?.confirmations, confirmation, party);

const knownApproval = (
  { checkpoint, approval, party }: AssertionOf<'approval_given' | 'approval_withdrawn'>,
  { plan }: Situation,
): boolean => asks(checkpointOf(plan, checkpoint)?.approvals, approval, party);

const knownCondition = ({ condition }: { condition: Id }, { plan }: Situation): boolean =>
  has(plan.conditions, condition);

const table: { readonly [K in FactKind]: Known<K> } = {
  actual_start: (assertion, situation) =>
    knownCheckpoint(assertion, situation) &&
    (assertion.owner === null || has(situation.plan.people, assertion.owner)),
  actual_finish: knownCheckpoint,
  forecast_finish: knownCheckpoint,
  revised_start: knownCheckpoint,
  update_promised: knownCheckpoint,
  evidence_recorded: knownEvidence,
  evidence_revoked: knownEvidence,
  confirmation_given: knownConfirmation,
  confirmation_refused: knownConfirmation,
  approval_given: knownApproval,
  approval_withdrawn: knownApproval,
  condition_met: knownCondition,
  condition_open: knownCondition,
  holder_changed: ({ authority, holder }, { plan }) =>
    has(plan.authority, authority) && has(plan.people, holder),
  delegate_granted: ({ authority, person, grantedBy }, { plan }) =>
    has(plan.authority, authority) && has(plan.people, person) && has(plan.people, grantedBy),
  delegate_revoked: ({ authority, person }, { plan }) =>
    plan.authority.some(
      (row) => row.id === authority && row.delegates.some((grant) => grant.person === person),
    ),
  availability_changed: ({ person }, { plan }) => has(plan.people, person),
  boundary_set: ({ boundary }, { plan }) =>
    (boundary.binds === 'all' || boundary.binds.every((id) => has(plan.checkpoints, id))) &&
    boundary.exemptRoles.every((role) => has(plan.roles, role)),
  boundary_lifted: ({ boundary }, { plan }) => has(plan.boundaries, boundary),
  checkpoint_added: () => true,
  checkpoint_altered: (assertion, situation) =>
    knownCheckpoint(assertion, situation) &&
    (assertion.change.role === null || has(situation.plan.roles, assertion.change.role)) &&
    (assertion.change.owner === null || has(situation.plan.people, assertion.change.owner)),
  dependency_changed: (assertion, situation) =>
    knownCheckpoint(assertion, situation) &&
    assertion.predecessors.every((link) => knownCheckpoint(link, situation)),
  exception_granted: knownCheckpoint,
  exception_revoked: ({ exception }, { exceptions }) =>
    exceptions.some((known) => known.exception === exception),
  hold_placed: knownCheckpoint,
  hold_lifted: ({ hold }, situation) => situation.holds.some((known) => known.hold === hold),
  statement: () => true,
};

/** Whether everything the assertion names is known. */
export function knowsSubject(situation: Situation, assertion: Assertion): boolean {
  const known = table[assertion.kind] as Known<FactKind>;
  return known(assertion, situation);
}
