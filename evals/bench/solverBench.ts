/**
 * The solver's times on random nights struck by an event (SCHEDULING.md section 4): a proven timetable from the
 * problem on, beside HiGHS on the same problems, and beside the list schedule alone where HiGHS is out of reach; the
 * answer without a search where a proof may take long; then the explanation of a hold, beside the timetable it
 * explains. Times are processor time of this process, its collector included: a busy machine may not pass for a slow
 * solver, nor for a slow reference.
 */
import { explainHold } from '../../solver/explain.ts';
import { compareLevels } from '../../solver/levels.ts';
import { listSchedule } from '../../solver/listSchedule.ts';
import type { Problem } from '../../solver/problem.ts';
import { atOnce, resequence, standardBudget } from '../../solver/resequence.ts';
import { warmUp } from '../../solver/warmUp.ts';
import { highsOracle, type Oracle } from '../../tests/highs.model.ts';
import { randomProblem } from '../../tests/support/problems.ts';
import { type BenchRow, spreadOf } from './row.ts';

type Set = {
  readonly size: number;
  /** The share of the night that has passed when it is struck; mid-window when left out. */
  readonly passed?: number;
  readonly count: number;
  /** How many of them the reference gets: it is slow. */
  readonly beside: number;
  readonly reference: 'HiGHS' | 'list schedule';
  readonly goal: string;
  /** Seeds beyond the count, found slow by search over the generator: they stay. */
  readonly slow: readonly number[];
};

const sets: readonly Set[] = [
  {
    size: 10,
    count: 200,
    beside: 20,
    reference: 'HiGHS',
    goal: 'as far below HiGHS as can be',
    slow: [551, 726],
  },
  {
    size: 30,
    count: 200,
    beside: 10,
    reference: 'HiGHS',
    goal: 'p50 at most 1.5 ms, p95 10 ms, 0.01 of HiGHS',
    slow: [477, 767, 1_172],
  },
  {
    size: 30,
    passed: 0,
    count: 60,
    beside: 60,
    reference: 'list schedule',
    goal: 'the hardest of the generator',
    slow: [197, 709, 838, 874, 1_094],
  },
  { size: 100, count: 60, beside: 8, reference: 'HiGHS', goal: 'p50 at most 5 ms', slow: [] },
  {
    size: 100,
    passed: 0,
    count: 20,
    beside: 20,
    reference: 'list schedule',
    goal: 'the hardest of the generator',
    slow: [27, 51, 52, 62, 77],
  },
  {
    size: 1_000,
    count: 6,
    beside: 6,
    reference: 'list schedule',
    goal: 'p50 at most 250 ms',
    slow: [],
  },
  {
    size: 1_000,
    passed: 0.15,
    count: 6,
    beside: 6,
    reference: 'list schedule',
    goal: 'the hardest of the generator',
    slow: [20, 37, 60],
  },
  {
    size: 5_000,
    count: 3,
    beside: 1,
    reference: 'list schedule',
    goal: 'proven within 5 s',
    slow: [],
  },
  {
    size: 5_000,
    passed: 0.15,
    count: 1,
    beside: 1,
    reference: 'list schedule',
    goal: 'the hardest of the generator',
    slow: [2, 4],
  },
];

const problemsOf = ({ size, count, slow, passed }: Set): Problem[] =>
  [...Array.from({ length: count }, (_, index) => index + 1), ...slow].map((seed) =>
    randomProblem(seed, passed === undefined ? { size } : { size, passed }),
  );

const whereOf = ({ size, passed }: Set): string =>
  `${size} checkpoints${passed === undefined ? '' : passed === 0 ? ' from the start' : ` at ${passed}`}`;

/** What a piece of work gives, and its processor time in milliseconds. */
function timeOf<T>(work: () => T): { readonly value: T; readonly ms: number } {
  const before = process.cpuUsage();
  const value = work();
  const { user, system } = process.cpuUsage(before);
  return { value, ms: (user + system) / 1_000 };
}

/** The middle time of three, each on a problem never seen before. */
const timeOfSolving = (problem: Problem, solve: (problem: Problem) => unknown): number =>
  spreadOf(
    [1, 2, 3].map(() => {
      const fresh = { ...problem };
      return timeOf(() => solve(fresh)).ms;
    }),
  ).p50;

/** A horizon that no start of an optimum reaches. */
const roofOf = (problem: Problem): number =>
  Math.max(
    0,
    ...problem.open.flatMap(({ preferredStart, limits }) => [
      preferredStart,
      ...limits.map(({ starts }) => starts.at(-1)?.last ?? 0).filter((last) => last < 20_000),
    ]),
  ) + 60;

function rowOf(set: Set, oracle: Oracle): BenchRow {
  const problems = problemsOf(set);
  const solve = (problem: Problem) => resequence(problem, standardBudget);
  const first = problems.map((problem) => timeOf(() => solve(problem)));
  const results = first.map(({ value }) => value);
  const proven = results.filter((result) => result.proven).length;
  const most = Math.max(...results.map(({ conflicts }) => conflicts));
  // Large nights are not solved again: by then the code is warm.
  const ours =
    set.size >= 1_000
      ? first.map(({ ms }) => ms)
      : problems.map((problem) => timeOfSolving(problem, solve));
  const theirs: number[] = [];
  let equal = 0;
  for (const [index, problem] of problems.slice(0, set.beside).entries()) {
    let levels: readonly number[] = [];
    const fresh = { ...problem };
    const answer = (): void => {
      levels =
        set.reference === 'HiGHS' ? oracle(fresh, roofOf(fresh)) : listSchedule(fresh).levels;
    };
    theirs.push(timeOf(answer).ms);
    if (compareLevels(results[index]?.levels ?? [], levels) === 0) equal += 1;
  }
  const spread = { ours: spreadOf(ours), reference: spreadOf(theirs) };
  return {
    name:
      `resequence ${whereOf(set)}, ` +
      `${proven} of ${problems.length} proven, slowest ${Math.max(...ours).toFixed(0)} ms, ` +
      `most conflicts ${most}, beside ${set.reference}: ${equal} of ${theirs.length} equal`,
    ...spread,
    ratio: spread.ours.p50 / spread.reference.p50,
    goal: set.goal,
  };
}

/** The answer without a search on the largest nights, beside the list schedule. */
function atOnceRow(): BenchRow {
  const largest = sets.filter(({ size }) => size === 5_000).flatMap(problemsOf);
  const answers = largest.map((problem) => timeOf(() => resequence(problem, atOnce)));
  const ours = answers.map(({ ms }) => ms);
  const theirs = largest.map((problem) => timeOf(() => listSchedule({ ...problem })).ms);
  const spread = { ours: spreadOf(ours), reference: spreadOf(theirs) };
  return {
    name:
      `an honest answer at once at 5000 checkpoints, slowest ${Math.max(...ours).toFixed(0)} ms, ` +
      `${answers.filter(({ value }) => value.proven).length} of ${answers.length} proven, ` +
      'beside list schedule',
    ...spread,
    ratio: spread.ours.p50 / spread.reference.p50,
    goal: 'every one within 1 s',
  };
}

/** Explanations of every root hold on nights of 30 checkpoints, outside the way to the packet. */
function explanationRow(): BenchRow {
  const engine = (problem: Problem) => resequence(problem, standardBudget);
  const times: number[] = [];
  const references: number[] = [];
  const sizes: number[] = [];
  let irreducible = 0;
  for (let seed = 1; seed <= 60; seed += 1) {
    const problem = randomProblem(seed, { size: 30 });
    const result = engine(problem);
    for (const { checkpoint, behind } of result.held) {
      if (behind !== null) continue;
      const night = { problem, result, engine };
      const explanation = explainHold(night, checkpoint);
      sizes.push(explanation.causes.length);
      irreducible += Number(explanation.irreducible);
      times.push(timeOf(() => explainHold(night, checkpoint)).ms);
      references.push(timeOf(() => engine({ ...problem })).ms);
    }
  }
  const [size, spread] = [
    spreadOf(sizes),
    { ours: spreadOf(times), reference: spreadOf(references) },
  ];
  return {
    name:
      `explain a hold at 30 checkpoints, ${irreducible} of ${sizes.length} irreducible, ` +
      `members p50 ${size.p50}, p95 ${size.p95}, most ${Math.max(...sizes)}, ` +
      `slowest ${Math.max(...times).toFixed(0)} ms, beside one resequencing`,
    ...spread,
    ratio: spread.ours.p50 / spread.reference.p50,
    goal: 'p50 at most 40 ms',
  };
}

/** One row for each set, smallest first, then those for the answer at once and for explanations. */
export async function benchSolver(): Promise<BenchRow[]> {
  const oracle = await highsOracle();
  if (!warmUp()) throw new Error('the made-up night was not proven');
  return [...sets.map((set) => rowOf(set, oracle)), atOnceRow(), explanationRow()];
}
