/**
 * A fact against the newest one known on its subject: the same, older, newer, or in contradiction. The order of
 * arrival decides nothing: a source's own sequence does, then when it happened, then how far the source is trusted.
 */
import { canonicalJson } from '../ledger/canonical.ts';
import type { ReadinessCode } from '../ledger/codes.ts';
import type { HeardFact, KnownFact } from '../ledger/cutover.ts';
import type { Assertion } from '../ledger/facts.ts';
import { ownSource, type Plan, rankOf } from '../ledger/plan.ts';
import { happensOnce } from '../ledger/subjects.ts';
import type { Interval } from '../ledger/vocabulary.ts';

/** The parts of a fact that this rule reads; both a fact and a known one have them. */
export type Told = Pick<KnownFact, 'source' | 'sourceSequence' | 'occurredAt' | 'assertion'>;

/** What is asserted, without the words it was read from. An assent counts from its moment, so that is part of it. */
export function contentOf({ assertion, occurredAt }: Told): string {
  const dated = /^(?:approval|confirmation)_/.test(assertion.kind) ? { occurredAt } : {};
  const read = 'at' in assertion ? { at: assertion.at.at } : {};
  return canonicalJson({ ...assertion, ...read, ...dated });
}

type Age = 'older' | 'same' | 'newer';
const ageOf = (one: number, other: number): Age =>
  one < other ? 'older' : one > other ? 'newer' : 'same';

/** The source's own sequence where both have one, else when it happened. */
function ageAgainst(told: Told, known: Told): Age {
  if (
    told.source === known.source &&
    told.sourceSequence !== null &&
    known.sourceSequence !== null
  ) {
    return ageOf(told.sourceSequence, known.sourceSequence);
  }
  return ageOf(told.occurredAt, known.occurredAt);
}

const apart = (one: Interval, other: Interval): boolean =>
  one.closesAt <= other.opensAt || other.closesAt <= one.opensAt;

const spanOf = (assertion: Assertion): Interval | null =>
  'span' in assertion ? assertion.span : null;

/** Two facts on one subject that can both be true: about different times, or about different sides of it. */
function canBothHold(one: Assertion, other: Assertion): boolean {
  const [span, otherSpan] = [spanOf(one), spanOf(other)];
  if (span !== null && otherSpan !== null) return apart(span, otherSpan);
  if (one.kind !== 'checkpoint_altered' || other.kind !== 'checkpoint_altered') return false;
  const { change } = one;
  const sides = ['name', 'role', 'owner', 'duration'] as const;
  return (
    change.skipped === other.change.skipped &&
    sides.every((side) => change[side] === null || other.change[side] === null)
  );
}

/** Of two contradicting sources the better ranked one wins; equals are for a human, and so is one source twice. */
const outranks = (plan: Plan, told: Told, known: Told): boolean =>
  told.source !== known.source && rankOf(plan, told.source) < rankOf(plan, known.source);

/**
 * The same content that stands better than what is known: it changes nothing, but it must be remembered, or an
 * older word that arrives later would pass for news. What happened once does not stand better for being retold;
 * and a person who types in what a feed said adds nothing to it.
 */
function restates(plan: Plan, told: Told, known: Told): boolean {
  const better = outranks(plan, told, known) && told.source !== ownSource;
  const once = happensOnce(told.assertion);
  if (
    told.source === known.source &&
    told.sourceSequence !== null &&
    known.sourceSequence !== null
  ) {
    const backwards = !once && told.occurredAt < known.occurredAt;
    return told.sourceSequence > known.sourceSequence && !backwards;
  }
  if (once) return better;
  return told.occurredAt > known.occurredAt || (told.occurredAt === known.occurredAt && better);
}

function againstWhatHappenedOnce(plan: Plan, told: Told, known: Told): ReadinessCode | null {
  if (told.source !== known.source) {
    return outranks(plan, told, known) ? null : 'authorities_disagree';
  }
  const age = ageAgainst(told, known);
  if (age === 'newer') return null;
  return age === 'older' ? 'older_than_known' : 'authorities_disagree';
}

/** A finish comes after its forecasts whoever told them; only its own source can say that it told it too late. */
function finishAgainstForecast(told: Told, known: Told): ReadinessCode | null {
  const sequenced =
    told.source === known.source && told.sourceSequence !== null && known.sourceSequence !== null;
  return sequenced && ageAgainst(told, known) === 'older' ? 'older_than_known' : null;
}

/**
 * Why a fact does not simply follow the newest known one on its subject; null when it does. On what changes, time
 * never runs backwards: a later sequence with an earlier moment is a source that contradicts itself. Without that,
 * the order of arrival could decide between three facts of two sources.
 */
export function againstKnown(plan: Plan, told: Told, known: Told): ReadinessCode | null {
  if (contentOf(told) === contentOf(known)) return restates(plan, told, known) ? null : 'repeat';
  const [kind, knownKind] = [told.assertion.kind, known.assertion.kind];
  if (kind === 'actual_finish' && knownKind === 'forecast_finish') {
    return finishAgainstForecast(told, known);
  }
  if (happensOnce(told.assertion) && happensOnce(known.assertion)) {
    return againstWhatHappenedOnce(plan, told, known);
  }
  switch (ageAgainst(told, known)) {
    case 'newer':
      return told.occurredAt < known.occurredAt ? 'authorities_disagree' : null;
    case 'older':
      return 'older_than_known';
    case 'same':
      return canBothHold(told.assertion, known.assertion) || outranks(plan, told, known)
        ? null
        : 'authorities_disagree';
  }
}

/** One source's own count and its own clock say opposite things about which of two facts is the later. */
const contradictsItself = (told: Told, last: HeardFact): boolean =>
  told.sourceSequence !== null &&
  last.sourceSequence !== null &&
  (told.sourceSequence - last.sourceSequence) * (told.occurredAt - last.occurredAt) < 0;

/**
 * Why a fact does not follow a last word of its own source, whoever spoke since; null when it does. Saying the
 * same again is for the newest known fact to judge, unless it turns the source's clock against its own count.
 */
export function againstLastWord(plan: Plan, told: Told, last: HeardFact): ReadinessCode | null {
  if (contentOf(told) !== contentOf(last)) return againstKnown(plan, told, last);
  const astray = !happensOnce(told.assertion) && contradictsItself(told, last);
  return astray ? 'authorities_disagree' : null;
}
