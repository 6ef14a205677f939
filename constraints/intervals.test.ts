import { describe, expect, it } from 'vitest';
import { containsInstant, containsSpan, remainder } from './intervals.ts';

const span = (opensAt: number, closesAt: number) => ({ opensAt, closesAt });

describe('remainder', () => {
  it.each([
    ['nothing taken', [span(0, 10)], [], [span(0, 10)]],
    ['the middle taken', [span(0, 10)], [span(3, 5)], [span(0, 3), span(5, 10)]],
    ['an end taken', [span(0, 10)], [span(5, 20)], [span(0, 5)]],
    ['a beginning taken', [span(0, 10)], [span(-5, 5)], [span(5, 10)]],
    ['everything taken', [span(0, 10)], [span(0, 10)], []],
    ['only touched', [span(0, 10)], [span(10, 20), span(-5, 0)], [span(0, 10)]],
    ['two taken', [span(0, 10)], [span(1, 2), span(8, 9)], [span(0, 1), span(2, 8), span(9, 10)]],
    [
      'overlapping ones merged first',
      [span(5, 10), span(0, 6)],
      [span(4, 5)],
      [span(0, 4), span(5, 10)],
    ],
  ])('leaves what is not taken: %s', (_, some, taken, left) => {
    expect(remainder(some, taken)).toEqual(left);
  });
});

describe('containsInstant', () => {
  it.each([
    [-1, false],
    [0, true],
    [9, true],
    [10, false],
  ])('counts the opening and not the close: %d', (at, inside) => {
    expect(containsInstant([span(0, 10)], at)).toBe(inside);
  });
});

describe('containsSpan', () => {
  it.each([
    ['itself', span(0, 10), true],
    ['a part across two that touch', span(4, 6), true],
    ['one past the end', span(5, 11), false],
    ['one before the beginning', span(-1, 5), false],
  ])('contains %s', (_, whole, inside) => {
    expect(containsSpan([span(0, 5), span(5, 10)], whole)).toBe(inside);
  });
});
