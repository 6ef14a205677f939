/**
 * Which checkpoint some words name: one whose id or whole name they say, and nothing besides. Half a name is a name of
 * something else as often as not.
 */
import type { Checkpoint, Plan } from '../ledger/plan.ts';
import { isDoubtful, isFormWord } from './readingWords.ts';

export const wordsOf = (text: string): string[] =>
  text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];

const joining = new Set('the a an of and to for in on at is by with'.split(' '));
const least = 4;
const endings = 3;

/** A word stands for a name's word when it is that word, or one of them with an ending: "payments" for "payment". */
const standsFor = (word: string, of: string): boolean => {
  const [short, long] = word.length < of.length ? [word, of] : [of, word];
  if (short === long) return true;
  const ending = long.length - short.length;
  return short.length >= least && ending <= endings && long.startsWith(short) && !isFormWord(word);
};

const contentOf = (text: string): string[] => wordsOf(text).filter((word) => !joining.has(word));

type Wordings = readonly [id: readonly string[], name: readonly string[]];
const wordings = new WeakMap<Checkpoint, Wordings>();

/** The words of a checkpoint's id, and those of its name, taken apart once. */
function wordingsOf(checkpoint: Checkpoint): Wordings {
  const known = wordings.get(checkpoint) ?? [contentOf(checkpoint.id), contentOf(checkpoint.name)];
  wordings.set(checkpoint, known);
  return known;
}

/** Whether this is one of the words that a checkpoint's id and name are made of. */
export const isWordOf = (word: string, checkpoint: Checkpoint): boolean =>
  wordingsOf(checkpoint).some((wording) => wording.some((of) => standsFor(word, of)));

/** Whether the words say all of the id, or all of the name. */
const isSaidIn = (words: readonly string[], checkpoint: Checkpoint): boolean =>
  wordingsOf(checkpoint).some(
    (wording) =>
      wording.some((of) => !isFormWord(of)) &&
      wording.every((of) => words.some((word) => standsFor(word, of))),
  );

/** A name that has a "no" in it counts only exactly as it is written: one more would deny it. */
const isExact = ({ id, name }: Checkpoint, said: readonly string[]): boolean =>
  !isDoubtful(said.join(' ')) ||
  [id, name].some((wording) => wordsOf(wording).join(' ') === said.join(' '));

/** Whether words name this checkpoint, and none other as well as it. */
export function isNamed(
  checkpoint: Checkpoint,
  said: readonly string[],
  { checkpoints }: Plan,
): boolean {
  if (!isExact(checkpoint, said)) return false;
  const words = said.filter((word) => !joining.has(word));
  const isAll = (of: Checkpoint) =>
    isSaidIn(words, of) && words.every((word) => isWordOf(word, of));
  return (
    isAll(checkpoint) && !checkpoints.some((other) => other.id !== checkpoint.id && isAll(other))
  );
}

/** Whether words speak clearly of another checkpoint: one is named, and no word of this one's that is not its word too. */
export function speakOfAnother(
  words: readonly string[],
  checkpoint: Checkpoint,
  plan: Plan,
): boolean {
  const others = plan.checkpoints.filter(
    (other) => other.id !== checkpoint.id && isSaidIn(words, other),
  );
  return others.some((other) =>
    words.every((word) => !isWordOf(word, checkpoint) || isWordOf(word, other)),
  );
}

const inside = new Set('the a an of and'.split(' '));
const before = new Set('the a an our'.split(' '));

/** The words, with `@` for every run that is made of the checkpoint's own; and those runs. Words of the forms alone name nothing. */
export function nameIn(
  words: readonly string[],
  checkpoint: Checkpoint,
): { readonly shape: string; readonly said: readonly string[] } {
  const own = (word: string | undefined) => word !== undefined && isWordOf(word, checkpoint);
  const joins = new Set([
    ...inside,
    ...wordsOf(checkpoint.name).filter((word) => joining.has(word)),
  ]);
  const shape: string[] = [];
  const said: string[] = [];
  for (let place = 0; place < words.length;) {
    let end = place;
    while (own(words[end])) {
      end += 1;
      const gap = words.slice(end).findIndex((word) => !joins.has(word));
      if (gap > 0 && own(words[end + gap])) end += gap;
    }
    const run = words.slice(place, end);
    if (run.some((word) => !isFormWord(word))) {
      while (before.has(shape.at(-1) ?? '')) shape.pop();
      shape.push('@');
      said.push(...run);
      place = end;
    } else {
      shape.push(words[place] ?? '');
      place += 1;
    }
  }
  return { shape: shape.join(' '), said };
}
