import { describe, expect, it } from 'vitest';
import { authority, checkpoint, minute, person, plan } from '../tests/support/build.ts';
import { said, situated, type Spot, verdictOn } from '../tests/support/timeline.ts';

const free = checkpoint('a', { startRule: 'asap' });
const milestone = checkpoint('a', { startRule: 'asap', duration: { kind: 'exact', seconds: 0 } });
const tenure = (who: string, opens = -600, closes = 1200) => ({
  person: who,
  opensAt: minute(opens),
  closesAt: minute(closes),
});
const grant = (who: string, grantedBy: string, opens: number, closes: number) => ({
  ...tenure(who, opens, closes),
  grantedBy,
});
const withAuthority = (...rows: ReturnType<typeof authority>[]) => ({ authority: rows });
const both = withAuthority(
  authority('ops-authority', { holders: [tenure('operator'), tenure('dev')] }),
);

describe('not_authorised_owner', () => {
  const bitten = (who: string) => [`not_authorised_owner a ${who}`];
  const day = authority('ops-authority', {
    holders: [tenure('operator', 0, 100), tenure('dev', 100, 200)],
  });
  it.each([
    ['within a tenure', free, 'operator', 70, 0, []],
    ['a millisecond past it', free, 'operator', 70, 1, bitten('operator')],
    ['from its first instant', free, 'dev', 100, 0, []],
    ['a millisecond before it', free, 'dev', 100, -1, bitten('dev')],
    ['with no length on its last millisecond', milestone, 'operator', 100, -1, []],
    ['with no length on its end', milestone, 'operator', 100, 0, bitten('operator')],
    ['by someone unmapped', free, 'lead', 70, 0, bitten('lead')],
    ['by someone unknown', free, 'ghost', 70, 0, [...bitten('ghost'), 'owner_unavailable a ghost']],
  ])('work %s', (_name, item, owner, at, ms, broken) => {
    const state = situated([item], { plan: withAuthority(day) });
    expect(said(verdictOn(state, [{ id: 'a', at, ms, owner }]))).toEqual(broken);
  });

  it('merges tenures that meet, so that a shift change of one person is no gap', () => {
    const row = authority('ops-authority', {
      holders: [tenure('operator', 0, 100), tenure('operator', 100, 200)],
    });
    const gapped = authority('ops-authority', {
      holders: [
        tenure('operator', 0, 100),
        { ...tenure('operator', 100, 200), opensAt: minute(100) + 1 },
      ],
    });
    const spots: Spot[] = [{ id: 'a', at: 90 }];
    expect(said(verdictOn(situated([free], { plan: withAuthority(row) }), spots))).toEqual([]);
    expect(said(verdictOn(situated([free], { plan: withAuthority(gapped) }), spots))).toEqual(
      bitten('operator'),
    );
  });

  const chained = (chainsAllowed: boolean) =>
    authority('ops-authority', {
      holders: [tenure('operator', 0, 120)],
      delegates: [grant('dev', 'operator', 30, 300), grant('lead', 'dev', 60, 300)],
      chainsAllowed,
    });
  it.each([
    ['a delegate within the granter’s time', 'dev', true, 90, 0, []],
    ['a delegate past the granter’s end', 'dev', true, 90, 1, bitten('dev')],
    ['a delegate from the grant’s start', 'dev', true, 30, 0, []],
    ['a delegate before the grant', 'dev', true, 30, -1, bitten('dev')],
    ['a delegate’s delegate where chains are allowed', 'lead', true, 90, 0, []],
    ['a delegate’s delegate past the first granter’s end', 'lead', true, 90, 1, bitten('lead')],
    ['a delegate’s delegate where they are not', 'lead', false, 90, 0, bitten('lead')],
    ['a delegate where chains are not allowed', 'dev', false, 90, 0, []],
  ] as const)('%s', (_name, owner, chains, at, ms, broken) => {
    const state = situated([free], { plan: withAuthority(chained(chains)) });
    expect(said(verdictOn(state, [{ id: 'a', at, ms, owner }]))).toEqual(broken);
  });

  it('a row that names the checkpoint replaces the rows for all', () => {
    const rows = withAuthority(
      authority('ops-authority'),
      authority('named', { checkpoint: 'a', holders: [tenure('dev')] }),
      authority('other-role', { role: 'release-lead', checkpoint: 'a', holders: [tenure('lead')] }),
    );
    const by = (owner: string) =>
      said(verdictOn(situated([free], { plan: rows }), [{ id: 'a', at: 10, owner }]));
    expect(by('dev')).toEqual([]);
    expect(by('operator')).toEqual(bitten('operator'));
    expect(by('lead')).toEqual(bitten('lead'));
  });

  it('says where the work would end', () => {
    const state = situated([free], { plan: withAuthority(day) });
    expect(verdictOn(state, [{ id: 'a', at: 80 }])[0]).toEqual({
      code: 'not_authorised_owner',
      checkpoint: 'a',
      subjects: ['operator'],
      limitAt: null,
      foundAt: minute(110),
    });
  });
});

describe('separation_of_duties', () => {
  const pair = [
    free,
    checkpoint('b', { startRule: 'asap' }),
    checkpoint('c', { startRule: 'asap' }),
  ];
  const duties = { ...both, separations: [{ id: 'four-eyes', checkpoints: ['a', 'b'] }] };
  it.each([
    ['two different people', 'operator', 'dev', []],
    ['one person on both', 'operator', 'operator', ['separation_of_duties b four-eyes a operator']],
  ])('%s', (_name, first, second, broken) => {
    const state = situated(pair, { plan: duties });
    const spots = [
      { id: 'a', at: 10, owner: first },
      { id: 'b', at: 60, owner: second },
      { id: 'c', at: 110, owner: first },
    ];
    expect(said(verdictOn(state, spots))).toEqual(broken);
  });

  it.each([
    ['who started it', { owner: 'dev' }, []],
    [
      'the approved owner when nobody is named',
      { owner: null },
      ['separation_of_duties b four-eyes a operator'],
    ],
  ])('started work counts with %s', (_name, known, broken) => {
    const state = situated(pair, {
      plan: duties,
      progress: {
        a: { state: 'done', actualStartAt: minute(0), actualFinishAt: minute(9), ...known },
      },
    });
    expect(said(verdictOn(state, [{ id: 'b', at: 60 }]))).toEqual(broken);
  });

  it('a skipped member is nobody’s conflict', () => {
    const state = situated(pair, { plan: duties, progress: { a: { state: 'skipped' } } });
    expect(said(verdictOn(state, [{ id: 'b', at: 60 }]))).toEqual([]);
  });
});

describe('owner_unavailable', () => {
  const working = (...edges: [number, number][]) =>
    edges.map(([opens, closes]) => ({ opensAt: minute(opens), closesAt: minute(closes) }));
  const shift = {
    people: [person('operator', { working: working([60, 100], [0, 60]) }), person('dev')],
  };
  it.each([
    ['across a shift change of one person', 45, 0, []],
    ['to the end of the shift', 70, 0, []],
    ['a millisecond past it', 70, 1, ['owner_unavailable a operator']],
    ['from its start', 0, 0, []],
  ])('work %s', (_name, at, ms, broken) => {
    expect(said(verdictOn(situated([free], { plan: shift }), [{ id: 'a', at, ms }]))).toEqual(
      broken,
    );
  });

  const outage = (who: string) => ({
    unavailable: [
      { person: who, span: { opensAt: minute(60), closesAt: minute(120) }, factId: 'f' },
    ],
  });
  it.each([
    ['ends as it begins', free, 30, 0, 'operator', []],
    ['ends a millisecond into it', free, 30, 1, 'operator', ['owner_unavailable a operator']],
    ['starts as it ends', free, 120, 0, 'operator', []],
    [
      'starts a millisecond before its end',
      free,
      120,
      -1,
      'operator',
      ['owner_unavailable a operator'],
    ],
    ['stands at its beginning', milestone, 60, 0, 'operator', ['owner_unavailable a operator']],
    ['is another’s', free, 70, 0, 'dev', []],
  ])('work that %s: an outage', (_name, item, at, ms, who, broken) => {
    const violations = verdictOn(situated([item], outage(who)), [{ id: 'a', at, ms }]);
    expect(said(violations)).toEqual(broken);
    if (broken.length > 0) expect(violations[0]).toMatchObject({ limitAt: minute(60) });
  });

  it('says where the work would end', () => {
    const [late] = verdictOn(situated([free], { plan: shift }), [{ id: 'a', at: 71 }]);
    expect(late).toMatchObject({ limitAt: null, foundAt: minute(101) });
  });

  it('an exception lets the work be done', () => {
    const policy = { ...plan([free]).policy, exceptions: ['owner_unavailable' as const] };
    const state = situated([free], {
      ...outage('operator'),
      plan: { ...shift, policy },
      exceptions: [
        {
          exception: 'x',
          checkpoint: 'a',
          relaxes: 'owner_unavailable',
          untilAt: minute(101),
          grantedBy: 'lead',
          factId: 'f',
        },
      ],
    });
    expect(said(verdictOn(state, [{ id: 'a', at: 71 }]))).toEqual([]);
    expect(said(verdictOn(state, [{ id: 'a', at: 71, ms: 1 }]))).toEqual([
      'owner_unavailable a operator',
      'owner_unavailable a operator',
    ]);
  });
});

describe.each([
  ['owner_clash', 'operator', 'operator', null],
  ['room_clash', 'hall', 'dev', 'hall'],
] as const)('%s', (code, shared, second, room) => {
  const item = (id: string, seconds = 1800) =>
    checkpoint(id, { startRule: 'asap', room, duration: { kind: 'exact', seconds } });
  const clash = [`${code} b ${shared} a`];
  it.each([
    ['one after the other', 1800, 40, 0, []],
    ['a millisecond over', 1800, 40, -1, clash],
    ['a milestone strictly inside', 0, 20, 0, clash],
    ['a milestone at the end', 0, 40, 0, []],
    ['a milestone at the start', 0, 10, 0, []],
    ['both at once', 1800, 10, 0, clash],
  ])('%s', (_name, seconds, at, ms, broken) => {
    const state = situated([item('a'), item('b', seconds)], { plan: both });
    const spots = [
      { id: 'a', at: 10 },
      { id: 'b', at, ms, owner: second },
    ];
    expect(said(verdictOn(state, spots))).toEqual(broken);
  });

  it('names who is in the way, until when, and where it stands instead', () => {
    const state = situated([item('a'), item('b')], { plan: both });
    const [violation] = verdictOn(state, [
      { id: 'a', at: 39 },
      { id: 'b', at: 10, owner: second },
    ]);
    expect(violation).toEqual({
      code,
      checkpoint: 'a',
      subjects: [shared, 'b'],
      limitAt: minute(40),
      foundAt: minute(39),
    });
  });

  it.each([
    ['to its planned end', {}, 45, 0, []],
    ['not past it', {}, 45, -1, clash],
    ['to its forecast', { forecastFinishAt: minute(60) }, 60, 0, []],
    ['not past its forecast', { forecastFinishAt: minute(60) }, 60, -1, clash],
    ['to a forecast rounded up to a whole tick', { forecastFinishAt: minute(59) + 1 }, 60, 0, []],
    ['not past the rounded forecast', { forecastFinishAt: minute(59) + 1 }, 60, -1, clash],
    ['to now when it should be over', { forecastFinishAt: minute(16) }, 20, 0, []],
  ])('started work keeps it busy %s', (_name, known, at, ms, broken) => {
    const state = situated([item('a'), item('b')], {
      plan: both,
      progress: { a: { state: 'in_progress', actualStartAt: minute(15), ...known } },
    });
    const spots = [{ id: 'b', at, ms, owner: second }];
    expect(said(verdictOn(state, spots, minute(20)))).toEqual(broken);
  });

  it('finished work keeps it busy to the very millisecond', () => {
    const state = situated([item('a'), item('b')], {
      plan: both,
      progress: { a: { state: 'done', actualStartAt: minute(0), actualFinishAt: minute(9) + 1 } },
    });
    const verdict = (ms: number) => said(verdictOn(state, [{ id: 'b', at: 9, ms, owner: second }]));
    expect(verdict(1)).toEqual([]);
    expect(verdict(0)).toEqual(clash);
  });
});

describe('what is shared', () => {
  it('different rooms, and no room, never clash', () => {
    const roomed = (first: string | null, other: string | null) =>
      situated(
        [
          checkpoint('a', { startRule: 'asap', room: first }),
          checkpoint('b', { startRule: 'asap', room: other, approvedOwner: 'dev' }),
        ],
        { plan: both },
      );
    const spots = [
      { id: 'a', at: 10 },
      { id: 'b', at: 10 },
    ];
    expect(said(verdictOn(roomed('hall', 'loft'), spots))).toEqual([]);
    expect(said(verdictOn(roomed('hall', null), spots))).toEqual([]);
    expect(said(verdictOn(roomed(null, null), spots))).toEqual([]);
  });

  it('of two at one start, the violation stands on the one of higher rank', () => {
    const state = situated([
      checkpoint('z', { startRule: 'asap' }),
      checkpoint('b', { startRule: 'asap' }),
    ]);
    const spots = [
      { id: 'b', at: 10 },
      { id: 'z', at: 10 },
    ];
    expect(said(verdictOn(state, spots))).toEqual(['owner_clash b operator z']);
  });
});
