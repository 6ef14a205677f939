/**
 * What may be read out of a statement. A reading is a quote, a kind and a checkpoint, nothing else: the words must stand
 * there, whole clauses of them; they must say that kind and name that checkpoint; and the instant is read from them
 * here. Whoever reads, person or model, can so point at words but never add any.
 */
import { canonicalJson } from '../ledger/canonical.ts';
import type { ViolationCode } from '../ledger/codes.ts';
import type { Assertion, Fact, Reading } from '../ledger/facts.ts';
import type { Plan } from '../ledger/plan.ts';
import type { StatementReading } from '../ledger/proposal.ts';
import type { Id } from '../ledger/vocabulary.ts';
import { readInstant } from './instants.ts';
import { isSaid, isTurned } from './readingClauses.ts';
import { instantsIn, sentenceAround, type Stretch, type Written, written } from './readingText.ts';
import { type ReadableKind, readableKinds } from './readingWords.ts';

const clauseStart = /(?:^|[.!?;,\n:])\s*$/;
const clauseEnd = /^\s*(?:$|[.!?](?=\s|$)|[;,\n])/;

/**
 * The one instant that a quote names, read with every word around it that belongs to it; else one that names none, or
 * everything it could mean.
 */
function instantOf(text: string, quote: Stretch, { zone, window }: Plan): Reading {
  const named = instantsIn(text, sentenceAround(text, quote)).filter(
    ({ from, to }) => from < quote.to && to > quote.from,
  );
  const [first, last] = [named[0], named.at(-1)];
  const words =
    first === undefined || last === undefined
      ? text.slice(quote.from, quote.to)
      : text.slice(first.from, last.to);
  return readInstant(words, zone, window);
}

const isReadable = (kind: string): kind is ReadableKind =>
  readableKinds.some((readable) => readable === kind);

function assertionOf(kind: ReadableKind, checkpoint: Id, at: Reading): Assertion {
  switch (kind) {
    case 'actual_start':
      return { kind, checkpoint, at, owner: null };
    case 'actual_finish':
    case 'forecast_finish':
    case 'revised_start':
    case 'update_promised':
      return { kind, checkpoint, at };
  }
}

export type Pointed = {
  readonly statement: Id;
  readonly quote: string;
  readonly kind: ReadableKind;
  readonly checkpoint: Id;
};

/** A reading from what a reader points at; the quote is looked up, and the instant read from it. Null: not in there. */
export function readingFrom(
  { statement, quote, kind, checkpoint }: Pointed,
  text: string,
  plan: Plan,
): StatementReading | null {
  const from = quote === '' ? -1 : text.indexOf(quote);
  if (from < 0) return null;
  const at = instantOf(text, { from, to: from + quote.length }, plan);
  return { statement, from, quote, assertion: assertionOf(kind, checkpoint, at) };
}

/** Verbatim at its place, and made of whole clauses, so that no "not" is cut off. */
function isVerbatim({ from, quote }: StatementReading, text: string): boolean {
  const to = from + quote.length;
  if (quote.trim() === '' || text.slice(from, to) !== quote) return false;
  const startsWhole = clauseStart.test(text.slice(0, from));
  return startsWhole && (clauseEnd.test(text.slice(to)) || /[.!?;,\n]\s*$/.test(quote));
}

const known = new WeakMap<Fact, Written>();

/** The text of a statement, taken apart once. */
function writtenIn(fact: Fact, text: string): Written {
  const apart = known.get(fact) ?? written(text);
  known.set(fact, apart);
  return apart;
}

/** Which rule a reading of a waiting fact breaks; null when it says no more than its quote. */
export function readingTrouble(
  reading: StatementReading,
  fact: Fact | undefined,
  plan: Plan,
): ViolationCode | null {
  if (fact?.assertion.kind !== 'statement') return 'reading_not_verbatim';
  const { text } = fact.assertion;
  const { assertion, quote, from } = reading;
  if (!isVerbatim(reading, text)) return 'reading_not_verbatim';
  if (!isReadable(assertion.kind) || !('checkpoint' in assertion)) return 'reading_not_allowed';
  const stretch = { from, to: from + quote.length };
  const start = from + quote.length - quote.trimStart().length;
  const bare = { from: start, to: start + quote.trim().length };
  const { kind } = assertion;
  const checkpoint = plan.checkpoints.find(({ id }) => id === assertion.checkpoint);
  if (checkpoint === undefined) return 'reading_unsupported';
  const said = { kind, checkpoint, stretch: bare };
  const isOwn = () =>
    canonicalJson(assertionOf(kind, checkpoint.id, instantOf(text, stretch, plan))) ===
    canonicalJson(assertion);
  const apart = writtenIn(fact, text);
  const supported = isSaid(said, apart, plan) && !isTurned(said, apart, plan) && isOwn();
  return supported ? null : 'reading_unsupported';
}
