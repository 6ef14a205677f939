/**
 * Acknowledging: a person says that they have seen the current packet. An acknowledgement is of one version, by
 * the person themself, and only from those whom the packet addresses.
 */
import type { RejectionCode } from './codes.ts';
import type { CommandOf } from './commands.ts';
import type { CutoverState } from './cutover.ts';
import { refuse, whyNotPending } from './deciding.ts';
import { accept, type DecideContext, type Decision, unchanged } from './decision.ts';
import type { Packet } from './packet.ts';
import type { Plan } from './plan.ts';
import type { Id } from './vocabulary.ts';

/** Everyone with a line of their own, as owner or observer, and everyone who must acknowledge; sorted. */
export function addressedBy(packet: Packet, plan: Plan): Id[] {
  const observers = new Map(plan.checkpoints.map(({ id, observers: of }) => [id, of]));
  const people = packet.lines.flatMap(({ checkpoint, owner }) => [
    ...(owner === null ? [] : [owner]),
    ...(observers.get(checkpoint) ?? []),
  ]);
  return [...new Set([...people, ...packet.mustAcknowledge])].toSorted();
}

type No = { readonly code: RejectionCode; readonly detail: string };

function trouble(
  { packetId, person, actor }: CommandOf<'AcknowledgePacket'>,
  state: CutoverState,
): No | null {
  const current = state.current?.packet;
  if (current?.packetId !== packetId) {
    return state.pending?.record.packet.packetId === packetId
      ? { code: 'packet_not_current', detail: 'it still waits for the release lead' }
      : whyNotCurrent(packetId, state);
  }
  if (actor.kind !== 'person') {
    return { code: 'machine_may_not_decide', detail: `${actor.subject} is a ${actor.kind}` };
  }
  if (actor.subject !== person) {
    return {
      code: 'acknowledgement_not_own',
      detail: `${actor.subject} cannot say what ${person} has seen`,
    };
  }
  return addressedBy(current, state.situation.plan).includes(person)
    ? null
    : { code: 'not_addressed', detail: `v${current.version} has no line for ${person}` };
}

function whyNotCurrent(packetId: string, state: CutoverState): No {
  const why = whyNotPending(packetId, state);
  return why.code === 'packet_unknown' || why.code === 'packet_superseded'
    ? why
    : { code: 'packet_not_current', detail: why.detail };
}

/** Records that this person has seen the current packet; once is enough. */
export function acknowledgePacket(
  command: CommandOf<'AcknowledgePacket'>,
  state: CutoverState,
  context: DecideContext,
): Decision {
  const { packetId, person, actor } = command;
  const no = trouble(command, state);
  if (no !== null) {
    const binding = {
      packetId,
      packetVersion: null,
      packetHash: '',
      basisDigest: '',
      nonce: '',
    };
    return refuse({ decision: 'acknowledge', actor, binding }, no, { state, context });
  }
  const version = state.current?.packet.version ?? 0;
  return state.acknowledgements[person]?.version === version
    ? unchanged
    : accept({ type: 'PacketAcknowledged', packetId, version, person, actor });
}
