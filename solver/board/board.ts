/**
 * A problem made ready for placing: what started work fixes is folded into limits, limits into domains, and each
 * open checkpoint knows its ties to other open ones. Nothing is decided here.
 */
import type { Id } from '../../ledger/vocabulary.ts';
import { byIncumbent, lanes } from '../levels.ts';
import type { Edge, Limit, OpenCheckpoint, Problem, Spacing } from '../problem.ts';
import { intersect, type Ranges } from './ranges.ts';
import {
  endless,
  limitsFromStarted,
  ownerLimitsFromStarted,
  type Ties,
  tiesOf,
} from './started.ts';

/** A possible owner with every limit that holds under them, and the starts that are left. */
export type Option = {
  readonly person: Id;
  readonly newlyWoken: boolean;
  readonly limits: readonly Limit[];
  readonly domain: Ranges;
};

/** One open checkpoint on the board. */
export type Seat = {
  readonly id: Id;
  readonly checkpoint: OpenCheckpoint;
  /** The preferred owner first, then as the problem lists them. */
  readonly options: readonly Option[];
  /** Edges from open predecessors and to open successors. */
  readonly into: readonly Edge[];
  readonly outOf: readonly Edge[];
  readonly spacings: readonly Spacing[];
  /** The other members of its separations: their owners must differ from this one's. */
  readonly apart: readonly { readonly separation: Id; readonly member: Id }[];
  /** The lanes it is in, and its place in each. */
  readonly lanes: readonly { readonly members: readonly OpenCheckpoint[]; readonly at: number }[];
  /** The options under which it can be placed at all, if everything else stood aside. */
  readonly possible: readonly Option[];
};

export type Board = {
  readonly problem: Problem;
  /** By incumbent start, then rank, then id. */
  readonly seats: readonly Seat[];
  readonly byId: ReadonlyMap<Id, Seat>;
  /** Protected seats in approved order. */
  readonly guarded: readonly Seat[];
  /** The place of each protected seat in that order. */
  readonly guardOf: ReadonlyMap<Id, number>;
};

const everywhere: Ranges = [{ first: -endless, last: endless }];
const domainOf = (limits: readonly Limit[], base: Ranges): Ranges =>
  limits.reduce((starts, limit) => intersect(starts, limit.starts), base);

const preferredFirst = (checkpoint: OpenCheckpoint) =>
  checkpoint.candidates.toSorted(
    (one, other) =>
      Number(other.person === checkpoint.preferredOwner) -
      Number(one.person === checkpoint.preferredOwner),
  );

function optionsOf(ties: Ties, checkpoint: OpenCheckpoint, own: readonly Limit[]): Option[] {
  const base = domainOf(own, everywhere);
  return preferredFirst(checkpoint).map(({ person, newlyWoken, limits }) => {
    const theirs = [...limits, ...ownerLimitsFromStarted(ties, checkpoint, person)];
    return { person, newlyWoken, limits: [...own, ...theirs], domain: domainOf(theirs, base) };
  });
}

function lanesById(problem: Problem): ReadonlyMap<Id, Seat['lanes']> {
  const byId = new Map<Id, Seat['lanes'][number][]>();
  for (const { members } of lanes(problem)) {
    if (members.length < 2) continue;
    for (const [at, { id }] of members.entries()) {
      const mine = byId.get(id);
      if (mine === undefined) byId.set(id, [{ members, at }]);
      else mine.push({ members, at });
    }
  }
  return byId;
}

/** One that only an exception may move stays where it is. */
const moveLimit = ({ id, exceptionOnly, preferredStart }: OpenCheckpoint): Limit[] =>
  exceptionOnly
    ? [
        {
          cause: { rule: 'protected_move', checkpoint: id, subject: null, factId: null, at: null },
          starts: [{ first: preferredStart, last: preferredStart }],
        },
      ]
    : [];

const partnersOf = (ties: Ties, id: Id): Seat['apart'] =>
  (ties.separations.get(id) ?? []).flatMap(({ id: separation, members }) =>
    members.filter((member) => member !== id).map((member) => ({ separation, member })),
  );

/** Boards by their problem: nothing in either ever changes, and one call asks for the same one several times. */
const known = new WeakMap<Problem, Board>();

/** The board of a problem. */
export function boardOf(problem: Problem): Board {
  const board = known.get(problem) ?? build(problem);
  known.set(problem, board);
  return board;
}

function build(problem: Problem): Board {
  const ties = tiesOf(problem);
  const lanesOf = lanesById(problem);
  const openIds = new Set(problem.open.map(({ id }) => id));
  const outOf = new Map<Id, Edge[]>();
  for (const edge of problem.edges) {
    const list = outOf.get(edge.from);
    if (list !== undefined) list.push(edge);
    else if (openIds.has(edge.from)) outOf.set(edge.from, [edge]);
  }
  const seats = problem.open.toSorted(byIncumbent).map((checkpoint): Seat => {
    const { id } = checkpoint;
    const own = [
      ...checkpoint.limits,
      ...moveLimit(checkpoint),
      ...limitsFromStarted(ties, checkpoint),
    ];
    const options = optionsOf(ties, checkpoint, own);
    return {
      id,
      checkpoint,
      options,
      into: (ties.into.get(id) ?? []).filter(({ from }) => openIds.has(from)),
      outOf: outOf.get(id) ?? [],
      spacings: ties.spacings.get(id) ?? [],
      apart: partnersOf(ties, id),
      lanes: lanesOf.get(id) ?? [],
      possible:
        checkpoint.blockers.length > 0 ? [] : options.filter(({ domain }) => domain.length > 0),
    };
  });
  const guarded = seats
    .filter(({ checkpoint }) => checkpoint.protected)
    .toSorted((one, other) => one.checkpoint.rank - other.checkpoint.rank);
  return {
    problem,
    seats,
    byId: new Map(seats.map((seat) => [seat.id, seat])),
    guarded,
    guardOf: new Map(guarded.map(({ id }, index) => [id, index])),
  };
}
