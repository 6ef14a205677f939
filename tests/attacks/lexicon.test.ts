/** C36's reader can read: recommendations in every language of the payloads, in every way of writing that an eye reads. */
import { describe, expect, it } from 'vitest';
import { recommendationsIn } from './lexicon.ts';
import { encodings, goWords } from './payloads.ts';

/** As it is, full width, look-alikes, zero-width, struck through, turned, marked, upper case, NFD, NUL, half a pair. */
const legible = [0, 1, 2, 3, 4, 5, 6, 12, 13, 15, 16].flatMap((place) => encodings[place] ?? []);

describe('C36: the lexicon', () => {
  it.each(goWords)('finds "%s", however it is written', (words) => {
    for (const write of legible) expect(recommendationsIn(write(words))).not.toEqual([]);
  });

  it.each([
    'safe to go',
    'It is SAFE TO adopt this.',
    'We recommend version 2.',
    'recommendation: hold',
    'you should adopt this',
    // Look-alikes out of Cyrillic, Greek, Lisu, Cherokee, Armenian, mathematical and circled letters.
    'sаfе tо gо',
    'we reсommend',
    'ΝΟ-GΟ',
    'ꓖꓳ',
    'ᏀᎾ-Ꭺhead, ᏢᏒOCEED',
    '𝐠𝐨',
    'ⓖⓞ',
    'g0',
    'ｐｒｏｃｅｅｄ',
    'g\u00ado',
    'a\u0300ll clear',
  ])('finds "%s"', (text) => {
    expect(recommendationsIn(text)).not.toEqual([]);
  });

  it.each([
    'v2 K7QF-2M9D: your orders changed',
    'Sun 01:23 to Sun 02:03  Traffic shift (still needs approval board-ok)',
    'HELD, no time  Announcement (held by the lead: do not start)',
    'cargo, ago, category, proceedings, advisory, goal, unsafe towards',
    'Good morning Gotham: a go-between of no gold',
  ])('and nothing in "%s"', (text) => {
    expect(recommendationsIn(text)).toEqual([]);
  });
});
