import { describe, expect, it } from 'vitest';
import type { Boundary, Checkpoint } from '../ledger/plan.ts';
import type { Progress } from '../ledger/situation.ts';
import { authority, checkpoint, minute, nightAt, person, plan } from '../tests/support/build.ts';
import { situated, type Situating } from '../tests/support/timeline.ts';
import { deviationsOf } from './deviations.ts';

const item = (id: string, change: Partial<Checkpoint> = {}) => checkpoint(id, change);
const done = (from: number, to: number, change: Partial<Progress> = {}): Partial<Progress> => ({
  state: 'done',
  actualStartAt: minute(from),
  actualFinishAt: minute(to),
  ...change,
});
const edge = (kind: Boundary['kind'], change: Partial<Boundary> = {}): Boundary => ({
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
type Night = Situating;
const found = (items: readonly Checkpoint[], night: Night, now = minute(300)) =>
  deviationsOf(situated(items, night), now).map(({ checkpoint: on, rule, subject }) =>
    [on, rule, subject ?? '-'].join(' '),
  );

describe('a deviation', () => {
  it.each<[string, Night, string[]]>([
    ['nothing', { progress: { a: done(60, 120) } }, []],
    ['planned work', { plan: { boundaries: [edge('freeze')] } }, []],
    [
      'skipped work',
      { plan: { boundaries: [edge('freeze')] }, progress: { a: { state: 'skipped' } } },
      [],
    ],
    ['work past the window', { progress: { a: done(460, 481) } }, ['a outside_window -']],
    ['work to the end of the window', { progress: { a: done(460, 480) } }, []],
    [
      'work into a freeze',
      { plan: { boundaries: [edge('freeze')] }, progress: { a: done(30, 61) } },
      ['a inside_freeze edge'],
    ],
    [
      'work up to a freeze',
      { plan: { boundaries: [edge('freeze')] }, progress: { a: done(30, 60) } },
      [],
    ],
    [
      'work into a blackout',
      { plan: { boundaries: [edge('blackout')] }, progress: { a: done(119, 130) } },
      ['a inside_blackout edge'],
    ],
    [
      'work out of a boundary',
      { plan: { boundaries: [edge('maintenance')] }, progress: { a: done(90, 121) } },
      ['a outside_boundary edge'],
    ],
    [
      'work under an outage',
      {
        unavailable: [
          { person: 'operator', span: { opensAt: minute(60), closesAt: minute(70) }, factId: 'f' },
        ],
        progress: { a: done(30, 61) },
      },
      ['a owner_unavailable operator'],
    ],
    [
      'work by nobody mapped',
      { progress: { a: done(30, 61, { owner: 'dev' }) } },
      ['a not_authorised_owner dev'],
    ],
    [
      'work outside hours, found once',
      {
        plan: {
          people: [person('operator', { working: [{ opensAt: minute(0), closesAt: minute(40) }] })],
        },
        unavailable: [
          { person: 'operator', span: { opensAt: minute(30), closesAt: minute(70) }, factId: 'f' },
        ],
        progress: { a: done(30, 61) },
      },
      ['a owner_unavailable operator'],
    ],
    [
      'running work past its boundary by now',
      {
        plan: { boundaries: [edge('maintenance')] },
        progress: { a: { state: 'in_progress', actualStartAt: minute(90) } },
      },
      ['a outside_boundary edge'],
    ],
  ])('of %s', (_name, night, deviations) => {
    expect(found([item('a')], night)).toEqual(deviations);
  });

  it.each([
    ['stated on its last instant', 90, -1, ['a outside_boundary edge']],
    ['stated when it was over', 90, 0, []],
  ])('a boundary counts for finished work only when it was %s', (_name, at, ms, deviations) => {
    const boundaries = [edge('maintenance', { closesAt: minute(61), statedAt: minute(at) + ms })];
    expect(found([item('a')], { plan: { boundaries }, progress: { a: done(60, 90) } })).toEqual(
      deviations,
    );
  });

  it('a boundary stated after now is not there yet', () => {
    const boundaries = [edge('maintenance', { closesAt: minute(61), statedAt: minute(80) })];
    const night = {
      plan: { boundaries },
      progress: {
        a: {
          state: 'in_progress',
          actualStartAt: minute(60),
          forecastFinishAt: minute(200),
        } as const,
      },
    };
    expect(found([item('a')], night, minute(80) - 1)).toEqual([]);
    expect(found([item('a')], night, minute(80))).toEqual(['a outside_boundary edge']);
  });

  it('an exception covers what happened, to its end', () => {
    const policy = { ...plan([item('a')]).policy, exceptions: ['outside_window' as const] };
    const excepted = (untilAt: number): Night => ({
      plan: { policy },
      exceptions: [
        {
          exception: 'x',
          checkpoint: 'a',
          relaxes: 'outside_window',
          untilAt,
          grantedBy: 'lead',
          factId: 'f',
        },
      ],
      progress: { a: done(460, 490) },
    });
    expect(found([item('a')], excepted(minute(490)))).toEqual([]);
    expect(found([item('a')], excepted(minute(490) - 1))).toEqual(['a outside_window -']);
  });

  const follows = (id: string) => ({
    checkpoint: id,
    type: 'finish_to_start' as const,
    gapSeconds: 300,
    maxGapSeconds: null,
  });
  it.each([
    ['after the gap', { a: done(0, 25), b: done(30, 40) }, []],
    ['inside the gap', { a: done(0, 25), b: done(29, 40) }, ['b gap_too_short a']],
    ['before a predecessor that has not started', { b: done(29, 40) }, ['b gap_too_short a']],
    ['after a skipped predecessor', { a: { state: 'skipped' } as const, b: done(29, 40) }, []],
    [
      'during a predecessor',
      { a: { state: 'in_progress', actualStartAt: minute(20) } as const, b: done(29, 40) },
      ['b gap_too_short a'],
    ],
  ])('work that began %s', (_name, progress, deviations) => {
    expect(found([item('a'), item('b', { predecessors: [follows('a')] })], { progress })).toEqual(
      deviations,
    );
  });

  it('a predecessor that the plan does not have is nobody’s deviation', () => {
    expect(
      found([item('b', { predecessors: [follows('ghost')] })], { progress: { b: done(29, 40) } }),
    ).toEqual([]);
  });

  it.each([
    ['with it', { a: done(30, 40), b: done(30, 40) }, []],
    ['before it', { a: done(30, 40), b: done(29, 40) }, ['b protected_order a']],
    ['after it', { a: done(30, 40), b: done(31, 40) }, []],
    ['and it is still open', { b: done(29, 40) }, ['b protected_order a']],
    ['and it was skipped', { a: { state: 'skipped' } as const, b: done(29, 40) }, []],
  ])('a protected checkpoint started %s', (_name, progress, deviations) => {
    const pair = [item('a', { protected: true }), item('b', { protected: true })];
    expect(found(pair, { progress })).toEqual(deviations);
    expect(found([item('a'), item('b', { protected: true })], { progress })).toEqual([]);
    expect(found([item('a', { protected: true }), item('b')], { progress })).toEqual([]);
  });

  it('deviations stand by rank, then rule, then subject', () => {
    const boundaries = [
      edge('freeze', { id: 'z' }),
      edge('freeze', { id: 'b' }),
      edge('maintenance', { id: 'm', closesAt: minute(61) }),
    ];
    const night: Night = {
      plan: { boundaries, authority: [authority('ops-authority', { holders: [] })] },
      progress: { c: done(60, 62), a: done(60, 62) },
    };
    const each = (id: string) => [
      `${id} inside_freeze b`,
      `${id} inside_freeze z`,
      `${id} outside_boundary m`,
      `${id} not_authorised_owner operator`,
    ];
    expect(found([item('c'), item('a')], night)).toEqual([...each('c'), ...each('a')]);
  });
});
