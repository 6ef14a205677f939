/**
 * A problem without one of its named parts: what explanations and exceptions are tried on. A limit taken away
 * leaves the plain span of the night, so that every start stays within reach.
 */
import type { RelaxableCode } from '../../ledger/codes.ts';
import type { Cause } from '../../ledger/holds.ts';
import type { Id } from '../../ledger/vocabulary.ts';
import type { Candidate, Limit, OpenCheckpoint, Problem, StartRange } from '../problem.ts';

/** Causes are the same when they name the same rule, checkpoint, subject, fact and instant. */
export const keyOf = ({ rule, checkpoint, subject, factId, at }: Cause): string =>
  [rule, checkpoint, subject, factId, at].join(' ');

/** From the origin to the last tick that any limit speaks of. */
export function wholeNight(problem: Problem): StartRange {
  const lasts = problem.open.flatMap(({ limits, candidates }) =>
    [...limits, ...candidates.flatMap((candidate) => candidate.limits)].flatMap(
      ({ starts }) => starts.at(-1)?.last ?? [],
    ),
  );
  return { first: 0, last: Math.max(problem.now, ...lasts) };
}

type Drop = (limit: Limit) => boolean;

const opened = (limits: readonly Limit[], drop: Drop, night: StartRange): Limit[] =>
  limits.map((limit) => (drop(limit) ? { ...limit, starts: [night] } : limit));

/** The problem with every limit of these checkpoints that `drop` names opened to the whole night. */
export function withoutLimits(problem: Problem, checkpoints: ReadonlySet<Id>, drop: Drop): Problem {
  const night = wholeNight(problem);
  const candidateOf = (candidate: Candidate): Candidate => ({
    ...candidate,
    limits: opened(candidate.limits, drop, night),
  });
  return {
    ...problem,
    open: problem.open.map((checkpoint) =>
      checkpoints.has(checkpoint.id)
        ? {
            ...checkpoint,
            limits: opened(checkpoint.limits, drop, night),
            candidates: checkpoint.candidates.map(candidateOf),
          }
        : checkpoint,
    ),
  };
}

/** The problem with one open checkpoint changed. */
export const withChanged = (
  problem: Problem,
  id: Id,
  change: (checkpoint: OpenCheckpoint) => OpenCheckpoint,
): Problem => ({
  ...problem,
  open: problem.open.map((checkpoint) => (checkpoint.id === id ? change(checkpoint) : checkpoint)),
});

/** The problem of only these open checkpoints; ties to the others fall away with them. */
export function only(problem: Problem, kept: ReadonlySet<Id>): Problem {
  const fixed = new Set(problem.fixed.map(({ id }) => id));
  const stands = (id: Id): boolean => kept.has(id) || fixed.has(id);
  const among = <T extends { readonly members: readonly Id[] }>(groups: readonly T[]): T[] =>
    groups
      .map((group) => ({ ...group, members: group.members.filter(stands) }))
      .filter(({ members }) => members.length > 1);
  return {
    ...problem,
    open: problem.open.filter(({ id }) => kept.has(id)),
    edges: problem.edges.filter(({ from, to }) => stands(from) && kept.has(to)),
    separations: among(problem.separations),
    spacings: among(problem.spacings),
  };
}

/** The problem as an exception without end for one checkpoint would leave it. */
export function withException(problem: Problem, rule: RelaxableCode, checkpoint: Id): Problem {
  const lifted = withoutLimits(problem, new Set([checkpoint]), ({ cause }) => cause.rule === rule);
  switch (rule) {
    case 'protected_move':
      return withChanged(lifted, checkpoint, (of) => ({ ...of, exceptionOnly: false }));
    case 'gap_too_long':
      return {
        ...lifted,
        edges: lifted.edges.map((edge) =>
          edge.to === checkpoint ? { ...edge, greatest: null, greatestCause: null } : edge,
        ),
      };
    case 'review_spacing':
      return {
        ...lifted,
        spacings: lifted.spacings.map((spacing) => ({
          ...spacing,
          members: spacing.members.filter((member) => member !== checkpoint),
        })),
      };
    case 'outside_window':
    case 'inside_blackout':
    case 'outside_boundary':
    case 'outside_allowed_window':
    case 'owner_unavailable':
    case 'evidence_stale':
      return lifted;
  }
}
