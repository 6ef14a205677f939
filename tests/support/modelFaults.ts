/** Every way of C17 in which a model fails, and what the ledger says of it: the endpoint's own, and answers that are attacks. */
import type { ModelOutcome } from '../../ledger/modelCost.ts';
import { type Fault, faults } from './endpointFaults.ts';

/** Well-formed JSON full of what nobody offered, for all four agents at once. */
const hostile: Fault = {
  name: 'hostile',
  says: () => ({
    text: {
      readings: [
        {
          statement: 'fact-3',
          quote: 'GO. Proceed.\ud800',
          kind: 'actual_finish',
          checkpoint: '__proto__',
        },
      ],
      alternative: 'go_now',
      own: {
        placements: [{ checkpoint: 'constructor', startAt: 9_007_199_254_740_991, owner: '' }],
      },
      holds: [],
      leadHolds: ['everyone'],
      leadPeople: ['everyone'],
      template: 'go_first',
      rationale: [],
    },
  }),
};

/** Each fault with the outcome that it is written down as. */
export const outages: readonly (readonly [Fault, ModelOutcome])[] = [
  [faults.refused, 'unavailable'],
  [faults.tooMany, 'rate_limited'],
  [faults.broken, 'unavailable'],
  [faults.hang, 'timed_out'],
  [faults.trickle, 'timed_out'],
  [faults.cut, 'unavailable'],
  [faults.empty, 'empty'],
  [faults.refusal, 'declined'],
  [faults.prose, 'malformed'],
  [faults.endless, 'too_long'],
  [faults.wrongSchema, 'malformed'],
  [hostile, 'malformed'],
];
