/**
 * The approval interrupt and nothing else. It asks, and hands on the ledger position of the decision it was resumed
 * with. It decides nothing: adopting is a ledger command, and settle re-reads the ledger whatever came back here.
 */
import { interrupt } from '@langchain/langgraph';
import { z } from 'zod';
import type { LoopState, LoopUpdate, Question } from './state.ts';

/** The only answer: where in the ledger the decision stands. */
export const DecisionRef = z.strictObject({ decisionVersion: z.int().min(1) });
export type DecisionRef = z.infer<typeof DecisionRef>;

/** LangChain's HITLRequest with approve and reject only, so that a generic inbox can show it; ours beside it. */
export type ApprovalPayload = Question & {
  readonly actionRequests: readonly {
    readonly name: 'adopt_packet';
    readonly args: { readonly packetId: string; readonly packetHash: string };
    readonly description: string;
  }[];
  readonly reviewConfigs: readonly {
    readonly actionName: 'adopt_packet';
    readonly allowedDecisions: readonly ('approve' | 'reject')[];
  }[];
};

/** The payload that asks for a decision on one packet. */
export function payloadFor(question: Question): ApprovalPayload {
  const { packetId, packetHash, packetVersion, checkCode } = question;
  return {
    actionRequests: [
      {
        name: 'adopt_packet',
        args: { packetId, packetHash },
        description: `Packet ${packetVersion}, check code ${checkCode}: adopt or decline it in Interlock.`,
      },
    ],
    reviewConfigs: [{ actionName: 'adopt_packet', allowedDecisions: ['approve', 'reject'] }],
    ...question,
  };
}

/** Stops for a person. Throws when there is nothing to ask: the supervisor never sends it here without a question. */
export function approval({ question }: LoopState): LoopUpdate {
  if (question === null) throw new Error('approval was reached without a question');
  const answer = interrupt<ApprovalPayload, DecisionRef>(payloadFor(question), {
    responseSchema: DecisionRef,
  });
  return { decisionVersion: answer.decisionVersion };
}
