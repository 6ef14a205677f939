/**
 * What a timetable says beside its times: how early and how late each checkpoint could be, what fixed each start,
 * what the end of the night hangs on, and until when adopting it makes sense. It changes no time.
 */
import type { Cause } from '../ledger/holds.ts';
import type { Driver } from '../ledger/packet.ts';
import { type Id, type Instant, minuteMs } from '../ledger/vocabulary.ts';
import { type Board, boardOf, type Seat } from './board/board.ts';
import { floatOf } from './timetable/float.ts';
import { instantOf } from './normalise/ticks.ts';
import { emptyPlaces, type Places, take } from './board/places.ts';
import type { PlacedTicks, Problem } from './problem.ts';
import { type Reason, reasonsOf } from './board/reasons.ts';
import { extremes } from './timetable/slack.ts';

export type TimetableRow = {
  readonly checkpoint: Id;
  readonly startAt: Instant;
  /** Least start with owners and order kept. */
  readonly earliestAt: Instant;
  /** Greatest start that breaks no rule and pushes no other beyond its own latest. */
  readonly latestAt: Instant;
  /** Minutes it may slip alone before it breaks a rule or moves another. */
  readonly floatMinutes: number;
  /** Minutes to its latest start, others moving along. */
  readonly totalFloatMinutes: number;
  /** Its float is nothing: any slip moves another or breaks a rule. */
  readonly critical: boolean;
  readonly drivenBy: readonly Driver[];
};

/** How people call the bound that a rule sets. */
const driverNames: { readonly [R in Cause['rule']]?: Driver['by'] } = {
  gap_too_short: 'predecessor',
  owner_clash: 'owner_busy',
  room_clash: 'room_busy',
  owner_unavailable: 'owner_available',
  not_authorised_owner: 'authority',
  inside_freeze: 'boundary',
  inside_blackout: 'boundary',
  outside_boundary: 'boundary',
  outside_window: 'window',
  outside_allowed_window: 'allowed_window',
  protected_order: 'protected_order',
  review_spacing: 'review_spacing',
};

/** The driver that a tight bound names; none for one that no person would look for. */
function driverOf({ cause: { rule, subject } }: Reason, seat: Seat): Driver[] {
  if (rule === 'in_past') return [{ by: subject === null ? 'now' : 'review_time', subject: null }];
  const by = driverNames[rule];
  // Without a gap a spacing only orders two milestones: its bound is one tick, not the end of the other.
  const isBare = seat.spacings.some(({ id, gap }) => id === subject && gap === 0);
  return by === undefined || (by === 'review_spacing' && isBare) ? [] : [{ by, subject }];
}

/** What was planned for this start: approved or revised. */
function plannedDrivers({ checkpoint }: Seat, start: number): Driver[] {
  const planned = checkpoint.approvedStart ?? checkpoint.preferredStart;
  const { revisedFrom } = checkpoint;
  const isApproved = start === (revisedFrom ?? planned);
  const isRevised = revisedFrom !== undefined && start === planned;
  return [
    ...(isApproved ? [{ by: 'approved_start' as const, subject: null }] : []),
    ...(isRevised ? [{ by: 'revised_start' as const, subject: null }] : []),
  ];
}

const chosen: Driver = { by: 'chosen', subject: null };

/** Every true driver of a placed start, once each; `chosen` when nothing pins it. */
function driversOf(places: Places, seat: Seat, run: PlacedTicks): Driver[] {
  const drivers = [
    ...plannedDrivers(seat, run.start),
    ...reasonsOf(places, seat).flatMap((reason) => driverOf(reason, seat)),
  ];
  const once = new Map(drivers.map((driver) => [`${driver.by} ${driver.subject}`, driver]));
  return once.size === 0 ? [chosen] : [...once.values()];
}

const filled = (board: Board, placements: readonly PlacedTicks[]): Places => {
  const places = emptyPlaces(board);
  for (const run of placements) take(places, run);
  return places;
};

/** One row for each placement, in order of start, then rank. The placements must keep every rule. */
export function timetable(
  problem: Problem,
  placements: readonly PlacedTicks[],
): readonly TimetableRow[] {
  const board = boardOf(problem);
  const places = filled(board, placements);
  const { earliest, latest } = extremes(board, placements);
  const rank = (id: Id): number => board.byId.get(id)?.checkpoint.rank ?? 0;
  return placements
    .toSorted(
      (one, other) => one.start - other.start || rank(one.checkpoint) - rank(other.checkpoint),
    )
    .flatMap((run) => {
      const seat = board.byId.get(run.checkpoint);
      if (seat === undefined) return [];
      const floatMinutes = floatOf(places, seat, run);
      const last = Math.max(run.start, latest.get(seat.id) ?? run.start);
      return [
        {
          checkpoint: seat.id,
          startAt: instantOf(problem, run.start),
          earliestAt: instantOf(problem, earliest.get(seat.id) ?? run.start),
          latestAt: instantOf(problem, last),
          floatMinutes,
          totalFloatMinutes: Math.floor(((last - run.start) * problem.tickMs) / minuteMs),
          critical: floatMinutes === 0,
          drivenBy: driversOf(places, seat, run),
        },
      ];
    });
}

/**
 * The critical path: from the last end back along what held each start, first checkpoint first. It begins where
 * a start is held by no other open checkpoint.
 */
export function criticalPath(problem: Problem, placements: readonly PlacedTicks[]): readonly Id[] {
  const board = boardOf(problem);
  const places = filled(board, placements);
  const [last] = placements.toSorted(
    (one, other) => other.end - one.end || (one.checkpoint < other.checkpoint ? -1 : 1),
  );
  const path: Id[] = [];
  let next = last?.checkpoint;
  while (next !== undefined && !path.includes(next)) {
    path.unshift(next);
    const seat = board.byId.get(next);
    const reasons = seat === undefined ? [] : reasonsOf(places, seat);
    next = reasons.find(({ via }) => via !== null)?.via ?? undefined;
  }
  return path;
}

export type Deadline = { readonly at: Instant; readonly checkpoint: Id };

/**
 * The last instant at which adopting still leaves every placement able to start: the earliest open start, and the
 * checkpoint that starts then (of several, the lowest rank). Null when nothing is placed.
 */
export function decisionDeadline(
  problem: Problem,
  placements: readonly PlacedTicks[],
): Deadline | null {
  const ranks = new Map(problem.open.map(({ id, rank }) => [id, rank]));
  const [first] = placements.toSorted(
    (one, other) =>
      one.start - other.start ||
      (ranks.get(one.checkpoint) ?? 0) - (ranks.get(other.checkpoint) ?? 0) ||
      (one.checkpoint < other.checkpoint ? -1 : 1),
  );
  return first === undefined
    ? null
    : { at: instantOf(problem, first.start), checkpoint: first.checkpoint };
}
