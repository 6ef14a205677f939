import { describe, expect, it } from 'vitest';
import type { Cause, Hold } from '../ledger/holds.ts';
import type { Boundary, Checkpoint } from '../ledger/plan.ts';
import { authority, checkpoint, fact, minute, nightAt, plan } from '../tests/support/build.ts';
import {
  heldAt,
  running,
  said,
  situated,
  type Spot,
  timelineOf,
  type Situating,
} from '../tests/support/timeline.ts';
import { checkHolds } from './holds.ts';

const tenures = ['operator', 'dev', 'standin'].map((person) => ({
  person,
  opensAt: minute(-600),
  closesAt: minute(1200),
}));
const everyone = { authority: [authority('ops-authority', { holders: tenures })] };
const follows = (id: string): Checkpoint['predecessors'] => [
  { checkpoint: id, type: 'finish_to_start', gapSeconds: 0, maxGapSeconds: null },
];
const item = (id: string, change: Partial<Checkpoint> = {}) =>
  checkpoint(id, { startRule: 'asap', ...change });
const cause = (rule: Cause['rule'], on: string, change: Partial<Cause> = {}): Cause => ({
  rule,
  checkpoint: on,
  subject: null,
  factId: null,
  at: null,
  ...change,
});
const hold = (change: Partial<Hold>): Hold => ({
  holdId: 'hold:a:order_conflict',
  checkpoint: 'a',
  holdClass: 'order_conflict',
  behind: null,
  causes: [cause('in_past', 'a')],
  release: { kind: 'plan_changed', checkpoint: 'a' },
  liftedBy: 'release-lead',
  blocks: [],
  relaxations: [],
  ...change,
});

type Night = Situating;

/** The verdict on these holds when `spots` are placed and every other open checkpoint is held. */
function judged(
  items: readonly Checkpoint[],
  { spots = [], now = nightAt, ...night }: Night & { spots?: Spot[]; now?: number },
  holds: readonly Hold[],
): string[] {
  const state = situated(items, { ...night, plan: { ...everyone, ...night.plan } });
  const { plan: of, progress } = state.situation;
  const held = of.checkpoints
    .filter(({ id }) => progress[id]?.state === 'planned' && !spots.some((spot) => spot.id === id))
    .map(({ id }) => heldAt(id));
  const run = running(state, [timelineOf(of, spots, held)], now);
  return said(checkHolds({ agent: 'holds', holds: [...holds] }, run, minute(500)));
}

const human = {
  hold: 'stop',
  checkpoint: 'a',
  reason: 'wait',
  placedBy: 'lead',
  at: minute(1),
  factId: 'f-hold',
};
const stopped = hold({
  holdId: 'stop',
  holdClass: 'human_hold',
  causes: [cause('hold_in_force', 'a', { subject: 'stop', factId: 'f-hold', at: minute(1) })],
  release: { kind: 'hold_lifted', hold: 'stop' },
});

describe('without a clean resequencing', () => {
  it.each([
    ['no run', situated([item('a')])],
    ['no timeline in it', running(situated([item('a')]), [])],
  ])('%s: nothing can be held', (_name, state) => {
    expect(said(checkHolds({ agent: 'holds', holds: [] }, state, nightAt))).toEqual([
      'stale_basis - resequencing',
    ]);
  });

  it('a timeline that is not clean, or not yet judged, does not count', () => {
    const state = situated([item('a')]);
    const run = running(state, [timelineOf(state.situation.plan, [{ id: 'a', at: 0 }])]);
    const verdict = (clean: boolean | null) => {
      const attempt = run.run?.attempts.resequencing;
      if (run.run === null || attempt === undefined) return [];
      const attempts = { resequencing: { ...attempt, clean } };
      return said(
        checkHolds(
          { agent: 'holds', holds: [] },
          { ...run, run: { ...run.run, attempts } },
          nightAt,
        ),
      );
    };
    expect(verdict(true)).toEqual([]);
    expect(verdict(false)).toEqual(['stale_basis - resequencing']);
    expect(verdict(null)).toEqual(['stale_basis - resequencing']);
  });
});

/** Each row: the situation, the one hold that belongs to it. */
const blockers: [string, Partial<Checkpoint>, Night, Partial<Hold>][] = [
  ['a human hold', {}, { holds: [human] }, stopped],
  [
    'an open condition',
    { conditions: ['bridge'] },
    {
      plan: { conditions: [{ id: 'bridge', name: 'bridge', met: false, settledBy: 'ops' }] },
      amendedBy: { 'condition:bridge': 'f-bridge' },
    },
    {
      holdId: 'hold:a:condition_open:bridge',
      holdClass: 'condition_open',
      causes: [cause('condition_open', 'a', { subject: 'bridge', factId: 'f-bridge' })],
      release: { kind: 'condition_met', condition: 'bridge' },
      liftedBy: 'ops',
    },
  ],
  [
    'a refused approval',
    { approvals: [{ id: 'go', parties: ['risk'], needed: 1, validMinutes: null }] },
    {
      assents: [
        {
          checkpoint: 'a',
          assent: 'go',
          kind: 'approval',
          party: 'risk',
          answer: 'refused',
          at: nightAt,
          factId: 'f-no',
        },
      ],
    },
    {
      holdId: 'hold:a:approval_outstanding:go',
      holdClass: 'approval_outstanding',
      causes: [cause('approval_refused', 'a', { subject: 'go', factId: 'f-no' })],
      release: { kind: 'approval_given', checkpoint: 'a', approval: 'go' },
    },
  ],
  [
    'an approval expired before its earliest start',
    {
      startRule: 'pinned',
      approvedStartAt: minute(31),
      approvals: [{ id: 'go', parties: ['risk'], needed: 1, validMinutes: 30 }],
    },
    {
      assents: [
        {
          checkpoint: 'a',
          assent: 'go',
          kind: 'approval',
          party: 'risk',
          answer: 'given',
          at: nightAt,
          factId: 'f-yes',
        },
      ],
    },
    {
      holdId: 'hold:a:approval_outstanding:go',
      holdClass: 'approval_outstanding',
      causes: [cause('approval_expired', 'a', { subject: 'go', factId: 'f-yes', at: minute(30) })],
      release: { kind: 'approval_given', checkpoint: 'a', approval: 'go' },
    },
  ],
  [
    'a refused confirmation',
    { confirmations: [{ id: 'seen', parties: ['risk'], needed: 1, validMinutes: null }] },
    {
      assents: [
        {
          checkpoint: 'a',
          assent: 'seen',
          kind: 'confirmation',
          party: 'risk',
          answer: 'refused',
          at: nightAt,
          factId: 'f-no',
        },
      ],
    },
    {
      holdId: 'hold:a:confirmation_outstanding:seen',
      holdClass: 'confirmation_outstanding',
      causes: [cause('confirmation_refused', 'a', { subject: 'seen', factId: 'f-no' })],
      release: { kind: 'confirmation_given', checkpoint: 'a', confirmation: 'seen' },
    },
  ],
  [
    'an expired confirmation',
    {
      startRule: 'pinned',
      approvedStartAt: minute(31),
      confirmations: [{ id: 'seen', parties: ['risk'], needed: 1, validMinutes: 30 }],
    },
    {
      assents: [
        {
          checkpoint: 'a',
          assent: 'seen',
          kind: 'confirmation',
          party: 'risk',
          answer: 'given',
          at: nightAt,
          factId: 'f-yes',
        },
      ],
    },
    {
      holdId: 'hold:a:confirmation_outstanding:seen',
      holdClass: 'confirmation_outstanding',
      causes: [
        cause('confirmation_expired', 'a', { subject: 'seen', factId: 'f-yes', at: minute(30) }),
      ],
      release: { kind: 'confirmation_given', checkpoint: 'a', confirmation: 'seen' },
    },
  ],
  [
    'revoked evidence',
    {
      startRule: 'pinned',
      approvedStartAt: minute(90),
      evidence: [{ kind: 'lag', source: 'board', maxAgeMinutes: 60 }],
    },
    {
      evidence: [
        { checkpoint: 'a', evidence: 'lag', observedAt: null, revoked: true, factId: 'f-lag' },
      ],
    },
    {
      holdId: 'hold:a:evidence_not_fresh:lag',
      holdClass: 'evidence_not_fresh',
      causes: [cause('evidence_revoked', 'a', { subject: 'lag', factId: 'f-lag' })],
      release: {
        kind: 'evidence_recorded',
        checkpoint: 'a',
        evidence: 'lag',
        observedFromAt: minute(30),
      },
    },
  ],
  [
    'evidence stale at its earliest start, by the stricter of two limits',
    {
      startRule: 'pinned',
      approvedStartAt: minute(90),
      evidence: [
        { kind: 'lag', source: 'board', maxAgeMinutes: 60 },
        { kind: 'lag', source: 'board', maxAgeMinutes: 600 },
      ],
    },
    {
      evidence: [
        {
          checkpoint: 'a',
          evidence: 'lag',
          observedAt: minute(29),
          revoked: false,
          factId: 'f-lag',
        },
      ],
    },
    {
      holdId: 'hold:a:evidence_not_fresh:lag',
      holdClass: 'evidence_not_fresh',
      causes: [cause('evidence_stale', 'a', { subject: 'lag', factId: 'f-lag', at: minute(89) })],
      release: {
        kind: 'evidence_recorded',
        checkpoint: 'a',
        evidence: 'lag',
        observedFromAt: minute(30),
      },
    },
  ],
];

describe('what blocks a checkpoint at any time', () => {
  it.each(blockers)('%s has its own hold', (_name, change, night, own) => {
    expect(judged([item('a', change)], night, [hold(own)])).toEqual([]);
    expect(judged([item('a', change)], night, [])).toEqual([`hold_missing a ${own.holdId}`]);
  });

  it.each(blockers)(
    '%s: a fact or an instant that is not there makes the cause untrue',
    (_name, change, night, own) => {
      const [first] = own.causes ?? [];
      const verdict = (wrong: Partial<Cause>) =>
        judged([item('a', change)], night, [
          hold({ ...own, causes: [{ ...cause('in_past', 'a'), ...first, ...wrong }] }),
        ]);
      const dead = [`hold_missing a ${own.holdId}`, `hold_without_cause a ${own.holdId}`];
      expect(verdict({ factId: 'f-invented' })).toEqual(dead);
      expect(verdict({ at: minute(7) })).toEqual(dead);
      expect(verdict({ subject: 'ghost' })).toEqual(dead);
      expect(verdict({ checkpoint: 'ghost' })).toEqual(dead);
    },
  );

  it.each([
    ['class', { holdClass: 'fact_disputed' }, 'hold_class_wrong a stop human_hold'],
    ['id', { holdId: 'hold:a:human_hold' }, 'hold_class_wrong a hold:a:human_hold human_hold'],
    ['behind', { behind: 'a' }, 'hold_class_wrong a stop human_hold'],
    [
      'release',
      { release: { kind: 'plan_changed', checkpoint: 'a' } },
      'hold_release_wrong a stop plan_changed',
    ],
    ['lifter', { liftedBy: 'ops' }, 'hold_lifter_wrong a stop'],
    ['blocks', { blocks: ['b'] }, 'hold_blocks_wrong a stop'],
    ['checkpoint', { checkpoint: 'b' }, 'hold_missing a stop,hold_without_cause b stop'],
    [
      'causes, one too many',
      { causes: [...stopped.causes, cause('in_past', 'a')] },
      'hold_cause_untrue a stop in_past a',
    ],
    [
      'causes, one twice',
      { causes: [...stopped.causes, ...stopped.causes] },
      'hold_cause_untrue a stop hold_in_force stop',
    ],
  ] as const)('a wrong %s is found', (_name, wrong, found) => {
    const night = { holds: [human], spots: [{ id: 'b', at: 0 }] };
    expect(
      judged([item('a'), item('b')], night, [
        hold({
          ...stopped,
          ...wrong,
          causes: [...('causes' in wrong ? wrong.causes : stopped.causes)],
          blocks: [...('blocks' in wrong ? wrong.blocks : [])],
        }),
      ]).join(),
    ).toBe(found);
  });

  it('holds stack: each blocker is held on its own, and lifting one leaves the others', () => {
    const second = { ...human, hold: 'wait', factId: 'f-wait' };
    const waiting = hold({
      ...stopped,
      holdId: 'wait',
      causes: [cause('hold_in_force', 'a', { subject: 'wait' })],
      release: { kind: 'hold_lifted', hold: 'wait' },
    });
    expect(judged([item('a')], { holds: [human, second] }, [waiting, stopped])).toEqual([]);
    expect(judged([item('a')], { holds: [human, second] }, [stopped])).toEqual([
      'hold_missing a wait',
    ]);
    expect(judged([item('a')], { holds: [human] }, [waiting, stopped])).toEqual([
      'hold_without_cause a wait',
    ]);
  });

  it('hold_duplicated: one hold twice, under one id or two', () => {
    const night = { holds: [human] };
    expect(judged([item('a')], night, [stopped, stopped])).toEqual(['hold_duplicated a stop']);
    expect(judged([item('a')], night, [stopped, { ...stopped, holdId: 'again' }])).toEqual([
      'hold_duplicated a again',
      'hold_class_wrong a again human_hold',
    ]);
  });

  it('hold_without_cause: nothing placed, started, skipped or unknown is held', () => {
    const night = {
      holds: [],
      spots: [{ id: 'a', at: 0 }],
      progress: {
        b: { state: 'in_progress', actualStartAt: nightAt },
        c: { state: 'skipped' },
      } as const,
    };
    const items = [item('a'), item('b', { approvedOwner: 'dev' }), item('c')];
    for (const id of ['a', 'b', 'c', 'ghost']) {
      expect(
        judged(items, night, [hold({ checkpoint: id, causes: [cause('in_past', id)] })]),
      ).toEqual([`hold_without_cause ${id} hold:a:order_conflict`]);
    }
  });

  it('evidence under an exception is not stale', () => {
    const policy = plan([item('a')]).policy;
    const stale = item('a', { evidence: [{ kind: 'lag', source: 'board', maxAgeMinutes: 60 }] });
    const night = (untilAt: number): Night => ({
      plan: { policy: { ...policy, exceptions: ['evidence_stale'] } },
      evidence: [
        { checkpoint: 'a', evidence: 'lag', observedAt: minute(-61), revoked: false, factId: 'f' },
      ],
      exceptions: [
        {
          exception: 'x',
          checkpoint: 'a',
          relaxes: 'evidence_stale',
          untilAt,
          grantedBy: 'lead',
          factId: 'f',
        },
      ],
    });
    expect(judged([stale], night(minute(30)), [])).toEqual(['hold_missing a conflict']);
    expect(judged([stale], night(minute(30) - 1), [])).toEqual([
      'hold_missing a hold:a:evidence_not_fresh:lag',
    ]);
  });
});

describe('a hold behind others', () => {
  const chain = [
    item('a'),
    item('b', { predecessors: follows('a') }),
    item('c', { predecessors: [...follows('a'), ...follows('b')] }),
    item('d', { predecessors: follows('c'), approvedOwner: 'dev' }),
    item('e', { approvedOwner: 'standin' }),
  ];
  const behind = (id: string, on: string[], blocks: string[]) =>
    hold({
      holdId: `hold:${id}:behind_hold`,
      checkpoint: id,
      holdClass: 'behind_hold',
      behind: on[0] ?? null,
      causes: on.map((subject) => cause('predecessor_held', id, { subject })),
      release: { kind: 'predecessor_placed', checkpoint: on[0] ?? 'a' },
      blocks,
    });
  const register = [
    { ...stopped, blocks: ['b', 'c', 'd'] },
    behind('b', ['a'], ['c', 'd']),
    behind('c', ['a', 'b'], ['d']),
    behind('d', ['c'], []),
  ];
  const night = { holds: [human], spots: [{ id: 'e', at: 0 }] };

  it('everything after a held one is held behind it, whatever the order of the register', () => {
    expect(judged(chain, night, register)).toEqual([]);
    expect(judged(chain, night, register.toReversed())).toEqual([]);
  });

  it.each([
    [
      'names the wrong one of two',
      { behind: 'b' },
      ['hold_class_wrong c hold:c:behind_hold behind_hold'],
    ],
    [
      'waits for the wrong one',
      { release: { kind: 'predecessor_placed' as const, checkpoint: 'b' } },
      ['hold_release_wrong c hold:c:behind_hold predecessor_placed'],
    ],
    [
      'names only one of its causes',
      { causes: [cause('predecessor_held', 'c', { subject: 'b' })] },
      ['hold_cause_untrue c hold:c:behind_hold predecessor_held a'],
    ],
    [
      'names one that is not a predecessor',
      {
        causes: [...(register[2]?.causes ?? []), cause('predecessor_held', 'c', { subject: 'd' })],
      },
      ['hold_cause_untrue c hold:c:behind_hold predecessor_held d'],
    ],
    ['blocks nothing', { blocks: [] }, ['hold_blocks_wrong c hold:c:behind_hold']],
    ['blocks too much', { blocks: ['d', 'e'] }, ['hold_blocks_wrong c hold:c:behind_hold']],
  ])('one that %s is found', (_name, wrong, found) => {
    const holds = register.map((one) => (one.checkpoint === 'c' ? { ...one, ...wrong } : one));
    expect(judged(chain, night, holds)).toEqual(found);
  });

  it('a blocker of its own stacks on the hold behind', () => {
    const own = { ...human, hold: 'own', checkpoint: 'd', factId: 'f-own' };
    const stacked = hold({
      ...stopped,
      holdId: 'own',
      checkpoint: 'd',
      causes: [cause('hold_in_force', 'd', { subject: 'own' })],
      release: { kind: 'hold_lifted', hold: 'own' },
    });
    const both = { ...night, holds: [human, own] };
    expect(judged(chain, both, [...register, stacked])).toEqual([]);
    expect(judged(chain, both, register)).toEqual(['hold_missing d own']);
  });
});

describe('a conflict', () => {
  const edge: Boundary = {
    id: 'slot',
    name: 'slot',
    kind: 'maintenance',
    level: 'service',
    opensAt: nightAt,
    closesAt: minute(20),
    binds: ['a'],
    exemptRoles: [],
    statedAt: nightAt,
  };
  const narrow: Night = { plan: { boundaries: [edge] }, amendedBy: { 'boundary:slot': 'f-slot' } };
  const late = hold({
    holdId: 'hold:a:boundary_conflict',
    holdClass: 'boundary_conflict',
    causes: [
      cause('duration', 'a'),
      cause('outside_boundary', 'a', { subject: 'slot', factId: 'f-slot', at: minute(20) }),
    ],
    release: { kind: 'boundary_changed', checkpoint: 'a', boundary: 'slot' },
  });

  it('is one hold, whose causes are the smallest conflict found', () => {
    expect(judged([item('a')], narrow, [late])).toEqual([]);
    expect(judged([item('a')], narrow, [])).toEqual(['hold_missing a conflict']);
    expect(judged([item('a')], narrow, [{ ...late, causes: late.causes.toReversed() }])).toEqual(
      [],
    );
  });

  it('hold_cause_untrue: one untrue cause among true ones is found, and does not decide', () => {
    const invented = cause('inside_freeze', 'a', { subject: 'slot' });
    expect(judged([item('a')], narrow, [{ ...late, causes: [...late.causes, invented] }])).toEqual([
      'hold_cause_untrue a hold:a:boundary_conflict inside_freeze slot',
    ]);
  });

  it('hold_without_cause: it is not held when it could simply stay where it was', () => {
    const loose: Night = { plan: { boundaries: [{ ...edge, closesAt: minute(30) }] } };
    const early: Night = { plan: { boundaries: [{ ...edge, closesAt: minute(30) - 1 }] } };
    const named = { ...late, causes: [cause('outside_boundary', 'a', { subject: 'slot' })] };
    expect(judged([item('a')], loose, [named])).toEqual([
      'hold_without_cause a hold:a:boundary_conflict',
    ]);
    expect(judged([item('a')], early, [named])).toEqual([]);
  });

  it('rounding to ticks may hold what could stay', () => {
    const half = item('a', { duration: { kind: 'exact', seconds: 90 } });
    const off = item('a', { approvedStartAt: nightAt + 1 });
    const gapped = item('a');
    const other = item('b', {
      approvedOwner: 'dev',
      predecessors: [
        { checkpoint: 'c', type: 'start_to_start', gapSeconds: 30, maxGapSeconds: null },
      ],
    });
    const slow = item('b', {
      approvedOwner: 'dev',
      predecessors: [
        { checkpoint: 'c', type: 'start_to_start', gapSeconds: 60, maxGapSeconds: 90 },
      ],
    });
    const whole = item('b', {
      approvedOwner: 'dev',
      predecessors: [
        { checkpoint: 'c', type: 'start_to_start', gapSeconds: 60, maxGapSeconds: 120 },
      ],
    });
    const loose: Night = { plan: { boundaries: [{ ...edge, closesAt: minute(40) }] } };
    const named = { ...late, causes: [cause('outside_boundary', 'a', { subject: 'slot' })] };
    const placed = {
      ...loose,
      spots: [
        { id: 'b', at: 60 },
        { id: 'c', at: 0, owner: 'standin' },
      ],
    };
    expect(judged([half], loose, [named])).toEqual([]);
    expect(judged([off], loose, [named])).toEqual([]);
    expect(judged([gapped, other, item('c')], placed, [named])).toEqual([]);
    expect(judged([gapped, slow, item('c')], placed, [named])).toEqual([]);
    expect(judged([gapped, whole, item('c')], placed, [named])).toEqual([
      'hold_without_cause a hold:a:boundary_conflict',
    ]);
  });

  it.each([
    [
      'an unknown release',
      { release: { kind: 'plan_changed' as const, checkpoint: 'a' } },
      'hold_release_wrong a hold:a:boundary_conflict plan_changed',
    ],
    [
      'a lesser class',
      { holdClass: 'order_conflict' as const },
      'hold_class_wrong a hold:a:boundary_conflict boundary_conflict',
    ],
    [
      'the id of another class',
      { holdId: 'hold:a:order_conflict' },
      'hold_class_wrong a hold:a:order_conflict boundary_conflict',
    ],
  ])('%s is found', (_name, wrong, found) => {
    expect(judged([item('a')], narrow, [{ ...late, ...wrong }])).toEqual([found]);
  });

  it('hold_release_wrong: a relaxation offers what policy allows, for holds and checkpoints that exist', () => {
    const policy = { ...plan([item('a')]).policy, exceptions: ['outside_boundary' as const] };
    const night: Night = { ...narrow, plan: { ...narrow?.plan, policy } };
    const relaxation = {
      relaxes: 'outside_boundary' as const,
      checkpoint: 'a',
      untilAt: null,
      releases: ['hold:a:boundary_conflict'],
      moved: 0,
      movedMinutes: 0,
      newlyWoken: [],
      provisionalStartAt: nightAt,
    };
    const verdict = (change: object) =>
      judged([item('a')], night, [{ ...late, relaxations: [{ ...relaxation, ...change }] }]);
    const wrong = ['hold_release_wrong a hold:a:boundary_conflict boundary_changed'];
    expect(verdict({})).toEqual([]);
    expect(verdict({ provisionalStartAt: null })).toEqual([]);
    expect(verdict({ relaxes: 'outside_window' })).toEqual(wrong);
    expect(verdict({ checkpoint: 'ghost' })).toEqual(wrong);
    expect(verdict({ releases: ['hold:ghost'] })).toEqual(wrong);
    expect(verdict({ provisionalStartAt: nightAt - 1 })).toEqual(wrong);
    expect(verdict({ releases: [] })).toEqual(wrong);
    expect(verdict({ releases: [...relaxation.releases, ...relaxation.releases] })).toEqual(wrong);
    expect(verdict({ newlyWoken: ['dev'] })).toEqual([]);
    expect(verdict({ newlyWoken: ['dev', 'dev'] })).toEqual(wrong);
    expect(verdict({ newlyWoken: ['stranger'] })).toEqual(wrong);
    expect(verdict({ moved: 1, movedMinutes: 5 })).toEqual(wrong);
    expect(verdict({ movedMinutes: 5 })).toEqual(wrong);
    expect(verdict({ untilAt: nightAt })).toEqual([]);
    expect(verdict({ untilAt: nightAt - 1 })).toEqual(wrong);
  });

  it('hold_release_wrong: a relaxation is of a rule that its own hold rests on', () => {
    const policy = {
      ...plan([item('a'), item('b')]).policy,
      exceptions: ['outside_boundary' as const],
    };
    const night: Night = { ...narrow, plan: { ...narrow?.plan, policy } };
    const offer = {
      relaxes: 'outside_boundary' as const,
      checkpoint: 'b',
      untilAt: null,
      releases: ['hold:a:boundary_conflict'],
      moved: 0,
      movedMinutes: 0,
      newlyWoken: [],
      provisionalStartAt: null,
    };
    const spots = [{ id: 'b', at: 0 }];
    expect(
      judged([item('a'), item('b')], { ...night, spots }, [{ ...late, relaxations: [offer] }]),
    ).toEqual(['hold_release_wrong a hold:a:boundary_conflict boundary_changed']);
  });

  it('a fact that a held fact disputes decides the class, and settling it is the release', () => {
    const dispute = fact({ kind: 'boundary_lifted', boundary: 'slot' }, { factId: 'f-against' });
    const ruling = {
      factId: 'f-against',
      ruling: 'held' as const,
      code: 'authorities_disagree' as const,
      candidates: [],
      against: 'f-slot',
    };
    const disputed = {
      ...late,
      holdId: 'hold:a:fact_disputed',
      holdClass: 'fact_disputed' as const,
      release: { kind: 'fact_settled' as const, factId: 'f-against' },
    };
    const state = situated([item('a')], { ...narrow, plan: { ...everyone, ...narrow?.plan } });
    const verdict = (change: Partial<typeof ruling>, held: Hold) => {
      const run = running(
        { ...state, heldFacts: [{ fact: dispute, ruling: { ...ruling, ...change } }] },
        [timelineOf(state.situation.plan, [], [heldAt('a')])],
      );
      return said(checkHolds({ agent: 'holds', holds: [held] }, run, nightAt));
    };
    expect(verdict({}, disputed)).toEqual([]);
    expect(verdict({ against: 'f-other' }, late)).toEqual([]);
    expect(verdict({ against: 'f-slot' }, late)).toEqual([
      'hold_class_wrong a hold:a:boundary_conflict fact_disputed',
      'hold_release_wrong a hold:a:boundary_conflict boundary_changed',
    ]);
  });
});
