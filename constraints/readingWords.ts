/**
 * The words that a quote must have, and must not have, before free text may count as a fact; and which checkpoint it
 * names. Closed lists of English: what they do not cover is not read, and stays before a person.
 */
import type { Checkpoint, Plan } from '../ledger/plan.ts';
import type { Id } from '../ledger/vocabulary.ts';

/** The kinds that free text may say. Assent, authority, boundaries, exceptions and holds need a typed report. */
export const readableKinds = [
  'actual_start',
  'actual_finish',
  'forecast_finish',
  'revised_start',
  'update_promised',
] as const;
export type ReadableKind = (typeof readableKinds)[number];

const says: { readonly [K in ReadableKind]: RegExp } = {
  actual_start: /\b(?:started|began|begun|kicked off|under ?way)\b/i,
  actual_finish: /\b(?:finished|completed?|done|ended)\b/i,
  forecast_finish:
    /\b(?:forecast|eta|expect(?:ed|s|ing)?|estimated?|projected|(?:will|should|to) (?:finish|complete|end|be (?:done|finished|completed?)))\b/i,
  revised_start:
    /\b(?:starts? (?:moved|revised|slipped|pushed|postponed|delayed)|rescheduled|postponed|(?:moved|pushed|slipped|delayed) (?:to|until)|now (?:starts|starting)|new start|will (?:now )?start)\b/i,
  update_promised:
    /\b(?:next update|update (?:at|by)|will (?:update|report|confirm)|news (?:at|by))\b/i,
};

/** Words that make a sentence deny, ask, suppose or repeat hearsay: nothing is read from such a one. */
const denies =
  /\b(?:not|never|no|nobody|none|cannot|without|neither|nor|un(?:finished|started|done)|failed|fails|if|unless|whether|assuming|suppose|rumou?rs?|alleged(?:ly)?|claims?|false|wrong|incorrect|ignore|disregard|cancel(?:led|ed)?|retract(?:ed)?|instead|rather|would|could|might|may|maybe|perhaps|possibly|probably|hopefully)\b|n['’]t\b|\?/i;
/** What has happened is not told in words of what is to come, or about. */
const anticipates =
  /\b(?:will|shall|should|expect(?:ed|s|ing)?|plan(?:ned|s)?|eta|forecast|estimated?|almost|nearly|about|around|circa|approx(?:imately)?|until|before|after|once|when|to be|going to|incomplete|partly|partially|half)\b|~/i;

const happened: readonly ReadableKind[] = ['actual_start', 'actual_finish'];

/** Whether a quote says a fact of this kind beyond its own doubt; `sentence` is all that it was taken from. */
export function saysSo(kind: ReadableKind, quote: string, sentence: string): boolean {
  if (!says[kind].test(quote) || denies.test(sentence)) return false;
  if (!happened.includes(kind)) return true;
  const others = happened.filter((other) => other !== kind);
  return !anticipates.test(sentence) && !others.some((other) => says[other].test(quote));
}

const wordsOf = (text: string): string[] => text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
const joining = new Set(['the', 'a', 'an', 'of', 'and', 'to', 'for', 'in', 'on', 'at', 'is', 'by']);
const least = 4;

/** A word stands for a name's word when it is that word, or one is the other's beginning of at least four letters. */
const standsFor = (word: string, of: string): boolean =>
  word === of ||
  (word.length >= least && of.startsWith(word)) ||
  (of.length >= least && word.startsWith(of));

type Score = {
  readonly id: Id;
  readonly of: ReadonlySet<string>;
  readonly matched: number;
  readonly share: number;
};

function scoreOf({ id, name }: Checkpoint, words: readonly string[]): Score {
  const of = new Set(wordsOf(`${id} ${name}`).filter((word) => !joining.has(word)));
  const matched = [...of].filter((word) => words.some((said) => standsFor(said, word))).length;
  return { id, of, matched, share: of.size === 0 ? 0 : matched / of.size };
}

/** Whether a name stands there too: alike, or whole and not as a part of the other. */
const competes = (other: Score, first: Score): boolean =>
  (other.matched === first.matched && other.share === first.share) ||
  (other.share === 1 && [...other.of].some((word) => !first.of.has(word)));

/**
 * The checkpoint that a text names more clearly than any other; null when it names none, or two: alike, or one of them in
 * full beside the other, of which only one could be read.
 */
export function namedIn(text: string, { checkpoints }: Plan): Id | null {
  const words = wordsOf(text);
  const [first, ...others] = checkpoints
    .map((checkpoint) => scoreOf(checkpoint, words))
    .toSorted((one, other) => other.matched - one.matched || other.share - one.share);
  if (first === undefined || first.matched === 0) return null;
  return others.some((other) => competes(other, first)) ? null : first.id;
}
