/**
 * Holds in words: the causes of a conflict, what would release it and what one exception would buy, each from a
 * closed template over ledger ids and times.
 */
import type { Cause, Hold, Relaxation, ReleaseCondition } from '../../ledger/holds.ts';
import type { ViolationCode } from '../../ledger/codes.ts';
import { violationWords } from './codes.ts';
import type { Names } from './names.ts';
import { minutesText, timeText } from './times.ts';

function subjectText(cause: Cause, names: Names): string {
  if (cause.subject === null) return '';
  const known = [names.boundary, names.checkpoint, names.person, names.condition, names.role].map(
    (name) => name(cause.subject ?? ''),
  );
  return known.find((name) => name !== cause.subject) ?? cause.subject;
}

const ownRules: Readonly<Record<Exclude<Cause['rule'], ViolationCode>, string>> = {
  late_finish: 'finishes late',
  approved_start: 'must not start before its approved time',
  kept_placed: 'is kept placed',
  duration: 'needs its full duration',
};

const isViolation = (rule: Cause['rule']): rule is ViolationCode => rule in violationWords;

const ruleText = (rule: Cause['rule']): string =>
  isViolation(rule) ? `otherwise ${violationWords[rule]}` : ownRules[rule];

/** `Traffic shift readiness: otherwise runs outside its maintenance boundary (Replication, Sun 03:10) [fact-12]`. */
export function causeText(cause: Cause, names: Names): string {
  const subject = subjectText(cause, names);
  const at = cause.at === null ? '' : timeText(cause.at, names.zone);
  const details = [subject, at].filter((part) => part !== '').join(', ');
  const fact = cause.factId === null ? '' : ` [${cause.factId}]`;
  return `${names.checkpoint(cause.checkpoint)}: ${ruleText(cause.rule)}${details === '' ? '' : ` (${details})`}${fact}`;
}

/** The condition that a machine tests on the ledger, as one sentence. */
export function releaseText(release: ReleaseCondition, names: Names): string {
  switch (release.kind) {
    case 'predecessor_placed':
      return `${names.checkpoint(release.checkpoint)} is placed`;
    case 'condition_met':
      return `the condition "${names.condition(release.condition)}" is met`;
    case 'evidence_recorded': {
      const from =
        release.observedFromAt === null
          ? ''
          : ` observed from ${timeText(release.observedFromAt, names.zone)}`;
      return `evidence ${release.evidence}${from} is recorded for ${names.checkpoint(release.checkpoint)}`;
    }
    case 'approval_given':
      return `approval ${release.approval} is given for ${names.checkpoint(release.checkpoint)}`;
    case 'confirmation_given':
      return `confirmation ${release.confirmation} is given for ${names.checkpoint(release.checkpoint)}`;
    case 'hold_lifted':
      return `hold ${release.hold} is lifted`;
    case 'authority_mapped':
      return `someone is mapped as ${names.role(release.role)} for ${names.checkpoint(release.checkpoint)} at its time`;
    case 'availability_restored':
      return `a ${names.role(release.role)} is available for ${names.checkpoint(release.checkpoint)}`;
    case 'boundary_changed':
      return `boundary ${names.boundary(release.boundary)} is changed for ${names.checkpoint(release.checkpoint)}`;
    case 'exception_granted':
      return `the lead grants the exception ${release.relaxes} for ${names.checkpoint(release.checkpoint)}`;
    case 'fact_settled':
      return `the disputed fact ${release.factId} is settled`;
    case 'plan_changed':
      return `the plan around ${names.checkpoint(release.checkpoint)} changes`;
  }
}

/** What one exception would buy and cost. The start it gives is conditional on it. */
export function relaxationText(relaxation: Relaxation, names: Names): string {
  const until =
    relaxation.untilAt === null ? '' : ` until ${timeText(relaxation.untilAt, names.zone)}`;
  const start =
    relaxation.provisionalStartAt === null
      ? ''
      : `, then provisionally at ${timeText(relaxation.provisionalStartAt, names.zone)}`;
  const woken =
    relaxation.newlyWoken.length === 0
      ? 'wakes nobody'
      : `wakes ${relaxation.newlyWoken.map(names.person).join(', ')}`;
  const cost = `moves ${relaxation.moved} (${minutesText(relaxation.movedMinutes)}), ${woken}`;
  const holds = relaxation.releases.length;
  return `exception ${relaxation.relaxes} for ${names.checkpoint(relaxation.checkpoint)}${until}: releases ${holds} hold${holds === 1 ? '' : 's'}, ${cost}${start}`;
}

/** Who may lift it and what waits because of it. */
export function holdFooter(hold: Hold, names: Names): string {
  const blocks =
    hold.blocks.length === 0 ? 'nothing' : hold.blocks.map(names.checkpoint).join(', ');
  return `lifted by ${names.role(hold.liftedBy)}; blocks ${blocks}`;
}
