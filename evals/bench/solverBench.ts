/**
 * The solver's times on random nights struck by an event (SCHEDULING.md section 4): a proven timetable from the
 * problem on, beside HiGHS on the same problems, and beside the list schedule alone where HiGHS is out of reach;
 * then the explanation of a hold, beside the timetable it explains.
 */
import { explainHold } from '../../solver/explain.ts';
import { compareLevels } from '../../solver/levels.ts';
import { listSchedule } from '../../solver/listSchedule.ts';
import type { Problem } from '../../solver/problem.ts';
import { resequence, standardBudget } from '../../solver/resequence.ts';
import { highsOracle, type Oracle } from '../../tests/highs.model.ts';
import { randomProblem } from '../../tests/support/problems.ts';
import { type BenchRow, spreadOf, timed } from './row.ts';

type Set = {
  readonly size: number;
  /** Struck at the start of the window, with everything still open; else mid-window. */
  readonly fromStart?: true;
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
    slow: [477, 1_172],
  },
  {
    size: 30,
    fromStart: true,
    count: 60,
    beside: 60,
    reference: 'list schedule',
    goal: 'the hardest of the generator',
    slow: [197, 709, 838, 874, 1_094],
  },
  { size: 100, count: 60, beside: 3, reference: 'HiGHS', goal: 'p50 at most 5 ms', slow: [] },
  {
    size: 100,
    fromStart: true,
    count: 20,
    beside: 20,
    reference: 'list schedule',
    goal: 'the hardest of the generator',
    slow: [27, 51, 52],
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
    size: 5_000,
    count: 1,
    beside: 1,
    reference: 'list schedule',
    goal: 'proven within 5 s',
    slow: [],
  },
];

const problemsOf = ({ size, count, slow, fromStart }: Set): Problem[] =>
  [...Array.from({ length: count }, (_, index) => index + 1), ...slow].map((seed) =>
    randomProblem(seed, fromStart === true ? { size, passed: 0 } : { size }),
  );

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
  const results = problems.map((problem) => resequence(problem, standardBudget));
  const proven = results.filter((result) => result.proven).length;
  const ours: number[] = [];
  for (const problem of problems) {
    // A problem never seen before: what was made of it above is not at hand.
    const fresh = { ...problem };
    ours.push(await timed(() => resequence(fresh, standardBudget)));
  }
  const theirs: number[] = [];
  let equal = 0;
  for (const [index, problem] of problems.slice(0, set.beside).entries()) {
    let levels: readonly number[] = [];
    const fresh = { ...problem };
    const answer = (): void => {
      levels =
        set.reference === 'HiGHS' ? oracle(fresh, roofOf(fresh)) : listSchedule(fresh).levels;
    };
    theirs.push(await timed(answer));
    if (compareLevels(results[index]?.levels ?? [], levels) === 0) equal += 1;
  }
  const spread = { ours: spreadOf(ours), reference: spreadOf(theirs) };
  return {
    name:
      `resequence ${set.size} checkpoints${set.fromStart === true ? ' from the start' : ''}, ` +
      `${proven} of ${problems.length} proven, slowest ${Math.max(...ours).toFixed(0)} ms, ` +
      `beside ${set.reference}: ${equal} of ${theirs.length} equal`,
    ...spread,
    ratio: spread.ours.p50 / spread.reference.p50,
    goal: set.goal,
  };
}

/** Explanations of every root hold on nights of 30 checkpoints, outside the way to the packet. */
async function explanationRow(): Promise<BenchRow> {
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
      times.push(await timed(() => explainHold(night, checkpoint)));
      references.push(await timed(() => engine({ ...problem })));
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

/** One row for each set, smallest first, then one for explanations. */
export async function benchSolver(): Promise<BenchRow[]> {
  const oracle = await highsOracle();
  const rows: BenchRow[] = [];
  for (const set of sets) rows.push(await rowOf(set, oracle));
  rows.push(await explanationRow());
  return rows;
}
