/**
 * The verb with which a person says that they have read the current packet.
 */
import { handle } from '../../ledger/handle.ts';
import type { LedgerOnly } from '../openLedger.ts';
import { type Answer, answered, refused } from './answer.ts';
import { type PacketWanted, packetNamed } from './cutovers.ts';

/** Records that a person has read the current packet. */
export async function acknowledge(interlock: LedgerOnly, wanted: PacketWanted): Promise<Answer> {
  const { cutoverId, record, actor } = await packetNamed(interlock, wanted);
  const outcome = await handle(interlock.ledger, cutoverId, {
    type: 'AcknowledgePacket',
    packetId: record.packet.packetId,
    person: wanted.as,
    actor,
  });
  if (outcome.rejection !== null) return refused(outcome.rejection);
  return answered(`${wanted.as} has acknowledged packet ${record.packet.version}.`, {
    acknowledged: { person: wanted.as, version: record.packet.version },
  });
}
