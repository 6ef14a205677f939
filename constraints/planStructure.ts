/**
 * Contradictions that no time and no person could mend: names and order. A change to a plan in force is measured
 * against these alone, because the rest is what resequencing and holds are for.
 */
import type { PlanProblem } from '../ledger/judge.ts';
import type { Plan } from '../ledger/plan.ts';
import { nameProblems } from './planNames.ts';
import { orderProblems } from './planOrder.ts';

/** Names given twice or not at all, circles, impossible gaps, unreachable assents. */
export const structuralProblems = (plan: Plan): PlanProblem[] => [
  ...nameProblems(plan),
  ...orderProblems(plan),
];
