/**
 * The timetable's claims, asked of the rule book: floats and drivers as the packet will carry them, on random nights.
 */
import { describe, expect, it } from 'vitest';
import { areTrueDrivers } from '../constraints/packetDrivers.ts';
import { floatOf } from '../constraints/packetFloat.ts';
import { sceneOf } from '../constraints/scene.ts';
import { boardOf } from '../solver/board/board.ts';
import { bodyFrom } from '../solver/body.ts';
import { fits } from '../solver/listSchedule/fits.ts';
import { listSchedule } from '../solver/listSchedule.ts';
import { problemFrom } from '../solver/normalise.ts';
import type { PlacedTicks, Problem } from '../solver/problem.ts';
import { decisionDeadline, timetable } from '../solver/timetable.ts';
import { randomNight } from './support/nights.ts';

const nights = Number(process.env['SOLVER_NIGHTS'] ?? 1_000);
const patience = 600_000;

const shifted = (problem: Problem, runs: readonly PlacedTicks[], at: ReadonlyMap<string, number>) =>
  runs.map((run): PlacedTicks => {
    const instant = at.get(run.checkpoint) ?? 0;
    const start = (instant - problem.originAt) / problem.tickMs;
    return { ...run, start, end: start + run.end - run.start };
  });

describe(`on ${nights} random nights`, () => {
  it(
    'every float is the one the rule book finds, or a minute less; every driver is true',
    () => {
      let lines = 0;
      for (let seed = 0; seed < nights; seed += 1) {
        const { state, now } = randomNight(seed);
        const problem = problemFrom(state, now);
        const result = listSchedule(problem);
        const scene = sceneOf(bodyFrom(problem, result), state, now);
        for (const row of timetable(problem, result.placements)) {
          const work = scene.works.get(row.checkpoint);
          if (work === undefined) throw new Error(`seed ${seed}: ${row.checkpoint} is not placed`);
          const where = `seed ${seed} ${row.checkpoint}`;
          const float = floatOf(scene, work);
          expect([float, Math.max(0, float - 1)], where).toContain(row.floatMinutes);
          expect(row.critical, where).toBe(row.floatMinutes === 0);
          expect(row.drivenBy.length, where).toBeGreaterThan(0);
          expect(areTrueDrivers(scene, work, row.drivenBy), `${where} ${JSON.stringify(row)}`).toBe(
            true,
          );
          lines += 1;
        }
      }
      expect(lines).toBeGreaterThan(nights);
    },
    patience,
  );

  it(
    'all earliest and all latest starts are timetables that keep every rule',
    () => {
      for (let seed = 0; seed < nights; seed += 1) {
        const { state, now } = randomNight(seed);
        const problem = problemFrom(state, now);
        const { placements } = listSchedule(problem);
        const rows = timetable(problem, placements);
        const board = boardOf({
          ...problem,
          open: problem.open.map((checkpoint) => ({
            ...checkpoint,
            limits: checkpoint.limits.filter(({ cause }) => cause.subject !== 'review_time'),
          })),
        });
        for (const which of ['earliestAt', 'latestAt'] as const) {
          const at = new Map(rows.map((row) => [row.checkpoint, row[which]]));
          expect(fits(board, shifted(problem, placements, at)), `seed ${seed} ${which}`).toBe(true);
        }
        for (const row of rows) {
          expect(row.earliestAt).toBeLessThanOrEqual(row.startAt);
          expect(row.latestAt).toBeGreaterThanOrEqual(row.startAt);
        }
      }
    },
    patience,
  );

  it('the review time is named where a start waited for it, never for one that did not move', () => {
    const named = { reviewed: 0, stayed: 0 };
    for (let seed = 0; seed < nights; seed += 1) {
      const { state, now } = randomNight(seed);
      const { reviewMinutes } = state.situation.plan.policy;
      const problem = problemFrom(state, now + reviewMinutes * 60_000);
      // The first incumbent start becomes the very instant at which the review ends.
      const first = problem.open.find(({ preferredStart }) => preferredStart >= problem.now);
      if (reviewMinutes === 0 || first === undefined) continue;
      const ends = problem.originAt + first.preferredStart * problem.tickMs;
      const night = problemFrom(state, ends - reviewMinutes * 60_000);
      for (const row of timetable(night, listSchedule(night).placements)) {
        const open = night.open.find(({ id }) => id === row.checkpoint);
        const at = night.originAt + (open?.preferredStart ?? 0) * night.tickMs;
        const isNamed = row.drivenBy.some(({ by }) => by === 'review_time');
        if (row.startAt === at) expect(isNamed, `seed ${seed} ${row.checkpoint}`).toBe(false);
        if (row.startAt === at && at === ends) named.stayed += 1;
        if (isNamed) named.reviewed += 1;
      }
    }
    expect(Math.min(named.stayed, named.reviewed)).toBeGreaterThan(0);
  });

  it('the decision deadline is the first start of an open checkpoint', () => {
    for (let seed = 0; seed < 50; seed += 1) {
      const { state, now } = randomNight(seed);
      const problem = problemFrom(state, now);
      const { placements } = listSchedule(problem);
      const [first] = timetable(problem, placements);
      const deadline = decisionDeadline(problem, placements);
      expect(deadline?.at).toBe(first?.startAt);
      expect(deadline?.checkpoint).toBe(first?.checkpoint);
    }
  });
});
