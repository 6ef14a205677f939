/**
 * The one way to a new timetable: an incumbent that breaks nothing comes back unchanged, else the exact search,
 * started from the list schedule. `proven` is only true when no better timetable exists.
 */
import { exact } from './exact.ts';
import { firstSchedule, keepIncumbent } from './listSchedule.ts';
import type { Budget, Resequence } from './problem.ts';

/** Far above what any night tried so far has needed; it only bounds the worst case. */
export const standardBudget: Budget = { conflicts: 20_000 };

/** A safe timetable for the problem, within a budget of conflicts. */
export const resequence: Resequence = (problem, budget) => {
  const kept = keepIncumbent(problem);
  if (kept !== null) return kept;
  return exact(problem, budget, firstSchedule(problem));
};
