/**
 * Builders for tests of proposals, packets and decisions: a packet made from a state, a proposal of the open run,
 * and a ledger in memory that only `decide` may write to.
 */
import { digestOf } from '../../ledger/canonical.ts';
import { chain } from '../../ledger/chain.ts';
import type { LedgerCommand, Rejection } from '../../ledger/commands.ts';
import type { CutoverState } from '../../ledger/cutover.ts';
import { decide } from '../../ledger/decide.ts';
import type { DecisionBinding, EventBody, LedgerEvent } from '../../ledger/events.ts';
import { evolve } from '../../ledger/evolve.ts';
import type { Assertion, ReportBody } from '../../ledger/facts.ts';
import { incumbentOf } from '../../ledger/incumbent.ts';
import type { Judge } from '../../ledger/judge.ts';
import type { Packet, PacketLine } from '../../ledger/packet.ts';
import { type Plan, plannedMs } from '../../ledger/plan.ts';
import type { Proposal } from '../../ledger/proposal.ts';
import { actor, nightAt } from './build.ts';
import { testJudge } from './judge.ts';

export const line = (checkpoint: string, change: Partial<PacketLine> = {}): PacketLine => ({
  checkpoint,
  state: 'planned',
  startAt: nightAt,
  endAt: nightAt + 1_800_000,
  earliestEndAt: nightAt + 1_800_000,
  durationKnown: true,
  owner: 'operator',
  drivenBy: [],
  floatMinutes: 0,
  critical: false,
  protectedMove: false,
  stillNeeded: [],
  ...change,
});

/** The next packet on these facts: every open checkpoint at its revised, incumbent or approved start. */
export function packetOn(state: CutoverState, judge: Judge, change: Partial<Packet> = {}): Packet {
  const { plan, progress } = state.situation;
  const incumbent = new Map(
    incumbentOf(state).placements.map((place) => [place.checkpoint, place]),
  );
  const version = state.lastPacketVersion + 1;
  const lines = plan.checkpoints.map((checkpoint) => {
    const known = progress[checkpoint.id];
    const place = incumbent.get(checkpoint.id);
    const startAt =
      known?.actualStartAt ?? known?.revisedStartAt ?? place?.startAt ?? checkpoint.approvedStartAt;
    const endAt = known?.actualFinishAt ?? startAt + plannedMs(checkpoint.duration);
    const owner = place?.owner ?? checkpoint.approvedOwner;
    const stands = known?.state ?? 'planned';
    return line(checkpoint.id, { state: stands, startAt, endAt, earliestEndAt: endAt, owner });
  });
  return {
    packetId: `packet-${version}`,
    cutoverId: state.cutoverId,
    version,
    supersedes:
      state.current === null
        ? null
        : { version: state.current.packet.version, packetHash: state.current.packetHash },
    preparedAt: nightAt,
    basisVersion: state.version,
    basisDigest: judge.basisDigest(state),
    minds: [],
    lines,
    holds: [],
    heldFacts: [],
    deviations: [],
    deltas: [],
    notNotified: [],
    mustAcknowledge: [...new Set(lines.flatMap(({ owner }) => owner ?? []))],
    decisionDeadlineAt: null,
    decisionDeadlineCheckpoint: null,
    leadHolds: [],
    leadPeople: [],
    stoppedAt: 'approval',
    ...change,
  };
}

export type Bench = {
  readonly judge: Judge;
  state(): CutoverState;
  events(): readonly LedgerEvent[];
  now(): number;
  /** Moves the store's clock. */
  at(instant: number): void;
  /** Decides and, when there are events, appends them in one step. */
  give(command: LedgerCommand): { events: readonly EventBody[]; rejection: Rejection | null };
  /** A report from the board with these assertions. */
  report(assertions: readonly Assertion[], change?: Partial<ReportBody>): ReturnType<Bench['give']>;
  /** Starts a run; the id of the open one. */
  run(): string;
  propose(body: Proposal['body'], change?: Partial<Proposal>): Proposal;
  gate(proposal: Proposal): ReturnType<Bench['give']>;
  /** Accepts every waiting fact through the gate. */
  ruleAll(): void;
  /** Runs until a packet waits (or stands), on these facts. */
  prepare(change?: Partial<Packet>): Packet;
  /** What a person who sees the pending packet would bind to. */
  binding(change?: Partial<DecisionBinding>): DecisionBinding;
  /** A ledger of its own with the same history so far. */
  fork(): Bench;
};

export const reportBody = (
  assertions: readonly Assertion[],
  change: Partial<ReportBody> = {},
): ReportBody => ({
  source: 'board',
  sourceEventId: 'event-1',
  sourceSequence: null,
  reporter: 'operator',
  occurredAt: nightAt,
  underPacketVersion: null,
  text: 'as told',
  assertions: assertions.map((assertion) => ({ text: assertion.kind, assertion })),
  ...change,
});

type Memory = {
  readonly plan: Plan;
  readonly judge: Judge;
  state: CutoverState | null;
  now: number;
  readonly events: LedgerEvent[];
  readonly counts: Map<string, number>;
};

const clearly = { code: null, candidates: [], against: null };

function benchOn(memory: Memory): Bench {
  const { judge, events, counts } = memory;
  const newId = (kind: string): string => {
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
    return `${kind}-${counts.get(kind)}`;
  };
  const stands = (): CutoverState => {
    if (memory.state === null) throw new Error('nothing is declared');
    return memory.state;
  };
  const give: Bench['give'] = (command) => {
    const body = command.type === 'ReceiveReport' ? command.body : null;
    const known = events.find(
      (event) =>
        body !== null &&
        event.body.type === 'ReportReceived' &&
        event.body.report.source === body.source &&
        event.body.report.sourceEventId === body.sourceEventId,
    );
    const knownReport =
      known?.body.type === 'ReportReceived'
        ? { version: known.version, bodyDigest: known.body.report.bodyDigest }
        : null;
    const { state, now } = memory;
    const decision = decide(command, state, { now, judge, newId, knownReport });
    const head = state === null ? null : { version: state.version, hash: state.headHash };
    const place = { cutoverId: memory.plan.cutoverId, recordedAt: now };
    for (const event of chain(head, decision.events, place)) {
      events.push(event);
      memory.state = evolve(memory.state, event);
    }
    return decision;
  };
  const self: Bench = {
    judge,
    state: stands,
    events: () => events,
    now: () => memory.now,
    at: (instant) => {
      memory.now = instant;
    },
    give,
    report: (assertions, change = {}) =>
      give({
        type: 'ReceiveReport',
        body: reportBody(assertions, { sourceEventId: newId('event'), ...change }),
      }),
    run: () => {
      give({ type: 'StartRun', runId: newId('run'), graphVersion: 'test' });
      const { run } = stands();
      if (run === null) throw new Error('no run is open');
      return run.runId;
    },
    propose: (body, change = {}) => {
      const { run, cutoverId, version } = stands();
      const proposal: Proposal = {
        proposalId: newId('proposal'),
        cutoverId,
        runId: run?.runId ?? 'none',
        agent: body.agent,
        mind: { kind: 'deterministic', reason: 'default' },
        attempt: (run?.attempts[body.agent]?.proposal.attempt ?? 0) + 1,
        basisVersion: version,
        basisDigest: judge.basisDigest(stands()),
        body,
        ...change,
      };
      give({ type: 'RecordProposal', proposal });
      return proposal;
    },
    gate: ({ proposalId }) => give({ type: 'GateProposal', proposalId }),
    ruleAll: () => {
      const rulings = stands().unruled.map(({ factId }) => ({
        factId,
        ruling: 'accepted' as const,
        ...clearly,
      }));
      self.gate(self.propose({ agent: 'readiness', rulings }));
    },
    prepare: (change = {}) => {
      if (stands().run === null || stands().pending !== null) self.run();
      if (stands().unruled.length > 0) self.ruleAll();
      const packet = packetOn(stands(), judge, change);
      self.gate(self.propose({ agent: 'packet', packet }));
      return packet;
    },
    binding: (change = {}) => {
      const { pending } = stands();
      return {
        packetId: pending?.record.packet.packetId ?? 'none',
        packetVersion: pending?.record.packet.version ?? null,
        packetHash: pending?.record.packetHash ?? '',
        basisDigest: pending?.request?.basisDigest ?? '',
        nonce: pending?.request?.nonce ?? 'none',
        ...change,
      };
    },
    fork: () => benchOn({ ...memory, events: [...events], counts: new Map(counts) }),
  };
  return self;
}

/** A ledger in memory. Everything in it went through `decide`, declared by the lead unless told otherwise. */
export function bench(plan: Plan, judge: Judge = testJudge(), by = actor()): Bench {
  const now = nightAt - 3_600_000;
  const self = benchOn({ plan, judge, state: null, now, events: [], counts: new Map() });
  self.give({ type: 'DeclareCutover', plan, actor: by });
  return self;
}

/** The digest a packet would have: for tests that forge one. */
export const hashOfPacket = (packet: Packet): string => digestOf('packet', packet);
