/**
 * What has to be held after all: a change of authority that arrives late may have been in effect when something was
 * approved, granted or shown, and whoever did that had no authority for it. The order of arrival decides nothing: the
 * same facts in the other order would have been held at once. Only what can be undone is (ledger/effects.ts).
 */
import { isUndoable, undoFact } from '../ledger/effects.ts';
import type { HeldAgain } from '../ledger/facts.ts';
import type { Situation } from '../ledger/situation.ts';
import type { Id } from '../ledger/vocabulary.ts';
import { mayAssert } from './readinessAuthority.ts';
import type { Knowledge } from './readinessRule.ts';
import { byText } from './violations.ts';

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

/** What is known once they are held. */
export function withoutHeldAgain(before: Knowledge, after: Knowledge): Knowledge {
  const again = new Set(heldAgain(before, after).map(({ factId }) => factId));
  if (again.size === 0) return after;
  const facts = Object.entries(after.known);
  const lost = facts.filter(([, fact]) => again.has(fact.factId));
  return {
    situation: lost.reduce((situation, [, fact]) => undoFact(situation, fact), after.situation),
    known: Object.fromEntries(facts.filter(([, fact]) => !again.has(fact.factId))),
    heard: after.heard,
  };
}
