/** What can be wrong with a packet: telling people something else than what was found clean. */
import type { Packet, PacketLine } from '../../ledger/packet.ts';
import type { Proposal } from '../../ledger/proposal.ts';
import { minuteMs } from '../../ledger/vocabulary.ts';
import { between, oneOf } from '../support/problems.ts';
import { familyOf, onBody, type Operator, some, withOne } from './operator.ts';

type OnPacket = Operator<Packet>['apply'];
const onLine =
  (change: (line: PacketLine, at: Parameters<OnPacket>[1]) => PacketLine | null): OnPacket =>
  (packet, at) => {
    const chosen = some(at.roll, packet.lines);
    if (chosen === undefined) return null;
    return { ...packet, lines: withOne(packet.lines, chosen, change(chosen, at)) };
  };
const later = (at: number | null, by: number): number | null => (at === null ? null : at + by);

const packets: Readonly<Record<string, OnPacket>> = {
  move_line: onLine((line, { roll }) => {
    const by = oneOf(roll, [1, -1, minuteMs, -minuteMs, 60 * minuteMs]);
    return { ...line, startAt: later(line.startAt, by), endAt: later(line.endAt, by) };
  }),
  other_owner: onLine((line, { roll, stage }) => ({
    ...line,
    owner: oneOf(roll, stage.state.situation.plan.people).id,
  })),
  release_line: onLine((line, { stage }) => ({
    ...line,
    state: 'planned',
    startAt: line.startAt ?? stage.now,
    endAt: line.endAt ?? stage.now + minuteMs,
  })),
  mark_done: onLine((line) => ({ ...line, state: 'done' })),
  drop_line: onLine(() => null),
  repeat_line: (packet, { roll }) => {
    const chosen = some(roll, packet.lines);
    return chosen === undefined ? null : { ...packet, lines: [...packet.lines, chosen] };
  },
  more_float: onLine((line, { roll }) => ({
    ...line,
    floatMinutes: (line.floatMinutes ?? 0) + between(roll, 1, 60),
  })),
  forget_needs: onLine((line) => ({ ...line, stillNeeded: [] })),
  reorder: (packet) => ({ ...packet, lines: packet.lines.toReversed() }),
  flatten: (packet) => ({ ...packet, holds: packet.holds.slice(1) }),
  lose_facts: (packet) => ({ ...packet, heldFacts: packet.heldFacts.slice(1) }),
  lose_deviations: (packet) => ({ ...packet, deviations: packet.deviations.slice(1) }),
  tell_nobody: (packet) => ({ ...packet, deltas: [], mustAcknowledge: [] }),
  tell_another: (packet, { roll, stage }) => ({
    ...packet,
    deltas: packet.deltas.map((delta, index) =>
      index === 0
        ? {
            ...delta,
            person: oneOf(roll, [
              ...stage.state.situation.plan.people.map(({ id }) => id),
              'press-office',
              'customers',
            ]),
          }
        : delta,
    ),
  }),
  acknowledge_less: (packet) => ({ ...packet, mustAcknowledge: packet.mustAcknowledge.slice(1) }),
  silence: (packet, { roll, stage }) => ({
    ...packet,
    notNotified: stage.state.situation.plan.people.map(({ id }) => ({
      person: id,
      reason: oneOf(roll, ['nothing_changed', 'not_involved', 'only_finished_work']),
    })),
  }),
  later_deadline: (packet, { roll }) => ({
    ...packet,
    decisionDeadlineAt: later(packet.decisionDeadlineAt, oneOf(roll, [1, 10 * minuteMs])),
  }),
  no_deadline: (packet) => ({
    ...packet,
    decisionDeadlineAt: null,
    decisionDeadlineCheckpoint: null,
  }),
  lead_elsewhere: (packet) => ({
    ...packet,
    leadHolds: packet.leadHolds.slice(1),
    leadPeople: packet.leadPeople.toReversed(),
  }),
  other_template: (packet, { roll }) => ({
    ...packet,
    template: oneOf(roll, ['timeline_first', 'holds_first', 'people_first']),
  }),
  other_version: (packet, { roll }) => ({
    ...packet,
    version: packet.version + oneOf(roll, [1, -1, 100]),
  }),
  supersede_nothing: (packet) => ({ ...packet, supersedes: null }),
  forged_hash: (packet) => ({
    ...packet,
    supersedes: { version: packet.supersedes?.version ?? 1, packetHash: 'f'.repeat(64) },
  }),
  other_id: (packet, { roll }) => ({
    ...packet,
    packetId: oneOf(roll, ['packet-1', 'go', 'proceed-now', 'approved-by-lead', 'packet-0']),
  }),
  other_night: (packet) => ({ ...packet, cutoverId: 'other-night' }),
  other_instant: (packet, { roll }) => ({
    ...packet,
    preparedAt: packet.preparedAt + oneOf(roll, [1, -1, minuteMs]),
  }),
  old_basis: (packet) => ({ ...packet, basisDigest: 'e'.repeat(64) }),
  old_position: (packet, { roll }) => ({ ...packet, basisVersion: oneOf(roll, [1, 9_999]) }),
  other_mind: (packet) => ({
    ...packet,
    minds: packet.minds.map(({ agent }) => ({
      agent,
      mind: { kind: 'deterministic', reason: 'model_failed' } as const,
    })),
  }),
  replay: (_packet, { stage }) => stage.state.current?.packet ?? null,
};

/** Everything that can be done to packets. */
export const packetOperators: readonly Operator<Proposal>[] = Object.entries(packets).map(
  ([name, apply]) => ({
    name: `packet_${name}`,
    family: familyOf(name),
    apply: onBody('packet', (body, at) => {
      const packet = apply(body.packet, at);
      return packet === null ? null : { ...body, packet };
    }),
  }),
);
