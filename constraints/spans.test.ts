import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import {
  clash,
  footprintOf,
  intersection,
  liesInside,
  liesInsideAny,
  merged,
  touches,
} from './spans.ts';

const span = (opensAt: number, closesAt: number) => ({ opensAt, closesAt });
const run = (startAt: number, endAt: number) => ({ startAt, endAt });

describe('a footprint', () => {
  it.each([
    [run(5, 9), span(5, 9)],
    [run(5, 6), span(5, 6)],
    [run(5, 5), span(5, 6)],
  ])('of %o is %o: never empty', (execution, footprint) => {
    expect(footprintOf(execution)).toEqual(footprint);
  });
});

describe('lying inside', () => {
  it.each([
    ['from edge to edge', run(5, 9), true],
    ['starting one early', run(4, 9), false],
    ['ending one late', run(5, 10), false],
    ['no length at the opening', run(5, 5), true],
    ['no length on the last instant', run(8, 8), true],
    ['no length on the closing', run(9, 9), false],
  ])('%s', (_name, execution, inside) => {
    expect(liesInside(execution, span(5, 9))).toBe(inside);
    expect(liesInsideAny(execution, [span(5, 7), span(7, 9)])).toBe(inside);
  });

  it('is refused where the union has a gap of one instant', () => {
    expect(liesInsideAny(run(5, 9), [span(5, 7), span(8, 9)])).toBe(false);
    expect(liesInsideAny(run(5, 6), [])).toBe(false);
  });
});

describe('touching', () => {
  it.each([
    ['ends at the opening', run(1, 5), false],
    ['ends one after the opening', run(1, 6), true],
    ['starts on the last instant', run(8, 12), true],
    ['starts at the closing', run(9, 12), false],
    ['no length just before', run(4, 4), false],
    ['no length at the opening', run(5, 5), true],
    ['no length at the closing', run(9, 9), false],
  ])('%s', (_name, execution, touching) => {
    expect(touches(execution, span(5, 9))).toBe(touching);
  });
});

describe('clashing', () => {
  it.each([
    ['one after the other', run(1, 5), run(5, 9), false],
    ['overlapping by one', run(1, 6), run(5, 9), true],
    ['a milestone strictly inside', run(6, 6), run(5, 9), true],
    ['a milestone at the start', run(5, 5), run(5, 9), false],
    ['a milestone at the end', run(9, 9), run(5, 9), false],
    ['two milestones at one instant', run(5, 5), run(5, 5), false],
  ])('%s', (_name, one, other, clashes) => {
    expect(clash(one, other)).toBe(clashes);
    expect(clash(other, one)).toBe(clashes);
  });
});

describe('merging', () => {
  it.each([
    [[], []],
    [[span(5, 9), span(1, 5)], [span(1, 9)]],
    [
      [span(1, 4), span(5, 9)],
      [span(1, 4), span(5, 9)],
    ],
    [[span(1, 9), span(2, 3), span(8, 12)], [span(1, 12)]],
  ])('%o gives %o', (spans, whole) => {
    expect(merged(spans)).toEqual(whole);
  });

  it('keeps nothing but the two ends and leaves its input alone', () => {
    const tenure = { person: 'operator', opensAt: 1, closesAt: 3 };
    const list = [tenure, { person: 'operator', opensAt: 2, closesAt: 5 }];
    expect(merged(list)).toStrictEqual([span(1, 5)]);
    expect(tenure.closesAt).toBe(3);
  });

  const spans = fc.array(
    fc.tuple(fc.nat(20), fc.integer({ min: 1, max: 5 })).map(([at, long]) => span(at, at + long)),
    { maxLength: 6 },
  );
  const covers = (list: { opensAt: number; closesAt: number }[], at: number) =>
    list.some(({ opensAt, closesAt }) => opensAt <= at && at < closesAt);

  it('covers the same instants, in order, with room between', () => {
    fc.assert(
      fc.property(spans, (list) => {
        const whole = merged(list);
        for (let at = 0; at < 30; at += 1) expect(covers(whole, at)).toBe(covers(list, at));
        whole.slice(1).forEach(({ opensAt }, index) => {
          expect(opensAt).toBeGreaterThan(whole[index]?.closesAt ?? 0);
        });
      }),
    );
  });

  it('an intersection covers what both cover', () => {
    fc.assert(
      fc.property(spans, spans, (one, other) => {
        const both = intersection(one, other);
        for (let at = 0; at < 30; at += 1) {
          expect(covers(both, at)).toBe(covers(one, at) && covers(other, at));
        }
        for (const { opensAt, closesAt } of both) expect(opensAt).toBeLessThan(closesAt);
      }),
    );
  });
});
