/**
 * Facts that wait for a ruling, some of them untrustworthy by construction: whoever believes one of those was fooled,
 * whatever rule book says so. Others are ordinary; what becomes of them is the rule book's own business.
 */
import type { ViolationCode } from '../../ledger/codes.ts';
import type { CutoverState } from '../../ledger/cutover.ts';
import type { EventBody } from '../../ledger/events.ts';
import type { Assertion, Fact } from '../../ledger/facts.ts';
import type { Checkpoint, Plan } from '../../ledger/plan.ts';
import { minuteMs, type Id, type Instant } from '../../ledger/vocabulary.ts';
import { digestOf } from '../../ledger/canonical.ts';
import { accepted, fact, fold, reading } from '../support/build.ts';
import { between, type Dice, oneOf } from '../support/problems.ts';

/** What may never be made of a fact, and what the gate says to a proposal that makes it. */
export type Planted = {
  readonly never: readonly ('accepted' | 'accepted_as_forecast')[];
  readonly code: ViolationCode;
};

const unauthorised: Planted = {
  never: ['accepted', 'accepted_as_forecast'],
  code: 'accepted_without_authority',
};
const untrue: Planted = {
  never: ['accepted', 'accepted_as_forecast'],
  code: 'accepted_untrustworthy',
};
const early: Planted = { never: ['accepted'], code: 'accepted_untrustworthy' };

type Told = {
  readonly assertion: Assertion;
  readonly change?: Partial<Fact>;
  readonly planted: Planted | null;
};
type Teller = (roll: Dice, plan: Plan, now: Instant) => Told;

const anyOf = (roll: Dice, plan: Plan): Id => oneOf(roll, plan.checkpoints).id;
const finish = (checkpoint: Id, at: Instant): Assertion => ({
  kind: 'actual_finish',
  checkpoint,
  at: reading(at),
});
const spanFrom = (opensAt: Instant) => ({ opensAt, closesAt: opensAt + 120 * minuteMs });

const tellers: readonly Teller[] = [
  (roll, plan, now) => ({ assertion: finish(anyOf(roll, plan), now - minuteMs), planted: null }),
  (roll, plan, now) => ({
    assertion: {
      kind: 'forecast_finish',
      checkpoint: anyOf(roll, plan),
      at: reading(now + between(roll, 1, 60) * minuteMs),
    },
    planted: null,
  }),
  (roll, plan, now) => ({
    assertion: finish(anyOf(roll, plan), now - minuteMs),
    change: { source: 'chat' },
    planted: unauthorised,
  }),
  (roll, plan, now) => ({
    assertion: finish(anyOf(roll, plan), now - minuteMs),
    change: { reporter: oneOf(roll, ['stranger', 'cho-2', 'lead.']) },
    planted: unauthorised,
  }),
  (roll, plan) => ({
    assertion: {
      kind: 'checkpoint_altered',
      checkpoint: anyOf(roll, plan),
      change: {
        name: null,
        role: oneOf(roll, plan.roles).id,
        owner: null,
        duration: null,
        skipped: true,
      },
    },
    change: { source: 'interlock', reporter: 'stranger' },
    planted: unauthorised,
  }),
  (roll, plan, now) => ({
    assertion: {
      kind: 'delegate_granted',
      authority: oneOf(roll, plan.authority).id,
      person: oneOf(roll, plan.people).id,
      grantedBy: 'stranger',
      span: spanFrom(now),
    },
    change: { source: 'interlock', reporter: 'stranger' },
    planted: unauthorised,
  }),
  (roll, plan, now) => ({
    assertion: finish(anyOf(roll, plan), now + between(roll, 1, 90) * minuteMs),
    planted: early,
  }),
  (roll, plan, now) => ({
    assertion: {
      kind: 'actual_finish',
      checkpoint: anyOf(roll, plan),
      at: { ...reading(now - minuteMs), at: now - between(roll, 2, 90) * minuteMs },
    },
    planted: untrue,
  }),
  (roll, plan) => ({
    assertion: {
      kind: 'actual_start',
      checkpoint: anyOf(roll, plan),
      at: { text: 'accordingly', zone: 'UTC', at: null, candidates: [] },
      owner: null,
    },
    planted: untrue,
  }),
  (roll) => ({
    assertion: { kind: 'statement', text: oneOf(roll, ['all done, proceed', 'freeze lifted']) },
    planted: untrue,
  }),
  (roll, plan, now) => ({
    assertion: {
      kind: 'statement',
      text: `${anyOf(roll, plan)} finished at ${reading(now - 10 * minuteMs).text}; will confirm`,
    },
    planted: untrue,
  }),
  (_roll, _plan, now) => ({
    assertion: finish('no-such-checkpoint', now - minuteMs),
    planted: untrue,
  }),
  (roll, plan, now) => ({
    assertion: {
      kind: 'boundary_lifted',
      boundary: oneOf(roll, [...plan.boundaries.map(({ id }) => id), 'no-such-freeze']),
    },
    change: { source: 'interlock', reporter: 'stranger', occurredAt: now - minuteMs },
    planted: unauthorised,
  }),
];

const answers = ['given', 'given', 'given', 'refused'] as const;

/** Evidence and answers of every kind for a checkpoint that asks for some, as accepted. */
function settledOf(roll: Dice, of: Checkpoint, now: Instant): Assertion[] {
  const observed = of.evidence.map(({ kind, maxAgeMinutes }): Assertion => ({
    kind: 'evidence_recorded',
    checkpoint: of.id,
    evidence: kind,
    at: reading(now - between(roll, 0, maxAgeMinutes) * minuteMs),
  }));
  const revoked = of.evidence
    .filter(() => roll() < 0.2)
    .map(({ kind }): Assertion => ({
      kind: 'evidence_revoked',
      checkpoint: of.id,
      evidence: kind,
    }));
  const approved = of.approvals.flatMap(({ id, parties }) =>
    parties.map((party): Assertion => ({
      kind: oneOf(roll, answers) === 'given' ? 'approval_given' : 'approval_withdrawn',
      checkpoint: of.id,
      approval: id,
      party,
    })),
  );
  const confirmed = of.confirmations.flatMap(({ id, parties }) =>
    parties.map((party): Assertion => ({
      kind: oneOf(roll, answers) === 'given' ? 'confirmation_given' : 'confirmation_refused',
      checkpoint: of.id,
      confirmation: id,
      party,
    })),
  );
  return [...observed, ...revoked, ...approved, ...confirmed];
}

/** The state once everyone has answered and every evidence is in: nights on which validity is what may run out. */
export function withAnswers(state: CutoverState, now: Instant, roll: Dice): CutoverState {
  const facts = state.situation.plan.checkpoints
    .flatMap((item) => settledOf(roll, item, now))
    .map((assertion, index) =>
      fact(assertion, {
        factId: `answer-${index}`,
        reportId: `report-answer-${index}`,
        sourceEventId: `event-answer-${index}`,
        occurredAt: now - between(roll, 1, 300) * minuteMs,
        receivedAt: now,
      }),
    );
  return accepted(state, facts);
}

/** The state with one to four more facts that wait, and what is known of the untrustworthy ones. */
export function withWaiting(
  state: CutoverState,
  now: Instant,
  roll: Dice,
): { state: CutoverState; planted: ReadonlyMap<Id, Planted> } {
  const { plan } = state.situation;
  const planted = new Map<Id, Planted>();
  let after = state;
  for (let count = between(roll, 1, 4); count > 0; count -= 1) {
    const { assertion, change, planted: truth } = oneOf(roll, tellers)(roll, plan, now);
    const factId = `waiting-${count}`;
    const told = fact(assertion, {
      factId,
      reportId: `report-${factId}`,
      sourceEventId: `event-${factId}`,
      reporter: oneOf(roll, plan.people).id,
      occurredAt: now - minuteMs,
      receivedAt: now,
      ...change,
    });
    if (truth !== null) planted.set(factId, truth);
    after = fold(after, [received(told)]);
  }
  return { state: after, planted };
}

const received = (told: Fact): EventBody => ({
  type: 'ReportReceived',
  report: {
    reportId: told.reportId,
    bodyDigest: digestOf('report', told.assertion),
    source: told.source,
    sourceEventId: told.sourceEventId,
    sourceSequence: told.sourceSequence,
    reporter: told.reporter,
    occurredAt: told.occurredAt,
    receivedAt: told.receivedAt,
    underPacketVersion: null,
    currentPacketVersion: null,
    text: told.text,
    facts: [told],
  },
});
