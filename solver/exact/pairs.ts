/** Walks over pairs of a list: all of them, or those whose runs overlap. Plain ends: runs that only touch do not. */

export type Meet<T> = (one: T, other: T) => void;

/** Every pair, the earlier in the list first. */
export function eachPair<T>(list: readonly T[], meet: Meet<T>): void {
  for (const [index, one] of list.entries()) {
    for (const other of list.slice(index + 1)) meet(one, other);
  }
}

export type Runs = {
  readonly startOf: (item: number) => number;
  readonly lengthOf: (item: number) => number;
};

/** Every pair whose runs overlap, the one that starts first (then the smaller number) first. */
export function eachOverlap(list: readonly number[], runs: Runs, meet: Meet<number>): void {
  if (list.length < 2) return;
  const { startOf, lengthOf } = runs;
  const sorted = list.toSorted((one, other) => startOf(one) - startOf(other) || one - other);
  for (const [index, one] of sorted.entries()) {
    const end = startOf(one) + lengthOf(one);
    for (let next = index + 1; next < sorted.length; next += 1) {
      const other = sorted[next] ?? 0;
      if (startOf(other) >= end) break;
      if (startOf(one) < startOf(other) + lengthOf(other)) meet(one, other);
    }
  }
}

/** Items by key, in the order of their first one; items without a key are left out. */
export function groupBy<T>(
  items: readonly T[],
  key: (item: T) => string | null | undefined,
): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const name = key(item);
    if (name === null || name === undefined) continue;
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [item]);
    else group.push(item);
  }
  return groups;
}
