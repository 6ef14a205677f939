/**
 * What an agent may ask before it places something: who could own a checkpoint, and from when to when each of them could
 * start it, if nothing else stood in the way. Read-only; other checkpoints are the resequencer's business.
 */
import type { CutoverState } from '../ledger/cutover.ts';
import type { Id, Instant } from '../ledger/vocabulary.ts';
import { problemFrom } from '../solver/normalise.ts';
import { instantOf } from '../solver/normalise/ticks.ts';
import { intersect, type Ranges } from '../solver/board/ranges.ts';

/** One possible owner with the spans of starts that every single rule allows, both ends inclusive. */
export type Alternative = {
  readonly owner: Id;
  readonly starts: readonly { readonly firstAt: Instant; readonly lastAt: Instant }[];
};

/** The alternatives of an open checkpoint, approved owner first; none when it is not open or something blocks it. */
export function alternativesFor(
  checkpoint: Id,
  state: CutoverState,
  now: Instant,
): readonly Alternative[] {
  const problem = problemFrom(state, now);
  const open = problem.open.find(({ id }) => id === checkpoint);
  if (open === undefined || open.blockers.length > 0) return [];
  return open.candidates.flatMap(({ person, limits }) => {
    const [first, ...others] = [...open.limits, ...limits].map(({ starts }): Ranges => starts);
    const ranges = others.reduce(intersect, first ?? []);
    const starts = ranges.map((range) => ({
      firstAt: instantOf(problem, range.first),
      lastAt: instantOf(problem, range.last),
    }));
    return starts.length === 0 ? [] : [{ owner: person, starts }];
  });
}
