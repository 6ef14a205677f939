/**
 * The solver's times on random nights struck by an event (SCHEDULING.md section 4): a proven timetable from the
 * problem on, beside HiGHS on the same problems, and beside the list schedule alone where HiGHS is out of reach.
 */
import { listSchedule } from '../../solver/listSchedule.ts';
import type { Problem } from '../../solver/problem.ts';
import { resequence, standardBudget } from '../../solver/resequence.ts';
import { highsOracle, type Oracle } from '../../tests/highs.model.ts';
import { randomProblem } from '../../tests/support/problems.ts';
import { type BenchRow, spreadOf, timed } from './row.ts';

type Set = {
  readonly size: number;
  readonly count: number;
  /** How many of them the reference gets: it is slow. */
  readonly beside: number;
  readonly reference: 'HiGHS' | 'list schedule';
  readonly goal: string;
};

const sets: readonly Set[] = [
  { size: 10, count: 200, beside: 20, reference: 'HiGHS', goal: 'as far below HiGHS as can be' },
  {
    size: 30,
    count: 200,
    beside: 10,
    reference: 'HiGHS',
    goal: 'p50 at most 1.5 ms, p95 10 ms, 0.01 of HiGHS',
  },
  { size: 100, count: 60, beside: 3, reference: 'HiGHS', goal: 'p50 at most 5 ms' },
  { size: 1_000, count: 6, beside: 6, reference: 'list schedule', goal: 'p50 at most 250 ms' },
  { size: 5_000, count: 1, beside: 1, reference: 'list schedule', goal: 'proven within 5 s' },
];

/** Seeds found slow by search over the generator: they stay in the sets. */
const slowSeeds: Readonly<Record<number, readonly number[]>> = {
  30: [15, 53, 16, 3],
  100: [6, 17],
};

const problemsOf = ({ size, count }: Set): Problem[] => {
  const seeds = Array.from({ length: count }, (_, index) => index + 1);
  return [...new Set([...seeds, ...(slowSeeds[size] ?? [])])].map((seed) =>
    randomProblem(seed, { size }),
  );
};

/** A horizon that no start of an optimum reaches. */
const roofOf = (problem: Problem): number =>
  Math.max(
    0,
    ...problem.open.flatMap(({ preferredStart, limits }) => [
      preferredStart,
      ...limits.map(({ starts }) => starts.at(-1)?.last ?? 0).filter((last) => last < 20_000),
    ]),
  ) + 60;

async function rowOf(set: Set, oracle: Oracle): Promise<BenchRow> {
  const problems = problemsOf(set);
  const proven = problems.filter((problem) => resequence(problem, standardBudget).proven).length;
  const ours: number[] = [];
  for (const problem of problems) {
    ours.push(await timed(() => resequence(problem, standardBudget)));
  }
  const theirs: number[] = [];
  for (const problem of problems.slice(0, set.beside)) {
    const answer = (): unknown =>
      set.reference === 'HiGHS' ? oracle(problem, roofOf(problem)) : listSchedule(problem);
    theirs.push(await timed(answer));
  }
  const spread = { ours: spreadOf(ours), reference: spreadOf(theirs) };
  return {
    name: `resequence ${set.size} checkpoints, ${proven} of ${problems.length} proven, beside ${set.reference}`,
    ...spread,
    ratio: spread.ours.p50 / spread.reference.p50,
    goal: set.goal,
  };
}

/** One row for each size, in this order: 10, 30, 100, 1,000 and 5,000 checkpoints. */
export async function benchSolver(): Promise<BenchRow[]> {
  const oracle = await highsOracle();
  const rows: BenchRow[] = [];
  for (const set of sets) rows.push(await rowOf(set, oracle));
  return rows;
}
