/**
 * What each source itself last said on each subject, whoever else spoke since: a source is held to its own count
 * and clock. It judges nothing, and remembers at most two facts for each source and subject.
 */
import type { CutoverState, HeardFact } from './cutover.ts';
import { asForecast } from './effects.ts';
import type { Assertion, Fact, Ruling } from './facts.ts';
import type { Situation } from './situation.ts';
import { subjectOf } from './subjects.ts';
import type { Id } from './vocabulary.ts';

type Heard = CutoverState['heard'];

/** No id has a space in it, so no two pairs share a key. */
const keyOf = (source: Id, assertion: Assertion): string => `${source} ${subjectOf(assertion)}`;

/** What the fact's own source last said on its subject: by its count, then by its clock. */
export function lastWordsOf(heard: Heard, fact: Pick<Fact, 'source' | 'assertion'>): HeardFact[] {
  const last = heard[keyOf(fact.source, fact.assertion)];
  if (last === undefined) return [];
  return last.byCount === null ? [last.byClock] : [last.byCount, last.byClock];
}

/** A known finish that did not finish its checkpoint was told in advance: it stands as a forecast. */
export function standing<T extends { readonly factId: Id; readonly assertion: Assertion }>(
  situation: Situation,
  known: T,
): T {
  const { assertion } = known;
  if (assertion.kind !== 'actual_finish') return known;
  const finishedBy = situation.progress[assertion.checkpoint]?.finishFactId;
  return finishedBy === known.factId ? known : asForecast(known);
}

/**
 * What has been heard after one more ruling, given what was known before it. A repeat counts as said, in the sense
 * of what it repeats; a held fact does not, because it stays before a human.
 */
export function hear(
  before: Pick<CutoverState, 'situation' | 'known' | 'heard'>,
  fact: Fact,
  { ruling }: Ruling,
): Heard {
  const { factId, source, sourceSequence, occurredAt } = fact;
  if (ruling === 'held') return before.heard;
  const key = keyOf(source, fact.assertion);
  const repeated = before.known[subjectOf(fact.assertion)];
  const { assertion } =
    ruling === 'accepted_as_forecast'
      ? asForecast(fact)
      : ruling === 'repeat' && repeated !== undefined
        ? standing(before.situation, repeated)
        : fact;
  const word: HeardFact = { factId, source, sourceSequence, occurredAt, assertion };
  const { byCount = null, byClock = word } = before.heard[key] ?? {};
  const counts = sourceSequence !== null && sourceSequence >= (byCount?.sourceSequence ?? 0);
  const words = {
    byCount: counts ? word : byCount,
    byClock: occurredAt >= byClock.occurredAt ? word : byClock,
  };
  return { ...before.heard, [key]: words };
}
