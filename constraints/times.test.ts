import { describe, expect, it } from 'vitest';
import type { Boundary } from '../ledger/plan.ts';
import { checkpoint, minute, nightAt } from '../tests/support/build.ts';
import { said, situated, verdictOn } from '../tests/support/timeline.ts';

/** Half an hour of work at any time from 22:00; it may start early, so that only the rule in question bites. */
const free = checkpoint('a', { startRule: 'asap' });
const milestone = checkpoint('a', { startRule: 'asap', duration: { kind: 'exact', seconds: 0 } });
const wide = { window: { opensAt: minute(-600), closesAt: minute(1200) } };

const boundary = (kind: Boundary['kind'], change: Partial<Boundary> = {}): Boundary => ({
  id: 'edge',
  name: 'edge',
  kind,
  level: 'service',
  opensAt: minute(60),
  closesAt: minute(120),
  binds: 'all',
  exemptRoles: [],
  statedAt: nightAt,
  ...change,
});

describe('in_past', () => {
  it.each([
    [0, []],
    [-1, ['in_past a']],
  ])('a start %i ms after now', (ms, broken) => {
    expect(
      said(verdictOn(situated([free], { plan: wide }), [{ id: 'a', at: 5, ms }], minute(5))),
    ).toEqual(broken);
  });

  it('gives both sides of the edge', () => {
    const [violation] = verdictOn(situated([free]), [{ id: 'a', at: 4 }], minute(5));
    expect(violation).toEqual({
      code: 'in_past',
      checkpoint: 'a',
      subjects: [],
      limitAt: minute(5),
      foundAt: minute(4),
    });
  });
});

describe('before_pinned_start', () => {
  const planned = { approvedStartAt: minute(30) };
  it.each([
    ['pinned', 'at its time', 0, null, []],
    ['pinned', 'a millisecond early', -1, null, ['before_pinned_start a']],
    ['conditional', 'at its time', 0, null, []],
    ['conditional', 'a millisecond early', -1, null, ['before_pinned_start a']],
    ['asap', 'a millisecond early', -1, null, []],
    ['asap', 'at its revised time', 0, 30, []],
    ['asap', 'before its revised time', -1, 30, ['before_pinned_start a']],
    ['pinned', 'before its approved time, revised earlier', -1, 29, []],
    ['pinned', 'at its approved time, revised later', 0, 31, ['before_pinned_start a']],
  ] as const)('%s, %s', (startRule, _when, ms, revised, broken) => {
    const state = situated([checkpoint('a', { startRule, ...planned })], {
      progress: revised === null ? {} : { a: { revisedStartAt: minute(revised) } },
    });
    expect(said(verdictOn(state, [{ id: 'a', at: 30, ms }]))).toEqual(broken);
  });

  it('names the revised time as the limit', () => {
    const state = situated([checkpoint('a')], { progress: { a: { revisedStartAt: minute(31) } } });
    expect(verdictOn(state, [{ id: 'a', at: 30 }])[0]).toMatchObject({
      limitAt: minute(31),
      foundAt: minute(30),
    });
  });
});

describe.each([
  ['inside_freeze', 'freeze'],
  ['inside_blackout', 'blackout'],
] as const)('%s', (code, kind) => {
  const bitten = [`${code} a edge`];
  it.each([
    ['ends as it opens', free, 30, 0, []],
    ['ends a millisecond inside', free, 30, 1, bitten],
    ['lies inside', free, 70, 0, bitten],
    ['starts a millisecond before it closes', free, 120, -1, bitten],
    ['starts as it closes', free, 120, 0, []],
    ['stands a millisecond before it', milestone, 60, -1, []],
    ['stands on its opening', milestone, 60, 0, bitten],
    ['stands on its closing', milestone, 120, 0, []],
  ] as const)('work that %s', (_name, item, at, ms, broken) => {
    const state = situated([item], { plan: { boundaries: [boundary(kind)] } });
    expect(said(verdictOn(state, [{ id: 'a', at, ms }]))).toEqual(broken);
  });

  it.each<[string, Partial<Boundary>, string[]]>([
    ['binds it by name', { binds: ['a'] }, bitten],
    ['binds another', { binds: ['b'] }, []],
    ['was stated at this very instant', { statedAt: minute(10) }, bitten],
    ['is stated only after now', { statedAt: minute(10) + 1 }, []],
    ['exempts another role', { exemptRoles: ['release-lead'] }, bitten],
  ])('of a boundary that %s', (_name, change, broken) => {
    const state = situated([free], { plan: { boundaries: [boundary(kind, change)] } });
    expect(said(verdictOn(state, [{ id: 'a', at: 70 }], minute(10)))).toEqual(broken);
  });

  it('names where it opens and where the work would end', () => {
    const state = situated([free], { plan: { boundaries: [boundary(kind)] } });
    expect(verdictOn(state, [{ id: 'a', at: 40 }])[0]).toMatchObject({
      limitAt: minute(60),
      foundAt: minute(70),
    });
  });
});

describe('exemptions and exceptions', () => {
  const granted = (relaxes: 'inside_blackout' | 'outside_boundary', untilAt: number | null) => [
    { exception: 'x', checkpoint: 'a', relaxes, untilAt, grantedBy: 'lead', factId: 'f' },
  ];
  const allowing = { slipToleranceMinutes: 10, reviewMinutes: 0, requestValidMinutes: 60 };

  it('an exempt role works in a blackout, never in a freeze', () => {
    const on = (kind: Boundary['kind']) =>
      situated([free], { plan: { boundaries: [boundary(kind, { exemptRoles: ['ops'] })] } });
    expect(said(verdictOn(on('blackout'), [{ id: 'a', at: 70 }]))).toEqual([]);
    expect(said(verdictOn(on('freeze'), [{ id: 'a', at: 70 }]))).toEqual(['inside_freeze a edge']);
  });

  it.each([
    ['without end', null, ['inside_blackout' as const], []],
    ['ending with the work', minute(100), ['inside_blackout' as const], []],
    [
      'ending a millisecond before the work',
      minute(100) - 1,
      ['inside_blackout' as const],
      ['inside_blackout a edge'],
    ],
    ['that policy does not allow', null, [], ['inside_blackout a edge']],
  ])('an exception %s', (_name, untilAt, exceptions, broken) => {
    const state = situated([free], {
      plan: { boundaries: [boundary('blackout')], policy: { ...allowing, exceptions } },
      exceptions: granted('inside_blackout', untilAt),
    });
    expect(said(verdictOn(state, [{ id: 'a', at: 70 }]))).toEqual(broken);
  });

  it('an exception counts for its own rule and checkpoint alone', () => {
    const of = (relaxes: 'inside_blackout' | 'outside_boundary', id: string) =>
      situated([free, checkpoint('b', { startRule: 'asap' })], {
        plan: {
          boundaries: [boundary('blackout')],
          policy: { ...allowing, exceptions: ['inside_blackout', 'outside_boundary'] },
        },
        exceptions: granted(relaxes, null).map((item) => ({ ...item, checkpoint: id })),
      });
    const spots = [{ id: 'a', at: 70 }];
    expect(said(verdictOn(of('inside_blackout', 'b'), spots))).toEqual(['inside_blackout a edge']);
    expect(said(verdictOn(of('outside_boundary', 'a'), spots))).toEqual(['inside_blackout a edge']);
  });

  it('no exception lifts a freeze', () => {
    const state = situated([free], {
      plan: {
        boundaries: [boundary('freeze')],
        policy: { ...allowing, exceptions: ['inside_blackout'] },
      },
      exceptions: granted('inside_blackout', null),
    });
    expect(said(verdictOn(state, [{ id: 'a', at: 70 }]))).toEqual(['inside_freeze a edge']);
  });
});

describe('outside_window', () => {
  const window = { opensAt: minute(60), closesAt: minute(120) };
  it.each([
    ['starts as it opens', 60, 0, []],
    ['starts a millisecond early', 60, -1, ['outside_window a']],
    ['ends as it closes', 90, 0, []],
    ['ends a millisecond late', 90, 1, ['outside_window a']],
  ])('work that %s', (_name, at, ms, broken) => {
    expect(said(verdictOn(situated([free], { plan: { window } }), [{ id: 'a', at, ms }]))).toEqual(
      broken,
    );
  });

  it('names the side it sticks out of', () => {
    const state = situated([free], { plan: { window } });
    expect(verdictOn(state, [{ id: 'a', at: 59 }])[0]).toMatchObject({
      limitAt: minute(60),
      foundAt: minute(59),
    });
    expect(verdictOn(state, [{ id: 'a', at: 91 }])[0]).toMatchObject({
      limitAt: minute(120),
      foundAt: minute(121),
    });
  });

  it('an exception lets it run on', () => {
    const policy = { slipToleranceMinutes: 10, reviewMinutes: 0, requestValidMinutes: 60 };
    const state = situated([free], {
      plan: { window, policy: { ...policy, exceptions: ['outside_window'] } },
      exceptions: [
        {
          exception: 'x',
          checkpoint: 'a',
          relaxes: 'outside_window',
          untilAt: minute(121),
          grantedBy: 'lead',
          factId: 'f',
        },
      ],
    });
    expect(said(verdictOn(state, [{ id: 'a', at: 91 }]))).toEqual([]);
    expect(said(verdictOn(state, [{ id: 'a', at: 91, ms: 1 }]))).toEqual(['outside_window a']);
  });
});

describe('outside_boundary', () => {
  it.each([
    ['starts as it opens', 60, 0, []],
    ['starts a millisecond early', 60, -1, ['outside_boundary a edge']],
    ['ends as it closes', 90, 0, []],
    ['ends a millisecond late', 90, 1, ['outside_boundary a edge']],
  ])('work that %s', (_name, at, ms, broken) => {
    const state = situated([free], { plan: { boundaries: [boundary('maintenance')] } });
    expect(said(verdictOn(state, [{ id: 'a', at, ms }]))).toEqual(broken);
  });

  it('every boundary that binds it counts, each on its own', () => {
    const boundaries = [
      boundary('maintenance'),
      boundary('maintenance', { id: 'narrow', closesAt: minute(89) }),
      boundary('maintenance', { id: 'later', closesAt: minute(61), statedAt: minute(1) }),
      boundary('maintenance', { id: 'exempt', closesAt: minute(61), exemptRoles: ['ops'] }),
      boundary('maintenance', { id: 'other', closesAt: minute(61), binds: ['b'] }),
    ];
    const violations = verdictOn(situated([free], { plan: { boundaries } }), [{ id: 'a', at: 60 }]);
    expect(said(violations)).toEqual(['outside_boundary a narrow']);
    expect(violations[0]).toMatchObject({ limitAt: minute(89), foundAt: minute(90) });
  });

  it('an exception lets it out', () => {
    const policy = { slipToleranceMinutes: 10, reviewMinutes: 0, requestValidMinutes: 60 };
    const state = situated([free], {
      plan: {
        boundaries: [boundary('maintenance')],
        policy: { ...policy, exceptions: ['outside_boundary'] },
      },
      exceptions: [
        {
          exception: 'x',
          checkpoint: 'a',
          relaxes: 'outside_boundary',
          untilAt: null,
          grantedBy: 'lead',
          factId: 'f',
        },
      ],
    });
    expect(said(verdictOn(state, [{ id: 'a', at: 10 }]))).toEqual([]);
  });
});

describe('outside_allowed_window', () => {
  const windows = (...edges: [number, number][]) =>
    edges.map(([opens, closes]) => ({ opensAt: minute(opens), closesAt: minute(closes) }));
  const windowed = checkpoint('a', {
    startRule: 'asap',
    allowedWindows: windows([80, 100], [60, 80], [200, 240]),
  });
  it.each([
    ['fits the first', 60, 0, []],
    ['runs over the seam of two that touch', 70, 0, []],
    ['ends as they close', 70, 0, []],
    ['ends a millisecond late', 70, 1, ['outside_allowed_window a']],
    ['starts a millisecond early', 60, -1, ['outside_allowed_window a']],
    ['fits the later one', 210, 0, []],
    ['lies between', 150, 0, ['outside_allowed_window a']],
  ])('work that %s', (_name, at, ms, broken) => {
    expect(said(verdictOn(situated([windowed]), [{ id: 'a', at, ms }]))).toEqual(broken);
  });

  it('names the edge it misses', () => {
    const missed = (at: number) => verdictOn(situated([windowed]), [{ id: 'a', at }])[0];
    expect(missed(30)).toMatchObject({ limitAt: minute(60), foundAt: minute(30) });
    expect(missed(75)).toMatchObject({ limitAt: minute(100), foundAt: minute(105) });
    expect(missed(215)).toMatchObject({ limitAt: minute(240), foundAt: minute(245) });
    expect(missed(60)).toBeUndefined();
  });

  it('an exception lets it out', () => {
    const policy = { slipToleranceMinutes: 10, reviewMinutes: 0, requestValidMinutes: 60 };
    const state = situated([windowed], {
      plan: { policy: { ...policy, exceptions: ['outside_allowed_window'] } },
      exceptions: [
        {
          exception: 'x',
          checkpoint: 'a',
          relaxes: 'outside_allowed_window',
          untilAt: null,
          grantedBy: 'lead',
          factId: 'f',
        },
      ],
    });
    expect(said(verdictOn(state, [{ id: 'a', at: 10 }]))).toEqual([]);
  });
});

describe('past_last_safe_start', () => {
  const guardrails = [
    { id: 'rollback', pointOfNoReturn: 'a', rollbackMinutes: 90, mustEndAt: minute(200) },
    { id: 'other', pointOfNoReturn: 'b', rollbackMinutes: 90, mustEndAt: minute(95) },
  ];
  it.each([
    ['on the last safe start', 0, []],
    ['a millisecond later', 1, ['past_last_safe_start a rollback']],
  ])('a start %s', (_name, ms, broken) => {
    const state = situated([free], { plan: { guardrails } });
    const violations = verdictOn(state, [{ id: 'a', at: 110, ms }]);
    expect(said(violations)).toEqual(broken);
    if (ms > 0)
      expect(violations[0]).toMatchObject({ limitAt: minute(110), foundAt: minute(110) + ms });
  });
});
