import { describe, expect, it } from 'vitest';
import { digestOf } from '../ledger/canonical.ts';
import type { CutoverState } from '../ledger/cutover.ts';
import type { Assertion, Fact } from '../ledger/facts.ts';
import type { Situation } from '../ledger/situation.ts';
import {
  accepted,
  authority,
  checkpoint,
  declared,
  fact,
  minute,
  person,
  plan,
  reading,
} from '../tests/support/build.ts';
import { basisDigest, basisOf } from './basis.ts';

const span = (from: number, to: number) => ({ opensAt: minute(from), closesAt: minute(to) });
const boundary = {
  id: 'm',
  name: 'M',
  kind: 'maintenance' as const,
  level: 'cutover' as const,
  ...span(0, 300),
  binds: ['a'],
  exemptRoles: [],
  statedAt: minute(0),
};
const night = plan([checkpoint('a'), checkpoint('b')], {
  boundaries: [boundary, { ...boundary, id: 'n' }],
  conditions: [
    { id: 'c', name: 'C', met: false, settledBy: 'ops' },
    { id: 'd', name: 'D', met: false, settledBy: 'ops' },
  ],
  policy: {
    slipToleranceMinutes: 10,
    reviewMinutes: 0,
    requestValidMinutes: 60,
    exceptions: ['outside_window'],
  },
});
const start = declared(night);
const told = (assertion: Assertion, change: Partial<Fact> = {}): Fact =>
  fact(assertion, { occurredAt: minute(60), receivedAt: minute(60), ...change });
const waiting = (...facts: readonly Fact[]): CutoverState => ({ ...start, unruled: [...facts] });
const finish = (minutes: number): Assertion => ({
  kind: 'actual_finish',
  checkpoint: 'a',
  at: reading(minute(minutes)),
});

describe('the basis moves', () => {
  it.each<[string, Fact]>([
    ['with a finish', told(finish(50))],
    ['with a finish told in advance', told(finish(90))],
    ['with a condition', told({ kind: 'condition_met', condition: 'c' })],
    [
      'with a boundary',
      told({
        kind: 'boundary_set',
        boundary: { ...boundary, ...span(0, 200), statedAt: minute(60) },
      }),
    ],
    [
      'with an exception',
      told(
        {
          kind: 'exception_granted',
          exception: 'e',
          checkpoint: 'a',
          relaxes: 'outside_window',
          untilAt: null,
        },
        { reporter: 'lead' },
      ),
    ],
    ['with a hold', told({ kind: 'hold_placed', hold: 'h', checkpoint: 'a', reason: 'r' })],
    [
      'with an absence',
      told({
        kind: 'availability_changed',
        person: 'operator',
        available: false,
        span: span(70, 80),
      }),
    ],
    [
      'with a delegate',
      told({
        kind: 'delegate_granted',
        authority: 'ops-authority',
        person: 'dev',
        grantedBy: 'operator',
        span: span(70, 80),
      }),
    ],
  ])('%s that has arrived and would be accepted, as it does once it is', (_, news) => {
    const arrived = basisDigest(waiting(news));
    expect(arrived).not.toBe(basisDigest(start));
    if (news.assertion.kind === 'actual_finish' && news.assertion.at.at === minute(90)) return;
    expect(arrived).toBe(basisDigest(accepted(start, [news])));
  });

  it('with the packet that is current', () => {
    const current = { packetHash: 'f'.repeat(64) } as NonNullable<CutoverState['current']>;
    expect(basisDigest({ ...start, current })).not.toBe(basisDigest(start));
  });
});

describe('the basis does not move', () => {
  it.each<[string, Fact]>([
    ['a promise', told({ kind: 'update_promised', checkpoint: 'a', at: reading(minute(90)) })],
    ['a statement', told({ kind: 'statement', text: 'fine' })],
    ['a fact without authority', told(finish(50), { source: 'chat' })],
    [
      'a new name',
      told({
        kind: 'checkpoint_altered',
        checkpoint: 'a',
        change: { name: 'new', role: null, owner: null, duration: null, skipped: false },
      }),
    ],
    [
      'working time that was there already',
      told({
        kind: 'availability_changed',
        person: 'operator',
        available: true,
        span: span(0, 10),
      }),
    ],
    ['a condition that is open already', told({ kind: 'condition_open', condition: 'c' })],
  ])('with %s', (_, news) => {
    expect(basisDigest(waiting(news))).toBe(basisDigest(start));
  });
  it('with a repeat', () => {
    expect(basisDigest(waiting(told(finish(50)), told(finish(50))))).toBe(
      basisDigest(waiting(told(finish(50)))),
    );
  });
  it('with held facts, runs, notices or the ledger’s own position', () => {
    const [statement] = [told({ kind: 'statement', text: 'fine' })];
    const ruling = {
      factId: statement?.factId ?? '',
      ruling: 'held' as const,
      code: null,
      candidates: [],
      against: null,
    };
    const other = {
      ...start,
      version: 9,
      refusals: 3,
      heldFacts: statement === undefined ? [] : [{ fact: statement, ruling }],
    };
    expect(basisDigest(other)).toBe(basisDigest(start));
  });
});

describe('what the basis reads', () => {
  const { situation } = start;
  const same = (other: Situation) => expect(basisOf(other)).toEqual(basisOf(situation));
  const differs = (other: Situation, from: Situation = situation) =>
    expect(basisOf(other)).not.toEqual(basisOf(from));
  const planned = (change: Partial<Situation['plan']>): Situation => ({
    ...situation,
    plan: { ...situation.plan, ...change },
  });

  it('leaves out what only people read', () => {
    same(
      planned({
        name: 'other',
        notices: 'on',
        mode: 'live',
        originals: [{ path: 'p', text: 't', zone: 'UTC' }],
        sources: [],
        roles: [],
      }),
    );
    same(planned({ people: night.people.map((known) => ({ ...known, name: 'x', contacts: [] })) }));
    same(planned({ boundaries: night.boundaries.map((known) => ({ ...known, name: 'x' })) }));
    same(planned({ conditions: night.conditions.map((known) => ({ ...known, name: 'x' })) }));
    same({ ...situation, amendedBy: { x: 'y' } });
  });

  it('does not mind the order in which things were added', () => {
    same(
      planned({
        people: night.people.toReversed(),
        boundaries: night.boundaries.toReversed(),
        authority: night.authority.toReversed(),
        conditions: night.conditions.toReversed(),
        checkpoints: night.checkpoints.toReversed(),
      }),
    );
  });

  it.each<[string, Partial<Situation['plan']>]>([
    ['zone', { zone: 'UTC' }],
    ['tick', { tickSeconds: 1 }],
    ['window', { window: span(0, 481) }],
    ['lead role', { leadRole: 'ops' }],
    ['policy', { policy: { ...night.policy, exceptions: [] } }],
    ['boundary', { boundaries: [boundary] }],
    [
      'guardrail',
      { guardrails: [{ id: 'g', pointOfNoReturn: 'a', rollbackMinutes: 1, mustEndAt: minute(9) }] },
    ],
    [
      'working time',
      { people: [person('lead'), person('dev'), person('operator', { working: [span(0, 1)] })] },
    ],
    ['mapping', { authority: [authority('ops-authority', { chainsAllowed: true })] }],
    ['separation', { separations: [{ id: 's', checkpoints: ['a', 'b'] }] }],
    ['spacing', { reviewSpacings: [{ id: 's', checkpoints: ['a', 'b'], minutes: 1 }] }],
    ['condition', { conditions: [] }],
    ['checkpoint', { checkpoints: night.checkpoints.slice(1) }],
  ])('reads the %s', (_, change) => {
    differs(planned(change));
  });

  const progress = (change: Partial<Situation['progress'][string]>): Situation => {
    const known = situation.progress['a'];
    if (known === undefined) throw new Error('progress expected');
    return { ...situation, progress: { ...situation.progress, a: { ...known, ...change } } };
  };
  it.each([
    ['planned', ['forecastFinishAt', 'revisedStartAt']],
    ['in_progress', ['actualStartAt', 'forecastFinishAt', 'owner']],
    ['done', ['actualStartAt', 'actualFinishAt', 'owner']],
    ['skipped', []],
  ] as const)('reads of what is %s only %j', (state, fields) => {
    const base = progress({ state });
    const all = [
      'actualStartAt',
      'actualFinishAt',
      'forecastFinishAt',
      'revisedStartAt',
      'owner',
    ] as const;
    for (const field of all) {
      const other = progress({ state, [field]: field === 'owner' ? 'dev' : minute(5) });
      const reads = fields.some((known) => known === field);
      expect([field, JSON.stringify(basisOf(other)) !== JSON.stringify(basisOf(base))]).toEqual([
        field,
        reads,
      ]);
    }
    expect(basisOf(base)).toMatchObject({ progress: { a: { state } } });
    if (state !== 'planned') differs(base);
  });

  it('reads evidence, assents, holds, exceptions and absences, whatever fact they came from and in any order', () => {
    const evidence = ['e', 'f'].map((kind) => ({
      checkpoint: 'a',
      evidence: kind,
      observedAt: minute(1),
      revoked: false,
      factId: kind,
    }));
    const assents = ['p', 'q'].map((party) => ({
      checkpoint: 'a',
      assent: 'x',
      kind: 'approval' as const,
      party,
      answer: 'given' as const,
      at: minute(1),
      factId: party,
    }));
    const holds = ['h', 'i'].map((hold) => ({
      hold,
      checkpoint: 'a',
      reason: 'r',
      placedBy: 'operator',
      at: minute(1),
      factId: hold,
    }));
    const exceptions = ['x', 'y'].map((exception) => ({
      exception,
      checkpoint: 'a',
      relaxes: 'outside_window' as const,
      untilAt: null,
      grantedBy: 'lead',
      factId: exception,
    }));
    const unavailable = ['operator', 'dev'].map((who) => ({
      person: who,
      span: span(0, 10),
      factId: who,
    }));
    const full = { ...situation, evidence, assents, holds, exceptions, unavailable };
    const other = <T extends { factId: string }>(list: readonly T[]): T[] =>
      list.toReversed().map((item) => ({ ...item, factId: 'other' }));
    const again = {
      ...situation,
      evidence: other(evidence),
      assents: other(assents),
      holds: other(holds).map((hold) => ({ ...hold, reason: 'else', at: minute(2) })),
      exceptions: other(exceptions),
      unavailable: [...other(unavailable), { person: 'operator', span: span(5, 8), factId: 'z' }],
    };
    expect(basisOf(again)).toEqual(basisOf(full));
    for (const part of ['evidence', 'assents', 'holds', 'exceptions', 'unavailable'] as const) {
      differs({ ...full, [part]: full[part].slice(1) }, full);
    }
    differs(
      {
        ...full,
        unavailable: [...unavailable, { person: 'operator', span: span(10, 20), factId: 'z' }],
      },
      full,
    );
    differs({ ...full, evidence: evidence.map((item) => ({ ...item, revoked: true })) }, full);
    differs({ ...full, evidence: evidence.map((item) => ({ ...item, observedAt: null })) }, full);
    differs(
      { ...full, exceptions: exceptions.map((item) => ({ ...item, untilAt: minute(9) })) },
      full,
    );
    differs({ ...full, assents: assents.map((item) => ({ ...item, at: minute(9) })) }, full);
    differs({ ...full, holds: holds.map((item) => ({ ...item, checkpoint: 'b' })) }, full);
  });

  it("tells one person's absence from another's", () => {
    const away = (early: string, late: string): Situation => ({
      ...situation,
      unavailable: [
        { person: early, span: span(0, 10), factId: 'f' },
        { person: late, span: span(20, 30), factId: 'g' },
      ],
    });
    differs(away('operator', 'dev'), away('dev', 'operator'));
    differs(away('operator', 'operator'), {
      ...situation,
      unavailable: away('operator', 'operator').unavailable.slice(1),
    });
  });

  it('does not mind how guardrails, separations and spacings are listed', () => {
    const checkpoints = ['a', 'b'];
    const guardrails = ['g', 'h'].map((id) => ({
      id,
      pointOfNoReturn: 'b',
      rollbackMinutes: 1,
      mustEndAt: minute(90),
    }));
    const separations = ['s', 't'].map((id) => ({ id, checkpoints }));
    const reviewSpacings = ['s', 't'].map((id) => ({ id, checkpoints, minutes: 1 }));
    const one = planned({ guardrails, separations, reviewSpacings });
    const two = planned({
      guardrails: guardrails.toReversed(),
      separations: separations.toReversed(),
      reviewSpacings: reviewSpacings.toReversed(),
    });
    expect(basisOf(two)).toEqual(basisOf(one));
  });

  it('does not mind how holders and delegates are listed', () => {
    const grants = [
      { person: 'dev', grantedBy: 'operator', ...span(0, 10) },
      { person: 'lead', grantedBy: 'operator', ...span(0, 10) },
    ];
    const tenures = [
      { person: 'operator', ...span(0, 10) },
      { person: 'dev', ...span(10, 20) },
    ];
    const one = planned({ authority: [authority('r', { delegates: grants, holders: tenures })] });
    const two = planned({
      authority: [
        authority('r', { delegates: grants.toReversed(), holders: tenures.toReversed() }),
      ],
    });
    expect(basisOf(two)).toEqual(basisOf(one));
  });
});

describe('what is digested', () => {
  it('is the canonical JSON of the situation and the current packet, frozen or not, asked once or again', () => {
    const { situation } = start;
    const expected = digestOf('basis', { situation: basisOf(situation), current: null });
    expect(basisDigest(start)).toBe(expected);
    const frozen = Object.freeze({ ...situation });
    for (const state of [
      { ...start, situation: frozen },
      { ...start, situation: frozen },
    ]) {
      expect(basisDigest(state)).toBe(expected);
    }
  });

  it('is looked at anew when a situation that may still change has changed', () => {
    const situation = { ...start.situation };
    const state = { ...start, situation };
    const before = basisDigest(state);
    situation.plan = { ...situation.plan, tickSeconds: 1 };
    expect(basisDigest(state)).not.toBe(before);
  });
});
