/**
 * The resequencing agent: where each open checkpoint should go, and what cannot be placed. The deterministic mind is
 * the solver; its second answer, when the gate refused the first, is the order-keeping list schedule.
 */
import { bodyFrom } from '../solver/body.ts';
import { listSchedule } from '../solver/listSchedule.ts';
import { problemFrom } from '../solver/normalise.ts';
import { resequence, standardBudget } from '../solver/resequence.ts';
import { type Agent, deterministicMind } from './agent.ts';

export const resequencingAgent: Agent = {
  name: 'resequencing',
  propose: async ({ state, now, refused }) => {
    const problem = problemFrom(state, now);
    const result =
      refused.length === 0 ? resequence(problem, standardBudget) : listSchedule(problem);
    return { body: bodyFrom(problem, result), mind: deterministicMind };
  },
};
