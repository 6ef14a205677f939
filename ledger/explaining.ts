/**
 * The explanation of a packet's holds. A packet goes to its reader with the first true reasons of each hold; the smallest
 * conflict, and what one exception would buy, follow as an event of their own, so that no packet waits for a search.
 * They change no order and no byte of the packet: what a decision binds to is the same before and after.
 */
import type { CommandOf } from './commands.ts';
import type { CutoverState, PacketRecord } from './cutover.ts';
import { accept, type DecideContext, type Decision, unchanged } from './decision.ts';
import type { EventOf } from './events.ts';
import type { Hold } from './holds.ts';
import { waitingRun } from './requesting.ts';

/** The holds of a packet as they are known by now: explained when they have been, else as the packet names them. */
export const holdsOf = ({
  packet,
  explained,
}: Pick<PacketRecord, 'packet' | 'explained'>): readonly Hold[] => explained ?? packet.holds;

/** Whether a packet names first reasons only. What a model has classed was explained to it before. */
export const isUnexplained = ({ packet, explained }: PacketRecord): boolean =>
  explained === undefined &&
  packet.holds.some(({ behind }) => behind === null) &&
  packet.minds.every(({ agent, mind }) => agent !== 'holds' || mind.kind === 'deterministic');

/** Whether the packet that waits has holds that are still to be explained, and its run still stands. */
export const awaitsExplanation = (state: CutoverState): boolean =>
  state.pending !== null && isUnexplained(state.pending.record) && waitingRun(state) !== null;

/**
 * Keeps the explanation of the packet that waits, once, with what the rule book found untrue in it. One that comes too
 * late (the packet was decided or cleared) changes nothing.
 */
export function explainHolds(
  { packetHash, holds }: CommandOf<'ExplainHolds'>,
  state: CutoverState,
  { judge }: DecideContext,
): Decision {
  if (state.pending?.record.packetHash !== packetHash || !awaitsExplanation(state)) {
    return unchanged;
  }
  const violations = [...judge.checkExplanation(holds, state)];
  return accept({
    type: 'HoldsExplained',
    packetHash,
    holds,
    checkerVersion: judge.version,
    violations,
  });
}

/** The packet that waits is explained; by its own first reasons when the explanation breaks a rule. */
export function explain(state: CutoverState, body: EventOf<'HoldsExplained'>): CutoverState {
  const { pending } = state;
  if (pending?.record.packetHash !== body.packetHash) return state;
  const { record } = pending;
  const explained = body.violations.length === 0 ? body.holds : record.packet.holds;
  return { ...state, pending: { ...pending, record: { ...record, explained } } };
}
