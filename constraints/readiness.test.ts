import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CutoverState } from '../ledger/cutover.ts';
import type { Assertion, Fact, Ruling } from '../ledger/facts.ts';
import {
  checkpoint,
  declared,
  fact,
  fold,
  minute,
  nightAt,
  plan,
  reading,
} from '../tests/support/build.ts';
import { basisOf } from './basis.ts';
import { checkReadiness, rule, ruleFacts } from './readiness.ts';

const night = plan([checkpoint('a'), checkpoint('b')], {
  conditions: [{ id: 'legal', name: 'Legal', met: false, settledBy: 'ops' }],
  sources: [
    { id: 'board', name: 'Board', rank: 1, facts: ['all'], reporters: 'any_mapped' },
    { id: 'twin', name: 'Twin', rank: 1, facts: ['all'], reporters: 'any_mapped' },
    { id: 'feed', name: 'Feed', rank: 2, facts: ['all'], reporters: 'any_mapped' },
  ],
});
const start = declared(night);
const waiting = (facts: readonly Fact[], state = start): CutoverState => ({
  ...state,
  unruled: [...facts],
});

const finish = (minutes: number, of = 'a'): Assertion => ({
  kind: 'actual_finish',
  checkpoint: of,
  at: reading(minute(minutes)),
});
const told = (factId: string, assertion: Assertion, change: Partial<Fact> = {}): Fact =>
  fact(assertion, { factId, occurredAt: minute(90), receivedAt: minute(90), ...change });

describe('ruleFacts', () => {
  it('gives one ruling for each waiting fact, in order of arrival', () => {
    const facts = [told('f1', finish(60)), told('f2', finish(60)), told('f3', finish(70, 'b'))];
    expect(ruleFacts(waiting(facts)).map(({ factId, ruling }) => [factId, ruling])).toEqual([
      ['f1', 'accepted'],
      ['f2', 'repeat'],
      ['f3', 'accepted'],
    ]);
  });

  it('applies each accepted fact before it judges the next', () => {
    const begun: Assertion = {
      kind: 'actual_start',
      checkpoint: 'a',
      at: reading(minute(61)),
      owner: 'operator',
    };
    const [, second] = ruleFacts(waiting([told('f1', begun), told('f2', finish(60))]));
    expect(second).toMatchObject({ ruling: 'held', code: 'impossible_sequence', against: 'f1' });
  });

  it('holds one fact of a message and accepts the others', () => {
    const facts = [told('f1', { kind: 'statement', text: 'ok' }), told('f2', finish(60))];
    expect(ruleFacts(waiting(facts)).map((ruling) => ruling.ruling)).toEqual(['held', 'accepted']);
  });

  it('leaves what the fold leaves when its rulings are recorded', () => {
    const facts = [told('f1', finish(60)), told('f2', finish(120)), told('f3', finish(95, 'b'))];
    const received = waiting(facts);
    const recorded = fold(received, [
      { type: 'FactsRuled', proposalId: 'p1', rulings: ruleFacts(received) },
    ]);
    const { after } = rule(received);
    expect(recorded.situation).toEqual(after.situation);
    expect(Object.keys(recorded.known)).toEqual(Object.keys(after.known));
    expect(recorded.heldFacts.map((held) => held.fact.factId)).toEqual(['f2']);
  });
});

describe('checkReadiness', () => {
  const facts = [
    told('fine', finish(60)),
    told('chat', finish(70, 'b'), { source: 'chat' }),
    told('stranger', finish(70, 'b'), { reporter: 'standin' }),
    told('unowned', finish(70, 'b'), { source: 'interlock', reporter: 'dev' }),
    told('early', finish(100, 'b')),
    told('again', finish(60)),
    told('vague', { kind: 'statement', text: 'ok' }),
    told('late', finish(61), { source: 'twin' }),
  ];
  const state = waiting(facts);
  const own = ruleFacts(state);
  const codes = (rulings: readonly Ruling[]): (readonly string[])[] =>
    checkReadiness({ agent: 'readiness', rulings: [...rulings] }, state).map(
      ({ code, subjects }) => [code, ...subjects],
    );
  const changed = (factId: string, change: Partial<Ruling>): Ruling[] =>
    own.map((ruling) => (ruling.factId === factId ? { ...ruling, ...change } : ruling));
  const clean = { code: null, candidates: [], against: null };

  it('finds nothing wrong with the rule book’s own rulings', () => {
    expect(own.map((ruling) => ruling.ruling)).toEqual([
      'accepted',
      'held',
      'held',
      'held',
      'accepted_as_forecast',
      'repeat',
      'held',
      'held',
    ]);
    expect(codes(own)).toEqual([]);
  });

  it.each<[string, Partial<Ruling>, string]>([
    ['chat', { ruling: 'accepted', ...clean }, 'accepted_without_authority'],
    ['chat', { ruling: 'accepted_as_forecast', ...clean }, 'accepted_without_authority'],
    ['stranger', { ruling: 'accepted', ...clean }, 'accepted_without_authority'],
    ['unowned', { ruling: 'accepted', ...clean }, 'accepted_without_authority'],
    ['chat', { ruling: 'repeat', ...clean }, 'accepted_untrustworthy'],
    ['vague', { ruling: 'accepted', ...clean }, 'accepted_untrustworthy'],
    ['vague', { ruling: 'repeat', ...clean }, 'accepted_untrustworthy'],
    ['late', { ruling: 'accepted', ...clean }, 'accepted_untrustworthy'],
    ['early', { ruling: 'accepted', ...clean }, 'accepted_untrustworthy'],
    ['again', { ruling: 'accepted', ...clean }, 'accepted_untrustworthy'],
    ['again', { ruling: 'accepted_as_forecast', ...clean }, 'accepted_untrustworthy'],
    ['again', { ruling: 'held' }, 'held_without_reason'],
    ['early', { ruling: 'held' }, 'held_without_reason'],
    ['early', { ruling: 'repeat' }, 'held_without_reason'],
    ['fine', { ruling: 'held' }, 'held_without_reason'],
    ['fine', { ruling: 'repeat' }, 'held_without_reason'],
    ['fine', { ruling: 'accepted_as_forecast' }, 'held_without_reason'],
    ['chat', { code: 'unmapped_reporter' }, 'ruling_code_wrong'],
    ['late', { against: null }, 'ruling_code_wrong'],
    ['late', { candidates: [nightAt] }, 'ruling_code_wrong'],
    ['fine', { code: 'repeat' }, 'ruling_code_wrong'],
  ])('%s as %j is %s', (factId, change, code) => {
    expect(codes(changed(factId, change))).toEqual([[code, factId]]);
  });

  it('compares candidates one by one', () => {
    const doubtful = waiting([
      told('f1', {
        ...finish(60),
        at: { text: '02:10 BST', zone: 'Europe/London', at: null, candidates: [] },
      } as Assertion),
    ]);
    const [ruling] = ruleFacts(doubtful);
    const check = (candidates: readonly number[]) =>
      checkReadiness(
        { agent: 'readiness', rulings: [{ ...ruling, candidates: [...candidates] } as Ruling] },
        doubtful,
      ).map((violation) => violation.code);
    expect(ruling?.candidates).toEqual([minute(190), minute(250)]);
    expect(check([minute(190), minute(250)])).toEqual([]);
    expect(check([minute(190)])).toEqual(['ruling_code_wrong']);
    expect(check([minute(190), minute(251)])).toEqual(['ruling_code_wrong']);
  });

  it('misses a ruling, once for each fact', () => {
    expect(codes(own.slice(2))).toEqual([
      ['ruling_missing', 'fine'],
      ['ruling_missing', 'chat'],
    ]);
  });
  it('refuses a ruling on a fact that does not wait', () => {
    const alien: Ruling = { factId: 'alien', ruling: 'accepted', ...clean };
    expect(codes([alien, ...own])).toEqual([['ruling_for_unknown_fact', 'alien']]);
    expect(codes([...own, alien])).toEqual([['ruling_for_unknown_fact', 'alien']]);
  });
  it('refuses a second ruling on one fact, named once', () => {
    const vague = own.filter((ruling) => ruling.factId === 'late');
    expect(codes([...own, ...vague, ...vague])).toEqual([['ruling_duplicated', 'late']]);
  });
  it('refuses rulings in another order, because they take effect one after another', () => {
    const [first, second, ...rest] = own;
    if (first === undefined || second === undefined) throw new Error('two rulings expected');
    expect(codes([second, first, ...rest])).toEqual([['ruling_code_wrong', 'fine']]);
  });
  it('names the checkpoint where the fact has one', () => {
    const found = checkReadiness({ agent: 'readiness', rulings: [] }, state);
    expect(found.map((violation) => violation.checkpoint)).toEqual([
      'a',
      'b',
      'b',
      'b',
      'b',
      'a',
      null,
      'a',
    ]);
  });
});

/** Facts of two sources of different rank, sequenced, on a few subjects: made in any order, told in any order. */
const arbitraryFact = fc.record({
  source: fc.constantFrom('board', 'feed', 'twin'),
  sequence: fc.integer({ min: 1, max: 20 }),
  occurred: fc.integer({ min: 0, max: 90 }),
  assertion: fc.oneof(
    fc.integer({ min: 0, max: 120 }).map((minutes) => finish(minutes)),
    fc.integer({ min: 0, max: 200 }).map((minutes): Assertion => ({
      kind: 'forecast_finish',
      checkpoint: 'a',
      at: reading(minute(minutes)),
    })),
    fc.integer({ min: 0, max: 60 }).map((minutes): Assertion => ({
      kind: 'actual_start',
      checkpoint: 'b',
      at: reading(minute(minutes)),
      owner: 'operator',
    })),
    fc.boolean().map((isMet): Assertion => ({
      kind: isMet ? 'condition_met' : 'condition_open',
      condition: 'legal',
    })),
  ),
});
const night20 = fc
  .uniqueArray(arbitraryFact, {
    maxLength: 7,
    selector: ({ source, sequence }) => `${source} ${sequence}`,
  })
  .map((items) =>
    items.map(({ source, sequence, occurred, assertion }, index) =>
      told(`f${index}`, assertion, {
        source,
        sourceSequence: sequence,
        reporter: 'operator',
        occurredAt: minute(occurred),
        receivedAt: minute(100),
      }),
    ),
  );

describe('however facts arrive', () => {
  const conflicts = new Set(['older_than_known', 'authorities_disagree', 'impossible_sequence']);
  const outcome = (facts: readonly Fact[]) => {
    const { rulings, after } = rule(waiting(facts));
    return {
      situation: JSON.stringify(basisOf(after.situation)),
      explicit: rulings.some(
        (ruling) => ruling.ruling === 'held' && conflicts.has(ruling.code ?? ''),
      ),
    };
  };

  it('the same facts give the same situation, or a conflict that a human is shown', () => {
    const shuffled = night20.chain((facts) =>
      fc.tuple(
        fc.constant(facts),
        fc.shuffledSubarray(facts, { minLength: facts.length, maxLength: facts.length }),
      ),
    );
    fc.assert(
      fc.property(shuffled, ([facts, other]) => {
        const [one, two] = [outcome(facts), outcome(other)];
        expect(one.situation === two.situation || one.explicit || two.explicit).toBe(true);
      }),
      { numRuns: 1_000 },
    );
  });

  const legal = (met: boolean): Assertion => ({
    kind: met ? 'condition_met' : 'condition_open',
    condition: 'legal',
  });
  const by = (source: string, sequence: number, moment: number, assertion: Assertion): Fact =>
    told(`${source}${sequence}`, assertion, {
      source,
      sourceSequence: sequence,
      reporter: 'operator',
      occurredAt: minute(moment),
      receivedAt: minute(100),
    });
  const orders = <T>(items: readonly T[]): T[][] =>
    items.length < 2
      ? [[...items]]
      : items.flatMap((first, index) =>
          orders(items.toSpliced(index, 1)).map((rest) => [first, ...rest]),
        );

  it.each<readonly [string, readonly Fact[]]>([
    [
      'says the same again with its clock against its count',
      [
        by('twin', 19, 10, legal(true)),
        by('feed', 17, 20, legal(false)),
        by('twin', 6, 30, legal(true)),
      ],
    ],
    [
      'says something else with its clock against its count',
      [
        by('twin', 19, 10, legal(false)),
        by('feed', 17, 20, legal(true)),
        by('twin', 6, 30, legal(true)),
      ],
    ],
    [
      'repeated what another had said before it goes back on it',
      [
        by('board', 1, 40, legal(true)),
        by('twin', 5, 35, legal(true)),
        by('twin', 4, 45, legal(false)),
      ],
    ],
  ])('a source that contradicts itself is seen whatever came between: it %s', (_how, facts) => {
    for (const order of orders(facts)) expect(outcome(order).explicit).toBe(true);
  });

  it('a word that its own source has corrected is older, though a better source now says the same', () => {
    const facts = [
      by('feed', 5, 90, finish(70)),
      by('board', 1, 90, finish(80)),
      by('feed', 3, 90, finish(80)),
    ];
    expect(ruleFacts(waiting(facts))[2]).toMatchObject({
      ruling: 'held',
      code: 'older_than_known',
      against: 'feed5',
    });
  });

  it('a source is held to its own count also after its words were ruled on and recorded', () => {
    const facts = [
      by('twin', 19, 10, legal(true)),
      by('feed', 17, 20, legal(false)),
      by('twin', 6, 30, legal(true)),
    ];
    const apart = facts.reduce((state, told) => {
      const received = { ...state, unruled: [told] };
      const rulings = ruleFacts(received);
      return fold(received, [{ type: 'FactsRuled', proposalId: 'p', rulings }]);
    }, start);
    expect(apart.heldFacts.map(({ ruling }) => ruling)).toMatchObject([
      { factId: 'twin6', code: 'authorities_disagree', against: 'twin19' },
    ]);
    expect(apart.heard).toEqual(rule(waiting(facts)).after.heard);
  });

  it('a sequenced source on a subject that changes ends in its newest word, whatever the order', () => {
    const words = fc.uniqueArray(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(words, (sequences) => {
        const facts = sequences.map((sequence) =>
          told(
            `s${sequence}`,
            { kind: 'forecast_finish', checkpoint: 'a', at: reading(minute(100 + sequence)) },
            { sourceSequence: sequence, occurredAt: minute(50) },
          ),
        );
        const { situation } = rule(waiting(facts)).after;
        expect(situation.progress['a']?.forecastFinishAt).toBe(
          minute(100 + Math.max(...sequences)),
        );
      }),
      { numRuns: 200 },
    );
  });

  it('a duplicate has one effect, however often it is told', () => {
    fc.assert(
      fc.property(night20, fc.integer({ min: 1, max: 4 }), (facts, times) => {
        const [first] = facts;
        if (first === undefined) return;
        const copies = Array.from({ length: times }, (_, index) => ({
          ...first,
          factId: `copy${index}`,
        }));
        expect(outcome([first, ...copies, ...facts.slice(1)]).situation).toBe(
          outcome(facts).situation,
        );
        const again = rule(waiting([first, ...copies])).rulings.slice(1);
        expect(
          again.every((ruling) => ruling.ruling === 'repeat' || ruling.ruling === 'held'),
        ).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it('a finish after the moment it was received never counts as done', () => {
    fc.assert(
      fc.property(night20, (facts) => {
        const { situation } = rule(waiting(facts)).after;
        const finishedAt = situation.progress['a']?.actualFinishAt ?? null;
        expect(finishedAt === null || finishedAt <= minute(100)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});
