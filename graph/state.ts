/**
 * What the graph remembers between steps: ids, ledger positions and digests, nothing that came from outside. The
 * ledger holds the rest, so that a lost or forged checkpoint can only cost time. Unknown keys are refused by zod.
 */
import { StateSchema } from '@langchain/langgraph';
import { z } from 'zod';
import { Digest, Id, Instant } from '../ledger/vocabulary.ts';

/** What the approval interrupt asks about, copied from the ledger's open request. */
export const Question = z.strictObject({
  packetId: Id,
  packetVersion: z.int().min(1),
  packetHash: Digest,
  checkCode: z.string().regex(/^[0-9A-Z]{4}-[0-9A-Z]{4}$/),
  basisDigest: Digest,
  nonce: Id,
  ledgerVersion: z.int().min(1),
  expiresAt: Instant,
});
export type Question = z.infer<typeof Question>;

export const LoopState = new StateSchema({
  /** The graph that wrote this thread: another one never goes on with it. */
  graphVersion: Id,
  cutoverId: Id,
  runId: Id,
  /** The proposal that the gate has still to judge. */
  proposalId: Id.nullable().default(null),
  question: Question.nullable().default(null),
  /** Ledger position of the decision event that the run was resumed with. */
  decisionVersion: z.int().min(1).nullable().default(null),
  /** How the run is to end, once the supervisor has said so. */
  ending: z.enum(['no_change', 'overtaken', 'refused_by_gate', 'over']).nullable().default(null),
});
export type LoopState = typeof LoopState.State;
export type LoopUpdate = typeof LoopState.Update;
