import { describe, expect, it } from 'vitest';
import type { Driver } from '../ledger/packet.ts';
import type { Boundary, Checkpoint } from '../ledger/plan.ts';
import { authority, checkpoint, minute, nightAt, person, plan } from '../tests/support/build.ts';
import { situated, type Spot, timelineOf, type Situating } from '../tests/support/timeline.ts';
import { areTrueDrivers } from './packetDrivers.ts';
import { sceneOf } from './scene.ts';

const tenure = (who: string, opens = -600, closes = 1200) => ({
  person: who,
  opensAt: minute(opens),
  closesAt: minute(closes),
});
const item = (id: string, change: Partial<Checkpoint> = {}) =>
  checkpoint(id, { startRule: 'asap', approvedStartAt: minute(300), ...change });
const edge = (id: string, kind: Boundary['kind'], change: Partial<Boundary> = {}): Boundary => ({
  id,
  name: id,
  kind,
  level: 'service',
  opensAt: minute(40),
  closesAt: minute(70),
  binds: ['a'],
  exemptRoles: [],
  statedAt: nightAt,
  ...change,
});
const span = (from: number, to: number) => ({ opensAt: minute(from), closesAt: minute(to) });
type Night = Situating;

/** Whether these drivers are true of `a` at `at`, beside `b` at 10 to 40 by dev. */
function isTrue(
  drivers: readonly Driver[],
  { at, ms = 0, ...change }: { at: number; ms?: number } & Partial<Checkpoint>,
  night: Night & { b?: Partial<Checkpoint>; spot?: Partial<Spot> } = {},
): boolean {
  const { b = {}, spot = {}, ...situation } = night;
  const state = situated([item('b', b), item('a', change)], {
    ...situation,
    plan: {
      authority: [authority('ops-authority', { holders: [tenure('operator'), tenure('dev')] })],
      ...situation.plan,
    },
  });
  const spots = [
    { id: 'b', at: 10, owner: 'dev', ...spot },
    { id: 'a', at, ms },
  ];
  const scene = sceneOf(timelineOf(state.situation.plan, spots), state, nightAt);
  const work = scene.works.get('a');
  return work !== undefined && areTrueDrivers(scene, work, drivers);
}

const policy = plan([item('a')]).policy;
const after = (type: 'finish_to_start' | 'start_to_start' | 'finish_to_finish') => ({
  predecessors: [{ checkpoint: 'b', type, gapSeconds: 300, maxGapSeconds: null }],
});

/** Driver, the minute at which it is true, and the night that makes it so. */
const rows: [string, Driver, number, Partial<Checkpoint>, Parameters<typeof isTrue>[2]][] = [
  ['the approved start', { by: 'approved_start', subject: null }, 300, {}, {}],
  [
    'the revised start',
    { by: 'revised_start', subject: null },
    290,
    {},
    { progress: { a: { revisedStartAt: minute(290) } } },
  ],
  ['now', { by: 'now', subject: null }, 0, {}, {}],
  [
    'the review time',
    { by: 'review_time', subject: null },
    15,
    {},
    { plan: { policy: { ...policy, reviewMinutes: 15 } } },
  ],
  ['a predecessor’s end', { by: 'predecessor', subject: 'b' }, 45, after('finish_to_start'), {}],
  ['a predecessor’s start', { by: 'predecessor', subject: 'b' }, 15, after('start_to_start'), {}],
  [
    'a predecessor’s end before its own',
    { by: 'predecessor', subject: 'b' },
    15,
    after('finish_to_finish'),
    {},
  ],
  [
    'the owner’s other work',
    { by: 'owner_busy', subject: 'b' },
    40,
    {},
    { spot: { owner: 'operator' } },
  ],
  [
    'the owner’s other work, named by owner',
    { by: 'owner_busy', subject: 'operator' },
    40,
    {},
    { spot: { owner: 'operator' } },
  ],
  [
    'the room’s other use',
    { by: 'room_busy', subject: 'b' },
    40,
    { room: 'hall' },
    { b: { room: 'hall' } },
  ],
  [
    'the room’s other use, named by room',
    { by: 'room_busy', subject: 'hall' },
    40,
    { room: 'hall' },
    { b: { room: 'hall' } },
  ],
  [
    'the owner’s shift',
    { by: 'owner_available', subject: 'operator' },
    50,
    {},
    { plan: { people: [person('operator', { working: [span(60, 90), span(50, 60)] })] } },
  ],
  [
    'the end of an outage',
    { by: 'owner_available', subject: 'operator' },
    52,
    {},
    {
      unavailable: [
        { person: 'operator', span: span(20, 52), factId: 'f' },
        { person: 'dev', span: span(20, 54), factId: 'f' },
      ],
    },
  ],
  [
    'the owner’s authority',
    { by: 'authority', subject: 'operator' },
    53,
    {},
    { plan: { authority: [authority('ops-authority', { holders: [tenure('operator', 53)] })] } },
  ],
  [
    'the start of a boundary',
    { by: 'boundary', subject: 'slot' },
    40,
    {},
    { plan: { boundaries: [edge('slot', 'maintenance')] } },
  ],
  [
    'the end of a freeze',
    { by: 'boundary', subject: 'stop' },
    70,
    {},
    { plan: { boundaries: [edge('stop', 'freeze')] } },
  ],
  [
    'the end of a blackout',
    { by: 'boundary', subject: 'quiet' },
    70,
    {},
    { plan: { boundaries: [edge('quiet', 'blackout')] } },
  ],
  ['the window', { by: 'window', subject: null }, 60, {}, { plan: { window: span(60, 480) } }],
  [
    'an allowed window',
    { by: 'allowed_window', subject: null },
    61,
    { allowedWindows: [span(90, 95), span(61, 90)] },
    {},
  ],
  [
    'protected order',
    { by: 'protected_order', subject: 'b' },
    10,
    { protected: true },
    { b: { protected: true } },
  ],
  [
    'review spacing',
    { by: 'review_spacing', subject: 'r' },
    55,
    {},
    { plan: { reviewSpacings: [{ id: 'r', checkpoints: ['a', 'b'], minutes: 15 }] } },
  ],
];

describe('a driver', () => {
  it.each(rows)('%s is true at its own instant alone', (_name, driver, at, change, night) => {
    expect(isTrue([driver], { at, ...change }, night)).toBe(true);
    expect(isTrue([driver], { at, ms: 1, ...change }, night)).toBe(false);
    expect(isTrue([driver], { at, ms: -1, ...change }, night)).toBe(false);
    expect(isTrue([driver], { at: at + 1, ...change }, night)).toBe(false);
  });

  it.each(rows)('%s names its own subject alone', (_name, driver, at, change, night) => {
    expect(isTrue([{ ...driver, subject: 'ghost' }], { at, ...change }, night)).toBe(false);
    if (driver.subject !== null) {
      expect(isTrue([{ ...driver, subject: null }], { at, ...change }, night)).toBe(false);
      expect(isTrue([{ ...driver, subject: 'a' }], { at, ...change }, night)).toBe(false);
    }
  });

  it('is said once, beside others that are true', () => {
    const night = { b: {}, spot: { owner: 'operator' } };
    const busy: Driver = { by: 'owner_busy', subject: 'b' };
    const before: Driver = { by: 'predecessor', subject: 'b' };
    const change = {
      at: 40,
      predecessors: [
        { checkpoint: 'b', type: 'finish_to_start' as const, gapSeconds: 0, maxGapSeconds: null },
      ],
    };
    expect(isTrue([busy, before], change, night)).toBe(true);
    expect(isTrue([busy, before, busy], change, night)).toBe(false);
    expect(isTrue([busy, { by: 'now', subject: null }], change, night)).toBe(false);
    expect(isTrue([], change, night)).toBe(false);
    expect(isTrue([{ by: 'actual', subject: null }], change, night)).toBe(false);
  });

  it('rounds an instant up to the first whole tick', () => {
    const late = {
      progress: {
        b: { state: 'done', actualStartAt: nightAt, actualFinishAt: minute(12) + 1 },
      } as const,
    };
    const edgeOnly = {
      predecessors: [
        { checkpoint: 'b', type: 'finish_to_start' as const, gapSeconds: 0, maxGapSeconds: null },
      ],
    };
    const before: Driver = { by: 'predecessor', subject: 'b' };
    expect(isTrue([before], { at: 13, ...edgeOnly }, late)).toBe(true);
    expect(isTrue([before], { at: 12, ms: 1, ...edgeOnly }, late)).toBe(true);
    expect(isTrue([before], { at: 12, ...edgeOnly }, late)).toBe(false);
    expect(isTrue([before], { at: 14, ...edgeOnly }, late)).toBe(false);
  });

  it('chosen stands alone, where no plan and no clock would say why', () => {
    const chosen: Driver = { by: 'chosen', subject: null };
    const revised = { progress: { a: { revisedStartAt: minute(290) } } };
    expect(isTrue([chosen], { at: 33 })).toBe(true);
    expect(isTrue([chosen], { at: 300 })).toBe(false);
    expect(isTrue([chosen], { at: 0 })).toBe(false);
    expect(isTrue([chosen], { at: 290 }, revised)).toBe(false);
    expect(isTrue([{ ...chosen, subject: 'a' }], { at: 33 })).toBe(false);
    expect(
      isTrue(
        [chosen, { by: 'window', subject: null }],
        { at: 60 },
        { plan: { window: span(60, 480) } },
      ),
    ).toBe(false);
  });

  it.each<[string, Driver, number, Partial<Checkpoint>, Parameters<typeof isTrue>[2]]>([
    ['no review time', { by: 'review_time', subject: null }, 0, {}, {}],
    [
      'a predecessor that is held',
      { by: 'predecessor', subject: 'c' },
      45,
      {
        predecessors: [
          { checkpoint: 'c', type: 'finish_to_start', gapSeconds: 0, maxGapSeconds: null },
        ],
      },
      {},
    ],
    ['another’s work', { by: 'owner_busy', subject: 'b' }, 40, {}, {}],
    ['no room at all', { by: 'room_busy', subject: 'b' }, 40, {}, {}],
    [
      'another room',
      { by: 'room_busy', subject: 'b' },
      40,
      { room: 'hall' },
      { b: { room: 'loft' } },
    ],
    [
      'a boundary that binds another',
      { by: 'boundary', subject: 'slot' },
      40,
      {},
      { plan: { boundaries: [edge('slot', 'maintenance', { binds: ['b'] })] } },
    ],
    [
      'the end of a boundary',
      { by: 'boundary', subject: 'slot' },
      70,
      {},
      { plan: { boundaries: [edge('slot', 'maintenance')] } },
    ],
    [
      'the start of a freeze',
      { by: 'boundary', subject: 'stop' },
      40,
      {},
      { plan: { boundaries: [edge('stop', 'freeze')] } },
    ],
    [
      'order with what is not protected',
      { by: 'protected_order', subject: 'b' },
      10,
      { protected: true },
      {},
    ],
    [
      'order of what is not protected',
      { by: 'protected_order', subject: 'b' },
      10,
      {},
      { b: { protected: true } },
    ],
    [
      'a spacing it is not in',
      { by: 'review_spacing', subject: 'r' },
      55,
      {},
      { plan: { reviewSpacings: [{ id: 'r', checkpoints: ['b', 'c'], minutes: 15 }] } },
    ],
    [
      'a spacing the other is not in',
      { by: 'review_spacing', subject: 'r' },
      55,
      {},
      { plan: { reviewSpacings: [{ id: 'r', checkpoints: ['a', 'c'], minutes: 15 }] } },
    ],
    [
      'another’s shift',
      { by: 'owner_available', subject: 'dev' },
      50,
      {},
      { plan: { people: [person('dev', { working: [span(50, 90)] })] } },
    ],
    [
      'another’s authority',
      { by: 'authority', subject: 'dev' },
      53,
      {},
      { plan: { authority: [authority('ops-authority', { holders: [tenure('dev', 53)] })] } },
    ],
  ])('is untrue of %s', (_name, driver, at, change, night) => {
    expect(isTrue([driver], { at, ...change }, night)).toBe(false);
  });

  it('of protected order names a lower rank', () => {
    const state = situated([item('a', { protected: true }), item('b', { protected: true })]);
    const scene = sceneOf(
      timelineOf(state.situation.plan, [
        { id: 'a', at: 10 },
        { id: 'b', at: 10 },
      ]),
      state,
      nightAt,
    );
    const work = scene.works.get('a');
    expect(work && areTrueDrivers(scene, work, [{ by: 'protected_order', subject: 'b' }])).toBe(
      false,
    );
  });
});
