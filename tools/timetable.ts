/** What an agent may ask about a timeline it has in mind: how early, how late and why each start. Read-only. */
import type { CutoverState } from '../ledger/cutover.ts';
import type { ResequencingBody } from '../ledger/proposal.ts';
import type { Instant } from '../ledger/vocabulary.ts';
import { problemFrom } from '../solver/normalise.ts';
import { type TimetableRow, timetable } from '../solver/timetable.ts';
import { wouldBreak } from './dryRun.ts';
import { placedTicks } from './explain.ts';

/** One row for each placement, in order of start; none for a timeline that breaks a rule. */
export function timetableOf(
  body: ResequencingBody,
  state: CutoverState,
  now: Instant,
): readonly TimetableRow[] {
  if (wouldBreak(body, state, now).length > 0) return [];
  const problem = problemFrom(state, now);
  return timetable(problem, placedTicks(problem, body.placements));
}
