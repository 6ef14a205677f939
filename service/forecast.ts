/**
 * The forecast: where the clock and the accepted facts would put each open checkpoint now, beside the order in
 * force. It follows the clock in every view and changes nothing; only a packet that is adopted does.
 */
import type { CutoverState } from '../ledger/cutover.ts';
import type { Id, Instant } from '../ledger/vocabulary.ts';
import { bodyFrom } from '../solver/body.ts';
import { problemFrom } from '../solver/normalise.ts';
import { resequence, standardBudget } from '../solver/resequence.ts';
import { criticalPath } from '../solver/timetable.ts';

export type Forecast = {
  /** Start of each open checkpoint; null where it could not be placed. */
  readonly starts: ReadonlyMap<Id, Instant | null>;
  /** What holds the last end, first checkpoint first. */
  readonly criticalPath: readonly Id[];
};

/** The forecast at `now`. */
export function forecastOf(state: CutoverState, now: Instant): Forecast {
  const problem = problemFrom(state, now);
  const result = resequence(problem, standardBudget);
  const body = bodyFrom(problem, result);
  return {
    starts: new Map([
      ...body.placements.map(({ checkpoint, startAt }) => [checkpoint, startAt] as const),
      ...body.unplaced.map(({ checkpoint }) => [checkpoint, null] as const),
    ]),
    criticalPath: criticalPath(problem, result.placements),
  };
}
