import { describe, expect, it } from 'vitest';
import { parseToken, splitTokens } from './tokens.ts';

const known = new Set(['14', 'acc-1', 'cut', 'offs', 'a-ss']);
const link = (checkpoint: string, type: string, gapSeconds = 0) => ({
  ok: true,
  value: { checkpoint, type, gapSeconds, maxGapSeconds: null },
});

describe('predecessor tokens', () => {
  it.each([
    ['cut', link('cut', 'finish_to_start')],
    ['CUT', link('cut', 'finish_to_start')],
    ['14FS+2h', link('14', 'finish_to_start', 7_200)],
    ['14 FS + 2h', link('14', 'finish_to_start', 7_200)],
    ['ACC-1 SS+30m', link('acc-1', 'start_to_start', 1_800)],
    ['cut ff', link('cut', 'finish_to_finish')],
    ['cutSS', link('cut', 'start_to_start')],
    ['offs', link('offs', 'finish_to_start')],
    ['a-ss', link('a-ss', 'finish_to_start')],
    ['not-there-yet', link('not-there-yet', 'finish_to_start')],
  ])('%s', (text, expected) => {
    expect(parseToken(text, known)).toEqual(expected);
  });

  it.each([
    ['ACC-1 SS-30m', 'negative lag'],
    ['14FS−2h', 'negative lag'],
    ['cut SF', 'start-to-finish'],
    ['cut FS+soon', 'not a length'],
    ['cut after', 'not a predecessor'],
    ['', 'not a predecessor'],
  ])('"%s" is refused', (text, why) => {
    const parsed = parseToken(text, known);
    expect(parsed.ok ? '' : parsed.message).toContain(why);
  });

  it('a list may be written as one text', () => {
    expect(splitTokens('14FS+2h; cut, acc-1;')).toEqual(['14FS+2h', 'cut', 'acc-1']);
  });
});
