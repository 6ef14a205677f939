/** Alternatives are safe, hold no more, are better on what they are named for, and differ from each other. */
import { describe, expect, it } from 'vitest';
import { bestOfAll, costOf, isSafe } from '../tests/highs.raw.ts';
import { tinyHorizon, tinyProblem } from '../tests/highs.tiny.ts';
import { randomProblem } from '../tests/support/problems.ts';
import { type Alternative, alternatives } from './alternatives.ts';
import { exact } from './exact.ts';
import { listSchedule } from './listSchedule.ts';
import { levelNames, type Problem, type Resequenced } from './problem.ts';

const budget = { conflicts: 5_000 };
const best = (problem: Problem): Resequenced => exact(problem, budget, listSchedule(problem));
const named = {
  earliest_finish: 'latest_finish',
  fewer_woken: 'newly_woken',
  fewer_handovers: 'owner_changes',
} as const;
const gain = (of: Resequenced, { trade, result }: Alternative): number => {
  const level = levelNames.indexOf(named[trade]);
  return (of.levels[level] ?? 0) - (result.levels[level] ?? 0);
};

describe('an alternative', () => {
  const problems = [
    ...Array.from({ length: 60 }, (_, seed) => tinyProblem(seed, 4)),
    ...Array.from({ length: 40 }, (_, seed) => randomProblem(seed + 1, { size: 20 })),
  ];
  const asked = problems.map((problem) => {
    const first = best(problem);
    return { problem, first, offered: alternatives(problem, budget, first) };
  });

  it('is offered on some nights for each trade', () => {
    const trades = new Set(asked.flatMap(({ offered }) => offered.map(({ trade }) => trade)));
    expect([...trades].toSorted()).toEqual(['earliest_finish', 'fewer_handovers', 'fewer_woken']);
  });

  it('is safe, holds as few as the best and is better on what it is named for', () => {
    for (const { problem, first, offered } of asked) {
      for (const one of offered) {
        const placements = problem.open.map(
          ({ id }) => one.result.placements.find(({ checkpoint }) => checkpoint === id) ?? null,
        );
        expect(isSafe(problem, placements)).toBe(true);
        expect(one.result.levels).toEqual(costOf(problem, one.result.placements));
        expect(one.result.levels.slice(0, 3)).toEqual(first.levels.slice(0, 3));
        expect(gain(first, one)).toBeGreaterThan(0);
      }
    }
  });

  it('is never the best one again, nor another alternative', () => {
    for (const { first, offered } of asked) {
      const all = [first, ...offered.map(({ result }) => result)].map(({ placements }) =>
        JSON.stringify(placements),
      );
      expect(new Set(all).size).toBe(all.length);
    }
  });

  it('that finishes earliest finishes as early as any timetable with as few holds', () => {
    let compared = 0;
    for (let seed = 0; seed < 40; seed += 1) {
      const problem = tinyProblem(seed, 3);
      const first = best(problem);
      const offered = alternatives(problem, budget, first);
      const found = offered.find(({ trade }) => trade === 'earliest_finish');
      const finish = (found?.result ?? first).levels[8] ?? 0;
      if (finish === 0) continue;
      const earlier = {
        ...problem,
        open: problem.open.map((item) => ({
          ...item,
          limits: [
            ...item.limits,
            {
              cause:
                item.limits[0]?.cause ??
                ({
                  rule: 'duration',
                  checkpoint: item.id,
                  subject: null,
                  factId: null,
                  at: null,
                } as const),
              starts: [{ first: 0, last: finish - 1 - item.duration }],
            },
          ],
        })),
      };
      compared += 1;
      const holds = costOf(problem, bestOfAll(earlier, tinyHorizon)).slice(0, 3);
      expect(holds, `seed ${seed}`).not.toEqual(first.levels.slice(0, 3));
    }
    expect(compared).toBeGreaterThan(10);
  });
});
