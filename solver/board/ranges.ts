/**
 * Sets of starts as sorted, disjoint ranges of whole ticks, both ends included. Pure arithmetic: what a range
 * means is said by the limit that carries it.
 */
import type { StartRange, Tick } from '../problem.ts';

export type Ranges = readonly StartRange[];

const holdsAny = (range: StartRange): boolean => range.first <= range.last;

/** The starts in both. */
export function intersect(one: Ranges, other: Ranges): Ranges {
  const both: StartRange[] = [];
  let left = 0;
  let right = 0;
  for (let a = one[left], b = other[right]; a !== undefined && b !== undefined;) {
    const range = { first: Math.max(a.first, b.first), last: Math.min(a.last, b.last) };
    if (holdsAny(range)) both.push(range);
    if (a.last < b.last) left += 1;
    else right += 1;
    a = one[left];
    b = other[right];
  }
  return both;
}

/** The starts in any of them: sorted, merged where they touch or overlap, empty ones dropped. */
export function union(ranges: Ranges): Ranges {
  const merged: StartRange[] = [];
  const ordered = ranges.filter(holdsAny).toSorted((one, other) => one.first - other.first);
  for (const range of ordered) {
    const last = merged.at(-1);
    if (last === undefined || range.first > last.last + 1) merged.push(range);
    else merged[merged.length - 1] = { ...last, last: Math.max(last.last, range.last) };
  }
  return merged;
}

/** The first start not before `from`, or null. */
export function nextIn(ranges: Ranges, from: Tick): Tick | null {
  const range = ranges.find(({ last }) => last >= from);
  return range === undefined ? null : Math.max(from, range.first);
}

/** The last start not after `to`, or null. */
export function lastIn(ranges: Ranges, to: Tick): Tick | null {
  const range = ranges.findLast(({ first }) => first <= to);
  return range === undefined ? null : Math.min(to, range.last);
}

/** Whether a start is one of them. */
export const allows = (ranges: Ranges, start: Tick): boolean => nextIn(ranges, start) === start;
