/**
 * What an agent may ask about a timeline: why a checkpoint has no place in it, and what single exceptions would give it
 * one. Read-only, and counted in work, so that the answer is always the same.
 */
import type { CutoverState } from '../ledger/cutover.ts';
import type { Cause } from '../ledger/holds.ts';
import type { Placement, ResequencingBody } from '../ledger/proposal.ts';
import type { Id, Instant } from '../ledger/vocabulary.ts';
import { explainHold } from '../solver/explain.ts';
import { problemFrom } from '../solver/normalise.ts';
import type { PlacedTicks, Problem, Resequenced } from '../solver/problem.ts';
import type { Release } from '../solver/explain/relaxations.ts';
import { resequence, standardBudget } from '../solver/resequence.ts';

export type Conflict = { readonly causes: readonly Cause[]; readonly releases: readonly Release[] };

/** Placements in whole ticks. A start between two ticks counts as the later one, which is the careful reading. */
export function placedTicks(problem: Problem, placements: readonly Placement[]): PlacedTicks[] {
  const durations = new Map(problem.open.map(({ id, duration }) => [id, duration]));
  return placements.map(({ checkpoint, startAt, owner }) => {
    const start = Math.ceil((startAt - problem.originAt) / problem.tickMs);
    return { checkpoint, start, end: start + (durations.get(checkpoint) ?? 0), owner };
  });
}

/** A proposed timeline as a result of the solver, whoever made it; nothing is claimed as proven. */
const resultFrom = (problem: Problem, body: ResequencingBody): Resequenced => ({
  placements: placedTicks(problem, body.placements),
  held: body.unplaced,
  levels: body.quality.levels,
  provenLevels: 0,
  proven: false,
  bound: null,
  conflicts: 0,
});

/** Asks of one timeline, checkpoint by checkpoint: the smallest conflict that holds it, and what would end that. */
export function explainer(
  timeline: ResequencingBody,
  state: CutoverState,
  now: Instant,
): (checkpoint: Id) => Conflict {
  const problem = problemFrom(state, now);
  const night = {
    problem,
    result: resultFrom(problem, timeline),
    engine: (asked: Problem) => resequence(asked, standardBudget),
  };
  return (checkpoint) => explainHold(night, checkpoint);
}
