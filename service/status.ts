/**
 * The status of a cutover as the command line and the HTTP API both tell it: the order in force and whether it is still
 * true, what waits, what is held, and who acts on old orders.
 */
import { coverageGaps } from '../constraints/planCoverage.ts';
import { actingOnOldOrders, attendance } from '../ledger/attendance.ts';
import type { CutoverState } from '../ledger/cutover.ts';
import { currentView, pendingView, type Seen } from '../ledger/views.ts';
import { readFacts } from '../tools/readFacts.ts';
import { forecastOf } from './forecast.ts';
import { namesOfPacket } from './packets.ts';

/** Everything a status tells, with packets and forecast whole. */
export function statusOf(state: CutoverState, seen: Seen) {
  return {
    state,
    now: seen.now,
    current: currentView(state, seen),
    pending: pendingView(state, seen),
    forecast: forecastOf(state, seen.now),
    /** How the rule book reads each fact that waits, as of now. */
    waiting: readFacts(state),
    gaps: coverageGaps(state.situation.plan),
    behind: actingOnOldOrders(state, seen.now),
  };
}
export type Status = ReturnType<typeof statusOf>;

/** The same as JSON, with packets by name only. */
export const statusJson = ({ state, current, pending, forecast, ...told }: Status) => ({
  cutover: state.cutoverId,
  version: state.version,
  current: current === null ? null : { ...current, record: namesOfPacket(current.record) },
  pending: pending === null ? null : { ...pending, record: namesOfPacket(pending.record) },
  forecast: { starts: Object.fromEntries(forecast.starts), criticalPath: forecast.criticalPath },
  waiting: told.waiting,
  coverageGaps: told.gaps,
  heldFacts: state.heldFacts,
  attendance: attendance(state),
  actingOnOldOrders: told.behind,
});
