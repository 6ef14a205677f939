/**
 * Small builders for tests: a plan, a checkpoint, a person, a declared state, a state with accepted facts.
 * Defaults describe a quiet night in which nothing is wrong, so that a test writes down only what matters to it.
 */
import type { CutoverState } from '../../ledger/cutover.ts';
import { digestOf } from '../../ledger/canonical.ts';
import { type Actor, type EventBody, genesisHash, type LedgerEvent } from '../../ledger/events.ts';
import { evolve } from '../../ledger/evolve.ts';
import type { Assertion, Fact, Reading } from '../../ledger/facts.ts';
import type { Authority, Checkpoint, Person, Plan } from '../../ledger/plan.ts';
import { minuteMs } from '../../ledger/vocabulary.ts';

/** 2026-11-07T22:00Z: the start of the night in most tests. */
export const nightAt = Date.UTC(2026, 10, 7, 22, 0);
/** The instant `minutes` into the night. */
export const minute = (minutes: number): number => nightAt + minutes * minuteMs;

export const actor = (subject = 'lead', change: Partial<Actor> = {}): Actor => ({
  kind: 'person',
  issuer: 'cli',
  subject,
  role: 'release-lead',
  authenticatedAt: nightAt,
  origin: 'test',
  ...change,
});

export const person = (id: string, change: Partial<Person> = {}): Person => ({
  id,
  name: id,
  contacts: [{ channel: 'email', address: `${id}@example.test` }],
  working: [{ opensAt: minute(-600), closesAt: minute(1200) }],
  ...change,
});

export const checkpoint = (id: string, change: Partial<Checkpoint> = {}): Checkpoint => ({
  id,
  name: id,
  kind: 'task',
  role: 'ops',
  protected: false,
  moves: 'inside_boundary',
  rank: 1,
  approvedStartAt: nightAt,
  approvedOwner: 'operator',
  startRule: 'pinned',
  duration: { kind: 'exact', seconds: 1800 },
  durationCertainty: 'stated',
  predecessors: [],
  allowedWindows: [],
  conditions: [],
  evidence: [],
  approvals: [],
  confirmations: [],
  room: null,
  observers: [],
  weight: 1,
  ...change,
});

export const authority = (id: string, change: Partial<Authority> = {}): Authority => ({
  id,
  role: 'ops',
  checkpoint: 'all',
  holders: [{ person: 'operator', opensAt: minute(-600), closesAt: minute(1200) }],
  delegates: [],
  chainsAllowed: false,
  ...change,
});

/** A plan whose checkpoints are ranked in the order given. */
export function plan(checkpoints: readonly Checkpoint[], change: Partial<Plan> = {}): Plan {
  return {
    cutoverId: 'payments',
    name: 'Payments release',
    zone: 'Europe/London',
    mode: 'rehearsal',
    notices: 'test',
    tickSeconds: 60,
    window: { opensAt: nightAt, closesAt: minute(480) },
    leadRole: 'release-lead',
    boundaries: [],
    guardrails: [],
    roles: [
      { id: 'release-lead', name: 'Release lead' },
      { id: 'ops', name: 'Operations' },
    ],
    people: [person('lead'), person('operator'), person('dev')],
    authority: [
      authority('lead-authority', {
        role: 'release-lead',
        holders: [{ person: 'lead', opensAt: minute(-600), closesAt: minute(1200) }],
      }),
      authority('ops-authority'),
    ],
    separations: [],
    reviewSpacings: [],
    sources: [
      { id: 'board', name: 'Status board', rank: 1, facts: ['all'], reporters: 'any_mapped' },
    ],
    conditions: [],
    checkpoints: checkpoints.map((item, index) => ({ ...item, rank: index + 1 })),
    policy: { slipToleranceMinutes: 10, reviewMinutes: 0, requestValidMinutes: 60, exceptions: [] },
    originals: [],
    ...change,
  };
}

let counter = 0;
/** A fact from the status board, told by operator, that occurred and arrived at `atMinute`. */
export function fact(assertion: Assertion, change: Partial<Fact> = {}): Fact {
  counter += 1;
  return {
    factId: `fact-${counter}`,
    reportId: `report-${counter}`,
    source: 'board',
    sourceEventId: `event-${counter}`,
    sourceSequence: null,
    reporter: 'operator',
    occurredAt: nightAt,
    receivedAt: nightAt,
    text: assertion.kind,
    assertion,
    ...change,
  };
}

/** A reading that leaves no doubt. */
export const reading = (at: number): Reading => ({
  text: new Date(at).toISOString(),
  zone: 'UTC',
  at,
  candidates: [at],
});

/** Appends bodies to a state without asking `decide`: for tests of folds, rules and views. */
export function fold(state: CutoverState | null, bodies: readonly EventBody[]): CutoverState {
  let next = state;
  for (const body of bodies) {
    const version = (next?.version ?? 0) + 1;
    const event: LedgerEvent = {
      cutoverId:
        next?.cutoverId ?? (body.type === 'CutoverDeclared' ? body.plan.cutoverId : 'payments'),
      version,
      recordedAt: nightAt,
      body,
      previousHash: next?.headHash ?? genesisHash,
      hash: digestOf('event', { version, body }),
    };
    next = evolve(next, event);
  }
  if (next === null) throw new Error('nothing to fold');
  return next;
}

export const declared = (of: Plan): CutoverState =>
  fold(null, [
    {
      type: 'CutoverDeclared',
      plan: of,
      planDigest: digestOf('plan', of),
      actor: actor(),
      declaredByLead: true,
    },
  ]);

/** The state after these facts were received and accepted one by one, without asking the rule book. */
export function accepted(state: CutoverState, facts: readonly Fact[]): CutoverState {
  return facts.reduce(
    (before, item) =>
      fold(before, [
        {
          type: 'ReportReceived',
          report: {
            reportId: item.reportId,
            bodyDigest: digestOf('report', item.assertion),
            source: item.source,
            sourceEventId: item.sourceEventId,
            sourceSequence: item.sourceSequence,
            reporter: item.reporter,
            occurredAt: item.occurredAt,
            receivedAt: item.receivedAt,
            underPacketVersion: null,
            currentPacketVersion: null,
            text: item.text,
            facts: [item],
          },
        },
        {
          type: 'FactsRuled',
          proposalId: 'test',
          rulings: [
            { factId: item.factId, ruling: 'accepted', code: null, candidates: [], against: null },
          ],
        },
      ]),
    state,
  );
}
