/** The exact search against an oracle that tries every timetable: the very same one, to the last start and owner. */
import { describe, expect, it } from 'vitest';
import { exact } from '../solver/exact.ts';
import { listSchedule } from '../solver/listSchedule.ts';
import { bestOfAll, costOf } from './highs.raw.ts';
import { tinyHorizon, tinyProblem } from './highs.tiny.ts';

const seeds = Number(process.env['SOLVER_TINY'] ?? 150);
const budget = { conflicts: 5_000 };

describe(`on ${seeds} tiny problems with every kind of rule`, () => {
  it('the exact search finds the least of all optima that trying everything finds', () => {
    for (let seed = 0; seed < seeds; seed += 1) {
      const problem = tinyProblem(seed, 3);
      const best = bestOfAll(problem, tinyHorizon);
      const found = exact(problem, budget, listSchedule(problem));
      const at = `seed ${seed}`;
      expect({ levels: found.levels, placements: found.placements }, at).toEqual({
        levels: costOf(problem, best),
        placements: best,
      });
      expect(found.proven, at).toBe(true);
    }
  });
});
