/**
 * Ledgers of any length for measuring: a declared cutover and then cycles of what a quiet run leaves behind, so
 * that a long one differs from a short one in its length and in nothing else. It measures nothing itself.
 */
import { digestOf } from '../../ledger/canonical.ts';
import { chain } from '../../ledger/chain.ts';
import type { EventBody } from '../../ledger/events.ts';
import type { ReportBody } from '../../ledger/facts.ts';
import type { Checkpoint, Plan } from '../../ledger/plan.ts';
import type { Store } from '../../ledger/store.ts';
import { type Id, type Instant, minuteMs } from '../../ledger/vocabulary.ts';

/** 2026-11-07T22:00Z, when the window opens. */
export const opensAt: Instant = Date.UTC(2026, 10, 7, 22, 0);
const window = { opensAt, closesAt: opensAt + 480 * minuteMs };
const wide = { opensAt: opensAt - 600 * minuteMs, closesAt: opensAt + 1_200 * minuteMs };
const checkpoints = 24;
const stepMinutes = 15;

const checkpointAt = (index: number): Checkpoint => ({
  id: `step-${index + 1}`,
  name: `Step ${index + 1} of the release`,
  kind: 'task',
  role: 'ops',
  protected: index % 4 === 0,
  moves: 'inside_boundary',
  rank: index + 1,
  approvedStartAt: opensAt + index * stepMinutes * minuteMs,
  approvedOwner: 'operator',
  startRule: 'pinned',
  duration: { kind: 'exact', seconds: stepMinutes * 60 },
  durationCertainty: 'stated',
  predecessors:
    index === 0
      ? []
      : [
          {
            checkpoint: `step-${index}`,
            type: 'finish_to_start',
            gapSeconds: 0,
            maxGapSeconds: null,
          },
        ],
  allowedWindows: [],
  conditions: [],
  evidence: [],
  approvals: [],
  confirmations: [],
  room: null,
  observers: [],
  weight: 1,
});

/** A plan of 24 checkpoints in one chain, owned by one person. */
export const benchPlan = (cutoverId: string): Plan => ({
  cutoverId,
  name: 'A release to measure',
  zone: 'Europe/London',
  mode: 'rehearsal',
  notices: 'off',
  tickSeconds: 60,
  window,
  leadRole: 'release-lead',
  boundaries: [],
  guardrails: [],
  roles: [
    { id: 'release-lead', name: 'Release lead' },
    { id: 'ops', name: 'Operations' },
  ],
  people: ['lead', 'operator'].map((id) => ({ id, name: id, contacts: [], working: [wide] })),
  authority: [['lead', 'release-lead'] as const, ['operator', 'ops'] as const].map(
    ([person, role]) => ({
      id: `${role}-authority`,
      role,
      checkpoint: 'all',
      holders: [{ person, ...wide }],
      delegates: [],
      chainsAllowed: false,
    }),
  ),
  separations: [],
  reviewSpacings: [],
  sources: [
    { id: 'board', name: 'Status board', rank: 1, facts: ['all'], reporters: 'any_mapped' },
  ],
  conditions: [],
  checkpoints: Array.from({ length: checkpoints }, (_, index) => checkpointAt(index)),
  policy: { slipToleranceMinutes: 10, reviewMinutes: 0, requestValidMinutes: 60, exceptions: [] },
  originals: [],
});

const lanes = Array.from({ length: 50 }, (_, lane) => lane + 1);
const stepsPerLane = 20;

const laneOf = (index: number): number => 1 + Math.floor(index / stepsPerLane);

function wideCheckpoint(index: number): Checkpoint {
  const step = index % stepsPerLane;
  const alone = checkpointAt(index);
  return {
    ...alone,
    role: `ops-${laneOf(index)}`,
    rank: step * lanes.length + laneOf(index),
    approvedStartAt: opensAt + step * stepMinutes * minuteMs,
    approvedOwner: `owner-${laneOf(index)}`,
    predecessors: step === 0 ? [] : alone.predecessors,
  };
}

/**
 * A plan of 1,000 checkpoints: 50 chains of 20 side by side, each with an owner of its own, so that one late step moves
 * its chain and the whole night has to be looked at.
 */
export function widePlan(cutoverId: string): Plan {
  const narrow = benchPlan(cutoverId);
  const [owners, roles] = [lanes.map((n) => `owner-${n}`), lanes.map((n) => `ops-${n}`)];
  return {
    ...narrow,
    roles: [...narrow.roles, ...roles.map((id) => ({ id, name: id }))],
    people: [
      ...narrow.people,
      ...owners.map((id) => ({ id, name: id, contacts: [], working: [wide] })),
    ],
    authority: [
      ...narrow.authority,
      ...lanes.map((n) => ({
        id: `ops-${n}-authority`,
        role: `ops-${n}`,
        checkpoint: 'all' as const,
        holders: [{ person: `owner-${n}`, ...wide }],
        delegates: [],
        chainsAllowed: false,
      })),
    ],
    checkpoints: Array.from({ length: lanes.length * stepsPerLane }, (_, index) =>
      wideCheckpoint(index),
    ),
  };
}

/** What the status board says of a step: when it will be done, or when it starts instead, so late after the plan. */
type Said = {
  readonly kind: 'forecast_finish' | 'revised_start';
  readonly step: number;
  readonly lateMinutes: number;
};

/** A report with one such fact, as a status board would send it. */
export function benchReport(sourceEventId: string, { kind, step, lateMinutes }: Said): ReportBody {
  const planned = (kind === 'forecast_finish' ? step + 1 : step) * stepMinutes;
  const at = opensAt + (planned + lateMinutes) * minuteMs;
  const words = new Date(at).toISOString();
  const checkpoint = `step-${step + 1}`;
  const reading = { text: words, zone: 'UTC', at, candidates: [at] };
  const text = `${checkpoint}: ${kind} ${words}`;
  return {
    source: 'board',
    sourceEventId,
    sourceSequence: null,
    reporter: 'operator',
    occurredAt: opensAt,
    underPacketVersion: null,
    text,
    assertions: [{ text, assertion: { kind, checkpoint, at: reading } }],
  };
}

/** Report, run, ruling, end: what a source that says again what is known leaves behind. */
function quietCycle(index: number): EventBody[] {
  const said = benchReport(`quiet-${index}`, {
    kind: 'forecast_finish',
    step: index % checkpoints,
    lateMinutes: 0,
  });
  const { assertions, ...told } = said;
  const { source, sourceEventId, sourceSequence, reporter, occurredAt } = told;
  const reportId = `quiet-report-${index}`;
  const factId = `quiet-fact-${index}`;
  const origin = { reportId, source, sourceEventId, sourceSequence, reporter, occurredAt };
  const facts = assertions.map((one) => ({ factId, ...origin, receivedAt: opensAt, ...one }));
  const runId = `quiet-run-${index}`;
  const report = {
    ...told,
    reportId,
    bodyDigest: digestOf('report', said),
    receivedAt: opensAt,
    currentPacketVersion: 1,
    facts,
  };
  return [
    { type: 'ReportReceived', report },
    { type: 'RunStarted', runId, nowAt: opensAt, graphVersion: 'bench' },
    {
      type: 'FactsRuled',
      proposalId: `quiet-proposal-${index}`,
      rulings: [{ factId, ruling: 'repeat', code: 'repeat', candidates: [], against: null }],
    },
    { type: 'RunEnded', runId, outcome: 'no_change' },
  ];
}

const cyclesAtOnce = 250;

/** Appends quiet cycles until the ledger of a declared cutover has at least `length` events. */
export async function lengthen(store: Store, cutoverId: Id, length: number): Promise<void> {
  for (;;) {
    const version = (await store.head(cutoverId))?.version ?? 0;
    const missing = Math.ceil((length - version) / 4);
    if (missing <= 0) return;
    const cycles = Array.from({ length: Math.min(missing, cyclesAtOnce) }, (_, at) =>
      quietCycle(version + at),
    );
    await store.transact(cutoverId, async (transaction) => {
      const head = await transaction.head(cutoverId);
      const events = chain(head, cycles.flat(), { cutoverId, recordedAt: opensAt });
      await transaction.append(cutoverId, head?.version ?? 0, events);
    });
  }
}
