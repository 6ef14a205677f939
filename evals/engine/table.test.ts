/** What the terminal says of an evaluation, also of one in which nothing was there to measure. */
import { describe, expect, it } from 'vitest';
import { answersText, scoreTable, timesText } from './table.ts';
import { type Tally, tally } from './tally.ts';

const of = (counts: Partial<Tally>) => [{ name: 'own', drills: [], tally: tally(counts) }];

describe('the words of an evaluation', () => {
  it('say whose work it is when a model answered, sometimes did, and never did', () => {
    expect(answersText(of({}))).toBeNull();
    expect(answersText(of({ asks: 4, answered: 4 }))).toBe(
      'The model was asked in 4 turns and answered in 4',
    );
    expect(answersText(of({ asks: 4, answered: 1 }))).toBe(
      'The model was asked in 4 turns and answered in 1; the other 3 are the work of the deterministic minds',
    );
    expect(answersText(of({ asks: 4 }))).toMatch(/answered in 0: all of this is the work of the/);
  });

  it('have a dash where nothing was measured, never a figure', () => {
    const shown = [
      scoreTable(of({})),
      scoreTable(of({ overHeld: 3 })),
      scoreTable([]),
      timesText([]),
    ];
    expect(shown.join('\n')).not.toMatch(/NaN|Infinity|undefined|null/);
    expect(shown[1]).toMatch(/over-held +- +0 /);
  });
});
