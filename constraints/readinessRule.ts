/**
 * The ruling on one fact: the first reason, in the order of ReadinessCode, for which it is not simply accepted.
 * It accepts or holds this fact alone, whatever becomes of the rest of its message.
 */
import type { ReadinessCode } from '../ledger/codes.ts';
import type { CutoverState } from '../ledger/cutover.ts';
import { asForecast } from '../ledger/effects.ts';
import type { Fact, Ruling } from '../ledger/facts.ts';
import { lastWordsOf, standing } from '../ledger/hearing.ts';
import { subjectOf } from '../ledger/subjects.ts';
import type { Id } from '../ledger/vocabulary.ts';
import { mayAssert } from './readinessAuthority.ts';
import { againstKnown, againstLastWord } from './readinessNewest.ts';
import { contradictsPlan, impossible, stretches } from './readinessSequence.ts';
import { isMappedReporter, isMappedSource } from './readinessSources.ts';
import { knowsSubject } from './readinessSubjects.ts';
import { isPromise, isToldInAdvance, precedesItsNotice, readingTrouble } from './readinessTimes.ts';

/** What a ruling depends on: the situation, the newest accepted fact on each subject, and each source's last words on it. */
export type Knowledge = Pick<CutoverState, 'situation' | 'known' | 'heard'>;

type Finding = {
  readonly code: ReadinessCode;
  readonly candidates?: readonly number[];
  readonly against?: Id | null;
};

function ofOrigin({ situation }: Knowledge, fact: Fact): Finding | null {
  if (!isMappedSource(situation.plan, fact)) return { code: 'unmapped_source' };
  if (!isMappedReporter(situation.plan, fact)) return { code: 'unmapped_reporter' };
  if (!mayAssert(situation, fact)) return { code: 'not_authorised' };
  if (!knowsSubject(situation, fact.assertion)) return { code: 'unknown_subject' };
  return fact.assertion.kind === 'statement' ? { code: 'not_structured' } : null;
}

function ofTimes({ situation }: Knowledge, fact: Fact): Finding | null {
  const trouble = readingTrouble(situation, fact);
  if (trouble !== null) return trouble;
  if (precedesItsNotice(fact)) return { code: 'before_own_notice' };
  return isPromise(fact) ? { code: 'promise_not_confirmation' } : null;
}

function ofKnown({ situation, known, heard }: Knowledge, fact: Fact): Finding | null {
  for (const last of lastWordsOf(heard, fact)) {
    const code = againstLastWord(situation.plan, fact, last);
    if (code !== null) return { code, against: last.factId };
  }
  const newest = known[subjectOf(fact.assertion)];
  if (newest === undefined) return null;
  const code = againstKnown(situation.plan, fact, standing(situation, newest));
  return code === null ? null : { code, against: newest.factId };
}

function ofSequence({ situation }: Knowledge, fact: Fact): Finding | null {
  const sequence = impossible(situation, fact);
  if (sequence !== null) return { code: 'impossible_sequence', against: sequence.against };
  if (stretches(situation, fact)) return { code: 'stretches_past_end' };
  return contradictsPlan(situation, fact) ? { code: 'plan_contradiction' } : null;
}

/** The one ruling that the rule book gives on a waiting fact. */
export function ruleFact(knowledge: Knowledge, fact: Fact): Ruling {
  const early = isToldInAdvance(fact);
  const told = early ? asForecast(fact) : fact;
  const found =
    ofOrigin(knowledge, fact) ??
    ofTimes(knowledge, fact) ??
    ofKnown(knowledge, told) ??
    ofSequence(knowledge, told);
  const { factId } = fact;
  if (found === null) {
    return {
      factId,
      ruling: early ? 'accepted_as_forecast' : 'accepted',
      code: early ? 'told_in_advance' : null,
      candidates: [],
      against: null,
    };
  }
  return {
    factId,
    ruling: found.code === 'repeat' ? 'repeat' : 'held',
    code: found.code,
    candidates: [...(found.candidates ?? [])],
    against: found.against ?? null,
  };
}
