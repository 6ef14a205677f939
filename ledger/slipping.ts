/**
 * Time as a source. The clock alone makes the current order untrue when it passes a start that did not happen or
 * an end that did not come; a slip within the runbook's tolerance is not worth a packet.
 */
import type { CutoverState } from './cutover.ts';
import type { PacketLine } from './packet.ts';
import { type Id, type Instant, minuteMs } from './vocabulary.ts';

/** One line of the current packet that the clock has passed, and by how much. */
export type Slip = {
  readonly checkpoint: Id;
  readonly missed: 'start' | 'end';
  readonly byMinutes: number;
};

function slipOf(line: PacketLine, state: CutoverState, now: Instant): Slip | null {
  const progress = state.situation.progress[line.checkpoint];
  if (progress === undefined || line.startAt === null || line.endAt === null) return null;
  const minutesAfter = (at: Instant): number => Math.floor((now - at) / minuteMs);
  switch (progress.state) {
    case 'planned': {
      const dueAt = Math.max(line.startAt, progress.revisedStartAt ?? line.startAt);
      return now > dueAt
        ? { checkpoint: line.checkpoint, missed: 'start', byMinutes: minutesAfter(dueAt) }
        : null;
    }
    case 'in_progress': {
      const dueAt = Math.max(line.endAt, progress.forecastFinishAt ?? line.endAt);
      return now > dueAt
        ? { checkpoint: line.checkpoint, missed: 'end', byMinutes: minutesAfter(dueAt) }
        : null;
    }
    case 'done':
    case 'skipped':
      return null;
  }
}

/** Every start and end of the current packet that `now` has passed without it happening, in the packet's order. */
export function slips(state: CutoverState, now: Instant): Slip[] {
  const lines = state.current?.packet.lines ?? [];
  return lines.flatMap((line) => slipOf(line, state, now) ?? []);
}

/**
 * Whether the clock alone calls for a run: a slip past the tolerance, and at least that long since the last run
 * looked (never less than a minute), so that one overdue step never makes a packet a minute.
 */
export function clockCallsForRun(state: CutoverState, now: Instant): boolean {
  const tolerance = state.situation.plan.policy.slipToleranceMinutes;
  const restMs = Math.max(tolerance, 1) * minuteMs;
  const rested = state.lastRunNowAt === null || now - state.lastRunNowAt >= restMs;
  return rested && slips(state, now).some((slip) => slip.byMinutes > tolerance);
}
