/**
 * Why a checkpoint is held: the smallest set of named rules and facts that leaves it no place beside everything that
 * is placed (which may move, but not be held for it), and the single exceptions that would end it.
 */
import type { Cause } from '../ledger/holds.ts';
import type { Id } from '../ledger/vocabulary.ts';
import { isIrreducible, smallestConflict } from './explain/conflict.ts';
import { type Group, groupsFor } from './explain/groups.ts';
import type { Problem, Resequenced } from './problem.ts';
import { only } from './explain/relax.ts';
import { type Engine, type Release, releasesFor } from './explain/relaxations.ts';

export type Explanation = {
  readonly checkpoint: Id;
  /** The held checkpoint at the end of its chain: itself for a root. */
  readonly root: Id;
  /** A root's smallest conflict; for a dependent the held predecessor. */
  readonly causes: readonly Cause[];
  /** Whether it was checked that no member can be left out. */
  readonly irreducible: boolean;
  readonly releases: readonly Release[];
};

/** A problem with the result that holds something, and the engine that is asked. */
export type Night = {
  readonly problem: Problem;
  readonly result: Resequenced;
  readonly engine: Engine;
};

/** The root that a held checkpoint waits for in the end. */
export function rootOf(result: Resequenced, checkpoint: Id): Id {
  const seen = new Set<Id>();
  let id = checkpoint;
  while (!seen.has(id)) {
    seen.add(id);
    id = result.held.find((held) => held.checkpoint === id)?.behind ?? id;
  }
  return id;
}

/** The problem in which everything placed, and this one, must find a place. */
const together = ({ problem, result }: Night, checkpoint: Id): Problem =>
  only(problem, new Set([checkpoint, ...result.placements.map((run) => run.checkpoint)]));

/**
 * Whether the parts given leave no timetable that places everything: the others are taken away. The engine's no
 * counts as no; an engine that gives up early may so name more than it must.
 */
const clashesIn =
  (whole: Problem, groups: readonly Group[], engine: Engine) =>
  (parts: readonly Group[]): boolean => {
    const kept = new Set(parts);
    const rest = groups.filter((group) => !kept.has(group));
    const problem = rest.reduce((from, group) => group.without(from), whole);
    return engine(problem).placements.length < problem.open.length;
  };

/**
 * The smallest conflict. Where authority ends with the window, as it does for whoever holds a role all night, the window
 * is the reason and not the authority; but only where no other authority is wanting.
 */
function conflictAmong(
  groups: readonly Group[],
  clashes: (parts: readonly Group[]) => boolean,
): readonly Group[] | null {
  const late = groups.filter(({ endsWithWindow }) => endsWithWindow);
  if (late.length > 0) {
    const others = groups.filter(({ endsWithWindow }) => !endsWithWindow);
    const conflict = smallestConflict([...others, ...late], clashes);
    const isAuthorised = ({ cause }: Group): boolean => cause.rule !== 'not_authorised_owner';
    if (conflict?.every(isAuthorised) === true) return conflict;
  }
  return smallestConflict(groups, clashes);
}

/** Explains one held checkpoint of the result. What the engine could place after all keeps its chain of causes. */
export function explainHold(night: Night, checkpoint: Id): Explanation {
  const { problem, result, engine } = night;
  const held = result.held.find((item) => item.checkpoint === checkpoint);
  const causes = held?.causes ?? [];
  const root = rootOf(result, checkpoint);
  if (held === undefined || held.behind !== null) {
    return { checkpoint, root, causes, irreducible: false, releases: [] };
  }
  const whole = together(night, checkpoint);
  const groups = groupsFor(whole, checkpoint);
  const clashes = clashesIn(whole, groups, engine);
  const conflict = conflictAmong(groups, clashes);
  const members = conflict === null ? causes : conflict.map((group) => group.cause);
  return {
    checkpoint,
    root,
    causes: members,
    irreducible: conflict !== null && isIrreducible(conflict, clashes),
    releases: releasesFor({ problem, result, checkpoint, engine }, members),
  };
}
