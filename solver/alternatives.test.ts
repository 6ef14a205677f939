/** Alternatives are safe, hold no more, are better on what they are named for, and differ from each other. */
import { describe, expect, it } from 'vitest';
import { bestOfAll, costOf, isSafe } from '../tests/highs.raw.ts';
import { tinyHorizon, tinyProblem } from '../tests/highs.tiny.ts';
import { causeOf, randomProblem } from '../tests/support/problems.ts';
import { type Alternative, findingAlternatives } from './alternatives.ts';
import { finished } from '../tests/support/finished.ts';
import { exact } from './exact.ts';
import { listSchedule } from './listSchedule.ts';
import {
  type Candidate,
  levelNames,
  type OpenCheckpoint,
  type Problem,
  type Resequenced,
} from './problem.ts';

const budget = { conflicts: 5_000 };
const best = (problem: Problem): Resequenced => exact(problem, budget, listSchedule(problem));
const levelOf = (result: Resequenced, name: (typeof levelNames)[number]): number =>
  result.levels[levelNames.indexOf(name)] ?? 0;
const slips = (problem: Problem, { placements }: Resequenced): number[] =>
  placements.map(({ checkpoint, start }) => {
    const open = problem.open.find(({ id }) => id === checkpoint);
    return Math.abs(start - (open?.preferredStart ?? start));
  });
const moves = (problem: Problem, result: Resequenced): number =>
  slips(problem, result).filter((slip) => slip > 0).length;
const valueIn: {
  readonly [T in Alternative['trade']]: (problem: Problem, result: Resequenced) => number;
} = {
  earliest_finish: (_, result) => levelOf(result, 'latest_finish'),
  fewest_woken: (_, result) => levelOf(result, 'newly_woken'),
  fewest_handovers: (_, result) => levelOf(result, 'owner_changes'),
  fewest_moves: moves,
  smallest_slip: (problem, result) => Math.max(0, ...slips(problem, result)),
};
const holdsOf = (levels: readonly number[]): readonly number[] => levels.slice(0, 3);
/** The problem in which each start also lies in this range. */
const within = (
  problem: Problem,
  range: (item: OpenCheckpoint) => { first: number; last: number },
): Problem => ({
  ...problem,
  open: problem.open.map((item) => ({
    ...item,
    limits: [...item.limits, { cause: causeOf('outside_window', item.id), starts: [range(item)] }],
  })),
});
const anywhere = { first: -1_000, last: 1_000 };

describe('an alternative', () => {
  const problems = [
    ...Array.from({ length: 60 }, (_, seed) => tinyProblem(seed, 4)),
    ...Array.from({ length: 40 }, (_, seed) => randomProblem(seed + 1, { size: 20 })),
  ];
  const asked = problems.map((problem) => {
    const first = best(problem);
    return { problem, first, offered: finished(findingAlternatives(problem, budget, first)) };
  });

  it('is offered on some nights for each trade', () => {
    const trades = new Set(asked.flatMap(({ offered }) => offered.map(({ trade }) => trade)));
    expect([...trades].toSorted()).toEqual(Object.keys(valueIn).toSorted());
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
        const value = valueIn[one.trade];
        expect(value(problem, one.result)).toBeLessThan(value(problem, first));
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
      const offered = finished(findingAlternatives(problem, budget, first));
      const found = offered.find(({ trade }) => trade === 'earliest_finish');
      const finish = (found?.result ?? first).levels[8] ?? 0;
      if (finish === 0) continue;
      const earlier = within(problem, ({ duration }) => ({
        first: 0,
        last: finish - 1 - duration,
      }));
      compared += 1;
      const holds = costOf(problem, bestOfAll(earlier, tinyHorizon)).slice(0, 3);
      expect(holds, `seed ${seed}`).not.toEqual(first.levels.slice(0, 3));
    }
    expect(compared).toBeGreaterThan(10);
  });

  it.each([
    { trade: 'fewest_woken', costs: (one: Candidate) => one.newlyWoken },
    {
      trade: 'fewest_handovers',
      costs: (one: Candidate, item: OpenCheckpoint) => one.person !== item.preferredOwner,
    },
  ] as const)('named $trade is that among all timetables with as few holds', (of) => {
    let compared = 0;
    for (let seed = 0; seed < 120; seed += 1) {
      const problem = tinyProblem(seed, 3);
      const first = best(problem);
      const offered = finished(findingAlternatives(problem, budget, first));
      const value = valueIn[of.trade];
      // Another trade may have found that timetable first: then it is not offered twice.
      const least = Math.min(
        ...[first, ...offered.map(({ result }) => result)].map((result) => value(problem, result)),
      );
      const costly = problem.open.flatMap((item) =>
        item.candidates
          .filter((one) => of.costs(one, item))
          .map(({ person }) => (of.trade === 'fewest_woken' ? person : `${item.id} ${person}`)),
      );
      const keys = [...new Set(costly)];
      if (least === 0 || keys.length > 8) continue;
      for (let allowed = 0; allowed < 2 ** keys.length; allowed += 1) {
        const some = new Set(keys.filter((_, index) => ((allowed >> index) & 1) === 1));
        if (some.size >= least) continue;
        const isAllowed = (item: OpenCheckpoint, one: Candidate): boolean =>
          !of.costs(one, item) || some.has(one.person) || some.has(`${item.id} ${one.person}`);
        const narrowed = {
          ...problem,
          open: problem.open.map((item) => ({
            ...item,
            candidates: item.candidates.filter((one) => isAllowed(item, one)),
          })),
        };
        compared += 1;
        const holds = holdsOf(costOf(problem, bestOfAll(narrowed, tinyHorizon)));
        expect(holds, `seed ${seed}`).not.toEqual(holdsOf(first.levels));
      }
    }
    expect(compared).toBeGreaterThan(10);
  });

  it('says so when the work was spent before it was proven least', () => {
    const offered = asked.flatMap(({ problem, first }) =>
      finished(findingAlternatives(problem, { conflicts: 0 }, first)),
    );
    expect(offered.some(({ least }) => !least)).toBe(true);
    expect(asked.every((one) => one.offered.every(({ least }) => least))).toBe(true);
  });

  it('that moves fewest moves as few as any timetable with as few holds', () => {
    let compared = 0;
    for (let seed = 0; seed < 40; seed += 1) {
      const problem = tinyProblem(seed, 3);
      const first = best(problem);
      const offered = finished(findingAlternatives(problem, budget, first));
      const found = offered.find(({ trade }) => trade === 'fewest_moves');
      const known = offered.map(({ result }) => moves(problem, result));
      const fewest = Math.min(moves(problem, found?.result ?? first), ...known);
      for (let free = 0; free < 2 ** problem.open.length; free += 1) {
        const isFree = (item: OpenCheckpoint): boolean =>
          ((free >> problem.open.indexOf(item)) & 1) === 1;
        if (problem.open.filter(isFree).length >= fewest) continue;
        const stiff = within(problem, (item) =>
          isFree(item) ? anywhere : { first: item.preferredStart, last: item.preferredStart },
        );
        compared += 1;
        const holds = holdsOf(costOf(problem, bestOfAll(stiff, tinyHorizon)));
        expect(holds, `seed ${seed}`).not.toEqual(holdsOf(first.levels));
      }
    }
    expect(compared).toBeGreaterThan(10);
  });

  it('with the smallest slip slips no further than any timetable with as few holds must', () => {
    let compared = 0;
    for (let seed = 0; seed < 40; seed += 1) {
      const problem = tinyProblem(seed, 3);
      const first = best(problem);
      const offered = finished(findingAlternatives(problem, budget, first));
      const found = offered.find(({ trade }) => trade === 'smallest_slip');
      const slip = valueIn.smallest_slip(problem, found?.result ?? first);
      // Another trade may have found that timetable first: then it is not offered twice.
      const known = offered.map(({ result }) => valueIn.smallest_slip(problem, result));
      const least = Math.min(slip, ...known);
      if (least === 0) continue;
      const tighter = within(problem, ({ preferredStart }) => ({
        first: preferredStart - least + 1,
        last: preferredStart + least - 1,
      }));
      compared += 1;
      const holds = holdsOf(costOf(problem, bestOfAll(tighter, tinyHorizon)));
      expect(holds, `seed ${seed}`).not.toEqual(holdsOf(first.levels));
    }
    expect(compared).toBeGreaterThan(10);
  });
});
