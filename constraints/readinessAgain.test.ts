import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CutoverState } from '../ledger/cutover.ts';
import type { Assertion, Fact } from '../ledger/facts.ts';
import { checkpoint, declared, fact, fold, minute, plan, reading } from '../tests/support/build.ts';
import { basisDigest } from './basis.ts';
import { judge } from './judge.ts';
import { heardAgain, heldAgain } from './readinessAgain.ts';
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
    const known = fold(after, [
      { type: 'FactsHeldAgain', facts: [...judge.heldAgain(received, after)] },
      { type: 'FactsHeardAgain', facts: [...judge.heardAgain(received, after)] },
    ]);
    expect(basisDigest(known)).toBe(digest);
    return known.unruled.length === 0 ? known : ruled([known.unruled], known);
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

describe('a fact held for want of an authority that its teller turns out to have had', () => {
  const change = passedOn('ops-authority', 30);
  const early = told('early', approval, { reporter: 'dev' });
  /** Why the first answer is held before the change is known. */
  const before = (facts: readonly Fact[]) => held(ruled([facts])).map(([, code]) => code);

  it.each([
    ['after it', [[early], [change]]],
    ['in one run with it', [[early, change]]],
    ['before it', [[change], [early]]],
  ])('counts whether it was told %s', (_, batches) => {
    expect(before([early])).toEqual(['not_authorised']);
    const after = ruled(batches);
    expect(after.situation.assents).toMatchObject([{ factId: 'early', at: minute(40) }]);
    expect(held(after)).toEqual([]);
  });

  it('brings on what it makes possible itself: a grant held for want of authority, then the answer under it', () => {
    const grant = told(
      'grant',
      {
        kind: 'delegate_granted',
        authority: 'ops-authority',
        person: 'lead',
        grantedBy: 'dev',
        span: { opensAt: minute(35), closesAt: minute(1200) },
      },
      { source: 'interlock', reporter: 'dev', occurredAt: minute(35) },
    );
    const byDelegate = told('early', approval, { reporter: 'lead' });
    expect(before([byDelegate, grant])).toEqual(['not_authorised', 'not_authorised']);
    const after = ruled([[byDelegate], [grant], [change]]);
    expect(held(after)).toEqual([]);
    expect(after.situation.assents).toMatchObject([{ factId: 'early' }]);
  });

  it('counts for a grant that reached past the end of an authority which is longer than was known', () => {
    const grant = told(
      'grant',
      {
        kind: 'delegate_granted',
        authority: 'ops-authority',
        person: 'dev',
        grantedBy: 'operator',
        span: { opensAt: minute(35), closesAt: minute(1300) },
      },
      { source: 'interlock', reporter: 'operator', occurredAt: minute(35) },
    );
    const longer = passedOn('ops-authority', -600, { factId: 'longer' });
    const extended = {
      ...longer,
      assertion: {
        ...longer.assertion,
        holder: 'operator',
        span: { opensAt: minute(-600), closesAt: minute(1400) },
      } as Assertion,
    };
    const early = ruled([[grant]]);
    expect(held(early)).toEqual([['grant', 'stretches_past_end', null]]);
    expect(held(ruled([[passedOn('lead-authority', 30)]], early))).toHaveLength(1);
    const after = ruled([[extended]], early);
    expect(held(after)).toEqual([]);
    const row = after.situation.plan.authority.find(({ id }) => id === 'ops-authority');
    expect(row?.delegates).toMatchObject([{ person: 'dev', closesAt: minute(1300) }]);
  });

  it('is still judged by every other rule: a newer word on its subject stays', () => {
    const newer = told(
      'newer',
      { ...approval, kind: 'approval_withdrawn' },
      { reporter: 'dev', occurredAt: minute(50) },
    );
    for (const [told, left] of [
      [[early, newer], []],
      [[newer, early], [['early', 'older_than_known', 'newer']]],
    ] as const) {
      const after = ruled([...told.map((one) => [one]), [change]]);
      expect(after.situation.assents).toMatchObject([{ factId: 'newer', answer: 'refused' }]);
      expect(held(after)).toEqual(left);
    }
  });

  it('stays held when the change does not reach its moment, its teller or its role', () => {
    for (const other of [passedOn('ops-authority', 41), passedOn('lead-authority', 30)]) {
      const after = ruled([[early], [other]]);
      expect(after.situation.assents).toEqual([]);
      expect(held(after)).toEqual([['early', 'not_authorised', null]]);
    }
  });

  it('is held again when the change is taken back, and heard again when it comes back', () => {
    const back = passedOn('ops-authority', 30, { factId: 'back', occurredAt: minute(85) });
    const toOperator = {
      ...back,
      assertion: { ...back.assertion, holder: 'operator' } as Assertion,
    };
    const again = passedOn('ops-authority', 30, { factId: 'again', occurredAt: minute(88) });
    const taken = ruled([[early], [change], [toOperator]]);
    expect(taken.situation.assents).toEqual([]);
    expect(held(taken)).toEqual([['early', 'not_authorised', 'back']]);
    const given = ruled([[again]], taken);
    expect(given.situation.assents).toMatchObject([{ factId: 'early' }]);
    expect(held(given)).toEqual([]);
  });

  it('is not looked for while no authority has changed', () => {
    expect(heardAgain(start, ruled([[early]]))).toEqual([]);
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

  it('only answers of whoever had the authority at their moment count, and none of theirs is held for want of it (500 nights, two orders each)', () => {
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
          for (const { fact, ruling } of heldFacts) {
            if (ruling.code !== 'not_authorised') continue;
            refused += 1;
            expect(fact.reporter).toBe(fact.occurredAt < minute(changeAt) ? 'dev' : 'operator');
          }
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
