/**
 * The order-keeping list schedule: slack absorbs delay, nothing moves that need not, what cannot be placed is held
 * with the chain that forced it. Fast and safe, not always best: the exact search starts from its result.
 */
import type { Id } from '../ledger/vocabulary.ts';
import { type Board, boardOf } from './board/board.ts';
import {
  boardAsIncumbent,
  forcedOut,
  incumbentFits,
  incumbentPlacements,
} from './listSchedule/incumbent.ts';
import { compareLevels, levelsOf } from './levels.ts';
import { passOver, type Strategy } from './listSchedule/pass.ts';
import { repaired } from './listSchedule/repair.ts';
import { heldFor } from './listSchedule/holds.ts';
import { levelNames, type PlacedTicks, type Problem, type Resequenced } from './problem.ts';

/** Tried in this order; a later one is only asked when an earlier one holds something it need not. */
const quickest: Strategy = { protectedFirst: false, keepLanes: true };
const strategies: readonly Strategy[] = [
  quickest,
  { protectedFirst: false, keepLanes: false },
  { protectedFirst: true, keepLanes: true },
  { protectedFirst: true, keepLanes: false },
];

type Scored = {
  readonly placements: readonly PlacedTicks[];
  readonly levels: readonly number[];
};

const scored = (problem: Problem, placements: readonly PlacedTicks[]): Scored => ({
  placements,
  levels: levelsOf(problem, placements),
});

/** The best of the strategies by the levels of `problem`; stops at the first that holds only what it must. */
function bestPass(problem: Problem, board: Board, least: number): Scored {
  let best: Scored | null = null;
  for (const strategy of strategies) {
    const result = scored(problem, passOver(board, strategy));
    if (best === null || compareLevels(result.levels, best.levels) < 0) best = result;
    if ((best.levels[1] ?? 0) <= least) break;
  }
  if (best === null) throw new Error('there is no strategy to try');
  return best;
}

/** How far the proof of some levels goes, and what the first open one cannot be less than. */
export type Proof = Pick<Resequenced, 'provenLevels' | 'proven' | 'bound'>;

/** The proof of these levels when the first `count` are least and the next cannot be less than `bound`. */
export function proofOf(levels: readonly number[], count: number, bound: number): Proof {
  const proven = count === levels.length;
  return { provenLevels: count, proven, bound: proven ? null : bound };
}

/** Leading levels cannot be lower that are at the bound that forced holds set, then those at nothing. */
function proofBy(problem: Problem, levels: readonly number[], forced: ReadonlySet<Id>): Proof {
  const out = problem.open.filter(({ id }) => forced.has(id));
  const bounds = [
    out.filter((checkpoint) => checkpoint.protected).length,
    out.length,
    out.length === levels[1]
      ? problem.open.filter(({ id, wasPlaced }) => wasPlaced === forced.has(id)).length
      : 0,
  ];
  const open = levels.findIndex((value, index) => value > (bounds[index] ?? 0));
  const movement = levelNames.indexOf('weighted_movement');
  // With nothing moved and no owner changed there is one timetable left, so what follows is settled too.
  const count = open < 0 || open > movement ? levels.length : open;
  return proofOf(levels, count, bounds[count] ?? 0);
}

/** The outcome of these placements, with every hold explained against them. */
export function outcome(problem: Problem, placements: readonly PlacedTicks[]): Resequenced {
  const board = boardOf(problem);
  const levels = levelsOf(problem, placements);
  return {
    placements,
    held: heldFor(board, placements),
    levels,
    ...proofBy(problem, levels, forcedOut(board)),
    conflicts: 0,
  };
}

/** The incumbent, unchanged, when it breaks nothing and holds only what no timeline can place; else null. */
export function keepIncumbent(problem: Problem): Resequenced | null {
  const board = boardOf(problem);
  const forced = forcedOut(board);
  const isKept = problem.open.every(({ id, wasPlaced }) => wasPlaced !== forced.has(id));
  return isKept && incumbentFits(board) ? outcome(problem, incumbentPlacements(problem)) : null;
}

/**
 * A safe timetable at once, with no more thought than two passes: where an exact search may start. The second is only
 * asked when the first holds what it need not, and only taken when it holds less.
 */
export function firstSchedule(problem: Problem): Pick<Resequenced, 'placements'> {
  const board = boardOf(problem);
  if (incumbentFits(board)) return { placements: incumbentPlacements(problem) };
  const passed = passOver(board, quickest);
  if (problem.open.length - passed.length <= forcedOut(board).size) return { placements: passed };
  const kept = repaired(board);
  const heldIn = (placements: readonly PlacedTicks[]): readonly number[] =>
    levelsOf(problem, placements).slice(0, 2);
  return { placements: compareLevels(heldIn(kept), heldIn(passed)) < 0 ? kept : passed };
}

/**
 * A safe timetable for the problem. Asked again with its own result as the incumbent it changes nothing: it only
 * leaves an incumbent that breaks nothing when fewer checkpoints would be held.
 */
export function listSchedule(problem: Problem): Resequenced {
  const board = boardOf(problem);
  const least = forcedOut(board).size;
  const kept = incumbentPlacements(problem);
  let best: Scored = incumbentFits(board) ? scored(problem, kept) : bestPass(problem, board, least);
  for (;;) {
    const again = bestPass(problem, boardAsIncumbent(problem, best.placements), least);
    const gain = compareLevels(again.levels.slice(0, 2), best.levels.slice(0, 2));
    if (gain >= 0) return outcome(problem, best.placements);
    best = again;
  }
}
