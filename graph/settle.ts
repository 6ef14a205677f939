/**
 * The end of a run. It re-reads the ledger: a decision counts only when the ledger holds it, for this packet, at the
 * position named. Its one effect is to end a run that has no packet to wait for, which is idempotent.
 */
import { handle, type LedgerDeps } from '../ledger/handle.ts';
import type { RejectionCode } from '../ledger/codes.ts';
import type { EventBody } from '../ledger/events.ts';
import type { Id } from '../ledger/vocabulary.ts';
import type { LoopState } from './state.ts';

/** Whether an event is a person's decision on a packet. */
export const isDecision = (
  body: EventBody,
): body is Extract<EventBody, { type: 'PacketAdopted' | 'PacketDeclined' }> =>
  body.type === 'PacketAdopted' || body.type === 'PacketDeclined';

/** Whether the event at this position is a decision on this packet. */
async function isDecisionOn(
  { store }: LedgerDeps,
  cutoverId: Id,
  decision: { readonly version: number; readonly packetId: Id },
): Promise<boolean> {
  const [event] = await store.read(cutoverId, { after: decision.version - 1, limit: 1 });
  if (event?.version !== decision.version) return false;
  return isDecision(event.body) && event.body.packetId === decision.packetId;
}

/** The run was ended by somebody else: that is as good. */
const ended: readonly RejectionCode[] = ['run_already_ended', 'run_unknown'];

/** True when the run is over; false sends it back to the supervisor, with nothing changed. */
export async function settle(deps: LedgerDeps, state: LoopState): Promise<boolean> {
  const { cutoverId, runId, ending, decisionVersion, question } = state;
  if (decisionVersion !== null && question !== null) {
    return isDecisionOn(deps, cutoverId, { version: decisionVersion, packetId: question.packetId });
  }
  if (ending === null || ending === 'over') return true;
  const { rejection } = await handle(deps, cutoverId, { type: 'EndRun', runId, outcome: ending });
  if (rejection === null || ended.includes(rejection.code)) return true;
  throw new Error(`${cutoverId}: ${runId} could not end: ${rejection.detail}`);
}
