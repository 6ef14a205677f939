/**
 * What the instants of a fact say about it: whether they can be read at all, and whether it was told before it
 * could be true. A finish told in advance is a forecast; anything else told in advance is not yet a fact.
 */
import type { ReadinessCode } from '../ledger/codes.ts';
import type { Fact, Reading } from '../ledger/facts.ts';
import { isAssent } from '../ledger/promises.ts';
import type { Situation } from '../ledger/situation.ts';
import { minuteMs } from '../ledger/vocabulary.ts';
import { meaningOf, slackMs, troubleOf } from './instants.ts';

/** How far a source's clock may run ahead of ours before its fact counts as told in advance. */
export const skewMs = 5 * minuteMs;

/** The written instant of a fact; null for kinds that have none. */
export const readingOf = ({ assertion }: Fact): Reading | null =>
  'at' in assertion ? assertion.at : null;

/** An observation may be as old as its age limit allows, so it may lie further before the window. */
function evidenceSlackMs(situation: Situation, fact: Fact): number {
  const { assertion } = fact;
  if (assertion.kind !== 'evidence_recorded') return slackMs;
  const rules = situation.plan.checkpoints
    .filter((checkpoint) => checkpoint.id === assertion.checkpoint)
    .flatMap((checkpoint) => checkpoint.evidence)
    .filter((rule) => rule.kind === assertion.evidence);
  return Math.max(slackMs, ...rules.map((rule) => rule.maxAgeMinutes * minuteMs));
}

/** Why the fact's instant cannot be relied on, with every instant it could mean; null when it can. */
export function readingTrouble(
  situation: Situation,
  fact: Fact,
): { readonly code: ReadinessCode; readonly candidates: readonly number[] } | null {
  const reading = readingOf(fact);
  if (reading === null) return null;
  const { window } = situation.plan;
  const code = troubleOf(reading, window);
  const { candidates } = meaningOf(reading.text, reading.zone, window);
  const [only] = candidates;
  const old =
    code === 'outside_window' &&
    reading.at !== null &&
    reading.at === only &&
    reading.at < window.opensAt &&
    reading.at >= window.opensAt - evidenceSlackMs(situation, fact);
  return code === null || old ? null : { code, candidates };
}

/** A boundary cannot be in force before the moment at which it was stated. */
export const precedesItsNotice = ({ assertion, occurredAt }: Fact): boolean =>
  assertion.kind === 'boundary_set' && assertion.boundary.statedAt < occurredAt;

const fromTheFuture = (fact: Fact): boolean => fact.occurredAt > fact.receivedAt + skewMs;

/** A promise is not a confirmation: a yes that is dated ahead, or was worded as something still to come. */
export const isPromise = (fact: Fact): boolean =>
  isAssent(fact.assertion) && (fromTheFuture(fact) || fact.promised === true);

/** A finish after the moment at which it was said or received was not seen: it is a forecast. */
export const isToldInAdvance = ({ assertion, occurredAt, receivedAt }: Fact): boolean =>
  assertion.kind === 'actual_finish' &&
  assertion.at.at !== null &&
  assertion.at.at > Math.min(occurredAt, receivedAt);

/** Whether a fact other than a finish claims something that had not happened yet when it was received. */
export function claimsTheFuture(fact: Fact): boolean {
  const { assertion, receivedAt } = fact;
  if (assertion.kind === 'actual_finish') return false;
  if (fromTheFuture(fact)) return true;
  return (
    (assertion.kind === 'actual_start' || assertion.kind === 'evidence_recorded') &&
    assertion.at.at !== null &&
    assertion.at.at > receivedAt + skewMs
  );
}
