/**
 * A row of the benchmark table: one thing of ours beside the least that anything doing the same must cost, measured
 * in turn on the same machine. It knows how to take times and percentiles and nothing of what is measured.
 */

/** Milliseconds. */
export type Spread = { readonly p50: number; readonly p95: number; readonly p99: number };

export type BenchRow = {
  readonly name: string;
  readonly ours: Spread;
  readonly reference: Spread;
  /** Ours over the reference, by the median. */
  readonly ratio: number;
  /** What the ratio should be at most, and what the reference is. */
  readonly goal: string;
};

/** The spread of times in milliseconds. Throws when there are none. */
export function spreadOf(times: readonly number[]): Spread {
  const sorted = [...times].sort((left, right) => left - right);
  const at = (share: number): number => {
    const time = sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
    if (time === undefined) throw new Error('nothing was timed');
    return time;
  };
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99) };
}

/** How long `work` takes, in milliseconds. */
export async function timed(work: () => unknown): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

/**
 * Runs both in turn, ours and the reference, so that a busy moment of the machine falls on both alike. The first
 * tenth of the rounds warms up and is not counted.
 */
export async function besides(
  row: { readonly name: string; readonly goal: string; readonly rounds: number },
  ours: (round: number) => unknown,
  reference: (round: number) => unknown,
): Promise<BenchRow> {
  const taken = { ours: [] as number[], reference: [] as number[] };
  for (let round = 0; round < row.rounds; round += 1) {
    taken.ours.push(await timed(() => ours(round)));
    taken.reference.push(await timed(() => reference(round)));
  }
  const counted = (times: readonly number[]) => spreadOf(times.slice(Math.floor(row.rounds / 10)));
  const spread = { ours: counted(taken.ours), reference: counted(taken.reference) };
  return {
    name: row.name,
    ...spread,
    ratio: spread.ours.p50 / spread.reference.p50,
    goal: row.goal,
  };
}
