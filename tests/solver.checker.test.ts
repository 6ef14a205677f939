/**
 * The rule book accepts whatever the solver makes of random nights, and the two agree on timetables that nobody
 * proposed. Solver and rule book share no code: this is where their two readings of the same rules meet.
 */
import { describe, expect, it } from 'vitest';
import { checkResequencing } from '../constraints/resequencing.ts';
import type { ResequencingBody } from '../ledger/proposal.ts';
import { boardOf } from '../solver/board/board.ts';
import { bodyFrom } from '../solver/body.ts';
import { fits } from '../solver/listSchedule/fits.ts';
import { listSchedule } from '../solver/listSchedule.ts';
import { problemFrom } from '../solver/normalise.ts';
import type { PlacedTicks, Problem } from '../solver/problem.ts';
import { resequence } from '../solver/resequence.ts';
import { adopted, randomNight } from './support/nights.ts';
import { between, type Dice, dice, oneOf } from './support/problems.ts';

const nights = Number(process.env['SOLVER_NIGHTS'] ?? 2_000);
const budget = { conflicts: 2_000 };
const patience = 600_000;

const heldIn = (body: ResequencingBody): string[] =>
  body.unplaced.map(({ checkpoint }) => checkpoint);

/** The timetable with one placement put elsewhere, or given to someone else. */
function nudged(roll: Dice, problem: Problem, placements: readonly PlacedTicks[]): PlacedTicks[] {
  const moved = oneOf(roll, placements);
  const checkpoint = problem.open.find(({ id }) => id === moved.checkpoint);
  const people = checkpoint?.candidates.map(({ person }) => person) ?? [moved.owner];
  const ticks = 60_000 / problem.tickMs;
  const start = moved.start + between(roll, -40, 40) * ticks;
  const owner = roll() < 0.6 ? moved.owner : oneOf(roll, people);
  const end = start + moved.end - moved.start;
  return placements.map((run) => (run === moved ? { ...run, start, end, owner } : run));
}

describe(`on ${nights} random nights`, () => {
  it(
    'the rule book accepts every list schedule and every proposal of the resequencer',
    () => {
      for (let seed = 0; seed < nights; seed += 1) {
        const { state, now } = randomNight(seed);
        const problem = problemFrom(state, now);
        for (const result of [listSchedule(problem), resequence(problem, budget)]) {
          const body = bodyFrom(problem, result);
          expect(checkResequencing(body, state, now), `seed ${seed}`).toEqual([]);
        }
      }
    },
    patience,
  );

  it(
    'asking again after adopting changes nothing',
    () => {
      for (let seed = 0; seed < nights; seed += 1) {
        const { state, now } = randomNight(seed);
        const problem = problemFrom(state, now);
        for (const solve of [listSchedule, (of: Problem) => resequence(of, budget)]) {
          const body = bodyFrom(problem, solve(problem));
          const again = problemFrom(adopted(state, body, now), now);
          const second = bodyFrom(again, solve(again));
          expect(second.placements, `seed ${seed}`).toEqual(body.placements);
          expect(heldIn(second), `seed ${seed}`).toEqual(heldIn(body));
        }
      }
    },
    patience,
  );

  it(
    'solver and rule book agree on timetables that nobody proposed',
    () => {
      const answers = { safe: 0, unsafe: 0 };
      for (let seed = 0; seed < nights / 2; seed += 1) {
        const { state, now } = randomNight(seed);
        // Review time is policy: the rule book leaves it to the solver.
        const problem = problemFrom(state, now);
        const result = listSchedule(problem);
        if (problem.reviewFrom !== undefined || result.placements.length === 0) continue;
        const roll = dice(seed);
        for (let nudge = 0; nudge < 8; nudge += 1) {
          const placements = nudged(roll, problem, result.placements);
          const safe = fits(boardOf(problem), placements);
          const body = bodyFrom(problem, { ...result, placements });
          expect(checkResequencing(body, state, now).length === 0, `seed ${seed}`).toBe(safe);
          answers[safe ? 'safe' : 'unsafe'] += 1;
        }
      }
      expect(Math.min(answers.safe, answers.unsafe)).toBeGreaterThan(nights / 4);
    },
    patience,
  );
});
