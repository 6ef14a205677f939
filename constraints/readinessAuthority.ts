/**
 * Who may assert what, as one table: fact kind → the authority its reporter needs at the moment of the act. What
 * only observes needs a mapped source; what changes authority, boundaries, the plan, exceptions, holds or
 * approvals needs a mapped person. README.md, `not_authorised`, has the same table in words.
 */
import type { AssertionOf } from '../ledger/amend.ts';
import type { Fact, FactKind } from '../ledger/facts.ts';
import {
  type Authority,
  type Boundary,
  type Checkpoint,
  ownSource,
  type Plan,
} from '../ledger/plan.ts';
import type { Situation } from '../ledger/situation.ts';
import type { Id, Instant } from '../ledger/vocabulary.ts';
import { authorisedInRow, isAuthorisedAt, rowsFor } from './authorityAt.ts';
import { containsInstant, containsSpan } from './intervals.ts';
import { isAuthoritative } from './readinessSources.ts';

/** A fact with the situation it is judged in: the mapping is read as it stands for the moment of the act. */
type Act = { readonly situation: Situation; readonly plan: Plan; readonly fact: Fact };
type Rule<K extends FactKind> = (assertion: AssertionOf<K>, act: Act) => boolean;

const checkpointOf = (plan: Plan, id: Id): Checkpoint | undefined =>
  plan.checkpoints.find((known) => known.id === id);

const holds = ({ plan, fact }: Act, role: Id, checkpoint: Id): boolean =>
  isAuthorisedAt(plan, { person: fact.reporter, role, checkpoint, at: fact.occurredAt });

const isLead = (act: Act): boolean => holds(act, act.plan.leadRole, 'all');

/** The lead, or whoever is authorised for the checkpoint's role. An unknown checkpoint is another rule's business. */
function hasCharge(act: Act, id: Id): boolean {
  const checkpoint = checkpointOf(act.plan, id);
  return checkpoint === undefined || isLead(act) || holds(act, checkpoint.role, id);
}

/** An observation: a mapped feed saw it; a person who types it in has charge of the checkpoint. */
const observed = ({ checkpoint }: { checkpoint: Id }, act: Act): boolean =>
  act.fact.source !== ownSource || hasCharge(act, checkpoint) || isAtWork(act, checkpoint);

/** Whoever has started the checkpoint may report on it. */
const isAtWork = ({ situation, fact }: Act, checkpoint: Id): boolean =>
  situation.progress[checkpoint]?.owner === fact.reporter;

/** Evidence comes from the source that its rule names; by hand only from the lead. */
function evidenced({ checkpoint, evidence }: { checkpoint: Id; evidence: Id }, act: Act): boolean {
  const rule = checkpointOf(act.plan, checkpoint)?.evidence.find(
    (known) => known.kind === evidence,
  );
  if (rule === undefined || rule.source === act.fact.source) return true;
  return act.fact.source === ownSource && isLead(act);
}

const rowAt = (row: Authority, person: Id, at: Instant): boolean =>
  containsInstant(authorisedInRow(row).get(person) ?? [], at);

/** A party that is a role answers through whoever is authorised for it; a person, in person or by a valid delegate. */
function speaksFor(act: Act, checkpoint: Id, party: Id): boolean {
  const { plan, fact } = act;
  const known = checkpointOf(plan, checkpoint);
  if (known === undefined) return true;
  if (plan.roles.some((role) => role.id === party)) return holds(act, party, checkpoint);
  if (fact.reporter === party) return true;
  return rowsFor(plan, { role: known.role, checkpoint }).some(
    (row) =>
      row.delegates.some((grant) => grant.person === fact.reporter && grant.grantedBy === party) &&
      rowAt(row, fact.reporter, fact.occurredAt),
  );
}

function settles({ condition }: { condition: Id }, act: Act): boolean {
  const known = act.plan.conditions.find((item) => item.id === condition);
  if (known === undefined || isLead(act)) return true;
  const users = act.plan.checkpoints.filter((checkpoint) =>
    checkpoint.conditions.includes(condition),
  );
  return ['all', ...users.map((user) => user.id)].some((checkpoint) =>
    holds(act, known.settledBy, checkpoint),
  );
}

const holdsRow = (act: Act, authority: Id): boolean => {
  const row = act.plan.authority.find((known) => known.id === authority);
  if (row === undefined || isLead(act)) return true;
  const tenures = row.holders.filter((tenure) => tenure.person === act.fact.reporter);
  return containsInstant(tenures, act.fact.occurredAt);
};

/** A delegate is granted by the one who grants, standing in that authority now, or by the lead on their behalf. */
function grants({ authority, grantedBy }: AssertionOf<'delegate_granted'>, act: Act): boolean {
  const row = act.plan.authority.find((known) => known.id === authority);
  if (row === undefined || isLead(act)) return true;
  const { reporter, occurredAt } = act.fact;
  if (holdsRow(act, authority)) return true;
  return reporter === grantedBy && row.chainsAllowed && rowAt(row, reporter, occurredAt);
}

/** The holder, the lead, whoever granted it, or the delegate stepping down. */
function revokes({ authority, person }: AssertionOf<'delegate_revoked'>, act: Act): boolean {
  const { reporter } = act.fact;
  const row = act.plan.authority.find((known) => known.id === authority);
  const granted = row?.delegates.some(
    (grant) => grant.person === person && grant.grantedBy === reporter,
  );
  return holdsRow(act, authority) || reporter === person || granted === true;
}

/**
 * Whether a boundary only takes room away compared with the one it replaces. `actAt` is when that was said: it may be in
 * force from then, and no later, so that there is no moment without either of them.
 */
function tightens(next: Boundary, known: Boundary, actAt: Instant): boolean {
  const binds =
    next.binds === 'all' ||
    (known.binds !== 'all' && known.binds.every((id) => next.binds.includes(id)));
  const exempts = next.exemptRoles.every((role) => known.exemptRoles.includes(role));
  const span =
    next.kind === 'maintenance' ? containsSpan([known], next) : containsSpan([next], known);
  const atOnce = next.statedAt <= Math.max(known.statedAt, actAt);
  return next.kind === known.kind && atOnce && binds && exempts && span;
}

/** An authoritative source; or the lead, who may widen or lift only what was declared for this cutover. */
function bounds(known: Boundary | undefined, next: Boundary | null, act: Act): boolean {
  const { plan, fact } = act;
  if (isAuthoritative(plan, fact.source, fact.assertion.kind)) return true;
  if (!isLead(act)) return false;
  if (known === undefined || known.level === 'cutover') return true;
  const actAt = Math.min(fact.occurredAt, fact.receivedAt);
  return next !== null && next.level === known.level && tightens(next, known, actAt);
}

const boundaryOf = (plan: Plan, id: Id): Boundary | undefined =>
  plan.boundaries.find((known) => known.id === id);

/** Small things by whoever has charge of it; its role, or taking a protected one out, only by the lead. */
function alters({ checkpoint, change }: AssertionOf<'checkpoint_altered'>, act: Act): boolean {
  const guarded = checkpointOf(act.plan, checkpoint)?.protected === true;
  return guarded || change.role !== null ? isLead(act) : hasCharge(act, checkpoint);
}

function revises({ checkpoint }: AssertionOf<'revised_start'>, act: Act): boolean {
  const { plan, fact } = act;
  if (isAuthoritative(plan, fact.source, fact.assertion.kind)) return true;
  const guarded = checkpointOf(plan, checkpoint)?.protected === true;
  return guarded ? isLead(act) : hasCharge(act, checkpoint);
}

const byLead = (_: unknown, act: Act): boolean => isLead(act);
const byParty = ({ checkpoint, party }: { checkpoint: Id; party: Id }, act: Act): boolean =>
  speaksFor(act, checkpoint, party);

const rules: { readonly [K in FactKind]: Rule<K> } = {
  actual_start: observed,
  actual_finish: observed,
  forecast_finish: observed,
  update_promised: observed,
  revised_start: revises,
  evidence_recorded: evidenced,
  evidence_revoked: evidenced,
  confirmation_given: byParty,
  confirmation_refused: byParty,
  approval_given: byParty,
  approval_withdrawn: byParty,
  condition_met: settles,
  condition_open: settles,
  holder_changed: ({ authority }, act) => holdsRow(act, authority),
  delegate_granted: grants,
  delegate_revoked: revokes,
  availability_changed: ({ person }, act) =>
    act.fact.reporter === person ||
    isLead(act) ||
    isAuthoritative(act.plan, act.fact.source, 'availability_changed'),
  boundary_set: ({ boundary }, act) => bounds(boundaryOf(act.plan, boundary.id), boundary, act),
  boundary_lifted: ({ boundary }, act) => bounds(boundaryOf(act.plan, boundary), null, act),
  checkpoint_added: byLead,
  checkpoint_altered: alters,
  dependency_changed: byLead,
  exception_granted: ({ relaxes }, act) =>
    isLead(act) && act.plan.policy.exceptions.includes(relaxes),
  exception_revoked: byLead,
  hold_placed: ({ checkpoint }, act) => hasCharge(act, checkpoint),
  hold_lifted: ({ hold }, act) =>
    isLead(act) ||
    act.situation.holds.some(
      (known) => known.hold === hold && known.placedBy === act.fact.reporter,
    ),
  statement: () => true,
};

/** Whether the reporter had the authority this fact needs, at the moment of the act. */
export function mayAssert(situation: Situation, fact: Fact): boolean {
  const rule = rules[fact.assertion.kind] as Rule<FactKind>;
  return rule(fact.assertion, { situation, plan: situation.plan, fact });
}
