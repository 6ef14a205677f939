/**
 * The night that Studio shows: the five checkpoints of a payments release, three people, and a rollback validation
 * that runs late. Its times lie on one fixed evening, so that every look at it is the same.
 */
import type { ReportBody } from '../ledger/facts.ts';
import type { Checkpoint, Person, Plan } from '../ledger/plan.ts';
import { type Id, type Instant, minuteMs } from '../ledger/vocabulary.ts';

/** 2026-11-07T22:00Z. */
const openedAt: Instant = 1_794_088_800_000;
const minute = (minutes: number): Instant => openedAt + minutes * minuteMs;
const allNight = { opensAt: minute(-240), closesAt: minute(720) };

/** What the clock of this ledger says, for good: forty minutes into the night. */
export const studioNow: Instant = minute(40);

const person = (id: Id, name: string): Person => ({ id, name, contacts: [], working: [allNight] });

type Step = { readonly id: Id; readonly name: string; readonly at: number; readonly owner: Id };
const steps: readonly Step[] = [
  { id: 'rollback-validation', name: 'Rollback validation', at: 0, owner: 'release-engineer' },
  { id: 'replication', name: 'Replication confirmation', at: 45, owner: 'database-lead' },
  { id: 'security-approval', name: 'Security approval', at: 75, owner: 'security-duty' },
  { id: 'traffic-shift', name: 'Traffic-shift readiness', at: 105, owner: 'release-engineer' },
  { id: 'release-notice', name: 'Executive release notice', at: 140, owner: 'release-lead' },
];

const checkpointOf = ({ id, name, at, owner }: Step, index: number): Checkpoint => ({
  id,
  name,
  kind: id === 'security-approval' ? 'approval' : 'task',
  role: owner,
  protected: id === 'security-approval',
  moves: 'inside_boundary',
  rank: index + 1,
  approvedStartAt: minute(at),
  approvedOwner: owner,
  startRule: 'pinned',
  duration: { kind: 'exact', seconds: 1_800 },
  durationCertainty: 'stated',
  predecessors: steps.slice(index - 1, index).map((before) => ({
    checkpoint: before.id,
    type: 'finish_to_start' as const,
    gapSeconds: 0,
    maxGapSeconds: null,
  })),
  allowedWindows: [],
  conditions: [],
  evidence: [],
  approvals: [],
  confirmations: [],
  room: null,
  observers: ['release-lead'],
  weight: 1,
});

const people = [
  person('release-lead', 'Release lead'),
  person('release-engineer', 'Release engineer'),
  person('database-lead', 'Database lead'),
  person('security-duty', 'Security on duty'),
];

export const studioPlan: Plan = {
  cutoverId: 'payments',
  name: 'Payments release',
  zone: 'Europe/London',
  mode: 'rehearsal',
  notices: 'off',
  tickSeconds: 60,
  window: { opensAt: minute(0), closesAt: minute(300) },
  leadRole: 'release-lead',
  boundaries: [],
  guardrails: [],
  roles: people.map(({ id, name }) => ({ id, name })),
  people,
  authority: people.map(({ id }) => ({
    id: `${id}-authority`,
    role: id,
    checkpoint: 'all' as const,
    holders: [{ person: id, ...allNight }],
    delegates: [],
    chainsAllowed: false,
  })),
  separations: [],
  reviewSpacings: [],
  sources: [
    { id: 'board', name: 'Status board', rank: 1, facts: ['all'], reporters: 'any_mapped' },
  ],
  conditions: [],
  checkpoints: steps.map(checkpointOf),
  policy: { slipToleranceMinutes: 10, reviewMinutes: 5, requestValidMinutes: 60, exceptions: [] },
  originals: [],
};

const readingAt = (at: Instant, text: string) => ({ text, zone: 'UTC', at, candidates: [at] });

/** Rollback validation began on time and will end twenty-five minutes late. */
export const studioReport: ReportBody = {
  source: 'board',
  sourceEventId: 'board-1',
  sourceSequence: 1,
  reporter: 'release-engineer',
  occurredAt: studioNow,
  underPacketVersion: 1,
  text: 'Rollback validation started 22:00, now expected to finish 22:55',
  assertions: [
    {
      text: 'started 22:00',
      assertion: {
        kind: 'actual_start',
        checkpoint: 'rollback-validation',
        at: readingAt(minute(0), '22:00Z'),
        owner: null,
      },
    },
    {
      text: 'now expected to finish 22:55',
      assertion: {
        kind: 'forecast_finish',
        checkpoint: 'rollback-validation',
        at: readingAt(minute(55), '22:55Z'),
      },
    },
  ],
};
