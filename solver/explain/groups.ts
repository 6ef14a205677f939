/**
 * The named parts of a problem that may forbid one checkpoint its place: each with the causes it stands for and the
 * problem without it. Listed from what a human may change last to what is changed most easily.
 */
import type { Cause } from '../../ledger/holds.ts';
import type { Id } from '../../ledger/vocabulary.ts';
import type { Edge, FixedCheckpoint, Limit, OpenCheckpoint, Problem, Tick } from '../problem.ts';
import { keyOf, only, withChanged, withoutLimits } from './relax.ts';

export type Group = {
  readonly cause: Cause;
  /** An authority that ends no sooner than the window. */
  readonly endsWithWindow?: true;
  readonly without: (problem: Problem) => Problem;
};

/**
 * The order of explanations: first what nobody can change tonight, then what only an authority can, last what the
 * lead can simply decide. An explanation keeps what comes first and names what comes later only where it must.
 */
const hardness: readonly (readonly Cause['rule'][])[] = [
  ['late_finish', 'in_past'],
  ['inside_freeze', 'past_last_safe_start', 'not_authorised_owner', 'separation_of_duties'],
  ['before_pinned_start', 'evidence_revoked', 'approval_refused', 'confirmation_refused'],
  ['owner_clash', 'room_clash', 'gap_too_short', 'protected_order'],
  ['evidence_stale', 'approval_expired', 'confirmation_expired', 'condition_open', 'hold_in_force'],
  ['outside_window', 'outside_boundary', 'inside_blackout', 'outside_allowed_window'],
  ['owner_unavailable', 'gap_too_long', 'review_spacing', 'protected_move'],
  ['kept_placed'],
];

const hardnessOf = ({ rule }: Cause): number => {
  const index = hardness.findIndex((rules) => rules.includes(rule));
  return index < 0 ? hardness.length : index;
};

/** The last start that a limit leaves; none where it leaves none. */
const lastStart = (limit: Limit | undefined): Tick | null => limit?.starts.at(-1)?.last ?? null;

const named = (rule: Cause['rule'], checkpoint: Id, subject: Id | null): Cause => ({
  rule,
  checkpoint,
  subject,
  factId: null,
  at: null,
});

/** One group for each limit and blocker of a checkpoint, by its cause. */
function limitGroups(checkpoint: OpenCheckpoint): Group[] {
  const { id, limits, candidates, blockers } = checkpoint;
  const all = [...limits, ...candidates.flatMap((candidate) => candidate.limits)];
  const causes = new Map(all.map(({ cause }) => [keyOf(cause), cause]));
  const window = lastStart(limits.find((limit) => limit.cause.rule === 'outside_window'));
  const endsLate = new Set(
    all
      .filter((limit) => limit.cause.rule === 'not_authorised_owner')
      .filter((limit) => window !== null && (lastStart(limit) ?? window - 1) >= window)
      .map((limit) => keyOf(limit.cause)),
  );
  const limited = [...causes].map(([key, cause]): Group => ({
    cause,
    ...(endsLate.has(key) ? { endsWithWindow: true } : {}),
    without: (problem) =>
      withoutLimits(problem, new Set([id]), (limit) => keyOf(limit.cause) === key),
  }));
  const blocked = blockers.map((cause): Group => ({
    cause,
    without: (problem) =>
      withChanged(problem, id, (of) => ({
        ...of,
        blockers: of.blockers.filter((blocker) => keyOf(blocker) !== keyOf(cause)),
      })),
  }));
  const kept: Group = {
    cause: named('protected_move', id, null),
    without: (problem) => withChanged(problem, id, (of) => ({ ...of, exceptionOnly: false })),
  };
  return [...limited, ...blocked, ...(checkpoint.exceptionOnly ? [kept] : [])];
}

const sameEdge = (one: Edge, other: Edge): boolean =>
  one.from === other.from && one.to === other.to && one.type === other.type;

const withEdge = (problem: Problem, edge: Edge, change: (of: Edge) => Edge[]): Problem => ({
  ...problem,
  edges: problem.edges.flatMap((of) => (sameEdge(of, edge) ? change(of) : [of])),
});

/** A least gap so small that it says nothing. */
const noGap = -1_000_000_000;

function edgeGroups(edge: Edge): Group[] {
  const least: Group = {
    cause: edge.leastCause,
    without: (problem) => withEdge(problem, edge, (of) => [{ ...of, least: noGap }]),
  };
  if (edge.greatestCause === null) return [least];
  const greatest: Group = {
    cause: edge.greatestCause,
    without: (problem) => withEdge(problem, edge, (of) => [{ ...of, greatest: null }]),
  };
  return [least, greatest];
}

/** Running work, as if it were over. */
const lateGroup = (fixed: FixedCheckpoint, cause: Cause): Group => ({
  cause,
  without: (problem) => ({
    ...problem,
    fixed: problem.fixed.map((of) =>
      of.id === fixed.id ? { ...of, end: problem.now, owner: null, room: null } : of,
    ),
  }),
});

/** One person at one thing: without it each checkpoint has this person to itself. Duties keep counting one person. */
function ownerGroup(person: Id, checkpoint: Id): Group {
  const alone = (problem: Problem, of: OpenCheckpoint): OpenCheckpoint => {
    const apart = problem.separations.some(({ members }) => members.includes(of.id));
    const alias = apart ? person : `${person}:${of.id}`;
    return {
      ...of,
      preferredOwner: of.preferredOwner === person ? alias : of.preferredOwner,
      candidates: of.candidates.map((candidate) =>
        candidate.person === person ? { ...candidate, person: alias } : candidate,
      ),
    };
  };
  return {
    cause: named('owner_clash', checkpoint, person),
    without: (problem) => ({
      ...problem,
      open: problem.open.map((of) => alone(problem, of)),
      fixed: problem.fixed.map((of) => (of.owner === person ? { ...of, owner: null } : of)),
    }),
  };
}

const roomGroup = (room: Id, checkpoint: Id): Group => ({
  cause: named('room_clash', checkpoint, room),
  without: (problem) => ({
    ...problem,
    open: problem.open.map((of) => (of.room === room ? { ...of, room: null } : of)),
    fixed: problem.fixed.map((of) => (of.room === room ? { ...of, room: null } : of)),
  }),
});

/** People and rooms that a checkpoint may use, the ties it is a member of, and its place in the protected order. */
function sharedGroups(problem: Problem, { id, room, candidates, ...of }: OpenCheckpoint): Group[] {
  const people = candidates
    .filter(({ limits }) => limits.every(({ starts }) => starts.length > 0))
    .map(({ person }) => ownerGroup(person, id));
  const spacings = problem.spacings
    .filter(({ members }) => members.includes(id))
    .map((spacing): Group => ({
      cause: named('review_spacing', id, spacing.id),
      without: (from) => ({
        ...from,
        spacings: from.spacings.filter((item) => item.id !== spacing.id),
      }),
    }));
  const separations = problem.separations
    .filter(({ members }) => members.includes(id))
    .map((separation): Group => ({
      cause: named('separation_of_duties', id, separation.id),
      without: (from) => ({
        ...from,
        separations: from.separations.filter((item) => item.id !== separation.id),
      }),
    }));
  const others = [...problem.open, ...problem.fixed]
    .filter((other) => other.protected && other.id !== id && other.rank !== of.rank)
    .toSorted((one, other) => one.rank - other.rank);
  const neighbour = others.findLast(({ rank }) => rank < of.rank) ?? others[0];
  const order: Group[] =
    of.protected && neighbour !== undefined
      ? [
          {
            cause: named('protected_order', id, neighbour.id),
            without: (from) => withChanged(from, id, (kept) => ({ ...kept, protected: false })),
          },
        ]
      : [];
  return [
    ...people,
    ...(room === null ? [] : [roomGroup(room, id)]),
    ...spacings,
    ...separations,
    ...order,
  ];
}

/** Open checkpoints that lead to one, itself included. */
export function ancestorsOf(problem: Problem, checkpoint: Id): ReadonlySet<Id> {
  const found = new Set<Id>([checkpoint]);
  for (const id of found) {
    for (const { from, to } of problem.edges) if (to === id) found.add(from);
  }
  return found;
}

/** Open checkpoints that hang on one, itself included. */
function descendantsOf(problem: Problem, checkpoint: Id): ReadonlySet<Id> {
  const found = new Set<Id>([checkpoint]);
  for (const id of found) {
    for (const { from, to } of problem.edges) if (from === id) found.add(to);
  }
  return found;
}

/** Another placed checkpoint stays placed: without it, it and what hangs on it may be held instead. */
const keptGroup = (id: Id): Group => ({
  cause: named('kept_placed', id, null),
  without: (problem) => {
    const dropped = descendantsOf(problem, id);
    const open = problem.open.map((of) => of.id).filter((of) => !dropped.has(of));
    return only(problem, new Set(open));
  },
});

/** Every named part that may stand in the way of `checkpoint`, the hardest to change first, each cause once. */
export function groupsFor(problem: Problem, checkpoint: Id): Group[] {
  const ancestors = ancestorsOf(problem, checkpoint);
  const own = problem.open.filter(({ id }) => ancestors.has(id));
  const running = problem.fixed.flatMap((fixed) =>
    fixed.cause !== null && fixed.end !== null && fixed.end > problem.now
      ? [lateGroup(fixed, fixed.cause)]
      : [],
  );
  const groups = [
    ...running,
    ...own.flatMap(limitGroups),
    ...problem.edges.filter(({ to }) => ancestors.has(to)).flatMap(edgeGroups),
    ...own.flatMap((of) => sharedGroups(problem, of)),
    ...problem.open.filter(({ id }) => !ancestors.has(id)).map(({ id }) => keptGroup(id)),
  ];
  const once = new Map<string, Group>();
  for (const group of groups) {
    const { rule, subject } = group.cause;
    const isShared = rule === 'owner_clash' || rule === 'room_clash' || rule === 'review_spacing';
    const key = isShared ? `${rule} ${subject}` : keyOf(group.cause);
    if (!once.has(key)) once.set(key, group);
  }
  return [...once.values()].toSorted(
    (one, other) =>
      hardnessOf(one.cause) - hardnessOf(other.cause) ||
      (keyOf(one.cause) < keyOf(other.cause) ? -1 : 1),
  );
}
