import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isIrreducible, smallestConflict } from './conflict.ts';

/** Parts clash when they contain all of any one of these sets. */
const clashesWhenWithin =
  (sets: readonly (readonly number[])[]) =>
  (parts: readonly number[]): boolean =>
    sets.some((set) => set.every((member) => parts.includes(member)));

const parts = Array.from({ length: 12 }, (_, index) => index);
const sets = fc.array(
  fc.uniqueArray(fc.integer({ min: 0, max: 11 }), { minLength: 1, maxLength: 5 }),
  {
    minLength: 1,
    maxLength: 6,
  },
);

describe('the smallest conflict', () => {
  it('clashes, and no longer does without any one of its members', () => {
    fc.assert(
      fc.property(sets, (of) => {
        const clashes = clashesWhenWithin(of);
        const conflict = smallestConflict(parts, clashes) ?? [];
        expect(isIrreducible(conflict, clashes)).toBe(true);
      }),
    );
  });

  it('names a later part only where every conflict among the earlier ones fails', () => {
    fc.assert(
      fc.property(sets, (of) => {
        const clashes = clashesWhenWithin(of);
        const conflict = smallestConflict(parts, clashes) ?? [];
        const last = Math.max(...conflict);
        expect(clashes(parts.filter((part) => part < last))).toBe(false);
      }),
    );
  });

  it('is none when nothing clashes, or when the clash needs no part', () => {
    expect(smallestConflict(parts, () => false)).toBeNull();
    expect(smallestConflict(parts, () => true)).toBeNull();
  });

  it('is thinned when an answer erred on the way', () => {
    // Not monotone: five parts happen to get through where three of them do not.
    const clashes = (of: readonly number[]): boolean =>
      of.includes(1) && of.includes(2) && of.length !== 5;
    const conflict = smallestConflict([1, 2, 3, 4, 5, 6], clashes) ?? [];
    expect(isIrreducible(conflict, clashes)).toBe(true);
  });

  it('is not irreducible while a member could go', () => {
    expect(isIrreducible([0, 1, 2], clashesWhenWithin([[0, 1]]))).toBe(false);
    expect(isIrreducible([0, 1], clashesWhenWithin([[0, 1]]))).toBe(true);
    expect(isIrreducible([0], clashesWhenWithin([[0, 1]]))).toBe(false);
  });
});
