/**
 * The readiness agent: every waiting fact gets one ruling, accepted or held on its own. The deterministic mind says
 * what the rule book says; it guesses nothing.
 */
import { readFacts } from '../tools/readFacts.ts';
import { type Agent, deterministicMind } from './agent.ts';

export const readinessAgent: Agent = {
  name: 'readiness',
  propose: async ({ state }) => ({
    body: { agent: 'readiness', rulings: [...readFacts(state)] },
    mind: deterministicMind,
  }),
};
