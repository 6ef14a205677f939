/**
 * What cannot have happened after what is known: a finish before its start, anything new about what is over, a
 * grant that outlives its granter, a change that would make the plan contradict itself.
 */
import type { AssertionOf } from '../ledger/amend.ts';
import { applyFact } from '../ledger/effects.ts';
import type { Fact } from '../ledger/facts.ts';
import { noProgress, type Progress, type Situation } from '../ledger/situation.ts';
import type { Id, Instant } from '../ledger/vocabulary.ts';
import { authorisedInRow } from './authorityAt.ts';
import { containsSpan } from './intervals.ts';
import { structuralProblems } from './planStructure.ts';
import { claimsTheFuture } from './readinessTimes.ts';

/** An impossible fact, with the fact it cannot follow where there is one. */
export type Impossible = { readonly against: Id | null };

const progressFor = (situation: Situation, checkpoint: Id): Progress =>
  situation.progress[checkpoint] ?? noProgress;

const isOver = ({ state }: Progress): boolean => state === 'done' || state === 'skipped';
const hasStarted = ({ state }: Progress): boolean => state !== 'planned';

const unless = (possible: boolean, against: Id | null): Impossible | null =>
  possible ? null : { against };

/** `null` instants are unknown and rule nothing out. */
const notAfter = (one: Instant | null, other: Instant | null): boolean =>
  one === null || other === null || one <= other;

function altering({ change }: AssertionOf<'checkpoint_altered'>, known: Progress): boolean {
  if (change.skipped && hasStarted(known)) return false;
  const more = change.role !== null || change.owner !== null || change.duration !== null;
  return !(more && isOver(known));
}

function ofProgress(situation: Situation, { assertion }: Fact): Impossible | null {
  if (!('checkpoint' in assertion)) return null;
  const known = progressFor(situation, assertion.checkpoint);
  switch (assertion.kind) {
    case 'actual_start':
      return unless(
        known.state !== 'skipped' && notAfter(assertion.at.at, known.actualFinishAt),
        known.finishFactId,
      );
    case 'actual_finish':
      return unless(
        known.state !== 'skipped' && notAfter(known.actualStartAt, assertion.at.at),
        known.startFactId,
      );
    case 'forecast_finish':
      return unless(
        !isOver(known) && notAfter(known.actualStartAt, assertion.at.at),
        known.finishFactId ?? known.startFactId,
      );
    case 'revised_start':
    case 'hold_placed':
      return unless(!hasStarted(known), known.finishFactId ?? known.startFactId);
    case 'checkpoint_altered':
      return unless(altering(assertion, known), known.finishFactId ?? known.startFactId);
    case 'evidence_recorded':
    case 'evidence_revoked':
    case 'confirmation_given':
    case 'confirmation_refused':
    case 'approval_given':
    case 'approval_withdrawn':
    case 'update_promised':
    case 'dependency_changed':
    case 'exception_granted':
      return null;
  }
}

/** Whether the fact cannot have happened, given what is known and when it was received. */
export function impossible(situation: Situation, fact: Fact): Impossible | null {
  return claimsTheFuture(fact) ? { against: null } : ofProgress(situation, fact);
}

/** A delegate never stretches past its granter's own end, nor starts before the granter does. */
export function stretches(situation: Situation, { assertion }: Fact): boolean {
  if (assertion.kind !== 'delegate_granted') return false;
  const row = situation.plan.authority.find((known) => known.id === assertion.authority);
  if (row === undefined) return false;
  const standing = row.chainsAllowed
    ? authorisedInRow(row).get(assertion.grantedBy)
    : row.holders.filter((tenure) => tenure.person === assertion.grantedBy);
  return !containsSpan(standing ?? [], assertion.span);
}

const changesPlan = new Set(['checkpoint_added', 'checkpoint_altered', 'dependency_changed']);

/** Whether the plan would contradict itself with this fact in it and does not without. */
export function contradictsPlan(situation: Situation, fact: Fact): boolean {
  const { assertion } = fact;
  if (!changesPlan.has(assertion.kind)) return false;
  if (assertion.kind === 'checkpoint_added' && assertion.added.id in situation.progress)
    return true;
  const before = new Set(structuralProblems(situation.plan).map((problem) => problem.message));
  const after = structuralProblems(applyFact(situation, fact).plan);
  return after.some((problem) => !before.has(problem.message));
}
