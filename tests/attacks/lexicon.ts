/**
 * Words of a recommendation (C36), found however they are written: folded by NFKC, without what cannot be seen, letters of
 * other scripts that look like Latin ones taken for those. It reads what Interlock publishes; nothing that ships uses it.
 */
import { goWords } from './payloads.ts';

const latin: Readonly<Record<string, string>> = {
  а: 'a',
  с: 'c',
  е: 'e',
  і: 'i',
  о: 'o',
  р: 'p',
  х: 'x',
  у: 'y',
  ο: 'o',
  ɡ: 'g',
};

/** A text as an eye reads it: lower case, no marks, nothing invisible, look-alikes as what they look like. */
export function foldedForReading(text: string): string {
  const visible = text
    .normalize('NFKD')
    .replaceAll(/\p{M}|\p{Cf}|\p{Cc}/gu, '')
    .normalize('NFKC')
    .toLowerCase();
  return Array.from(visible, (letter) => latin[letter] ?? letter).join('');
}

const english = [
  'go',
  'no-go',
  'proceed',
  'clear to proceed',
  'execute',
  'green light',
  'recommend(?:ed|s|ation)?',
  'safe to',
  'approved - ',
];
const whole = (word: string): RegExp =>
  new RegExp(`(?<![\\p{L}\\p{N}-])${word}(?![\\p{L}\\p{N}-])`, 'u');
const inEnglish = english.map(whole);
const phrases = goWords.map(foldedForReading).filter((phrase) => /[^a-z-]/.test(phrase));

/** Every recommendation in a text. */
export function recommendationsIn(text: string): string[] {
  const read = foldedForReading(text);
  return [
    ...inEnglish.flatMap((word) => word.exec(read)?.[0] ?? []),
    ...phrases.filter((phrase) => read.includes(phrase)),
  ];
}
