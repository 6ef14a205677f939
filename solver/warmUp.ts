/**
 * One solve of a made-up night at the start of a process that will solve many: the first real change then finds the
 * code compiled. It reads no plan, leaves nothing behind, and no answer depends on it.
 */
import type { Cause } from '../ledger/holds.ts';
import type { Edge, FixedCheckpoint, OpenCheckpoint, Problem, Tick } from './problem.ts';
import { resequence, standardBudget } from './resequence.ts';

const size = 16;
const people = ['a', 'b', 'c', 'd', 'e', 'f'] as const;
/** Work that runs late has everything behind it start again later, up to a window that is too short for all. */
const lateUntil: Tick = 70;
const closes: Tick = 300;

const idOf = (index: number): string => `warm-${String(index).padStart(2, '0')}`;
const causeOf = (rule: Cause['rule'], checkpoint: string): Cause => ({
  rule,
  checkpoint,
  subject: null,
  factId: null,
  at: null,
});
const personAt = (index: number): string => people[index % people.length] ?? 'a';
const durationOf = (index: number): Tick => 10 + 5 * (index % 5);
const startOf = (index: number): Tick => 45 * Math.floor(index / people.length);

function openAt(index: number): OpenCheckpoint {
  const id = idOf(index);
  const duration = durationOf(index);
  const free = [
    { first: 0, last: 120 },
    { first: 150, last: closes },
  ];
  return {
    id,
    rank: index,
    protected: index % 5 === 0,
    exceptionOnly: false,
    duration,
    preferredStart: startOf(index),
    preferredOwner: personAt(index),
    wasPlaced: true,
    weight: 1 + (index % 3),
    limits: [
      {
        cause: causeOf('outside_window', id),
        starts: [{ first: 0, last: closes - duration }],
      },
    ],
    candidates: [0, 1].map((step) => ({
      person: personAt(index + step),
      limits: [{ cause: causeOf('owner_unavailable', id), starts: free }],
      newlyWoken: step > 0 && index % 2 === 0,
    })),
    room: index % 4 === 0 ? 'room' : null,
    blockers: index === size - 1 ? [causeOf('hold_in_force', id)] : [],
  };
}

function edgeInto(index: number): Edge {
  const to = idOf(index);
  return {
    from: idOf(index - (index < people.length ? 0 : people.length - 1)),
    to,
    type: index % 7 === 0 ? 'start_to_start' : 'finish_to_start',
    least: index % 4,
    greatest: index % 6 === 0 ? 60 : null,
    leastCause: causeOf('gap_too_short', to),
    greatestCause: causeOf('gap_too_long', to),
  };
}

const late: FixedCheckpoint = {
  id: 'warm-late',
  rank: -1,
  protected: false,
  state: 'in_progress',
  start: 0,
  end: lateUntil,
  owner: personAt(0),
  room: 'room',
  cause: null,
};

function night(): Problem {
  const indices = Array.from({ length: size }, (_, index) => index);
  return {
    originAt: 0,
    tickMs: 60_000,
    now: 0,
    open: indices.map(openAt),
    fixed: [late],
    edges: indices.slice(people.length).map(edgeInto),
    separations: [{ id: 'apart', members: [idOf(1), idOf(8)] }],
    spacings: [{ id: 'spaced', members: [idOf(3), idOf(9)], gap: 5 }],
    exceptionKinds: [],
  };
}

/** Solves the made-up night once; true when that was proven, as it always is. */
export const warmUp = (): boolean => resequence(night(), standardBudget).proven;
