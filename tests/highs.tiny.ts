/** Tiny, wild problems: few checkpoints, few ticks, every kind of rule. Small enough to try every timetable. */
import type { Edge, Limit, OpenCheckpoint, Problem, Spacing } from '../solver/problem.ts';
import { between, causeOf, type Dice, dice, oneOf } from './support/problems.ts';

/** No start of a tiny problem lies beyond it. */
export const tinyHorizon = 11;

const ids = ['a', 'b', 'c', 'd'] as const;
const chance = (roll: Dice, share: number): boolean => roll() < share;

function rollLimit(roll: Dice, id: string): Limit {
  const first = between(roll, 0, 3);
  const hole = between(roll, 3, 7);
  const last = between(roll, 6, tinyHorizon);
  const starts = chance(roll, 0.5)
    ? [{ first, last }]
    : [
        { first, last: hole - 1 },
        { first: hole + between(roll, 1, 2), last: tinyHorizon },
      ].filter((range) => range.first <= range.last);
  return { cause: causeOf('outside_window', id), starts };
}

function rollEdge(roll: Dice, from: string, to: string): Edge {
  const least = between(roll, -2, 2);
  const edge: Edge = {
    from,
    to,
    type: oneOf(roll, ['finish_to_start', 'start_to_start', 'finish_to_finish'] as const),
    least,
    greatest: chance(roll, 0.4) ? least + between(roll, 0, 3) : null,
    leastCause: causeOf('gap_too_short', to, from),
    greatestCause: causeOf('gap_too_long', to, from),
  };
  return chance(roll, 0.3) ? { ...edge, greatestWaivedTo: between(roll, 0, 8) } : edge;
}

/** A tiny problem; the same seed always gives the same one. */
export function tinyProblem(seed: number, size: number): Problem {
  const roll = dice(seed);
  const names = ids.slice(0, size);
  const people = ['p', 'q', 'r'] as const;
  const window = { cause: causeOf('in_past', 'a'), starts: [{ first: 0, last: tinyHorizon }] };
  const drawn = names.map((id, index): OpenCheckpoint => {
    const owner = oneOf(roll, people);
    const isProtected = chance(roll, 0.5);
    const others = people.filter((person) => person !== owner && chance(roll, 0.4));
    const mapped = chance(roll, 0.85) ? [owner, ...others] : others;
    return {
      id,
      rank: chance(roll, 0.8) ? index + 1 : between(roll, 1, size),
      protected: isProtected,
      exceptionOnly: isProtected && chance(roll, 0.2),
      duration: between(roll, 0, 4),
      preferredStart: between(roll, 0, 7),
      preferredOwner: owner,
      wasPlaced: chance(roll, 0.85),
      weight: between(roll, 1, 4),
      limits: chance(roll, 0.7) ? [window, rollLimit(roll, id)] : [window],
      candidates: mapped.map((person) => ({
        person,
        limits: chance(roll, 0.4) ? [rollLimit(roll, id)] : [],
        newlyWoken: person !== 'p',
      })),
      room: chance(roll, 0.4) ? 'room' : null,
      blockers: chance(roll, 0.05) ? [causeOf('condition_open', id)] : [],
    };
  });
  const edges = names.flatMap((to, index) =>
    names.slice(0, index).flatMap((from) => (chance(roll, 0.3) ? [rollEdge(roll, from, to)] : [])),
  );
  const started = chance(roll, 0.5);
  const spacing: Spacing = {
    id: 'review',
    members: chance(roll, 0.5) ? [...names.slice(0, 2), 'z'] : names.slice(-2),
    gap: between(roll, 0, 3),
    ...(chance(roll, 0.4)
      ? { waived: [{ member: names[0] ?? 'a', to: between(roll, 0, 6) }] }
      : {}),
  };
  const busy = new Set(drawn.flatMap((item) => (item.wasPlaced ? [item.preferredOwner] : [])));
  const open = drawn.map((item) => ({
    ...item,
    candidates: item.candidates.map((candidate) => ({
      ...candidate,
      newlyWoken: candidate.newlyWoken && !busy.has(candidate.person),
    })),
  }));
  return {
    originAt: 0,
    tickMs: 60_000,
    now: 0,
    open,
    fixed: started
      ? [
          {
            id: 'z',
            rank: between(roll, 0, size + 1),
            protected: chance(roll, 0.3),
            state: 'in_progress',
            start: 0,
            end: between(roll, 0, 5),
            owner: oneOf(roll, people),
            room: chance(roll, 0.5) ? 'room' : null,
            cause: null,
          },
        ]
      : [],
    edges: started && chance(roll, 0.5) ? [...edges, rollEdge(roll, 'z', names[0] ?? 'a')] : edges,
    separations: chance(roll, 0.4) ? [{ id: 'duties', members: names.slice(0, 2) }] : [],
    spacings: chance(roll, 0.5) ? [spacing] : [],
    exceptionKinds: [],
  };
}
