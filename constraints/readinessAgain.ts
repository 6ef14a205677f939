/**
 * What a change of authority that arrives late shows of facts ruled on before it: who approved, granted or showed
 * something without authority, and whose word was held although the authority was there. The order of arrival decides
 * nothing: the same facts in the other order would have been ruled on so at once. What is to be held is undone, where it
 * can be (ledger/effects.ts); what is to be heard waits for a ruling like any other fact.
 */
import type { CutoverState } from '../ledger/cutover.ts';
import { isUndoable } from '../ledger/effects.ts';
import type { HeardAgain, HeldAgain } from '../ledger/facts.ts';
import type { Situation } from '../ledger/situation.ts';
import type { Id } from '../ledger/vocabulary.ts';
import { mayAssert } from './readinessAuthority.ts';
import type { Knowledge } from './readinessRule.ts';
import { stretches } from './readinessSequence.ts';
import { byText } from './violations.ts';

type Held = Pick<CutoverState, 'situation' | 'heldFacts'>;

/** The newest fact on the first authority row that is not what it was. */
function changedBy(before: Situation, after: Situation): Id | null {
  const was = new Map(before.plan.authority.map((row) => [row.id, row]));
  const row = after.plan.authority.find((known) => was.get(known.id) !== known);
  return row === undefined ? null : (after.amendedBy[`authority:${row.id}`] ?? null);
}

/**
 * Rule: an accepted fact counts while its teller had the authority for it at its moment, by the mapping as it is known
 * now. Answers with those that had it by the mapping as it was known before, and have it no longer; by subject.
 */
export function heldAgain(before: Knowledge, after: Knowledge): HeldAgain[] {
  const { authority } = before.situation.plan;
  if (authority === after.situation.plan.authority) return [];
  const earlier = { ...after.situation, plan: { ...after.situation.plan, authority } };
  const against = changedBy(before.situation, after.situation);
  return Object.entries(after.known)
    .toSorted(([one], [other]) => byText(one, other))
    .filter(([subject, fact]) => {
      if (!isUndoable(fact.assertion.kind) || mayAssert(after.situation, fact)) return false;
      return before.known[subject]?.factId !== fact.factId || mayAssert(earlier, fact);
    })
    .map(([, { factId }]) => ({ factId, code: 'not_authorised', against }));
}

/** Whether a held fact is held for want of authority, by this mapping too. */
function lacks(situation: Situation, { fact, ruling }: Held['heldFacts'][number]): boolean {
  if (ruling.code === 'not_authorised') return !mayAssert(situation, fact);
  return ruling.code !== 'stretches_past_end' || stretches(situation, fact);
}

/**
 * Rule: a fact held for want of authority is heard again when the authority was there after all, by the mapping as it is
 * known now: when the mapping as it was known before still denied it, or when it was held just now, before the change. In
 * the order in which they were held.
 */
export function heardAgain(before: Held, after: Held): HeardAgain[] {
  const { authority } = before.situation.plan;
  if (authority === after.situation.plan.authority) return [];
  const earlier = { ...after.situation, plan: { ...after.situation.plan, authority } };
  const against = changedBy(before.situation, after.situation);
  const stood = new Set(before.heldFacts.map(({ fact }) => fact.factId));
  return after.heldFacts
    .filter(
      (held) =>
        !lacks(after.situation, held) && (!stood.has(held.fact.factId) || lacks(earlier, held)),
    )
    .map(({ fact: { factId } }) => ({ factId, against }));
}
