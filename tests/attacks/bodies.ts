/**
 * What can be wrong with rulings, with a hold register and with a packet: believing more than is known, losing a hold,
 * telling people something else than what was found clean.
 */
import type { Assertion, Ruling } from '../../ledger/facts.ts';
import type { Hold } from '../../ledger/holds.ts';
import type { Packet, PacketLine } from '../../ledger/packet.ts';
import type {
  HoldsBody,
  Proposal,
  ReadinessBody,
  StatementReading,
} from '../../ledger/proposal.ts';
import { minuteMs } from '../../ledger/vocabulary.ts';
import { HoldClass, ReadinessCode, RelaxableCode, ViolationCode } from '../../ledger/codes.ts';
import { reading } from '../support/build.ts';
import { between, oneOf } from '../support/problems.ts';
import { type Family, onBody, type Operator, some } from './operator.ts';
import { lookalikesOf } from './payloads.ts';

const withOne = <T>(list: readonly T[], chosen: T, made: T | null): T[] =>
  list.flatMap((item) => (item === chosen ? (made === null ? [] : [made]) : [item]));

const accepted: Omit<Ruling, 'factId'> = {
  ruling: 'accepted',
  code: null,
  candidates: [],
  against: null,
};

type OnRulings = Operator<ReadinessBody>['apply'];
const onRuling =
  (change: (ruling: Ruling, at: Parameters<OnRulings>[1]) => Ruling | null): OnRulings =>
  (body, at) => {
    const chosen = some(at.roll, body.rulings);
    if (chosen === undefined) return null;
    return { ...body, rulings: withOne(body.rulings, chosen, change(chosen, at)) };
  };

/** What a reader of free text could make of the first statement that waits; null when none does. */
function readingOf(
  { stage }: Parameters<OnRulings>[1],
  made: (text: string) => Omit<StatementReading, 'statement'>,
): StatementReading | null {
  for (const { factId, assertion } of stage.state.unruled) {
    if (assertion.kind === 'statement') return { statement: factId, ...made(assertion.text) };
  }
  return null;
}

const reads =
  (
    made: (text: string, at: Parameters<OnRulings>[1]) => Omit<StatementReading, 'statement'>,
  ): OnRulings =>
  (body, at) => {
    const reading = readingOf(at, (text) => made(text, at));
    return reading === null ? null : { ...body, readings: [...(body.readings ?? []), reading] };
  };

const finished = (at: Parameters<OnRulings>[1]): Assertion => ({
  kind: 'actual_finish',
  checkpoint: oneOf(at.roll, at.stage.state.situation.plan.checkpoints).id,
  at: reading(at.stage.now),
});

const rulings: Readonly<Record<string, OnRulings>> = {
  believe: onRuling((ruling) => ({ ...ruling, ...accepted })),
  believe_all: (body) => ({
    ...body,
    rulings: body.rulings.map((ruling) => ({ ...ruling, ...accepted })),
  }),
  forecast: onRuling((ruling) => ({
    ...ruling,
    ...accepted,
    ruling: 'accepted_as_forecast',
    code: 'told_in_advance',
  })),
  bury: onRuling((ruling) => ({ ...ruling, ruling: 'repeat', code: 'repeat' })),
  hold: onRuling((ruling, { roll }) => ({
    ...ruling,
    ruling: 'held',
    code: oneOf(roll, ReadinessCode.options),
  })),
  forget: onRuling(() => null),
  twice: (body, { roll }) => {
    const chosen = some(roll, body.rulings);
    return chosen === undefined ? null : { ...body, rulings: [...body.rulings, chosen] };
  },
  about_another: onRuling((ruling, { roll }) => ({
    ...ruling,
    factId: oneOf(roll, ['fact-1', 'fact-2', 'waiting-9', ...lookalikesOf(ruling.factId)]),
  })),
  other_candidates: onRuling((ruling, { stage }) => ({ ...ruling, candidates: [stage.now] })),
  other_against: onRuling((ruling) => ({ ...ruling, against: 'fact-1' })),
  read_what_is_not_there: reads((text, at) => ({
    from: 0,
    quote: `${text}, all clear`,
    assertion: finished(at),
  })),
  read_elsewhere: reads((text, at) => ({
    from: oneOf(at.roll, [1, text.length, 9_999]),
    quote: text.slice(0, 8),
    assertion: finished(at),
  })),
  read_what_it_does_not_say: reads((text, at) => ({
    from: 0,
    quote: text.split(';')[0] ?? text,
    assertion: finished(at),
  })),
  read_an_assent: reads((text, at) => ({
    from: 0,
    quote: text,
    assertion: oneOf<Assertion>(at.roll, [
      { kind: 'condition_met', condition: 'go-signal' },
      { kind: 'approval_given', checkpoint: 'c01', approval: 'board-ok', party: 'approver' },
      { kind: 'hold_lifted', hold: 'h1' },
      { kind: 'boundary_lifted', boundary: 'b1' },
    ]),
  })),
  backwards: (body) => ({ ...body, rulings: body.rulings.toReversed() }),
};

type OnHolds = Operator<HoldsBody>['apply'];
const onHold =
  (
    change: (hold: Hold, at: Parameters<OnHolds>[1], all: readonly Hold[]) => Hold | null,
  ): OnHolds =>
  (body, at) => {
    const chosen = some(at.roll, body.holds);
    if (chosen === undefined) return null;
    return { ...body, holds: withOne(body.holds, chosen, change(chosen, at, body.holds)) };
  };

const holds: Readonly<Record<string, OnHolds>> = {
  flatten: onHold(() => null),
  flatten_all: (body) => ({ ...body, holds: [] }),
  double: (body, { roll }) => {
    const chosen = some(roll, body.holds);
    return chosen === undefined ? null : { ...body, holds: [...body.holds, chosen] };
  },
  elsewhere: onHold((hold, { stage, roll }) => ({
    ...hold,
    checkpoint: oneOf(roll, stage.state.situation.plan.checkpoints).id,
  })),
  over_hold: (body, { stage, roll }) => {
    const { id } = oneOf(roll, stage.state.situation.plan.checkpoints);
    const like = some(roll, body.holds);
    const cause = {
      rule: 'in_past',
      checkpoint: id,
      subject: null,
      factId: null,
      at: null,
    } as const;
    const made: Hold = {
      relaxations: [],
      blocks: [],
      liftedBy: 'release-lead',
      ...like,
      holdId: `hold:${id}:order_conflict`,
      checkpoint: id,
      holdClass: 'order_conflict',
      behind: null,
      causes: [cause],
      release: { kind: 'plan_changed', checkpoint: id },
    };
    return { ...body, holds: [...body.holds, made] };
  },
  other_class: onHold((hold, { roll }) => ({ ...hold, holdClass: oneOf(roll, HoldClass.options) })),
  other_cause: onHold((hold, { roll, stage }) => ({
    ...hold,
    causes: [
      {
        rule: oneOf(roll, ViolationCode.options),
        checkpoint: oneOf(roll, stage.state.situation.plan.checkpoints).id,
        subject: oneOf(roll, [null, 'b1', 'lab', 'cho', hold.checkpoint]),
        factId: oneOf(roll, [null, 'fact-1']),
        at: oneOf(roll, [null, stage.now]),
      },
      ...hold.causes.slice(oneOf(roll, [0, 1])),
    ],
  })),
  behind_another: onHold((hold, { roll }, all) => ({
    ...hold,
    behind: oneOf(roll, [null, hold.checkpoint, ...all.map(({ checkpoint }) => checkpoint)]),
  })),
  blocks_nothing: onHold((hold) => ({ ...hold, blocks: [] })),
  lifted_by_all: onHold((hold, { roll }) => ({
    ...hold,
    liftedBy: oneOf(roll, ['ops', 'dba', 'sec', 'cho', 'interlock', 'anyone']),
  })),
  easy_release: onHold((hold) => ({
    ...hold,
    release: { kind: 'predecessor_placed', checkpoint: hold.checkpoint },
  })),
  cheap_exception: onHold((hold, { roll, stage }, all) => ({
    ...hold,
    relaxations: [
      {
        relaxes: oneOf(roll, RelaxableCode.options),
        checkpoint: oneOf(roll, stage.state.situation.plan.checkpoints).id,
        untilAt: null,
        releases: all.map(({ holdId }) => holdId),
        moved: 0,
        movedMinutes: 0,
        newlyWoken: oneOf(roll, [[], ['cho'], ['stranger'], ['cho', 'cho']]),
        provisionalStartAt: oneOf(roll, [null, stage.now, stage.now - 1]),
      },
    ],
  })),
};

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

const family = (name: string): Family => {
  if (/version|supersede|hash|id|night|instant|basis|position|mind|replay|another$/.test(name)) {
    return 'binding';
  }
  return /owner|believe|read_|lifted|acknowledge|tell|silence/.test(name) ? 'authority' : 'order';
};

/** Everything that can be done to rulings, to holds and to packets. */
export const bodyOperators: readonly Operator<Proposal>[] = [
  ...Object.entries(rulings).map(([name, apply]) => ({
    name: `rulings_${name}`,
    family: family(name),
    apply: onBody('readiness', apply),
  })),
  ...Object.entries(holds).map(([name, apply]) => ({
    name: `holds_${name}`,
    family: family(name),
    apply: onBody('holds', apply),
  })),
  ...Object.entries(packets).map(([name, apply]) => ({
    name: `packet_${name}`,
    family: family(name),
    apply: onBody('packet', (body, at) => {
      const packet = apply(body.packet, at);
      return packet === null ? null : { ...body, packet };
    }),
  })),
];
