import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CutoverState } from '../ledger/cutover.ts';
import type { Assertion, Fact } from '../ledger/facts.ts';
import { checkpoint, declared, fact, fold, minute, plan, reading } from '../tests/support/build.ts';
import { basisDigest } from './basis.ts';
import { judge } from './judge.ts';
import { heldAgain } from './readinessAgain.ts';
import { ruleFacts } from './readiness.ts';

const sign = { id: 'sign', parties: ['ops'], needed: 1, validMinutes: null };
const night = plan(
  [
    checkpoint('cut', {
      approvals: [sign],
      confirmations: [{ ...sign, id: 'sure' }],
      evidence: [{ kind: 'backup', source: 'vault', maxAgeMinutes: 600 }],
      conditions: ['legal'],
    }),
  ],
  {
    conditions: [{ id: 'legal', name: 'Legal', met: false, settledBy: 'ops' }],
    policy: {
      slipToleranceMinutes: 10,
      reviewMinutes: 0,
      requestValidMinutes: 60,
      exceptions: ['outside_window'],
    },
  },
);
const start = declared(night);

const told = (factId: string, assertion: Assertion, change: Partial<Fact> = {}): Fact =>
  fact(assertion, { factId, occurredAt: minute(40), receivedAt: minute(90), ...change });
const approval: Assertion = {
  kind: 'approval_given',
  checkpoint: 'cut',
  approval: 'sign',
  party: 'ops',
};
/** The lead says late that the authority passed on at this minute. */
const passedOn = (row: string, at: number, change: Partial<Fact> = {}): Fact =>
  told(
    `passed-on-${row}`,
    {
      kind: 'holder_changed',
      authority: row,
      holder: 'dev',
      span: { opensAt: minute(at), closesAt: minute(1200) },
    },
    { source: 'interlock', reporter: 'lead', occurredAt: minute(80), ...change },
  );

/** Rules on the facts one run after another, as the gate records it. */
const ruled = (batches: readonly (readonly Fact[])[], from = start): CutoverState =>
  batches.reduce((before, facts) => {
    const received = { ...before, unruled: [...facts] };
    const digest = basisDigest(received);
    const rulings = ruleFacts(received);
    const after = fold(received, [{ type: 'FactsRuled', proposalId: 'p', rulings }]);
    const again = judge.heldAgain(received, after);
    const known =
      again.length === 0 ? after : fold(after, [{ type: 'FactsHeldAgain', facts: [...again] }]);
    expect(basisDigest(known)).toBe(digest);
    return known;
  }, from);
const held = (state: CutoverState) =>
  state.heldFacts.map(({ fact: { factId }, ruling }) => [factId, ruling.code, ruling.against]);

describe('an accepted fact whose teller turns out to have had no authority', () => {
  const change = passedOn('ops-authority', 30);

  it.each([
    ['approval', approval, (state: CutoverState) => state.situation.assents],
    [
      'confirmation',
      { kind: 'confirmation_given', checkpoint: 'cut', confirmation: 'sure', party: 'ops' },
      (state: CutoverState) => state.situation.assents,
    ],
    [
      'condition',
      { kind: 'condition_met', condition: 'legal' },
      (state: CutoverState) => state.situation.plan.conditions.filter(({ met }) => met),
    ],
  ] as const)('is held again: %s', (_, assertion, effects) => {
    const first = ruled([[told('early', assertion)]]);
    expect(effects(first)).toHaveLength(1);
    const after = ruled([[change]], first);
    expect(effects(after)).toEqual([]);
    expect(held(after)).toEqual([['early', 'not_authorised', change.factId]]);
    const otherOrder = ruled([[change], [told('early', assertion)]]);
    expect(otherOrder.situation.assents).toEqual(after.situation.assents);
    expect(held(otherOrder).map(([id, code]) => [id, code])).toEqual([['early', 'not_authorised']]);
  });

  it.each([
    [
      'exception',
      {
        kind: 'exception_granted',
        exception: 'x',
        checkpoint: 'cut',
        relaxes: 'outside_window',
        untilAt: null,
      },
      (state: CutoverState) => state.situation.exceptions,
    ],
    [
      'evidence by hand',
      { kind: 'evidence_recorded', checkpoint: 'cut', evidence: 'backup', at: reading(minute(35)) },
      (state: CutoverState) => state.situation.evidence,
    ],
  ] as const)('that only the lead may tell is held again: %s', (_, assertion, effects) => {
    const byLead = { source: 'interlock', reporter: 'lead' };
    const first = ruled([[told('early', assertion, byLead)]]);
    expect(effects(first)).toHaveLength(1);
    const after = ruled([[passedOn('lead-authority', 30)]], first);
    expect(effects(after)).toEqual([]);
    expect(held(after)).toEqual([['early', 'not_authorised', 'passed-on-lead-authority']]);
  });

  it('is held again also when both come in one run, in either order', () => {
    for (const batch of [
      [told('early', approval), change],
      [change, told('early', approval)],
    ]) {
      const after = ruled([batch]);
      expect(after.situation.assents).toEqual([]);
      expect(held(after).map(([id]) => id)).toEqual(['early']);
    }
  });

  it('stays accepted when the change took effect after its moment, or is not about its teller', () => {
    for (const other of [passedOn('ops-authority', 41), passedOn('lead-authority', 30)]) {
      const after = ruled([[told('early', approval)], [other]]);
      expect(after.situation.assents).toHaveLength(1);
      expect(held(after)).toEqual([]);
    }
  });

  it('is what a later answer of whoever has the authority settles', () => {
    const by = told('deputy', approval, { reporter: 'dev', occurredAt: minute(50) });
    const after = ruled([[told('early', approval)], [change], [by]]);
    expect(after.situation.assents).toMatchObject([{ factId: 'deputy' }]);
    expect(held(after)).toEqual([]);
  });

  it('is not looked for while no authority has changed', () => {
    const state = ruled([[told('early', approval)]]);
    expect(heldAgain(start, state)).toEqual([]);
  });
});

describe('C6: the order of arrival, of answers and changes of authority', () => {
  const reports = fc
    .record({
      answers: fc.array(
        fc.record({
          by: fc.constantFrom('operator', 'dev'),
          at: fc.integer({ min: 1, max: 60 }),
          party: fc.constantFrom('cut sign', 'cut sure'),
        }),
        { minLength: 1, maxLength: 4 },
      ),
      changeAt: fc.integer({ min: 0, max: 60 }),
    })
    .map(({ answers, changeAt }) => ({
      changeAt,
      facts: [
        passedOn('ops-authority', changeAt),
        ...answers.map(({ by, at, party }, index) =>
          told(
            `answer-${index}`,
            party === 'cut sign'
              ? approval
              : {
                  kind: 'confirmation_given',
                  checkpoint: 'cut',
                  confirmation: 'sure',
                  party: 'ops',
                },
            { reporter: by, occurredAt: minute(at) },
          ),
        ),
      ],
    }));

  it('only answers of whoever had the authority at their moment count (500 nights, two orders each)', () => {
    const nights = reports.chain(({ facts, changeAt }) =>
      fc.record({
        facts: fc.constant(facts),
        changeAt: fc.constant(changeAt),
        order: fc.shuffledSubarray(facts, { minLength: facts.length, maxLength: facts.length }),
        apart: fc.boolean(),
      }),
    );
    /** What the timetable reads of them: of two equal answers either may be the one kept. */
    const answers = ({ situation }: CutoverState) =>
      situation.assents
        .map((assent) => ({ ...assent, factId: '' }))
        .toSorted((one, other) => (one.assent < other.assent ? -1 : 1));
    let refused = 0;
    fc.assert(
      fc.property(nights, ({ facts, changeAt, order, apart }) => {
        const ends = [facts, order].map((given) =>
          ruled(apart ? given.map((one) => [one]) : [given]),
        );
        for (const { situation, heldFacts } of ends) {
          for (const { factId, at } of situation.assents) {
            const by = facts.find((known) => known.factId === factId)?.reporter;
            expect(by).toBe(at < minute(changeAt) ? 'operator' : 'dev');
          }
          refused += heldFacts.filter(({ ruling }) => ruling.code === 'not_authorised').length;
        }
        if (ends.every(({ heldFacts }) => heldFacts.length === 0)) {
          const [before, after] = ends.map(answers);
          expect(after).toEqual(before);
        }
      }),
      { numRuns: 500 },
    );
    expect(refused).toBeGreaterThan(100);
  });
});
