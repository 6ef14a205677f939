/**
 * Random nights as the ledger knows them: a plan with everything a plan may have, and accepted facts that strike it.
 * The same seed always gives the same state. Facts are folded without asking the rule book, so some nights are
 * stranger than any that readiness rules would let through.
 */
import type { CutoverState } from '../../ledger/cutover.ts';
import { digestOf } from '../../ledger/canonical.ts';
import { RelaxableCode } from '../../ledger/codes.ts';
import type { Assertion, Fact } from '../../ledger/facts.ts';
import { incumbentOf } from '../../ledger/incumbent.ts';
import type { Packet, PacketLine } from '../../ledger/packet.ts';
import {
  type Authority,
  type Boundary,
  type Checkpoint,
  type Duration,
  plannedMs,
  type Plan,
  type Predecessor,
} from '../../ledger/plan.ts';
import type { ResequencingBody } from '../../ledger/proposal.ts';
import {
  accepted,
  actor,
  checkpoint,
  declared,
  fact,
  fold,
  minute,
  nightAt,
  plan,
  reading,
} from './build.ts';
import { between, type Dice, dice, oneOf } from './problems.ts';

export type Night = { readonly state: CutoverState; readonly now: number };
export type NightOptions = {
  /** Most checkpoints; the number is rolled. */
  readonly size?: number;
  /** Most facts beside those of progress. */
  readonly facts?: number;
};

const people = ['approver', 'backup', 'cho', 'dia', 'eli'] as const;
const roles = ['ops', 'dba', 'sec'] as const;
const conditions = ['go-signal', 'vendor-ready'];
const often = (roll: Dice, share: number): boolean => roll() < share;
const span = (from: number, to: number) => ({ opensAt: minute(from), closesAt: minute(to) });
/** Sometimes an instant is not on a whole minute. */
const grain = (roll: Dice): number => (often(roll, 0.05) ? between(roll, 1, 59) * 1_000 : 0);

const rollDuration = (roll: Dice): Duration => {
  const odd = often(roll, 0.06) ? between(roll, 1, 59) : 0;
  const seconds = often(roll, 0.12) ? 0 : between(roll, 1, 9) * 300 + odd;
  const kind = oneOf(roll, ['exact', 'exact', 'floor', 'range', 'unknown'] as const);
  if (kind === 'range') return { kind, seconds, maxSeconds: seconds + between(roll, 0, 10) * 60 };
  return kind === 'unknown' ? { kind, assumedSeconds: seconds } : { kind, seconds };
};

const rollPredecessor = (roll: Dice, id: string): Predecessor => {
  const gapSeconds = often(roll, 0.5) ? 0 : between(roll, 1, 20) * 60;
  return {
    checkpoint: id,
    type: oneOf(roll, ['finish_to_start', 'finish_to_start', 'start_to_start', 'finish_to_finish']),
    gapSeconds,
    maxGapSeconds: often(roll, 0.2) ? gapSeconds + between(roll, 5, 90) * 60 : null,
  };
};

const rollWorking = (roll: Dice) =>
  often(roll, 0.6)
    ? [span(-600, 1200)]
    : [span(-120, between(roll, 100, 260)), span(between(roll, 260, 320), 900)];

function rollAuthority(
  roll: Dice,
  role: string,
  at: { id: string; checkpoint: string },
): Authority {
  const [first, second, third] = [oneOf(roll, people), oneOf(roll, people), oneOf(roll, people)];
  const handover = between(roll, 60, 300);
  const holders = often(roll, 0.7)
    ? [{ person: first, ...span(-600, 1200) }]
    : [
        { person: first, ...span(-600, handover) },
        { person: second, ...span(handover, 1200) },
      ];
  const delegates = [second, third]
    .filter(() => often(roll, 0.6))
    .map((person, index) => ({
      person,
      grantedBy: index === 0 ? first : second,
      ...span(between(roll, -60, 120), between(roll, 200, 700)),
    }));
  return {
    id: at.id,
    role,
    checkpoint: at.checkpoint,
    holders,
    delegates,
    chainsAllowed: often(roll, 0.5),
  };
}

const rollBoundary = (roll: Dice, id: string, ids: readonly string[]): Boundary => {
  const kind = oneOf(roll, ['maintenance', 'freeze', 'blackout', 'blackout'] as const);
  const opens = kind === 'maintenance' ? between(roll, -30, 30) : between(roll, 0, 360);
  const closes = kind === 'maintenance' ? between(roll, 300, 500) : opens + between(roll, 5, 45);
  return {
    id,
    name: id,
    kind,
    level: 'service',
    ...span(opens, closes),
    binds: often(roll, 0.4) ? 'all' : ids.filter(() => often(roll, 0.4)),
    exemptRoles: often(roll, 0.3) ? [oneOf(roll, roles)] : [],
    statedAt: minute(often(roll, 0.85) ? -100 : between(roll, 0, 400)),
  };
};

const rollAssents = (roll: Dice, id: string) =>
  often(roll, 0.15)
    ? [
        {
          id,
          parties: people.slice(0, 3),
          needed: between(roll, 1, 3),
          validMinutes: often(roll, 0.5) ? between(roll, 30, 400) : null,
        },
      ]
    : [];

/** A holder of the role's row for it: most plans are approved with someone who may. */
function approvedOwnerOf(authority: readonly Authority[], role: string, at: number): string {
  const rows = authority.filter((row) => row.role === role && row.checkpoint === 'all');
  const tenure = rows.flatMap(({ holders }) => holders).find(({ closesAt }) => closesAt > at);
  return tenure?.person ?? people[0];
}

/** Checkpoints one after another, so that most of the plan holds before anything happens. */
function rollCheckpoints(roll: Dice, size: number, authority: readonly Authority[]): Checkpoint[] {
  const list: Checkpoint[] = [];
  const freeAt = new Map<string, number>();
  for (let index = 0; index < size; index += 1) {
    const id = `c${String(index + 1).padStart(2, '0')}`;
    const role = oneOf(roll, roles);
    const duration = rollDuration(roll);
    const room = often(roll, 0.25) ? oneOf(roll, ['bridge', 'lab']) : null;
    const before = list.slice(-5).filter(() => often(roll, 0.3));
    const predecessors = before.map((item) => rollPredecessor(roll, item.id));
    const owner = approvedOwnerOf(authority, role, minute(between(roll, 0, 200)));
    const ready = before.map(
      (item, at) =>
        item.approvedStartAt +
        plannedMs(item.duration) +
        (predecessors[at]?.gapSeconds ?? 0) * 1_000,
    );
    const keys = room === null ? [owner] : [owner, room];
    const free = keys.map((key) => freeAt.get(key) ?? nightAt);
    const startAt =
      Math.ceil(Math.max(nightAt, ...ready, ...free) / 60_000) * 60_000 +
      between(roll, 0, 15) * 60_000 +
      grain(roll);
    for (const key of keys) freeAt.set(key, startAt + plannedMs(duration));
    const waits = often(roll, 0.1) ? [oneOf(roll, conditions)] : [];
    const guarded = often(roll, 0.25);
    list.push(
      checkpoint(id, {
        role,
        duration,
        room,
        predecessors,
        approvedStartAt: startAt,
        approvedOwner: often(roll, 0.95) ? owner : oneOf(roll, people),
        protected: guarded,
        moves: guarded && often(roll, 0.25) ? 'exception_only' : 'inside_boundary',
        startRule: waits.length > 0 ? 'conditional' : oneOf(roll, ['pinned', 'pinned', 'asap']),
        conditions: waits,
        allowedWindows: often(roll, 0.1)
          ? [span(-10, between(roll, 100, 300)), span(between(roll, 300, 330), 700)]
          : [],
        evidence: often(roll, 0.2)
          ? [{ kind: 'dump', source: 'board', maxAgeMinutes: between(roll, 20, 300) }]
          : [],
        approvals: rollAssents(roll, 'board-ok'),
        confirmations: rollAssents(roll, 'desk-ok'),
        weight: between(roll, 1, 4),
      }),
    );
  }
  return list;
}

function rollPlan(roll: Dice, size: number): Plan {
  const authority = [
    ...roles.flatMap((role) => [
      rollAuthority(roll, role, { id: `${role}-all`, checkpoint: 'all' }),
      ...(often(roll, 0.2)
        ? [rollAuthority(roll, role, { id: `${role}-two`, checkpoint: 'all' })]
        : []),
    ]),
    ...(often(roll, 0.3)
      ? [rollAuthority(roll, oneOf(roll, roles), { id: 'named', checkpoint: 'c02' })]
      : []),
  ];
  const checkpoints = rollCheckpoints(roll, size, authority);
  const ids = checkpoints.map(({ id }) => id);
  const pair = () => [oneOf(roll, ids), oneOf(roll, ids), oneOf(roll, ids)];
  const group = (): string[] => [...new Set(pair())];
  const boundaries = ['b1', 'b2'].filter(() => often(roll, 0.5));
  const grouped = (share: number) => (often(roll, share) && group().length > 1 ? [group()] : []);
  const last = Math.max(
    ...checkpoints.map((item) => item.approvedStartAt + plannedMs(item.duration)),
  );
  return plan(checkpoints, {
    tickSeconds: often(roll, 0.1) ? 1 : 60,
    window: { opensAt: nightAt, closesAt: last + between(roll, 20, 240) * 60_000 },
    roles: ['release-lead', ...roles].map((id) => ({ id, name: id })),
    people: people.map((id) => ({ id, name: id, contacts: [], working: rollWorking(roll) })),
    authority,
    boundaries: boundaries.map((id) => rollBoundary(roll, id, ids)),
    guardrails: often(roll, 0.3)
      ? [
          {
            id: 'rollback',
            pointOfNoReturn: oneOf(roll, ids),
            rollbackMinutes: between(roll, 10, 90),
            mustEndAt: minute(between(roll, 200, 500)),
          },
        ]
      : [],
    separations: grouped(0.3).map((of) => ({
      id: 'apart',
      checkpoints: of.length > 1 ? of : ids.slice(0, 2),
    })),
    reviewSpacings: grouped(0.3).map((of) => ({
      id: 'review',
      checkpoints: of.length > 1 ? of : ids.slice(0, 2),
      minutes: oneOf(roll, [0, 5, 10]),
    })),
    conditions: conditions.map((id) => ({ id, name: id, met: often(roll, 0.7), settledBy: 'ops' })),
    policy: {
      slipToleranceMinutes: 10,
      reviewMinutes: oneOf(roll, [0, 0, 5, 15]),
      requestValidMinutes: 60,
      exceptions: RelaxableCode.options.filter(() => often(roll, 0.7)),
    },
  });
}

/** What was started, finished or is running at `now`, as reports would have it. */
function progressFacts(roll: Dice, of: Plan, now: number): Assertion[] {
  return of.checkpoints.flatMap(({ id, approvedStartAt, duration }): Assertion[] => {
    const startAt = approvedStartAt + between(roll, 0, 10) * 60_000 + grain(roll);
    if (startAt >= now || often(roll, 0.1)) return [];
    const started: Assertion = {
      kind: 'actual_start',
      checkpoint: id,
      at: reading(startAt),
      owner: often(roll, 0.1) ? oneOf(roll, people) : null,
    };
    const endAt = startAt + plannedMs(duration) + between(roll, -3, 20) * 60_000;
    if (endAt > now) {
      const at = reading(now + between(roll, -10, 90) * 60_000 + grain(roll));
      return often(roll, 0.4)
        ? [started, { kind: 'forecast_finish', checkpoint: id, at }]
        : [started];
    }
    const at = reading(Math.max(startAt, endAt));
    const finished: Assertion = { kind: 'actual_finish', checkpoint: id, at };
    return often(roll, 0.9) ? [started, finished] : [finished];
  });
}

type Event = (roll: Dice, of: Plan, now: number) => Assertion;
const anyOf = (roll: Dice, of: Plan): string => oneOf(roll, of.checkpoints).id;
const later = (roll: Dice, now: number): number => now + between(roll, -20, 180) * 60_000;
const outage = (roll: Dice, now: number) => {
  const opensAt = later(roll, now);
  return { opensAt, closesAt: opensAt + between(roll, 10, 120) * 60_000 };
};

const events: readonly Event[] = [
  (roll, of, now) => ({
    kind: 'revised_start',
    checkpoint: anyOf(roll, of),
    at: reading(later(roll, now) + grain(roll)),
  }),
  (roll, of, now) => ({
    kind: 'evidence_recorded',
    checkpoint: anyOf(roll, of),
    evidence: 'dump',
    at: reading(now - between(roll, 0, 120) * 60_000),
  }),
  (roll, of) => ({ kind: 'evidence_revoked', checkpoint: anyOf(roll, of), evidence: 'dump' }),
  (roll, of) => ({
    kind: oneOf(roll, ['approval_given', 'approval_given', 'approval_withdrawn']),
    checkpoint: anyOf(roll, of),
    approval: 'board-ok',
    party: oneOf(roll, people.slice(0, 3)),
  }),
  (roll, of) => ({
    kind: oneOf(roll, ['confirmation_given', 'confirmation_given', 'confirmation_refused']),
    checkpoint: anyOf(roll, of),
    confirmation: 'desk-ok',
    party: oneOf(roll, people.slice(0, 3)),
  }),
  (roll) => ({
    kind: oneOf(roll, ['condition_met', 'condition_open']),
    condition: oneOf(roll, conditions),
  }),
  (roll, of, now) => ({
    kind: 'holder_changed',
    authority: oneOf(roll, of.authority).id,
    holder: oneOf(roll, people),
    span: outage(roll, now),
  }),
  (roll, of, now) => ({
    kind: 'delegate_granted',
    authority: oneOf(roll, of.authority).id,
    person: oneOf(roll, people),
    grantedBy: oneOf(roll, people),
    span: outage(roll, now),
  }),
  (roll, of, now) => ({
    kind: 'delegate_revoked',
    authority: oneOf(roll, of.authority).id,
    person: oneOf(roll, people),
    at: reading(later(roll, now)),
  }),
  (roll, _of, now) => ({
    kind: 'availability_changed',
    person: oneOf(roll, people),
    available: often(roll, 0.2),
    span: outage(roll, now),
  }),
  (roll, of) => ({
    kind: 'boundary_set',
    boundary: rollBoundary(
      roll,
      oneOf(roll, ['b1', 'b2', 'b3']),
      of.checkpoints.map(({ id }) => id),
    ),
  }),
  (roll) => ({ kind: 'boundary_lifted', boundary: oneOf(roll, ['b1', 'b2']) }),
  (roll, of) => ({
    kind: 'checkpoint_altered',
    checkpoint: anyOf(roll, of),
    change: {
      name: null,
      role: often(roll, 0.2) ? oneOf(roll, roles) : null,
      owner: often(roll, 0.2) ? oneOf(roll, people) : null,
      duration: often(roll, 0.5) ? rollDuration(roll) : null,
      skipped: often(roll, 0.3),
    },
  }),
  (roll, of) => {
    const index = between(roll, 0, of.checkpoints.length - 1);
    const earlier = of.checkpoints.slice(0, index).filter(() => often(roll, 0.3));
    return {
      kind: 'dependency_changed',
      checkpoint: of.checkpoints[index]?.id ?? 'c01',
      predecessors: earlier.map(({ id }) => rollPredecessor(roll, id)),
    };
  },
  (roll, of, now) => ({
    kind: 'exception_granted',
    exception: `x${between(roll, 1, 3)}`,
    checkpoint: anyOf(roll, of),
    relaxes: oneOf(roll, RelaxableCode.options),
    untilAt: often(roll, 0.5) ? null : now + between(roll, 30, 300) * 60_000,
  }),
  (roll, of) => ({
    kind: 'hold_placed',
    hold: 'h1',
    checkpoint: anyOf(roll, of),
    reason: 'unsure',
  }),
];

const named = (assertion: Assertion, index: number, at: number): Fact =>
  fact(assertion, {
    factId: `fact-${index}`,
    reportId: `report-${index}`,
    sourceEventId: `event-${index}`,
    occurredAt: at,
    receivedAt: at,
  });

/** A random state somewhere in its night, and the instant it is looked at. */
export function randomNight(seed: number, options: NightOptions = {}): Night {
  const roll = dice(seed);
  const of = rollPlan(roll, between(roll, 1, options.size ?? 10));
  const now = minute(between(roll, -30, 200)) + (often(roll, 0.2) ? between(roll, 0, 59_999) : 0);
  const happened = Array.from({ length: between(roll, 0, options.facts ?? 5) }, () =>
    oneOf(roll, events)(roll, of, now),
  );
  const assertions = [...progressFacts(roll, of, now), ...happened];
  const facts = assertions.map((assertion, index) => named(assertion, index + 1, now - 60_000));
  return { state: accepted(declared(of), facts), now };
}

const nothingToSay = {
  earliestEndAt: null,
  durationKnown: true,
  drivenBy: [],
  floatMinutes: null,
  critical: false,
  protectedMove: false,
  stillNeeded: [],
};

function lineOf(state: CutoverState, body: ResequencingBody, id: string): PacketLine {
  const placement = body.placements.find((item) => item.checkpoint === id);
  const kept = incumbentOf(state).placements.find((item) => item.checkpoint === id);
  const { progress } = state.situation;
  if (body.unplaced.some((item) => item.checkpoint === id)) {
    const nowhere = { startAt: null, endAt: null, owner: null };
    return { checkpoint: id, state: 'held', ...nowhere, ...nothingToSay };
  }
  const place = placement ?? kept;
  return {
    checkpoint: id,
    state: progress[id]?.state ?? 'planned',
    startAt: place?.startAt ?? null,
    endAt: place?.endAt ?? null,
    owner: place?.owner ?? null,
    ...nothingToSay,
  };
}

/** The state once a packet with this timeline is current: what the next run takes as its incumbent. */
export function adopted(state: CutoverState, body: ResequencingBody, now: number): CutoverState {
  const version = state.lastPacketVersion + 1;
  const packetId = `packet-${version}`;
  const basisDigest = digestOf('basis', state.version);
  const packet: Packet = {
    packetId,
    cutoverId: state.cutoverId,
    version,
    supersedes: null,
    preparedAt: now,
    basisVersion: state.version,
    basisDigest,
    minds: [],
    lines: state.situation.plan.checkpoints.map(({ id }) => lineOf(state, body, id)),
    holds: [],
    heldFacts: [],
    deviations: [],
    deltas: [],
    notNotified: [],
    mustAcknowledge: [],
    decisionDeadlineAt: null,
    decisionDeadlineCheckpoint: null,
    leadHolds: [],
    leadPeople: [],
    stoppedAt: 'approval',
  };
  const packetHash = digestOf('packet', packet);
  const binding = { packetId, packetVersion: version, packetHash, basisDigest, nonce: packetId };
  return fold(state, [
    { type: 'PacketPrepared', packet, packetHash, checkCode: '0000-0000', proposalIds: [] },
    { type: 'PacketAdopted', packetId, version, binding, actor: actor(), checkerVersion: 'none' },
  ]);
}
