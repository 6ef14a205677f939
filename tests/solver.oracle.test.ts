/**
 * The exact search against HiGHS, level by level, and the properties an optimum must have. `SOLVER_DEEP=1` runs the
 * long sets; `SHARED_BENCHMARKS` names a folder with published job shops and maximum-lag instances.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { exact } from '../solver/exact.ts';
import { asIncumbent } from '../solver/listSchedule/incumbent.ts';
import { compareLevels } from '../solver/levels.ts';
import { listSchedule } from '../solver/listSchedule.ts';
import { problemFrom } from '../solver/normalise.ts';
import type { Problem, Resequenced } from '../solver/problem.ts';
import { highsOracle } from './highs.model.ts';
import { jobShop, lagProblem, readLags } from './highs.shops.ts';
import { randomNight } from './support/nights.ts';
import { between, dice, randomProblem } from './support/problems.ts';

const isDeep = process.env['SOLVER_DEEP'] !== undefined;
const benchmarks = process.env['SHARED_BENCHMARKS'];
const budget = { conflicts: 20_000 };
const patience = 3_600_000;

const solved = (problem: Problem, within = budget): Resequenced =>
  exact(problem, within, listSchedule(problem));
/** Holds are settled early; the orders of a whole shop would take the search far longer than a night may. */
const shopBudget = { conflicts: 6_000 };

/** A horizon that no start of an optimum reaches. */
const roofOf = (problem: Problem): number => {
  const ends = problem.open.flatMap(({ preferredStart, limits, candidates }) => {
    const lasts = [...limits, ...candidates.flatMap((item) => item.limits)].map(
      ({ starts }) => starts.at(-1)?.last ?? 0,
    );
    return [preferredStart, ...lasts.filter((last) => last < 5_000)];
  });
  return Math.max(0, ...ends) + 60;
};

const sets: readonly { name: string; count: number; problem: (seed: number) => Problem }[] = [
  {
    name: 'up to 12 checkpoints, mid-window',
    count: isDeep ? 300 : 30,
    problem: (seed) => randomProblem(seed, { size: isDeep ? 10 : between(dice(seed), 4, 12) }),
  },
  {
    name: '12 checkpoints, whole window',
    count: isDeep ? 60 : 5,
    problem: (seed) => randomProblem(seed + 7_000, { size: isDeep ? 12 : 8, passed: 0 }),
  },
  {
    name: 'nights as the ledger knows them',
    count: isDeep ? 200 : 25,
    problem: (seed) => {
      const { state, now } = randomNight(seed, { size: 10 });
      return problemFrom(state, now);
    },
  },
  ...(isDeep
    ? [
        {
          name: '30 checkpoints, mid-window',
          count: 100,
          problem: (seed: number) => randomProblem(seed, { size: 30 }),
        },
      ]
    : []),
];

describe('level by level', () => {
  for (const { name, count, problem: make } of sets) {
    it(
      `the exact search equals HiGHS on ${count} problems: ${name}`,
      async () => {
        const oracle = await highsOracle();
        let asked = 0;
        for (let seed = 1; asked < count; seed += 1) {
          const problem = make(seed);
          // A night in seconds has ticks too fine for a mixed-integer program of this form.
          if (problem.tickMs < 60_000) continue;
          asked += 1;
          const found = solved(problem);
          const at = `${name}, seed ${seed}`;
          expect(found.levels, at).toEqual(oracle(problem, roofOf(problem)));
          expect(found.proven, at).toBe(true);
        }
      },
      patience,
    );
  }
});

describe('an optimum', () => {
  const count = isDeep ? 300 : 60;
  const problems = Array.from({ length: count }, (_, seed) =>
    randomProblem(seed + 20_000, { size: 20, passed: (seed % 3) / 5 }),
  );

  it('is never worse than the list schedule on the first level that differs', () => {
    for (const problem of problems) {
      const warm = listSchedule(problem);
      expect(compareLevels(exact(problem, budget, warm).levels, warm.levels)).toBeLessThanOrEqual(
        0,
      );
    }
  });

  it('asked for again with itself as the incumbent comes back unchanged', () => {
    for (const problem of problems) {
      const { placements } = solved(problem);
      expect(solved(asIncumbent(problem, placements)).placements).toEqual(placements);
    }
  });

  it('does not depend on the order in which ties, limits and people are listed', () => {
    for (const problem of problems) {
      const turned: Problem = {
        ...problem,
        edges: problem.edges.toReversed(),
        spacings: problem.spacings.toReversed(),
        separations: problem.separations.toReversed(),
        fixed: problem.fixed.toReversed(),
        open: problem.open.map((item) => ({ ...item, limits: item.limits.toReversed() })),
      };
      const { placements, levels } = solved(problem);
      const other = solved(turned);
      expect({ placements: other.placements, levels: other.levels }).toEqual({
        placements,
        levels,
      });
    }
  });

  it('does not depend on the schedule the search starts from', () => {
    for (const problem of problems) {
      const none = { ...listSchedule(problem), placements: [] };
      const { placements, levels } = solved(problem);
      const other = exact(problem, budget, none);
      expect({ placements: other.placements, levels: other.levels }).toEqual({
        placements,
        levels,
      });
    }
  });

  it('says how far the proof went when the work allowed is spent', () => {
    let spent = 0;
    for (const problem of problems) {
      const warm = listSchedule(problem);
      const best = exact(problem, budget, warm);
      const found = exact(problem, { conflicts: 2 }, warm);
      expect(found.conflicts).toBeLessThanOrEqual(2);
      expect(compareLevels(found.levels, warm.levels)).toBeLessThanOrEqual(0);
      const proven = found.levels.slice(0, found.provenLevels);
      expect(proven).toEqual(best.levels.slice(0, found.provenLevels));
      if (!found.proven) spent += 1;
    }
    expect(spent).toBeGreaterThan(0);
  });

  it('gives a true bound of the first open level when the work is spent, and none when all is proven', () => {
    const bounds = { above: 0, open: 0 };
    for (const problem of problems) {
      const warm = listSchedule(problem);
      const best = exact(problem, budget, warm);
      expect(best.bound).toBeNull();
      for (const conflicts of [0, 1, 3, 9]) {
        const { proven, provenLevels, levels, bound } = exact(problem, { conflicts }, warm);
        expect(bound === null).toBe(proven);
        if (bound === null) continue;
        expect(bound).toBeLessThanOrEqual(best.levels[provenLevels] ?? -1);
        expect(levels[provenLevels]).toBeGreaterThanOrEqual(best.levels[provenLevels] ?? 0);
        bounds.open += 1;
        if (bound > 0) bounds.above += 1;
      }
    }
    expect(bounds.open).toBeGreaterThan(0);
    expect(bounds.above).toBeGreaterThan(0);
  });
});

describe('published instances', () => {
  it('a small shop fits its least makespan, and one tick less costs a hold', async () => {
    const oracle = await highsOracle();
    const operations = [
      [2, 3, 1, 4, 0, 2],
      [0, 4, 2, 2, 1, 3],
      [1, 2, 0, 5, 2, 4],
    ].flatMap((job, index) =>
      [0, 1, 2].map((operation) => ({
        job: index,
        operation,
        machine: job[2 * operation] ?? 0,
        duration: job[2 * operation + 1] ?? 0,
      })),
    );
    const heldBy = (window: number): number => solved(jobShop(operations, window)).levels[1] ?? 0;
    let window = 40;
    while (heldBy(window - 1) === 0) window -= 1;
    expect(heldBy(window)).toBe(0);
    expect(oracle(jobShop(operations, window), window)[1]).toBe(0);
    expect(oracle(jobShop(operations, window - 1), window)[1]).toBe(heldBy(window - 1));
  });

  for (const name of benchmarks === undefined
    ? []
    : ['ft06', 'la01', 'la02', 'la03', 'la04', 'la05']) {
    it(
      `${name} fits its published makespan, and one tick less costs a hold`,
      () => {
        const read = (file: string) => JSON.parse(readFileSync(`${benchmarks}/${file}`, 'utf8'));
        const { upper } = read('reference.json').jobshop[name];
        const { data } = read(`jobshop/${name}.json`);
        const whole = solved(jobShop(data, upper), shopBudget);
        expect(whole.levels[1]).toBe(0);
        const less = solved(jobShop(data, upper - 1), shopBudget);
        expect(less.levels[1]).toBeGreaterThan(0);
        expect(less.provenLevels).toBeGreaterThanOrEqual(2);
      },
      patience,
    );
  }

  it('contradictory lags cost a hold, at once, however fine the ticks are', () => {
    for (const [gap, window] of [
      [1, 480],
      [10, 28_800],
      [60, 604_800],
    ] as const) {
      const problem = lagProblem({
        durations: [5, 5, 5],
        lags: [
          { from: 0, least: gap + 1, to: 1 },
          { from: 1, least: -gap, to: 0 },
        ],
        window,
        pairs: [],
      });
      expect(solved(problem).levels[1]).toBe(1);
      expect(solved(problem).proven).toBe(true);
    }
  });

  const lagNames = { psp_j10_33: 70, psp_j20_35: 103, psp_j30_244: 153 };
  for (const [name, makespan] of benchmarks === undefined ? [] : Object.entries(lagNames)) {
    it(
      `${name} with maximum lags fits its published makespan`,
      () => {
        const text = readFileSync(`${benchmarks}/rcpsp-max/${name}.dzn`, 'utf8');
        const whole = solved(lagProblem({ ...readLags(text), window: makespan }), shopBudget);
        expect(whole.levels[1]).toBe(0);
      },
      patience,
    );
  }
});
