/**
 * The one way to a new timetable: an incumbent that breaks nothing comes back unchanged, else the best engine there
 * is, started from the list schedule. `proven` is only true when no better timetable exists.
 */
import { keepIncumbent, listSchedule } from './listSchedule.ts';
import type { Resequence } from './problem.ts';

/** A safe timetable for the problem, within a budget of conflicts. */
export const resequence: Resequence = (problem) => keepIncumbent(problem) ?? listSchedule(problem);
