/**
 * The verbs with which people decide: adopt, decline, acknowledge, grant an exception. Each is one ledger command;
 * whether it takes effect is decided in one transaction that re-checks everything.
 */
import { handle } from '../../ledger/handle.ts';
import { RelaxableCode } from '../../ledger/codes.ts';
import type { Interlock } from '../interlock.ts';
import { namesOf } from '../words/names.ts';
import { resume } from '../../graph/run.ts';
import { readInstant } from '../../constraints/instants.ts';
import { type Answer, answered, refused, UsageError } from './answer.ts';
import { actorAt, bindingOf, eventsOf, findPacket, open, packetsOf } from './cutovers.ts';
import { renderDeltas } from './renderPacket.ts';
import type { Screen } from './screen.ts';

type Decision = {
  readonly cutover?: string | undefined;
  readonly as: string;
  readonly packet: string;
  readonly utc?: boolean | undefined;
};

async function packetNamed(interlock: Interlock, wanted: Decision) {
  const { cutoverId, state } = await open(interlock, wanted.cutover);
  const packets = packetsOf(await eventsOf(interlock.ledger.store, cutoverId));
  const record = findPacket(wanted.packet, state, packets);
  const actor = actorAt(wanted.as, state, interlock.ledger.now());
  return { cutoverId, state, record, actor };
}

/** Adopts exactly the packet named; then the waiting graph is told which ledger event decided. */
export async function adopt(
  interlock: Interlock,
  wanted: Decision,
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
  wanted: Decision & { reason: string },
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

/** Records that a person has read the current packet. */
export async function acknowledge(interlock: Interlock, wanted: Decision): Promise<Answer> {
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

type Grant = {
  readonly cutover?: string | undefined;
  readonly as: string;
  readonly checkpoint: string;
  readonly relaxes: string;
  readonly until?: string | undefined;
};

/** Reports an exception that a named human grants. It is a fact like any other: the next run judges and uses it. */
export async function grant(interlock: Interlock, wanted: Grant): Promise<Answer> {
  const { cutoverId, state } = await open(interlock, wanted.cutover);
  const { plan } = state.situation;
  const relaxes = RelaxableCode.safeParse(wanted.relaxes);
  if (!relaxes.success) {
    throw new UsageError(
      `"${wanted.relaxes}" cannot be relaxed; one of: ${RelaxableCode.options.join(', ')}`,
    );
  }
  const until =
    wanted.until === undefined ? null : readInstant(wanted.until, plan.zone, plan.window);
  if (until !== null && until.at === null) {
    throw new UsageError(
      `--until "${wanted.until}" is not one instant; write it like 2026-11-08T02:40+00:00`,
    );
  }
  actorAt(wanted.as, state, interlock.ledger.now());
  const id = interlock.ledger.newId('exception');
  const text = `exception ${relaxes.data} for ${wanted.checkpoint}`;
  const outcome = await handle(interlock.ledger, cutoverId, {
    type: 'ReceiveReport',
    body: {
      source: 'interlock',
      sourceEventId: id,
      sourceSequence: null,
      reporter: wanted.as,
      occurredAt: interlock.ledger.now(),
      underPacketVersion: state.current?.packet.version ?? null,
      text,
      assertions: [
        {
          text,
          assertion: {
            kind: 'exception_granted',
            exception: id,
            checkpoint: wanted.checkpoint,
            relaxes: relaxes.data,
            untilAt: until?.at ?? null,
          },
        },
      ],
    },
  });
  if (outcome.rejection !== null) return refused(outcome.rejection);
  return answered(`Recorded ${text} (${id}). The next run judges it: interlock run`, {
    exception: id,
  });
}
