/**
 * Who may decide on a packet: a person, release lead at this instant, who did not make the change that the packet
 * newly stands on. No role and no administrator is exempt; a freeze on the whole cutover beats everyone.
 */
import type { RejectionCode } from '../ledger/codes.ts';
import type { CutoverState, KnownFact, PacketRecord } from '../ledger/cutover.ts';
import type { Actor } from '../ledger/events.ts';
import type { Packet } from '../ledger/packet.ts';
import type { Plan } from '../ledger/plan.ts';
import type { Id, Instant } from '../ledger/vocabulary.ts';
import { authorisedSpans, isAuthorisedAt } from './authorityAt.ts';
import { touches } from './spans.ts';

/** Whether this actor is a person who is the release lead, or a valid delegate, at this instant. */
export const isReleaseLead = (actor: Actor, plan: Plan, now: Instant): boolean =>
  actor.kind === 'person' &&
  isAuthorisedAt(plan, { person: actor.subject, role: plan.leadRole, checkpoint: 'all', at: now });

/** Whether an authority row gives the role that decides on packets. */
const isLeadRow = ({ authority, leadRole }: Plan, row: Id): boolean =>
  authority.some(({ id, role }) => id === row && role === leadRole);

/**
 * Whether a fact makes this person the initiator of a change to the plan, or its beneficiary. Who takes over as lead is
 * neither: the one before has no authority left, so nobody could decide.
 */
function involves({ assertion, reporter }: KnownFact, person: Id, plan: Plan): boolean {
  switch (assertion.kind) {
    case 'checkpoint_added':
    case 'checkpoint_altered':
    case 'dependency_changed':
    case 'boundary_set':
    case 'boundary_lifted':
      return reporter === person;
    case 'delegate_granted':
      return assertion.person === person;
    case 'holder_changed':
      return assertion.holder === person && !isLeadRow(plan, assertion.authority);
    case 'actual_start':
    case 'actual_finish':
    case 'forecast_finish':
    case 'revised_start':
    case 'evidence_recorded':
    case 'evidence_revoked':
    case 'confirmation_given':
    case 'confirmation_refused':
    case 'approval_given':
    case 'approval_withdrawn':
    case 'condition_met':
    case 'condition_open':
    case 'update_promised':
    case 'delegate_revoked':
    case 'availability_changed':
    case 'exception_granted':
    case 'exception_revoked':
    case 'hold_placed':
    case 'hold_lifted':
    case 'statement':
      return false;
  }
}

/** The facts that a new packet stands on and the current one does not. */
const newlyStoodOn = (state: CutoverState): KnownFact[] =>
  Object.values(state.known).filter(
    (known) => known.ruledVersion > (state.current?.packet.basisVersion ?? 0),
  );

/** A freeze that binds every checkpoint, is in force at this instant, and that a planned line runs into. */
function isFrozen(packet: Packet, plan: Plan, now: Instant): boolean {
  const freezes = plan.boundaries.filter(
    ({ kind, binds, statedAt, opensAt, closesAt }) =>
      kind === 'freeze' && binds === 'all' && statedAt <= now && opensAt <= now && now < closesAt,
  );
  return packet.lines.some(
    ({ state, startAt, endAt }) =>
      state === 'planned' &&
      startAt !== null &&
      endAt !== null &&
      freezes.some((freeze) => touches({ startAt, endAt }, freeze)),
  );
}

/** Why this actor may not decide on this packet now; null when it may. Declining needs the role, adopting the duties too. */
export function mayDecide(
  question: { actor: Actor; record: PacketRecord; decision: 'adopt' | 'decline' },
  state: CutoverState,
  now: Instant,
): RejectionCode | null {
  const { actor, record, decision } = question;
  const { plan } = state.situation;
  if (actor.kind !== 'person') return 'machine_may_not_decide';
  if (!isReleaseLead(actor, plan, now)) {
    const spans = authorisedSpans(plan, actor.subject, { role: plan.leadRole, checkpoint: 'all' });
    return spans.some((span) => span.closesAt <= now) ? 'authority_lapsed' : 'not_release_lead';
  }
  if (decision === 'decline') return null;
  if (newlyStoodOn(state).some((known) => involves(known, actor.subject, plan))) {
    return 'separation_of_duties';
  }
  return isFrozen(record.packet, plan, now) ? 'freeze_in_force' : null;
}
