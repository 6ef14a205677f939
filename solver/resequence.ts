/**
 * The one way to a new timetable: an incumbent that breaks nothing comes back unchanged, else the exact search, started
 * from a safe timetable found at once. `proven` is only true when no better timetable exists.
 */
import { exact } from './exact.ts';
import { compareLevels } from './levels.ts';
import { firstSchedule, keepIncumbent, listSchedule } from './listSchedule.ts';
import type { Budget, Resequence } from './problem.ts';

/** Far above what any night tried so far has needed; it only bounds the worst case. */
export const standardBudget: Budget = { conflicts: 20_000 };

/**
 * No search at all: a safe timetable, the levels that need no search to prove, and the bound of the first open one. Its
 * work is bounded by the size of the plan. Asking again with more gives what asking for that at once would have given.
 */
export const atOnce: Budget = { conflicts: 0 };

/** A safe timetable for the problem, within a budget of conflicts. */
export const resequence: Resequence = (problem, budget) => {
  const kept = keepIncumbent(problem);
  if (kept !== null) return kept;
  const found = exact(problem, budget, firstSchedule(problem));
  if (found.proven || budget.conflicts === 0) return found;
  // Where much work was in vain, the list schedule's longer way costs little more.
  const plain = listSchedule(problem);
  const isBetter = compareLevels(plain.levels, found.levels) < 0;
  return isBetter ? { ...plain, conflicts: found.conflicts } : found;
};
