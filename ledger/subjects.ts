/**
 * Which facts speak of the same thing. Two facts with one subject can contradict, repeat or supersede each other;
 * facts with different subjects never do. And when one of them settles another that is held.
 */
import type { Assertion, Fact } from './facts.ts';
import { type Plan, rankOf } from './plan.ts';

/** A key such as `finish:cutover-start` or `authority:security:deputy`. */
export function subjectOf(assertion: Assertion): string {
  switch (assertion.kind) {
    case 'actual_start':
      return `start:${assertion.checkpoint}`;
    case 'actual_finish':
    case 'forecast_finish':
      return `finish:${assertion.checkpoint}`;
    case 'revised_start':
      return `revised:${assertion.checkpoint}`;
    case 'evidence_recorded':
    case 'evidence_revoked':
      return `evidence:${assertion.checkpoint}:${assertion.evidence}`;
    case 'confirmation_given':
    case 'confirmation_refused':
      return `assent:${assertion.checkpoint}:${assertion.confirmation}:${assertion.party}`;
    case 'approval_given':
    case 'approval_withdrawn':
      return `assent:${assertion.checkpoint}:${assertion.approval}:${assertion.party}`;
    case 'condition_met':
    case 'condition_open':
      return `condition:${assertion.condition}`;
    case 'update_promised':
      return `promise:${assertion.checkpoint}`;
    case 'holder_changed':
      return `holder:${assertion.authority}`;
    case 'delegate_granted':
    case 'delegate_revoked':
      return `delegate:${assertion.authority}:${assertion.person}`;
    case 'availability_changed':
      return `availability:${assertion.person}`;
    case 'boundary_set':
      return `boundary:${assertion.boundary.id}`;
    case 'boundary_lifted':
      return `boundary:${assertion.boundary}`;
    case 'checkpoint_added':
      return `added:${assertion.added.id}`;
    case 'checkpoint_altered':
      return `altered:${assertion.checkpoint}`;
    case 'dependency_changed':
      return `dependency:${assertion.checkpoint}`;
    case 'exception_granted':
    case 'exception_revoked':
      return `exception:${assertion.exception}`;
    case 'hold_placed':
    case 'hold_lifted':
      return `hold:${assertion.hold}`;
    case 'statement':
      return `statement:${assertion.text}`;
  }
}

/** A start and a finish happen once: a later word on them is a correction or a contradiction, never news. */
export const happensOnce = ({ kind }: Assertion): boolean =>
  kind === 'actual_start' || kind === 'actual_finish';

/** Who of two sources is right about what happened once does not follow from who spoke later. */
function outdoes(plan: Plan, accepted: Fact, held: Fact): boolean {
  const [is, was] = [accepted.assertion, held.assertion];
  if (accepted.source === held.source || !('at' in is) || !('at' in was)) return true;
  return is.at.at === was.at.at || rankOf(plan, accepted.source) < rankOf(plan, held.source);
}

/**
 * An accepted fact settles what is held on its subject, but never what says that it came later: that stays before
 * a human, by the source's own sequence or by when it happened, whichever puts it later. So does a start or a
 * finish when another source of no better rank says something else, or when it is only forecast.
 */
export function isSettledBy(plan: Plan, held: Fact, accepted: Fact): boolean {
  if (subjectOf(held.assertion) !== subjectOf(accepted.assertion)) return false;
  const numbered =
    held.source === accepted.source &&
    held.sourceSequence !== null &&
    accepted.sourceSequence !== null;
  if (numbered && (held.sourceSequence ?? 0) > (accepted.sourceSequence ?? 0)) return false;
  if (happensOnce(held.assertion)) {
    if (!happensOnce(accepted.assertion) && !numbered) return false;
    if (!outdoes(plan, accepted, held)) return false;
  }
  return held.occurredAt <= accepted.occurredAt;
}
