/**
 * The explanation of the packet that waits: it is with its reader already, and what is searched for here (the smallest
 * conflict of each hold, what one exception would buy) is added to it by an event. Between two holds the process does
 * other work, and the search ends when its packet no longer waits, so that the next packet does not wait for it. A
 * process that dies here has explained nothing, and the next one searches again.
 */
import { explaining } from '../agents/holds.ts';
import type { CutoverState } from '../ledger/cutover.ts';
import { awaitsExplanation } from '../ledger/explaining.ts';
import { handle } from '../ledger/handle.ts';
import type { Hold } from '../ledger/holds.ts';
import { requestTrouble } from '../ledger/requesting.ts';
import type { Digest, Instant } from '../ledger/vocabulary.ts';
import type { LoopDeps } from './deps.ts';
import { stateOf } from './look.ts';
import type { LoopState, LoopUpdate } from './state.ts';

/** Whether this packet still waits, on the facts as they are, for its explanation. */
async function isWanted(
  { ledger }: LoopDeps,
  cutoverId: string,
  packetHash: Digest,
): Promise<boolean> {
  const state = await stateOf(ledger, cutoverId);
  const trouble = requestTrouble(state, { judge: ledger.judge, now: ledger.now() });
  return (
    state.pending?.record.packetHash === packetHash && awaitsExplanation(state) && trouble === null
  );
}

/** The explained holds of the packet that waits; null when they are no longer wanted. */
async function search(
  deps: LoopDeps,
  { state, packetHash, now }: { state: CutoverState; packetHash: Digest; now: Instant },
  signal: AbortSignal | undefined,
): Promise<Hold[] | null> {
  const steps = explaining({ state, now });
  let step = steps.next();
  while (step.done !== true) {
    await deps.pause?.();
    signal?.throwIfAborted();
    if (!(await isWanted(deps, state.cutoverId, packetHash))) return null;
    step = steps.next();
  }
  return step.value;
}

/** Explains what is still to be explained; does nothing when that is no longer asked for. */
export async function explain(
  deps: LoopDeps,
  { cutoverId }: LoopState,
  { signal }: { readonly signal?: AbortSignal } = {},
): Promise<LoopUpdate> {
  const state = await stateOf(deps.ledger, cutoverId);
  const { pending, run } = state;
  if (pending !== null && run !== null && awaitsExplanation(state)) {
    const { packetHash } = pending.record;
    const holds = await search(deps, { state, packetHash, now: run.nowAt }, signal);
    if (holds !== null) {
      await handle(deps.ledger, cutoverId, { type: 'ExplainHolds', packetHash, holds });
    }
  }
  return { proposalId: null };
}
