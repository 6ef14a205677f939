/**
 * What the resequencing agent may ask before it proposes: the least disturbance, and the other safe timelines that hold
 * as few but are better in one thing. Each answer is a whole proposal that the gate would judge like any other.
 * Read-only, and counted in work, so that the answer is always the same.
 */
import type { CutoverState } from '../ledger/cutover.ts';
import type { ResequencingBody } from '../ledger/proposal.ts';
import type { Instant } from '../ledger/vocabulary.ts';
import { findingAlternatives, type Trade } from '../solver/alternatives.ts';
import { bodyFrom } from '../solver/body.ts';
import { problemFrom } from '../solver/normalise.ts';
import { resequence, standardBudget } from '../solver/resequence.ts';

export type Timeline = {
  readonly trade: Trade | 'least_disturbance';
  readonly body: ResequencingBody;
};

/**
 * The least disturbance first, then at most five distinct ones in a fixed order, each better in what it is named for. Pauses
 * before each, since one may take long.
 */
export function* findingTimelines(
  state: CutoverState,
  now: Instant,
): Generator<null, readonly Timeline[]> {
  const problem = problemFrom(state, now);
  const best = resequence(problem, standardBudget);
  const others = yield* findingAlternatives(problem, standardBudget, best);
  return [
    { trade: 'least_disturbance', body: bodyFrom(problem, best) },
    ...others.map(({ trade, result }) => ({ trade, body: bodyFrom(problem, result) })),
  ];
}
