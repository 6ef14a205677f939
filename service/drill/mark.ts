/** The mark of one expectation, and the small comparisons that marks are made of. */

import type { Cause } from '../../ledger/holds.ts';

/** Whether one expectation was met, and in words what was found. */
export type Mark = { readonly met: boolean; readonly found: string };

export const same = (wanted: string | number, found: string | number | null | undefined): Mark => ({
  met: wanted === found,
  found: String(found ?? 'none'),
});

export const includesAll = (all: readonly (string | null)[], wanted: readonly string[]): boolean =>
  wanted.every((one) => all.includes(one));

/** The same names, in whatever order. */
export const sameSet = (one: readonly string[], other: readonly string[]): boolean =>
  one.toSorted().join() === other.toSorted().join();

/** Causes in words: the rule, of which checkpoint, and what it is about. */
export const causesText = (causes: readonly Cause[]): string =>
  causes
    .map(
      ({ rule, checkpoint, subject }) =>
        `${rule} of ${checkpoint}${subject === null ? '' : ` (${subject})`}`,
    )
    .join(', ');

export const listed = (wanted: readonly string[], found: readonly string[]): Mark => ({
  met: sameSet(wanted, found),
  found: found.toSorted().join(', ') || 'none',
});
