/**
 * The rule book of the readiness agent: which waiting facts may be believed. It rules on every fact itself, one
 * after another, and compares; a proposal that believes more, or less, is refused with every difference.
 */
import type { ReadinessCode, ViolationCode } from '../ledger/codes.ts';
import type { CutoverState } from '../ledger/cutover.ts';
import { applyAsForecast, applyFact } from '../ledger/effects.ts';
import { foresee } from '../ledger/evolve.ts';
import type { Fact, Ruling } from '../ledger/facts.ts';
import { hear } from '../ledger/hearing.ts';
import type { ReadinessBody, Violation } from '../ledger/proposal.ts';
import { subjectOf } from '../ledger/subjects.ts';
import type { Id } from '../ledger/vocabulary.ts';
import { heardAgain, heldAgain } from './readinessAgain.ts';
import { type Knowledge, ruleFact } from './readinessRule.ts';
import { readingTrouble } from './readings.ts';

/** What is known after one more ruling: an accepted fact takes effect before the next is judged. */
function learn(knowledge: Knowledge, fact: Fact, ruling: Ruling): Knowledge {
  const heard = hear(knowledge, fact, ruling);
  if (ruling.ruling === 'held' || ruling.ruling === 'repeat') return { ...knowledge, heard };
  const apply = ruling.ruling === 'accepted' ? applyFact : applyAsForecast;
  const newest = { ...fact, ruledVersion: 0 };
  return {
    situation: apply(knowledge.situation, fact),
    known: { ...knowledge.known, [subjectOf(fact.assertion)]: newest },
    heard,
  };
}

type Ruled = { readonly rulings: Ruling[]; readonly after: Knowledge };

function ruleOnce({ situation, known, heard, unruled }: CutoverState): Ruled {
  const rulings: Ruling[] = [];
  let after: Knowledge = { situation, known, heard };
  for (const fact of unruled) {
    const ruling = ruleFact(after, fact);
    rulings.push(ruling);
    after = learn(after, fact, ruling);
  }
  return { rulings, after };
}

/**
 * The rulings on all waiting facts in order of arrival, and the knowledge that comes of them: where authority changes,
 * facts that were ruled on before are held or heard again, and those heard again are ruled on too.
 */
export function rule(state: CutoverState): Ruled {
  const { rulings, after } = ruleOnce(state);
  if (after.situation.plan.authority === state.situation.plan.authority) return { rulings, after };
  const ruled = foresee(state, [{ type: 'FactsRuled', proposalId: 'ahead', rulings }], 0);
  const again = foresee(
    ruled,
    [
      { type: 'FactsHeldAgain', facts: heldAgain(state, ruled) },
      { type: 'FactsHeardAgain', facts: heardAgain(state, ruled) },
    ],
    0,
  );
  return { rulings, after: again.unruled.length === 0 ? again : rule(again).after };
}

/** One ruling for each waiting fact, in order of arrival; each accepted one is applied before the next is judged. */
export const ruleFacts = (state: CutoverState): Ruling[] => ruleOnce(state).rulings;

const ofAuthority: ReadonlySet<ReadinessCode | null> = new Set([
  'unmapped_source',
  'unmapped_reporter',
  'not_authorised',
]);

const sameInstants = (one: readonly number[], other: readonly number[]): boolean =>
  one.length === other.length && one.every((at, index) => at === other[index]);

/** How a ruling differs from the rule book's own; null when it does not. */
function difference(found: Ruling, own: Ruling): ViolationCode | null {
  if (found.ruling === own.ruling) {
    const same =
      found.code === own.code &&
      found.against === own.against &&
      sameInstants(found.candidates, own.candidates);
    return same ? null : 'ruling_code_wrong';
  }
  const believes = found.ruling === 'accepted' || found.ruling === 'accepted_as_forecast';
  if (own.ruling === 'held') {
    return believes && ofAuthority.has(own.code)
      ? 'accepted_without_authority'
      : 'accepted_untrustworthy';
  }
  if (found.ruling === 'accepted') return 'accepted_untrustworthy';
  return found.ruling === 'accepted_as_forecast' && own.ruling === 'repeat'
    ? 'accepted_untrustworthy'
    : 'held_without_reason';
}

function violation(code: ViolationCode, factId: Id, fact: Fact | undefined): Violation {
  const assertion = fact?.assertion;
  const checkpoint =
    assertion !== undefined && 'checkpoint' in assertion ? assertion.checkpoint : null;
  return { code, checkpoint, subjects: [factId], limitAt: null, foundAt: null };
}

/** Rulings take effect one after another, so their order is part of what they say. */
function outOfOrder(body: ReadinessBody, waiting: readonly Id[]): Id[] {
  const places = body.rulings.map((ruling) => waiting.indexOf(ruling.factId));
  return body.rulings
    .filter((_, index) => {
      const [before, place] = [places[index - 1], places[index]];
      return before !== undefined && place !== undefined && place >= 0 && place < before;
    })
    .map((ruling) => ruling.factId);
}

/** Every way in which proposed rulings differ from the rule book's own; empty is clean. */
export function checkReadiness(body: ReadinessBody, state: CutoverState): Violation[] {
  const facts = new Map(state.unruled.map((fact) => [fact.factId, fact]));
  const given = body.rulings.map((ruling) => ruling.factId);
  const unknown = given.filter((id) => !facts.has(id));
  const repeated = new Set(given.filter((id, index) => given.indexOf(id) !== index));
  const differences = ruleFacts(state).flatMap((own) => {
    const found = body.rulings.filter((ruling) => ruling.factId === own.factId);
    if (found.length === 0) return [violation('ruling_missing', own.factId, facts.get(own.factId))];
    return found.flatMap((ruling) => {
      const code = difference(ruling, own);
      return code === null ? [] : [violation(code, own.factId, facts.get(own.factId))];
    });
  });
  const { plan } = state.situation;
  const misread = (body.readings ?? []).flatMap((reading) => {
    const fact = facts.get(reading.statement);
    const code = readingTrouble(reading, fact, plan);
    return code === null ? [] : [violation(code, reading.statement, fact)];
  });
  return [
    ...misread,
    ...unknown.map((id) => violation('ruling_for_unknown_fact', id, undefined)),
    ...[...repeated].map((id) => violation('ruling_duplicated', id, facts.get(id))),
    ...differences,
    ...outOfOrder(body, [...facts.keys()]).map((id) =>
      violation('ruling_code_wrong', id, facts.get(id)),
    ),
  ];
}
