/**
 * Whether a run has anything to tell: the packet it would make, compared with the ones a person already knows. The
 * comparison itself is the ledger's (orders.ts), so that the graph and the gate never disagree.
 */
import type { CutoverState } from '../ledger/cutover.ts';
import { sameOrders } from '../ledger/orders.ts';
import type { Packet } from '../ledger/packet.ts';
import type { Digest } from '../ledger/vocabulary.ts';
import { packetOf } from './packet.ts';

/** The packets a person already knows: the current one, and the pending one while it stands. */
function known(state: CutoverState, pendingStands: boolean): Packet[] {
  const packets = [state.current?.packet, pendingStands ? state.pending?.record.packet : undefined];
  return packets.flatMap((packet) => packet ?? []);
}

/**
 * Whether the clean timeline and holds of the open run change a time, order, owner or hold of work still to be done.
 * True while either is missing.
 */
export function differs(
  state: CutoverState,
  { pendingStands, basisDigest }: { pendingStands: boolean; basisDigest: Digest },
): boolean {
  const next = packetOf(state, basisDigest);
  if (next === null) return true;
  const tolerance = state.situation.plan.policy.slipToleranceMinutes;
  return !known(state, pendingStands).some((packet) => sameOrders(packet, next, tolerance));
}
