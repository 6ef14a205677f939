/**
 * Which facts speak of the same thing. Two facts with one subject can contradict, repeat or supersede each other;
 * facts with different subjects never do.
 */
import type { Assertion } from './facts.ts';

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
