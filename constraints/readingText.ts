/** A text taken apart: its sentences, the instants in them, and the words between. It understands none of them. */
import { takeApart } from './instantText.ts';

/** A stretch of a text, `to` exclusive. */
export type Stretch = { readonly from: number; readonly to: number };

/** A full stop inside a number or a name ends nothing. */
const sentenceEnd = /[.!?](?=\s|$)|\n/g;

/** The whole text, sentence by sentence. */
function sentencesOf(text: string): Stretch[] {
  const ends = [...text.matchAll(sentenceEnd)].map(({ index }) => index + 1);
  const all = ends.at(-1) === text.length ? ends : [...ends, text.length];
  return all.map((to, place) => ({ from: all[place - 1] ?? 0, to }));
}

/** The whole sentences that a stretch touches. */
export function sentenceAround(text: string, { from, to }: Stretch): Stretch {
  const touched = sentencesOf(text).filter((one) => one.from < to && one.to > from);
  return { from: touched[0]?.from ?? 0, to: touched.at(-1)?.to ?? text.length };
}

const mostWords = 12;

/** Every longest run of words that is a written instant, with nothing left over. */
export function instantsIn(text: string, { from, to }: Stretch): Stretch[] {
  const words = [...text.slice(from, to).matchAll(/\S+/g)].map(({ 0: word, index }) => ({
    from: from + index,
    to: from + index + word.replace(/[.,;:!)]+$/, '').length,
  }));
  const found: Stretch[] = [];
  for (const [place, first] of words.entries()) {
    const isInstant = ({ to: end }: Stretch): boolean => {
      const run = text.slice(first.from, end);
      return /\d/.test(run) && (takeApart(run)?.times.length ?? 0) > 0;
    };
    const last = words.slice(place, place + mostWords).findLast(isInstant);
    const inside = last !== undefined && found.some((known) => known.to >= last.to);
    if (last !== undefined && !inside) found.push({ from: first.from, to: last.to });
  }
  return found;
}

/** Whether a stretch ends or begins inside an instant of its sentence. */
export const cutsInstant = (text: string, stretch: Stretch, sentence: Stretch): boolean =>
  instantsIn(text, sentence).some(
    ({ from, to }) =>
      (from < stretch.from && to > stretch.from) || (from < stretch.to && to > stretch.to),
  );

const leading =
  /^(?:(?:(?:at|on|by|from|until|around|about|circa|ca|approx|approximately|of|the)\b\.?|~)\s*)*/i;
const inexact =
  /\b(?:by|from|until|around|about|circa|ca|approx|approximately|t|h|hrs?|hours)\b|\dh|~/i;

/** An instant as `#` behind the words before it; one with more than a time inside keeps its words. */
function marked(instant: string): string {
  const lead = leading.exec(instant)?.[0] ?? '';
  const rest = instant.slice(lead.length);
  return inexact.test(rest) ? instant : `${lead} # `;
}

/** A stretch of a sentence with `#` for every instant in it. */
export function markInstants(text: string, stretch: Stretch, sentence: Stretch): string {
  let marks = '';
  let place = stretch.from;
  const plain = (end: number) => text.slice(place, end).replaceAll(/[#@]/g, '?');
  for (const { from, to } of instantsIn(text, sentence)) {
    if (to <= stretch.from || from >= stretch.to) continue;
    marks += plain(Math.max(from, place)) + marked(text.slice(from, to));
    place = Math.max(place, Math.min(to, stretch.to));
  }
  return marks + plain(Math.max(place, stretch.to));
}

/** A sentence of a text, its words, and the same with `#` for every instant in it. */
type Sentence = Stretch & { readonly words: string; readonly marked: () => string };

/** A text taken apart once, however many readings point into it. */
export type Written = { readonly text: string; readonly sentences: readonly Sentence[] };

export const written = (text: string): Written => ({
  text,
  sentences: sentencesOf(text).map((stretch) => {
    let marked: string | null = null;
    return {
      ...stretch,
      words: text.slice(stretch.from, stretch.to),
      marked: () => (marked ??= markInstants(text, stretch, stretch)),
    };
  }),
});

/** How an item of a list begins, and what announces news. */
const opening = /^\s*(?:[-*•]\s+)?(?:(?:\[x\]|✅)\s+)?(?:(?:update|status|fyi|info)\s*[:,]\s*)?/i;
const joint = /^[–—-]$/;
const parting = /^[,:;.()!]$/;

/** The words of a clause, a comma for whatever parts them, and every other sign. */
export const tokensOf = (clause: string): string[] =>
  (
    clause
      .replace(opening, '')
      .toLowerCase()
      .match(/[\p{L}\p{N}]+|\S/gu) ?? []
  )
    .filter((token) => !joint.test(token))
    .map((token) => (parting.test(token) ? ',' : token));
