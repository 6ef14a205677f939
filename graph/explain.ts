/**
 * The explanation of the packet that waits: it is with its reader already, and what is searched for here (the smallest
 * conflict of each hold, what one exception would buy) is added to it by an event. A process that dies here has explained
 * nothing, and the next one searches again.
 */
import { explainedHolds } from '../agents/holds.ts';
import { handle } from '../ledger/handle.ts';
import { awaitsExplanation } from '../ledger/explaining.ts';
import type { LoopDeps } from './deps.ts';
import { stateOf } from './look.ts';
import type { LoopState, LoopUpdate } from './state.ts';

/** Explains what is still to be explained; does nothing when that is no longer asked for. */
export async function explain({ ledger }: LoopDeps, { cutoverId }: LoopState): Promise<LoopUpdate> {
  const state = await stateOf(ledger, cutoverId);
  const { pending, run } = state;
  if (pending !== null && run !== null && awaitsExplanation(state)) {
    const { packetHash } = pending.record;
    const holds = explainedHolds({ state, now: run.nowAt });
    await handle(ledger, cutoverId, { type: 'ExplainHolds', packetHash, holds });
  }
  return { proposalId: null };
}
