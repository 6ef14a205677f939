/**
 * What must be true of every proven timetable and every explanation, whatever the night: conflicts that no member can leave,
 * slack that never hurts, events that stay where they strike.
 */
import { describe, expect, it } from 'vitest';
import type { Id } from '../ledger/vocabulary.ts';
import { exact } from '../solver/exact.ts';
import { explainHold } from '../solver/explain.ts';
import { groupsFor } from '../solver/explain/groups.ts';
import { compareLevels, levelsOf } from '../solver/levels.ts';
import { listSchedule } from '../solver/listSchedule.ts';
import type {
  Limit,
  OpenCheckpoint,
  PlacedTicks,
  Problem,
  Resequenced,
} from '../solver/problem.ts';
import { keyOf, only } from '../solver/explain/relax.ts';
import { bestOfAll, isSafe, startsOf } from './highs.raw.ts';
import { tinyHorizon, tinyProblem } from './highs.tiny.ts';
import { between, causeOf, dice, oneOf, randomProblem } from './support/problems.ts';

const budget = { conflicts: 20_000 };
const solved = (problem: Problem): Resequenced => exact(problem, budget, listSchedule(problem));
const limited = (item: OpenCheckpoint, limit: Limit): OpenCheckpoint => ({
  ...item,
  limits: [...item.limits, limit],
});

/** Everything placed, found by trying every timetable. */
const fitsByTrying = (problem: Problem): boolean =>
  bestOfAll(problem, tinyHorizon).length === problem.open.length;

/** Whether the raw reading of every rule allows these placements together. */
function isSafeRaw(problem: Problem, placements: readonly PlacedTicks[]): boolean {
  const runs = problem.open.map(
    ({ id }) => placements.find(({ checkpoint }) => checkpoint === id) ?? null,
  );
  const isAllowed = (item: OpenCheckpoint, run: PlacedTicks | null): boolean =>
    run === null ||
    startsOf(problem, item, { person: run.owner, horizon: run.start }).includes(run.start);
  return (
    isSafe(problem, runs) && problem.open.every((item, at) => isAllowed(item, runs[at] ?? null))
  );
}

/** Everything placed by the search, and safe by the raw reading of the rules. */
function fitsBySearch(problem: Problem): boolean {
  const { placements } = solved(problem);
  expect(isSafeRaw(problem, placements)).toBe(true);
  return placements.length === problem.open.length;
}

/** Checks every conflict of a problem's holds; how many there were, and how many members they had. */
function checkConflicts(problem: Problem, fits: (problem: Problem) => boolean) {
  const result = solved(problem);
  const seen = { roots: 0, irreducible: 0, members: 0 };
  for (const { checkpoint, behind } of result.held) {
    const owners = problem.open.find(({ id }) => id === checkpoint)?.candidates ?? [];
    // Nothing can be named for one that nobody may own; facts never make such a problem.
    if (behind !== null || owners.length === 0) continue;
    const { causes, irreducible } = explainHold({ problem, result, engine: solved }, checkpoint);
    seen.roots += 1;
    if (!irreducible) continue;
    const placed = result.placements.map((run) => run.checkpoint);
    const whole = only(problem, new Set([checkpoint, ...placed]));
    const groups = groupsFor(whole, checkpoint);
    const named = new Set(causes.map(keyOf));
    const conflict = groups.filter(({ cause }) => named.has(keyOf(cause)));
    const withOnly = (parts: typeof groups): Problem =>
      groups
        .filter((group) => !parts.includes(group))
        .reduce((from, group) => group.without(from), whole);
    expect(conflict).toHaveLength(causes.length);
    expect(fits(withOnly(conflict)), `${checkpoint} with its whole conflict`).toBe(false);
    for (const member of conflict) {
      const rest = conflict.filter((other) => other !== member);
      expect(fits(withOnly(rest)), `${checkpoint} without ${keyOf(member.cause)}`).toBe(true);
    }
    seen.irreducible += 1;
    seen.members += conflict.length;
  }
  return seen;
}

describe('a conflict', () => {
  it.each([
    { kind: 'tiny problems, by trying every timetable', seeds: 80, make: tinyProblem, size: 3 },
    {
      kind: 'random nights, by search',
      seeds: 24,
      make: (seed: number, size: number) => randomProblem(seed, { size }),
      size: 14,
    },
  ])(
    'becomes satisfiable without any one of its members: $kind',
    ({ seeds, make, size }) => {
      const total = { roots: 0, irreducible: 0, members: 0 };
      for (let seed = 0; seed < seeds; seed += 1) {
        const fits = make === tinyProblem ? fitsByTrying : fitsBySearch;
        const seen = checkConflicts(make(seed, size), fits);
        total.roots += seen.roots;
        total.irreducible += seen.irreducible;
        total.members += seen.members;
      }
      expect(total.roots).toBeGreaterThan(10);
      expect(total.irreducible).toBe(total.roots);
      expect(total.members).toBeGreaterThan(total.irreducible);
    },
    120_000,
  );
});

/** The same night with more room: later ends, longer freshness, shorter gaps. Nothing safe before is unsafe now. */
function roomier(problem: Problem, roll: () => number): Problem {
  const more = between(roll, 1, 30);
  const later = (limit: Limit): Limit => ({
    ...limit,
    starts: limit.starts.map((range, index) =>
      index === limit.starts.length - 1 ? { ...range, last: range.last + more } : range,
    ),
  });
  return {
    ...problem,
    open: problem.open.map((item) => ({
      ...item,
      limits: item.limits.map(later),
      candidates: item.candidates.map((one) => ({ ...one, limits: one.limits.map(later) })),
    })),
    edges: problem.edges.map((edge) => ({
      ...edge,
      least: edge.least - (roll() < 0.3 ? between(roll, 0, 5) : 0),
      greatest: edge.greatest === null ? null : edge.greatest + more,
    })),
    spacings: problem.spacings.map((one) => ({ ...one, gap: Math.max(0, one.gap - 2) })),
  };
}

describe('slack', () => {
  it('never adds a hold, nor makes the proven timetable worse in any other way', () => {
    let fewer = 0;
    for (let seed = 0; seed < 80; seed += 1) {
      const problem = seed % 2 === 0 ? tinyProblem(seed, 4) : randomProblem(seed, { size: 20 });
      const tight = solved(problem);
      const loose = solved(roomier(problem, dice(seed)));
      expect([tight.proven, loose.proven], `seed ${seed}`).toEqual([true, true]);
      expect(compareLevels(loose.levels.slice(0, 2), tight.levels.slice(0, 2))).toBeLessThanOrEqual(
        0,
      );
      expect(compareLevels(loose.levels, tight.levels), `seed ${seed}`).toBeLessThanOrEqual(0);
      if ((loose.levels[1] ?? 0) < (tight.levels[1] ?? 0)) fewer += 1;
    }
    expect(fewer).toBeGreaterThan(5);
  });

  it('may hold more checkpoints in all only to hold fewer protected ones', () => {
    const candidates = [{ person: 'one', limits: [], newlyWoken: false }];
    const open = (id: Id, duration: number, closes: number): OpenCheckpoint => ({
      id,
      duration,
      protected: id === 'guarded',
      rank: 1,
      exceptionOnly: false,
      weight: 1,
      preferredStart: 0,
      preferredOwner: 'one',
      wasPlaced: true,
      room: null,
      blockers: [],
      candidates,
      limits: [
        {
          cause: causeOf('outside_window', id),
          starts: [{ first: 0, last: closes - duration }].filter(({ last }) => last >= 0),
        },
      ],
    });
    const night = (closes: number): Problem => ({
      originAt: 0,
      tickMs: 60_000,
      now: 0,
      open: [open('a', 9, closes), open('b', 9, closes), open('guarded', 20, closes)],
      fixed: [],
      edges: [],
      separations: [],
      spacings: [],
      exceptionKinds: [],
    });
    expect(solved(night(19)).levels.slice(0, 2)).toEqual([1, 1]);
    expect(solved(night(20)).levels.slice(0, 2)).toEqual([0, 2]);
  });
});

/** Another part of the same night: its own people, rooms and ties, nothing that binds it to the rest. */
function apart(problem: Problem): Problem {
  const far = (id: Id): Id => `far-${id}`;
  const farAll = <T extends { readonly members: readonly Id[] }>(groups: readonly T[]): T[] =>
    groups.map((group) => ({ ...group, members: group.members.map(far) }));
  return {
    ...problem,
    open: problem.open.map((item) => ({
      ...item,
      id: far(item.id),
      protected: false,
      exceptionOnly: false,
      preferredOwner: far(item.preferredOwner),
      room: item.room === null ? null : far(item.room),
      candidates: item.candidates.map((one) => ({ ...one, person: far(one.person) })),
    })),
    fixed: problem.fixed.map((item) => ({
      ...item,
      id: far(item.id),
      protected: false,
      owner: item.owner === null ? null : far(item.owner),
      room: item.room === null ? null : far(item.room),
    })),
    edges: problem.edges.map((edge) => ({ ...edge, from: far(edge.from), to: far(edge.to) })),
    separations: farAll(problem.separations),
    spacings: farAll(problem.spacings),
  };
}

const byId = (one: { id: Id }, other: { id: Id }): number => (one.id < other.id ? -1 : 1);
const beside = (one: Problem, other: Problem): Problem => ({
  ...one,
  open: [...one.open, ...other.open].toSorted(byId),
  fixed: [...one.fixed, ...other.fixed].toSorted(byId),
  edges: [...one.edges, ...other.edges],
  separations: [...one.separations, ...other.separations],
  spacings: [...one.spacings, ...other.spacings],
});

const asItWas = (problem: Problem): PlacedTicks[] =>
  problem.open.map(({ id, preferredStart, preferredOwner, duration }) => ({
    checkpoint: id,
    start: preferredStart,
    end: preferredStart + duration,
    owner: preferredOwner,
  }));

describe('an event', () => {
  it('leaves lanes alone that share no tie, person or room with what it strikes', () => {
    let struck = 0;
    for (let seed = 1; seed <= 40; seed += 1) {
      const night = randomProblem(seed, { size: 14 });
      const quiet = apart(randomProblem(seed + 500, { size: 14, event: false }));
      const alone = solved(night);
      const both = solved(beside(night, quiet));
      const isFar = ({ checkpoint }: PlacedTicks): boolean => checkpoint.startsWith('far-');
      expect(both.placements.filter(isFar), `seed ${seed}`).toEqual(asItWas(quiet));
      expect(both.placements.filter((run) => !isFar(run))).toEqual(alone.placements);
      if (alone.levels.some((value, level) => level < 8 && value > 0)) struck += 1;
    }
    expect(struck).toBeGreaterThan(20);
  });

  it('that one checkpoint can bear alone moves that one and nothing else', () => {
    let borne = 0;
    for (let seed = 1; seed <= 80; seed += 1) {
      const roll = dice(seed);
      const night = randomProblem(seed, { size: 16, event: false });
      if (night.open.length === 0) continue;
      const late = oneOf(roll, night.open);
      const by = between(roll, 1, 5);
      const first = late.preferredStart + by;
      const shifted = asItWas(night).map((run) =>
        run.checkpoint === late.id ? { ...run, start: first, end: run.end + by } : run,
      );
      const struck: Problem = {
        ...night,
        open: night.open.map((item) =>
          item === late
            ? limited(item, {
                cause: causeOf('before_pinned_start', item.id, 'event'),
                starts: [{ first, last: 100_000 }],
              })
            : item,
        ),
      };
      const passes = (levelsOf(struck, shifted)[4] ?? 0) > 0;
      if (!isSafeRaw(struck, shifted) || passes) continue;
      expect(solved(struck).placements, `seed ${seed}`).toEqual(shifted);
      borne += 1;
    }
    expect(borne).toBeGreaterThan(10);
  });
});
