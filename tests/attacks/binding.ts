/**
 * Binding: a proposal that is for another night, stands on other facts, or borrows the name of another.
 */
import type { Proposal } from '../../ledger/proposal.ts';
import { oneOf } from '../support/problems.ts';
import type { Operator } from './operator.ts';

const envelope: Readonly<Record<string, Operator<Proposal>['apply']>> = {
  older_basis: (proposal, { stage, roll }) => ({
    ...proposal,
    basisDigest: oneOf(roll, [
      stage.state.planDigest,
      stage.state.headHash,
      '0'.repeat(64),
      'F'.repeat(64),
      proposal.basisDigest.slice(1),
    ]),
  }),
  other_cutover: (proposal, { roll }) => ({
    ...proposal,
    cutoverId: oneOf(roll, ['other-night', 'payments-2', 'payments.', 'Payments', 'payments ']),
  }),
  other_run: (proposal, { roll }) => ({
    ...proposal,
    runId: oneOf(roll, ['run-1', 'run-3', 'none']),
  }),
  later_attempt: (proposal, { roll }) => ({
    ...proposal,
    attempt: oneOf(roll, [0, 2, 3, -1, 2 ** 53 + 1]),
  }),
  future_position: (proposal, { stage, roll }) => ({
    ...proposal,
    basisVersion: stage.state.version + oneOf(roll, [1, 1_000]),
  }),
  other_agent: (proposal, { roll }) => ({
    ...proposal,
    agent: oneOf(roll, ['readiness', 'resequencing', 'holds', 'packet']),
  }),
  borrowed_id: (proposal, { stage, roll }) => {
    const ids = Object.values(stage.state.run?.attempts ?? {}).map(
      ({ proposal: other }) => other.proposalId,
    );
    return ids.length === 0 ? null : { ...proposal, proposalId: oneOf(roll, ids) };
  },
  forged_mind: (proposal, { roll }) => ({
    ...proposal,
    mind: {
      kind: 'model',
      model: oneOf(roll, ['a-model', 'GO: proceed now', '<b>approved</b>', 'x'.repeat(5_000), '']),
      promptDigest: 'a'.repeat(64),
      inputTokens: oneOf(roll, [0, -1]),
      outputTokens: 1,
      latencyMs: 1,
    },
  }),
};

/** Everything that can be wrong with what a proposal says of itself. */
export const bindingOperators: readonly Operator<Proposal>[] = Object.entries(envelope).map(
  ([name, apply]) => ({ name, family: 'binding' as const, apply }),
);
