/**
 * Words that turn a yes into a promise, or make it depend on something else. They are looked for once, when a report is
 * received, and what was found is kept as a mark on the fact: from then on nobody reads the words to judge it. The
 * mark can only hold a yes back, never let one through.
 */
import type { Assertion, FactKind } from './facts.ts';

const promising =
  /\b(?:will|shall|going to|promis(?:e|es|ed|ing)|expects? to|intends? to|plans? to|as soon as|once|subject to|provided that|tbc|to be (?:confirmed|approved|agreed))\b|'ll\b/i;

const assents: ReadonlySet<FactKind> = new Set([
  'confirmation_given',
  'approval_given',
  'condition_met',
]);

/** Whether this says yes to something: such a fact settles what others wait for. */
export const isAssent = ({ kind }: Assertion): boolean => assents.has(kind);

/** Whether the words of a yes say that it is still to come. */
export const isWordedAsPromise = (assertion: Assertion, text: string): boolean =>
  isAssent(assertion) && promising.test(text);
