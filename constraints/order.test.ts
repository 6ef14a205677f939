import { describe, expect, it } from 'vitest';
import type { Predecessor } from '../ledger/plan.ts';
import type { Progress } from '../ledger/situation.ts';
import { authority, checkpoint, minute, plan } from '../tests/support/build.ts';
import { said, situated, type Spot, verdictOn } from '../tests/support/timeline.ts';

const everyone = {
  authority: [
    authority('ops-authority', {
      holders: ['operator', 'dev', 'lead'].map((person) => ({
        person,
        opensAt: minute(-600),
        closesAt: minute(1200),
      })),
    }),
  ],
};
const policy = plan([checkpoint('a')]).policy;
const after = (change: Partial<Predecessor> = {}): Predecessor => ({
  checkpoint: 'a',
  type: 'finish_to_start',
  gapSeconds: 0,
  maxGapSeconds: null,
  ...change,
});
const first = checkpoint('a', { startRule: 'asap' });
const second = (change: Partial<Predecessor> = {}) =>
  checkpoint('b', {
    startRule: 'asap',
    approvedOwner: 'dev',
    duration: { kind: 'exact', seconds: 600 },
    predecessors: [after(change)],
  });
const spots = (at: number, ms = 0): Spot[] => [
  { id: 'a', at: 10 },
  { id: 'b', at, ms },
];

describe('predecessor_held', () => {
  const state = (progress: Record<string, Partial<Progress>> = {}) =>
    situated([first, second()], { plan: everyone, progress });
  it.each([
    ['a placed predecessor', state(), spots(40), []],
    ['a held predecessor', state(), spots(40).slice(1), ['predecessor_held b a']],
    ['a skipped predecessor', state({ a: { state: 'skipped' } }), [{ id: 'b', at: 0 }], []],
    [
      'a started one',
      state({ a: { state: 'in_progress', actualStartAt: minute(0) } }),
      [{ id: 'b', at: 40 }],
      [],
    ],
    ['one done at an unknown instant', state({ a: { state: 'done' } }), [{ id: 'b', at: 0 }], []],
  ])('%s', (_name, of, at, broken) => {
    expect(said(verdictOn(of, at))).toEqual(broken);
  });

  it('a predecessor that the plan does not have is never there', () => {
    const of = situated([first, second({ checkpoint: 'ghost' })], { plan: everyone });
    expect(said(verdictOn(of, spots(40)))).toEqual(['predecessor_held b ghost']);
  });
});

describe.each([
  ['finish_to_start', 300, 45],
  ['start_to_start', 300, 15],
  ['finish_to_finish', 300, 35],
] as const)('a gap %s', (type, gapSeconds, edge) => {
  const finish = type === 'finish_to_finish' ? 10 : 0;
  it('gap_too_short: one millisecond less is too short', () => {
    const state = situated([first, second({ type, gapSeconds })], { plan: everyone });
    expect(said(verdictOn(state, spots(edge)))).toEqual([]);
    const violations = verdictOn(state, spots(edge, -1));
    expect(said(violations)).toEqual(['gap_too_short b a']);
    expect(violations[0]).toMatchObject({
      limitAt: minute(edge + finish),
      foundAt: minute(edge + finish) - 1,
    });
  });

  it('gap_too_long: one millisecond more is too long', () => {
    const limits = { type, gapSeconds: 0, maxGapSeconds: gapSeconds };
    const state = situated([first, second(limits)], { plan: everyone });
    expect(said(verdictOn(state, spots(edge)))).toEqual([]);
    const violations = verdictOn(state, spots(edge, 1));
    expect(said(violations)).toEqual(['gap_too_long b a']);
    expect(violations[0]).toMatchObject({
      limitAt: minute(edge + finish),
      foundAt: minute(edge + finish) + 1,
    });
  });
});

describe('a gap after started work', () => {
  const started = (type: Predecessor['type'], known: Partial<Progress>) =>
    situated([first, second({ type, gapSeconds: 300, maxGapSeconds: 300 })], {
      plan: everyone,
      progress: { a: known },
    });
  const running = { state: 'in_progress', actualStartAt: minute(3) } as const;
  const finished = { state: 'done', actualStartAt: minute(3), actualFinishAt: minute(21) } as const;
  it.each([
    ['finish_to_start', running, 38],
    ['start_to_start', { ...running, actualStartAt: minute(20) }, 25],
    ['finish_to_finish', running, 28],
    ['finish_to_start', finished, 26],
    ['start_to_start', { ...finished, actualStartAt: minute(17) }, 22],
    ['finish_to_finish', { ...finished, actualFinishAt: minute(29) }, 24],
    ['start_to_start', { state: 'done', actualFinishAt: minute(21) } as const, 26],
  ] as const)('%s of %o counts from what happened', (type, known, at) => {
    const verdict = (ms: number) =>
      said(verdictOn(started(type, known), [{ id: 'b', at, ms }], minute(20)));
    expect(verdict(0)).toEqual([]);
    expect(verdict(-1)).toEqual(['gap_too_short b a']);
    expect(verdict(1)).toEqual(['gap_too_long b a']);
  });

  it('work that runs on past its end pushes what follows to now', () => {
    const state = situated([first, second()], { plan: everyone, progress: { a: running } });
    const verdict = (at: number) => said(verdictOn(state, [{ id: 'b', at }], minute(50)));
    expect(verdict(50)).toEqual([]);
    expect(said(verdictOn(state, [{ id: 'b', at: 50 }], minute(50) + 1))).toEqual([
      'in_past b',
      'gap_too_short b a',
    ]);
  });

  it('a gap_too_long exception on the successor lets it wait', () => {
    const state = situated([first, second({ maxGapSeconds: 300 })], {
      plan: { ...everyone, policy: { ...policy, exceptions: ['gap_too_long'] } },
      exceptions: [
        {
          exception: 'x',
          checkpoint: 'b',
          relaxes: 'gap_too_long',
          untilAt: minute(100),
          grantedBy: 'lead',
          factId: 'f',
        },
      ],
    });
    expect(said(verdictOn(state, spots(90)))).toEqual([]);
    expect(said(verdictOn(state, spots(90, 1)))).toEqual(['gap_too_long b a']);
    expect(said(verdictOn(state, spots(39)))).toEqual(['gap_too_short b a']);
  });
});

describe('protected_order', () => {
  const item = (id: string, change = {}) =>
    checkpoint(id, { startRule: 'asap', protected: true, ...change });
  const pair = [item('a'), item('b', { approvedOwner: 'dev' })];
  const at = (one: number, other: number, ms = 0): Spot[] => [
    { id: 'a', at: one, ms },
    { id: 'b', at: other },
  ];
  it.each([
    ['both at once', pair, at(10, 10), []],
    ['in order', pair, at(10, 11), []],
    ['a millisecond out of order', pair, at(10, 10, 1), ['protected_order a b']],
    [
      'only the first is protected',
      [pair[0] ?? item('a'), item('b', { protected: false, approvedOwner: 'dev' })],
      at(20, 10),
      [],
    ],
    [
      'only the second is protected',
      [item('a', { protected: false }), pair[1] ?? item('b')],
      at(20, 10),
      [],
    ],
    ['one of them held', pair, [{ id: 'b', at: 10 }], []],
  ])('%s', (_name, items, where, broken) => {
    const violations = verdictOn(situated(items, { plan: everyone }), where);
    expect(said(violations)).toEqual(broken);
    if (broken.length > 0) {
      expect(violations[0]).toMatchObject({ limitAt: minute(10), foundAt: minute(10) + 1 });
    }
  });

  it('of two with one rank neither has to be first', () => {
    const state = situated(pair, { plan: everyone });
    const level = {
      ...state,
      situation: {
        ...state.situation,
        plan: {
          ...state.situation.plan,
          checkpoints: state.situation.plan.checkpoints.map((one) => ({ ...one, rank: 1 })),
        },
      },
    };
    expect(said(verdictOn(level, at(20, 10)))).toEqual([]);
    expect(said(verdictOn(level, at(10, 20)))).toEqual([]);
  });

  it('a started member counts at its actual start', () => {
    const started = (id: string, actualStartAt: number) =>
      situated(pair, {
        plan: everyone,
        progress: { [id]: { state: 'in_progress', actualStartAt } },
      });
    const verdict = (id: string, other: string, ms: number) =>
      said(verdictOn(started(id, minute(10)), [{ id: other, at: 10, ms }], minute(0)));
    expect(verdict('b', 'a', 0)).toEqual([]);
    expect(verdict('b', 'a', 1)).toEqual(['protected_order a b']);
    expect(verdict('a', 'b', 0)).toEqual([]);
    expect(verdict('a', 'b', -1)).toEqual(['protected_order b a']);
  });
});

describe('protected_move', () => {
  const fixed = checkpoint('a', {
    startRule: 'asap',
    protected: true,
    moves: 'exception_only',
    approvedStartAt: minute(30),
  });
  it.each([
    ['where it was', fixed, 0, []],
    ['a millisecond later', fixed, 1, ['protected_move a']],
    ['a millisecond earlier', fixed, -1, ['protected_move a']],
    [
      'later, inside its boundary, when it may',
      { ...fixed, moves: 'inside_boundary' as const },
      1,
      [],
    ],
    ['later when it is not protected', { ...fixed, protected: false }, 1, []],
  ])('%s', (_name, item, ms, broken) => {
    const violations = verdictOn(situated([item]), [{ id: 'a', at: 30, ms }]);
    expect(said(violations)).toEqual(broken);
    if (broken.length > 0) {
      expect(violations[0]).toMatchObject({ limitAt: minute(30), foundAt: minute(30) + ms });
    }
  });

  it('an exception lets it move', () => {
    const state = situated([fixed], {
      plan: { policy: { ...policy, exceptions: ['protected_move'] } },
      exceptions: [
        {
          exception: 'x',
          checkpoint: 'a',
          relaxes: 'protected_move',
          untilAt: null,
          grantedBy: 'lead',
          factId: 'f',
        },
      ],
    });
    expect(said(verdictOn(state, [{ id: 'a', at: 31 }]))).toEqual([]);
  });
});

describe('review_spacing', () => {
  const items = [
    checkpoint('a', { startRule: 'asap' }),
    checkpoint('b', { startRule: 'asap', approvedOwner: 'dev' }),
    checkpoint('c', { startRule: 'asap', approvedOwner: 'lead' }),
  ];
  const spacing = {
    ...everyone,
    reviewSpacings: [{ id: 'reviews', checkpoints: ['a', 'b'], minutes: 15 }],
  };
  const bitten = (late: string, early: string) => [`review_spacing ${late} reviews ${early}`];
  it.each([
    ['just far enough', 10, 55, 0, []],
    ['a millisecond too near', 10, 55, -1, bitten('b', 'a')],
    ['the other way round', 55, 10, 0, []],
    ['too near the other way round', 54, 10, 0, bitten('a', 'b')],
    ['both at once', 10, 10, 0, bitten('b', 'a')],
  ])('%s', (_name, a, b, ms, broken) => {
    const state = situated(items, { plan: spacing });
    const where = [
      { id: 'a', at: a },
      { id: 'b', at: b, ms },
      { id: 'c', at: 10 },
    ];
    expect(said(verdictOn(state, where))).toEqual(broken);
  });

  it('names the earliest start and what was found', () => {
    const state = situated(items, { plan: spacing });
    expect(
      verdictOn(state, [
        { id: 'a', at: 10 },
        { id: 'b', at: 54 },
      ])[0],
    ).toMatchObject({
      limitAt: minute(55),
      foundAt: minute(54),
    });
  });

  it('started work counts with its expected end, and with its start when it is the later one', () => {
    const started = (actualStartAt: number) =>
      situated(items, {
        plan: spacing,
        progress: { a: { state: 'in_progress', actualStartAt } },
      });
    const verdict = (from: number, ms: number) =>
      said(verdictOn(started(minute(from)), [{ id: 'b', at: 60, ms }]));
    expect(verdict(15, 0)).toEqual([]);
    expect(verdict(15, -1)).toEqual(bitten('b', 'a'));
    expect(verdict(105, 0)).toEqual([]);
    expect(verdict(105, 1)).toEqual(bitten('b', 'a'));
  });

  it.each(['a', 'b'])('an exception on %s takes it out of the spacing', (id) => {
    const state = (untilAt: number, exceptions: 'review_spacing'[]) =>
      situated(items, {
        plan: { ...spacing, policy: { ...policy, exceptions } },
        exceptions: [
          {
            exception: 'x',
            checkpoint: id,
            relaxes: 'review_spacing',
            untilAt,
            grantedBy: 'lead',
            factId: 'f',
          },
        ],
      });
    const where = [
      { id: 'a', at: 10 },
      { id: 'b', at: 10 },
    ];
    expect(said(verdictOn(state(minute(40), ['review_spacing']), where))).toEqual([]);
    expect(said(verdictOn(state(minute(40) - 1, ['review_spacing']), where))).toEqual(
      bitten('b', 'a'),
    );
    expect(said(verdictOn(state(minute(40), []), where))).toEqual(bitten('b', 'a'));
  });
});
