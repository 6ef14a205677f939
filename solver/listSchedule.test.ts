import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson } from '../ledger/canonical.ts';
import { randomProblem } from '../tests/support/problems.ts';
import { boardOf } from './board/board.ts';
import { fits } from './listSchedule/fits.ts';
import { asIncumbent, forcedOut } from './listSchedule/incumbent.ts';
import { keepIncumbent, listSchedule } from './listSchedule.ts';
import type { Problem } from './problem.ts';

const problems = fc
  .record({
    seed: fc.nat(1_000_000),
    size: fc.integer({ min: 2, max: 24 }),
    passed: fc.constantFrom(0, 0.2, 0.4, 0.7),
    severity: fc.constantFrom(0.5, 1, 1.5),
  })
  .map(({ seed, ...options }) => randomProblem(seed, options));

const runs = { numRuns: 150 };

const shuffled = (problem: Problem): Problem => ({
  ...problem,
  open: problem.open.toReversed(),
  fixed: problem.fixed.toReversed(),
  edges: problem.edges.toReversed(),
  separations: problem.separations.toReversed(),
  spacings: problem.spacings.toReversed(),
});

describe('the list schedule', () => {
  it('keeps every limit and tie of the problem', () => {
    fc.assert(
      fc.property(problems, (problem) => {
        expect(fits(boardOf(problem), listSchedule(problem).placements)).toBe(true);
      }),
      runs,
    );
  });

  it('places or holds every open checkpoint once, and behind a hold stands a held predecessor', () => {
    fc.assert(
      fc.property(problems, (problem) => {
        const { placements, held } = listSchedule(problem);
        const ids = [...placements, ...held].map(({ checkpoint }) => checkpoint).toSorted();
        expect(ids).toEqual(problem.open.map(({ id }) => id));
        const heldIds = new Set(held.map(({ checkpoint }) => checkpoint));
        for (const hold of held) {
          expect(hold.causes.length).toBeGreaterThan(0);
          if (hold.behind === null) continue;
          expect(heldIds).toContain(hold.behind);
          expect(
            problem.edges.some(({ from, to }) => from === hold.behind && to === hold.checkpoint),
          ).toBe(true);
        }
      }),
      runs,
    );
  });

  it('changes nothing when asked again with its own result as the incumbent', () => {
    fc.assert(
      fc.property(problems, (problem) => {
        const first = listSchedule(problem);
        const again = listSchedule(asIncumbent(problem, first.placements));
        expect(again.placements).toEqual(first.placements);
        expect(again.held.map(({ checkpoint }) => checkpoint)).toEqual(
          first.held.map(({ checkpoint }) => checkpoint),
        );
        expect(again.levels.slice(2, 8).every((value) => value === 0)).toBe(true);
      }),
      runs,
    );
  });

  it('gives the same bytes whatever the order of the input', () => {
    fc.assert(
      fc.property(problems, (problem) => {
        const { placements, levels, held } = listSchedule(problem);
        const other = listSchedule(shuffled(problem));
        expect(canonicalJson({ placements, levels })).toBe(
          canonicalJson({ placements: other.placements, levels: other.levels }),
        );
        expect(other.held.map(({ checkpoint }) => checkpoint)).toEqual(
          held.map(({ checkpoint }) => checkpoint),
        );
      }),
      runs,
    );
  });

  it('holds whatever no timetable can place, and claims a level proven only at its bound', () => {
    fc.assert(
      fc.property(problems, (problem) => {
        const result = listSchedule(problem);
        const forced = forcedOut(boardOf(problem));
        const held = new Set(result.held.map(({ checkpoint }) => checkpoint));
        for (const id of forced) expect(held).toContain(id);
        if (result.provenLevels > 1) expect(held.size).toBe(forced.size);
        expect(result.proven).toBe(result.provenLevels === result.levels.length);
      }),
      runs,
    );
  });

  it('leaves a plan alone to which nothing happened', () => {
    for (let seed = 0; seed < 100; seed += 1) {
      const problem = randomProblem(seed, { size: 20, event: false });
      const kept = keepIncumbent(problem);
      expect(kept?.proven).toBe(true);
      expect(kept?.levels.slice(0, 8)).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
      expect(listSchedule(problem)).toEqual(kept);
    }
  });
});
