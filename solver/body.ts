/**
 * A result in ticks as a proposal body in instants. Ends are exact: the start plus the planned duration, even
 * where that is no whole number of ticks.
 */
import type { ResequencingBody } from '../ledger/proposal.ts';
import type { Id } from '../ledger/vocabulary.ts';
import { instantOf } from './normalise/ticks.ts';
import type { Problem, Resequenced } from './problem.ts';

/** The body of a resequencing proposal: placements and holds sorted by checkpoint. */
export function bodyFrom(problem: Problem, result: Resequenced): ResequencingBody {
  const exact = new Map(
    problem.open.map(({ id, duration, exactMs }) => [id, exactMs ?? duration * problem.tickMs]),
  );
  const byCheckpoint = (one: { checkpoint: Id }, other: { checkpoint: Id }): number =>
    one.checkpoint < other.checkpoint ? -1 : 1;
  return {
    agent: 'resequencing',
    placements: result.placements
      .map(({ checkpoint, start, owner }) => {
        const startAt = instantOf(problem, start);
        return { checkpoint, startAt, endAt: startAt + (exact.get(checkpoint) ?? 0), owner };
      })
      .toSorted(byCheckpoint),
    unplaced: result.held
      .map(({ checkpoint, behind, causes }) => ({ checkpoint, behind, causes: [...causes] }))
      .toSorted(byCheckpoint),
    quality: {
      levels: [...result.levels],
      provenLevels: result.provenLevels,
      proven: result.proven,
    },
  };
}
