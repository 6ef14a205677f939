/**
 * The frame of a packet: what it supersedes, the facts and minds it stands on, its lines and its deadline.
 */
import type { Mind } from '../ledger/packet.ts';
import { cleanProposal } from './cleanRun.ts';
import { isSame, type PacketRule } from './packetAssembly.ts';
import { orderOf, untrueFields } from './packetLines.ts';
import { broken } from './violations.ts';

/** A packet is for the cutover whose ledger it stands in. */
export const wrongCutover: PacketRule = ({ packet, state }) =>
  packet.cutoverId === state.cutoverId
    ? []
    : [broken('wrong_cutover', null, { subjects: [packet.cutoverId, state.cutoverId] })];

/**
 * A packet follows the last one, supersedes the current one, and is not one that was decided before. Its id follows from
 * its version, so that no mind can write words into a name that everybody reads.
 */
export const versionWrong: PacketRule = ({ packet, state }) => {
  const isPending = state.pending?.record.packet.packetId === packet.packetId;
  const version = isPending ? state.lastPacketVersion : state.lastPacketVersion + 1;
  const supersedes =
    state.current === null
      ? null
      : { version: state.current.packet.version, packetHash: state.current.packetHash };
  const wrong = [
    ...(packet.version === version ? [] : ['version']),
    ...(isSame(packet.supersedes, supersedes) ? [] : ['supersedes']),
    ...(packet.packetId === `packet-${version}` && state.decided[packet.packetId] === undefined
      ? []
      : ['packetId']),
  ];
  return wrong.length === 0 ? [] : [broken('packet_version_wrong', null, { subjects: wrong })];
};

/** A packet stands on the facts, the instant and the minds of the clean proposals of its run. */
export const basisWrong: PacketRule = ({ packet, state, night }) => {
  const earlier = (['readiness', 'resequencing', 'holds'] as const).flatMap((agent) => {
    const proposal = cleanProposal(state, agent);
    return proposal === null ? [] : [proposal];
  });
  const minds = earlier.map(({ agent, mind }): { agent: string; mind: Mind } => ({ agent, mind }));
  const own = packet.minds.at(-1);
  const stoodOn = earlier.filter(({ agent }) => agent !== 'readiness');
  const wrong = [
    ...(packet.preparedAt === night.run.nowAt ? [] : ['preparedAt']),
    ...(stoodOn.every(({ basisDigest }) => basisDigest === packet.basisDigest)
      ? []
      : ['basisDigest']),
    ...(packet.basisVersion >= night.run.startedVersion && packet.basisVersion <= state.version
      ? []
      : ['basisVersion']),
    ...(own?.agent === 'packet' && isSame(packet.minds.slice(0, -1), minds) ? [] : ['minds']),
  ];
  return wrong.length === 0 ? [] : [broken('packet_basis_wrong', null, { subjects: wrong })];
};

/** Every line says of its checkpoint what the clean resequencing and the facts say. */
export const lineUntraceable: PacketRule = ({ packet, night }) =>
  packet.lines.flatMap((line) => {
    const checkpoint = night.checkpoints.get(line.checkpoint);
    const wrong = checkpoint === undefined ? [] : untrueFields(night, checkpoint, line);
    return wrong.length === 0
      ? []
      : [broken('packet_line_untraceable', line.checkpoint, { subjects: wrong })];
  });

/** Every checkpoint has exactly one line and nothing else has one; lines stand in order. */
export const lineMissing: PacketRule = ({ packet, night }) => {
  const named = packet.lines.map(({ checkpoint }) => checkpoint);
  const miscounted = [...night.checkpoints.keys()].filter(
    (id) => named.filter((other) => other === id).length !== 1,
  );
  const unknown = named.filter((id) => !night.checkpoints.has(id));
  const wrong = [...miscounted, ...unknown].map((id) => broken('packet_line_missing', id));
  const known = packet.lines.filter(({ checkpoint }) => night.checkpoints.has(checkpoint));
  const isOrdered = isSame(
    known.map(({ checkpoint }) => checkpoint),
    orderOf(known, night.scene.plan),
  );
  return isOrdered
    ? wrong
    : [...wrong, broken('packet_line_missing', null, { subjects: ['order'] })];
};

/** The decision deadline is the earliest start of a placed line, and names its checkpoint. */
export const deadlineWrong: PacketRule = ({ packet, night }) => {
  const first = night.scene.placed.toSorted((one, other) => one.startAt - other.startAt)[0];
  const limitAt = first?.startAt ?? null;
  const isRight =
    packet.decisionDeadlineAt === limitAt &&
    packet.decisionDeadlineCheckpoint === (first?.checkpoint.id ?? null);
  const found = { limitAt, foundAt: packet.decisionDeadlineAt };
  return isRight ? [] : [broken('packet_deadline_wrong', packet.decisionDeadlineCheckpoint, found)];
};
