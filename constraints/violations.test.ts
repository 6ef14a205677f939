import { describe, expect, it } from 'vitest';
import { checkpoint, plan } from '../tests/support/build.ts';
import { broken, byText, ranked } from './violations.ts';

const of = plan([checkpoint('z'), checkpoint('b')]);

describe('violations', () => {
  it('say nothing of what is not given', () => {
    expect(broken('in_past', 'a')).toEqual({
      code: 'in_past',
      checkpoint: 'a',
      subjects: [],
      limitAt: null,
      foundAt: null,
    });
    expect(broken('in_past', null, { subjects: ['x'], limitAt: 1, foundAt: 2 })).toEqual({
      code: 'in_past',
      checkpoint: null,
      subjects: ['x'],
      limitAt: 1,
      foundAt: 2,
    });
  });

  it('are ranked by code, then approved rank (none first, unknown last), then what they say', () => {
    const inOrder = [
      broken('in_past', 'z'),
      broken('in_past', 'b', { subjects: ['m'] }),
      broken('in_past', 'b', { subjects: ['n'] }),
      broken('in_past', 'ghost'),
      broken('owner_clash', null),
      broken('owner_clash', 'z'),
    ];
    expect(ranked(inOrder.toReversed(), of)).toEqual(inOrder);
    expect(ranked(inOrder, of)).toEqual(inOrder);
  });

  it('texts compare by code unit, the same on every machine', () => {
    expect(['b', 'a', 'B', 'ä', 'a'].toSorted(byText)).toEqual(['B', 'a', 'a', 'b', 'ä']);
    expect(byText('a', 'a')).toBe(0);
    expect(byText('b', 'a')).toBe(1);
  });
});
