/**
 * The verbs with which the release lead decides: adopt or decline. Each is one ledger command;
 * whether it takes effect is decided in one transaction that re-checks everything.
 */
import { handle } from '../../ledger/handle.ts';
import type { Interlock } from '../interlock.ts';
import { namesOf } from '../words/names.ts';
import { resume } from '../../graph/run.ts';
import { type Answer, answered, refused } from './answer.ts';
import { bindingOf } from '../packets.ts';
import { packetNamed, type PacketWanted } from './cutovers.ts';
import { renderDeltas } from './renderPacket.ts';
import type { Screen } from './screen.ts';

/** Adopts exactly the packet named; then the waiting graph is told which ledger event decided. */
export async function adopt(
  interlock: Interlock,
  wanted: PacketWanted,
  screen: Screen,
): Promise<Answer> {
  const { cutoverId, state, record, actor } = await packetNamed(interlock, wanted);
  const outcome = await handle(interlock.ledger, cutoverId, {
    type: 'AdoptPacket',
    binding: bindingOf(record, state),
    actor,
  });
  if (outcome.rejection !== null) return refused(outcome.rejection);
  const decision = outcome.events.find((event) => event.body.type === 'PacketAdopted');
  if (decision !== undefined) await resume(interlock.graph, cutoverId, decision.version);
  const names = namesOf(state.situation.plan, wanted.utc === true ? 'UTC' : undefined);
  return answered(
    [
      `Adopted packet ${record.packet.version} (${record.checkCode}) by ${names.person(wanted.as)}. It is the current one.`,
      renderDeltas(record.packet, { names, screen }),
    ].join('\n'),
    {
      adopted: {
        version: record.packet.version,
        checkCode: record.checkCode,
        packetHash: record.packetHash,
        decision: decision?.version ?? null,
      },
    },
  );
}

/** Declines the pending packet; the one in force stays. */
export async function decline(
  interlock: Interlock,
  wanted: PacketWanted & { reason: string },
): Promise<Answer> {
  const { cutoverId, state, record, actor } = await packetNamed(interlock, wanted);
  const outcome = await handle(interlock.ledger, cutoverId, {
    type: 'DeclinePacket',
    binding: bindingOf(record, state),
    actor,
    reason: wanted.reason,
  });
  if (outcome.rejection !== null) return refused(outcome.rejection);
  const decision = outcome.events.find((event) => event.body.type === 'PacketDeclined');
  if (decision !== undefined) await resume(interlock.graph, cutoverId, decision.version);
  const inForce = outcome.state?.current?.packet.version;
  return answered(
    `Declined packet ${record.packet.version}. ${inForce === undefined ? 'No packet is current.' : `Packet ${inForce} stays in force.`}`,
    {
      declined: { version: record.packet.version, reason: wanted.reason },
      current: inForce ?? null,
    },
  );
}
