/**
 * The rule book of plans: every contradiction inside one plan, all at once, before anything is declared.
 */
import type { PlanProblem } from '../ledger/judge.ts';
import type { Plan } from '../ledger/plan.ts';
import { peopleProblems } from './planPeople.ts';
import { ranked } from './planProblem.ts';
import { structuralProblems } from './planStructure.ts';
import { timeProblems } from './planTimes.ts';

/** Every contradiction in a plan, ranked, with its place and its fix; empty when it can be declared. */
export const planProblems = (plan: Plan): PlanProblem[] =>
  ranked([...structuralProblems(plan), ...timeProblems(plan), ...peopleProblems(plan)]);
