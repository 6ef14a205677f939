/**
 * What every model mind is shown alike. Text from outside is fenced and can never close its own fence; instants are
 * epoch milliseconds beside their ISO form, so that no model has to count.
 */
import type { CutoverState } from '../ledger/cutover.ts';
import { veiledText } from '../ledger/redaction.ts';
import type { Instant } from '../ledger/vocabulary.ts';

/** Text from outside, as data, with nobody's address in it. The fence's own words inside it are broken up. */
export const fenced = (text: string): string =>
  `<outside>${veiledText(text).replaceAll(/<(\/?\s*outside)/gi, '‹$1')}</outside>`;

/** An instant as a mind reads it. */
export const told = (at: Instant): { readonly at: Instant; readonly iso: string } => ({
  at,
  iso: new Date(at).toISOString(),
});

/** The zone and window of the night. */
export function zoneAndWindow({ situation: { plan } }: CutoverState): object {
  const { zone, window } = plan;
  return { zone, window: { opens: told(window.opensAt), closes: told(window.closesAt) } };
}

/** What people wrote tonight that no typed fact says: statements before a person, and reasons of holds. */
export const contextNotes = (state: CutoverState): readonly string[] => [
  ...state.heldFacts.flatMap(({ fact }) =>
    fact.assertion.kind === 'statement' ? [fenced(fact.assertion.text)] : [],
  ),
  ...state.situation.holds.map(({ reason }) => fenced(reason)),
];
