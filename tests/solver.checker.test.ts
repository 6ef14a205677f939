/**
 * The rule book accepts whatever the solver makes of random nights. Solver and rule book share no code: this is
 * where their two readings of the same rules meet.
 */
import { describe, expect, it } from 'vitest';
import { checkResequencing } from '../constraints/resequencing.ts';
import { bodyFrom } from '../solver/body.ts';
import { listSchedule } from '../solver/listSchedule.ts';
import { problemFrom } from '../solver/normalise.ts';
import { resequence } from '../solver/resequence.ts';
import { adopted, randomNight } from './support/nights.ts';

const nights = Number(process.env['SOLVER_NIGHTS'] ?? 2_000);
const budget = { conflicts: 2_000 };

describe(`on ${nights} random nights`, () => {
  it('the rule book accepts every list schedule', () => {
    for (let seed = 0; seed < nights; seed += 1) {
      const { state, now } = randomNight(seed);
      const problem = problemFrom(state, now);
      const body = bodyFrom(problem, listSchedule(problem));
      expect(checkResequencing(body, state, now), `seed ${seed}`).toEqual([]);
    }
  });

  it('the rule book accepts every proposal of the resequencer, and asking again changes nothing', () => {
    for (let seed = 0; seed < nights; seed += 1) {
      const { state, now } = randomNight(seed);
      const problem = problemFrom(state, now);
      const body = bodyFrom(problem, resequence(problem, budget));
      expect(checkResequencing(body, state, now), `seed ${seed}`).toEqual([]);
      const next = adopted(state, body, now);
      const again = problemFrom(next, now);
      const second = bodyFrom(again, resequence(again, budget));
      expect(second.placements, `seed ${seed}`).toEqual(body.placements);
      const held = (of: typeof body) => of.unplaced.map(({ checkpoint }) => checkpoint);
      expect(held(second), `seed ${seed}`).toEqual(held(body));
    }
  });
});
