/**
 * Whether a text says what a quote of it is read as. The quote must be one clause of a known form, every other clause of its
 * sentence must be one too, and no other sentence may turn against it: a word that nobody has listed keeps all of it unread.
 */
import type { Checkpoint, Plan } from '../ledger/plan.ts';
import { isNamed, nameIn, speakOfAnother, wordsOf } from './readingNames.ts';
import {
  cutsInstant,
  markInstants,
  sentenceAround,
  type Stretch,
  tokensOf,
  type Written,
} from './readingText.ts';
import {
  anticipates,
  isAboutWords,
  isDisguised,
  isDoubtful,
  isNeutral,
  pointsElsewhere,
  type ReadableKind,
  readableKinds,
  says,
} from './readingWords.ts';

/** Signs that part the words of a name, where it is written with them. */
const partsName = ({ id, name }: Checkpoint, token: string): boolean =>
  /^[/&+'’_,]$/.test(token) && `${id} ${name}`.includes(token);

const severalInstants = /(?:between )?#(?: (?:or|and|to) #)+/;

/** The tokens of a marked clause as one text, with `@` for the checkpoint's name; and the words of that name. */
function shapeOf(tokens: readonly string[], checkpoint: Checkpoint) {
  const words = tokens.filter((token) => !partsName(checkpoint, token));
  const { shape, said } = nameIn(words, checkpoint);
  const clause = shape.replaceAll(/ ?,(?= |$)/g, '').trim();
  return { shape: clause.replace(severalInstants, '#'), said };
}

/** The tokens of every clause that has a word in it. */
const clausesOf = (marked: string): string[][] =>
  marked
    .split(/[,;:()]|\s[–—-]+\s/)
    .map(tokensOf)
    .filter((tokens) => tokens.some((token) => token !== ','));

const isPlainOf = (tokens: readonly string[], checkpoint: Checkpoint): boolean => {
  const { shape } = shapeOf(tokens, checkpoint);
  return isNeutral(shape) || readableKinds.some((kind) => says(kind, shape));
};

/** Whether every clause is of a known form, of one of these checkpoints. */
const arePlain = (marked: string, checkpoints: readonly Checkpoint[]): boolean =>
  clausesOf(marked).every((tokens) => checkpoints.some((one) => isPlainOf(tokens, one)));

const hasHappened = (kind: ReadableKind): boolean =>
  kind === 'actual_start' || kind === 'actual_finish';

type Said = {
  readonly kind: ReadableKind;
  readonly checkpoint: Checkpoint;
  readonly stretch: Stretch;
};

/** No plain sentence is longer, and a hostile one is not worth the time that it takes. */
const longest = 500;

/** Whether the quote, within its sentence, is a clause that says this kind of this checkpoint. */
export function isSaid(
  { kind, checkpoint, stretch }: Said,
  { text }: Written,
  plan: Plan,
): boolean {
  const sentence = sentenceAround(text, stretch);
  if (sentence.to - sentence.from > longest) return false;
  if (cutsInstant(text, stretch, sentence)) return false;
  const mark = (from: number, to: number) => markInstants(text, { from, to }, sentence);
  const { shape, said } = shapeOf(tokensOf(mark(stretch.from, stretch.to)), checkpoint);
  if (!says(kind, shape)) return false;
  const rest = [mark(sentence.from, stretch.from), mark(stretch.to, sentence.to)];
  const isHere = shape.includes('@');
  const around = rest.map((marked) => shapeOf(tokensOf(marked), checkpoint));
  const isAhead = around.some((one) => anticipates(one.shape));
  if (isAhead && hasHappened(kind)) return false;
  // A clause without a name is read only where its whole sentence speaks of one checkpoint.
  const of = isHere ? plan.checkpoints : [checkpoint];
  const names = isHere ? said : around.flatMap((one) => one.said);
  return isNamed(checkpoint, names, plan) && rest.every((marked) => arePlain(marked, of));
}

const isNumber = (text: string): boolean => {
  const [only = '', ...more] = text.match(/\w+/g) ?? [];
  return more.length === 0 && /^\d{0,2}$/.test(only);
};
const isUnfinished = (text: string): boolean => !/[.!?]\s*$/.test(text);
const fewWords = 3;
/** So short a sentence speaks of its neighbours. */
const isRemark = (text: string): boolean => wordsOf(text).length <= fewWords;
const goesOn = (text: string): boolean => /^[^\p{L}\p{N}]*\p{Ll}|^\s*\(/u.test(text);

/** Whether another sentence denies, doubts or takes back what is read, or leads into its sentence with words that nobody knows. */
export function isTurned(
  { kind, checkpoint, stretch }: Said,
  written: Written,
  plan: Plan,
): boolean {
  const { text, sentences } = written;
  if (isDisguised(text)) return true;
  const own = sentenceAround(text, stretch);
  const others = sentences.filter(
    ({ from, to, words }) => (to <= own.from || from >= own.to) && !isNumber(words),
  );
  const before = others.findLast(({ to }) => to <= own.from);
  const after = others.find(({ from }) => from >= own.to);
  return others.some((other) => {
    const isAfter = other.from >= own.to;
    const { words } = other;
    if (isAboutWords(words)) return true;
    const isElsewhere = speakOfAnother(wordsOf(words), checkpoint, plan) && !pointsElsewhere(words);
    if (isDoubtful(words) && !isElsewhere) return true;
    // "Now 03:00.", after it and without a name, may be the newer word.
    if (isAfter && isRemark(other.marked()) && other.marked().includes('#')) return true;
    const leads =
      isRemark(words) ||
      (!isAfter && isUnfinished(words)) ||
      (other === before && goesOn(text.slice(own.from, own.to))) ||
      (other === after && goesOn(words));
    const isAhead = hasHappened(kind) && !isElsewhere && anticipates(words);
    return leads && (isAhead || !arePlain(other.marked(), plan.checkpoints));
  });
}
