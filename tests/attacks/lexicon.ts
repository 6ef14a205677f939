/**
 * Words of a recommendation (C36), found however they are written: folded by NFKC and by Unicode's table of look-alikes
 * (confusables.txt, as `unhomoglyph` ships it), without what cannot be seen, and turned round where a mark turns it. It
 * reads what Interlock publishes, between the names that it quotes; nothing that ships uses it.
 */
import unhomoglyph from 'unhomoglyph';
import { goWords } from './payloads.ts';

/** Lower case, no marks, nothing invisible, look-alikes as what they look like. */
function folded(text: string): string {
  const visible = text
    .normalize('NFKD')
    .replaceAll(/\p{M}|\p{Cf}|\p{Cs}|(?![\n\t])\p{Cc}/gu, '')
    .normalize('NFKC');
  return unhomoglyph(visible).normalize('NFKD').replaceAll(/\p{M}/gu, '').toLowerCase();
}

const turned = (text: string): string => Array.from(text).toReversed().join('');

/**
 * A text as eyes may read it. Capitals have look-alikes of their own (Greek Nu), so it is folded as it is and in lower
 * case; under a mark that turns the direction of writing, also backwards.
 */
export function readingsOf(text: string): readonly string[] {
  const ways = [folded(text), folded(text.toLowerCase())];
  const isTurned = /[\u202a-\u202e\u2066-\u2069\u200f]/u.test(text);
  return isTurned ? [...ways, ...ways.map(turned)] : ways;
}

const english = [
  'go',
  'no-?go',
  'go ahead',
  'proceed',
  'execute',
  'green ?light(?:ed)?',
  'all clear',
  'recommend(?:ed|s|ation|ations|ing)?',
  'advis(?:e|es|ed|able|ing)',
  'suggest(?:s|ed|ion|ing)?',
  '(?:you|we) should',
  '(?:safe|ready|cleared?|good|ok|okay) (?:to|for)',
  'looks? good',
  'confident',
  'approved(?: [-–]|[:!,])',
  'abort',
];

/** Each word as both ways of folding leave it: look-alikes of plain letters are folded too (`m` is `rn`). */
const inEnglish = english.flatMap((word) => {
  const written = word.replaceAll(/[a-z]+(?![?])|[a-z]/g, (letters) => unhomoglyph(letters));
  return new RegExp(`(?<![\\p{L}\\p{N}-])(?:${written})(?![\\p{L}\\p{N}-])`, 'u');
});
const phrases = goWords
  .filter((phrase) => /[^a-z-]/i.test(phrase))
  .flatMap((phrase) => readingsOf(phrase));

/** Every recommendation in a text. */
export function recommendationsIn(text: string): string[] {
  const found = readingsOf(text).flatMap((read) => [
    ...inEnglish.flatMap((word) => word.exec(read)?.[0] ?? []),
    ...phrases.filter((phrase) => read.includes(phrase)),
  ]);
  return [...new Set(found)];
}
