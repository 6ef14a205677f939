/**
 * The rule book of the packet-assembly agent: everything in a packet derived again from the situation, the clean
 * resequencing and the clean hold register, and held against the bytes proposed.
 */
import type { CutoverState } from '../ledger/cutover.ts';
import type { Packet } from '../ledger/packet.ts';
import type { Violation } from '../ledger/proposal.ts';
import { cleanProposal, cleanRunOf } from './cleanRun.ts';
import type { PacketRule } from './packetAssembly.ts';
import {
  basisWrong,
  deadlineWrong,
  lineMissing,
  lineUntraceable,
  versionWrong,
  wrongCutover,
} from './packetFrame.ts';
import {
  deltaMismatch,
  factMismatch,
  holdMismatch,
  leadWrong,
  recipientWrong,
} from './packetPeople.ts';
import { broken, ranked } from './violations.ts';

const rules: readonly PacketRule[] = [
  wrongCutover,
  versionWrong,
  basisWrong,
  lineUntraceable,
  lineMissing,
  holdMismatch,
  factMismatch,
  deltaMismatch,
  recipientWrong,
  deadlineWrong,
  leadWrong,
];

/**
 * Every rule that a packet breaks, ranked; empty is clean. It is judged at the `nowAt` of the open run: whether its
 * timeline still holds later is what checkResequencing says then.
 */
export function checkPacketBody(packet: Packet, state: CutoverState, _now: number): Violation[] {
  const night = cleanRunOf(state);
  const register = cleanProposal(state, 'holds')?.body;
  if (night === null || register?.agent !== 'holds') {
    return [broken('packet_basis_wrong', null, { subjects: ['run'] })];
  }
  const assembly = { packet, state, night, register };
  return ranked(
    rules.flatMap((rule) => rule(assembly)),
    night.scene.plan,
  );
}
