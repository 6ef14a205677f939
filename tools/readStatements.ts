/**
 * What an agent may ask about waiting statements: what they say, and what a quote of one would count as. Read-only; whether
 * a reading is true to its words is the gate's to say.
 */
import { type Pointed, readingFrom } from '../constraints/readings.ts';
import { readableKinds } from '../constraints/readingWords.ts';
import type { CutoverState } from '../ledger/cutover.ts';
import type { StatementReading } from '../ledger/proposal.ts';
import { veil, veiledText } from '../ledger/redaction.ts';
import type { Id } from '../ledger/vocabulary.ts';

/** The kinds that free text may say. */
export const kindsOfStatement = readableKinds;

export type Statement = { readonly factId: Id; readonly text: string };

/** Waiting statements in order of arrival. */
export const statementsIn = ({ unruled }: CutoverState): readonly Statement[] =>
  unruled.flatMap(({ factId, assertion }) =>
    assertion.kind === 'statement' ? [{ factId, text: assertion.text }] : [],
  );

/** A quote of the text as a mind was shown it, in the text's own words: a veil is as long as what it hides. */
function unveiled(pointed: Pointed, text: string): Pointed {
  const from = pointed.quote.includes(veil) ? veiledText(text).indexOf(pointed.quote) : -1;
  return from < 0 ? pointed : { ...pointed, quote: text.slice(from, from + pointed.quote.length) };
}

/**
 * The reading that a quote makes. Words that the statement does not have are kept as they are said, for the gate to
 * refuse; null when there is no such statement.
 */
export function readQuote(pointed: Pointed, state: CutoverState): StatementReading | null {
  const statement = statementsIn(state).find(({ factId }) => factId === pointed.statement);
  if (statement === undefined) return null;
  const { plan } = state.situation;
  const said = readingFrom(unveiled(pointed, statement.text), statement.text, plan);
  if (said !== null) return said;
  const invented = readingFrom(pointed, pointed.quote, plan);
  return invented === null ? null : { ...invented, from: 0 };
}
