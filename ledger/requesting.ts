/**
 * The request that waits for a person. It is never silently kept: when its facts moved or its time ran out it is
 * cleared, and what it was to change is work for the next run.
 */
import type { CutoverState, Request } from './cutover.ts';
import { accept, type DecideContext, type Decision, unchanged } from './decision.ts';
import type { EventBody } from './events.ts';
import type { Judge } from './judge.ts';
import type { Packet } from './packet.ts';
import { type Id, type Instant, minuteMs } from './vocabulary.ts';

/** A request holds up to and including its last instant. */
export const isExpired = (request: Request, now: Instant): boolean => now > request.expiresAt;

/** Why the pending request no longer stands; null when it does or when there is none. */
export function requestTrouble(
  state: CutoverState,
  { judge, now }: { judge: Judge; now: Instant },
): 'basis_moved' | 'expired' | null {
  const request = state.pending?.request ?? null;
  if (request === null) return null;
  if (request.basisDigest !== judge.basisDigest(state)) return 'basis_moved';
  return isExpired(request, now) ? 'expired' : null;
}

/** The run that waits for a person on the pending packet: nothing else is left for it to do. */
export const waitingRun = (state: CutoverState): Id | null =>
  state.run !== null && state.run.runId === state.pending?.request?.runId ? state.run.runId : null;

/** Whether a question stands before a person. Reports that speak against nothing in it wait until it is answered. */
export const questionStands = (
  state: CutoverState,
  context: { judge: Judge; now: Instant },
): boolean => waitingRun(state) !== null && requestTrouble(state, context) === null;

/** Clears the pending packet and ends the run that waits on it. */
export function clearing(state: CutoverState, reason: 'basis_moved' | 'expired'): EventBody[] {
  if (state.pending === null) return [];
  const { packetId } = state.pending.record.packet;
  const runId = waitingRun(state);
  return [
    { type: 'ApprovalCleared', packetId, reason },
    ...(runId === null ? [] : [{ type: 'RunEnded', runId, outcome: 'cleared' } as const]),
  ];
}

/** Clears a request that no longer stands; leaves one that does alone. */
export function reviewRequest(state: CutoverState, context: DecideContext): Decision {
  const trouble = requestTrouble(state, context);
  return trouble === null ? unchanged : accept(...clearing(state, trouble));
}

/** The request for a packet: it ends with the policy's patience or the packet's own deadline, whichever is first. */
export function requestFor(
  state: CutoverState,
  packet: { readonly packet: Packet; readonly packetHash: string; readonly runId: Id },
  { now, newId }: DecideContext,
): Request {
  const patience = now + state.situation.plan.policy.requestValidMinutes * minuteMs;
  const { packetId, basisDigest, decisionDeadlineAt } = packet.packet;
  return {
    packetId,
    packetHash: packet.packetHash,
    basisDigest,
    nonce: newId('nonce'),
    expiresAt: Math.min(patience, decisionDeadlineAt ?? patience),
    runId: packet.runId,
  };
}
