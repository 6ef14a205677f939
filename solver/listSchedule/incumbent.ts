/**
 * The incumbent timeline in ticks: keeping it when it breaks nothing, and the problem as it would stand if a result
 * became the incumbent. Both rest on one meaning of "unchanged".
 */
import type { Id } from '../../ledger/vocabulary.ts';
import { type Board, boardOf, type Seat } from '../board/board.ts';
import { fits } from './fits.ts';
import { orderOf } from './order.ts';
import {
  isReview,
  type OpenCheckpoint,
  type PlacedTicks,
  type Problem,
  type Tick,
} from '../problem.ts';
import { nextIn, union } from '../board/ranges.ts';
import { endless, leastStart } from '../board/started.ts';

/** What the incumbent timeline places, as it places it, sorted by id. */
export const incumbentPlacements = (problem: Problem): PlacedTicks[] =>
  problem.open
    .filter(({ wasPlaced }) => wasPlaced)
    .map(({ id, preferredStart, preferredOwner, duration }) => ({
      checkpoint: id,
      start: preferredStart,
      end: preferredStart + duration,
      owner: preferredOwner,
    }))
    .toSorted((one, other) => (one.checkpoint < other.checkpoint ? -1 : 1));

/** Whether the incumbent timeline breaks nothing. */
export const incumbentFits = (board: Board): boolean =>
  fits(board, incumbentPlacements(board.problem));

/** The first start that its own limits leave from `floor` on, whoever owns it; null when none is. */
function firstOf(seat: Seat, floor: Tick): Tick | null {
  let first: Tick | null = null;
  for (const { domain } of seat.possible) {
    const start = nextIn(domain, floor);
    if (start !== null && (first === null || start < first)) first = start;
  }
  return first;
}

/**
 * Checkpoints that no timeline can place: nothing is left of their own starts even when all they wait for is as early
 * as its own limits allow, or they hang on such a one.
 */
export function forcedOut(board: Board): ReadonlySet<Id> {
  const { cyclic } = orderOf(board, false);
  return new Set([...lateIn(board), ...cyclic.map(({ id }) => id)]);
}

/** The same where predecessors in a circle may yet be placed, as gaps below nothing allow. */
export function lostIn(board: Board): ReadonlySet<Id> {
  const lost = lateIn(board);
  for (const seat of board.seats) if (seat.possible.length === 0) lost.add(seat.id);
  for (const id of lost) for (const { to } of board.byId.get(id)?.outOf ?? []) lost.add(to);
  return lost;
}

/** Those outside circles that nothing can place. */
function lateIn(board: Board): Set<Id> {
  const { order } = orderOf(board, false);
  const out = new Set<Id>();
  const earliest = new Map<Id, { start: Tick; end: Tick }>();
  for (const seat of order) {
    const { id, checkpoint, into } = seat;
    let floor: Tick | null = -endless;
    for (const edge of into) {
      const from = earliest.get(edge.from);
      if (from === undefined) floor = null;
      else if (floor !== null) floor = Math.max(floor, leastStart(edge, from, checkpoint.duration));
    }
    const start = floor === null ? null : firstOf(seat, floor);
    if (start === null) out.add(id);
    else earliest.set(id, { start, end: start + checkpoint.duration });
  }
  return out;
}

function reviewed(checkpoint: OpenCheckpoint, preferred: number, from: number | undefined) {
  if (from === undefined) return checkpoint.limits;
  const starts = union([
    { first: preferred, last: preferred },
    { first: from, last: endless },
  ]);
  return checkpoint.limits.map((limit) => (isReview(limit) ? { ...limit, starts } : limit));
}

/** The problem as it would be asked again, at the same `now`, once these placements are the incumbent. */
export function asIncumbent(problem: Problem, placements: readonly PlacedTicks[]): Problem {
  const runs = new Map(placements.map((run) => [run.checkpoint, run]));
  const awake = new Set([...(problem.awake ?? []), ...placements.map(({ owner }) => owner)]);
  const open = problem.open.map((checkpoint): OpenCheckpoint => {
    const run = runs.get(checkpoint.id);
    const approved = checkpoint.approvedStart ?? checkpoint.preferredStart;
    const preferredStart = run?.start ?? approved;
    return {
      ...checkpoint,
      preferredStart,
      approvedStart: approved,
      preferredOwner: run?.owner ?? checkpoint.candidates[0]?.person ?? checkpoint.preferredOwner,
      wasPlaced: run !== undefined,
      limits: reviewed(checkpoint, preferredStart, problem.reviewFrom),
      candidates: checkpoint.candidates.map((candidate) => ({
        ...candidate,
        newlyWoken: !awake.has(candidate.person),
      })),
    };
  });
  return { ...problem, open };
}

/** The board of that problem. */
export const boardAsIncumbent = (problem: Problem, placements: readonly PlacedTicks[]): Board =>
  boardOf(asIncumbent(problem, placements));
