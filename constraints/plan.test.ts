import { describe, expect, it } from 'vitest';
import type { Authority, Boundary, Checkpoint, Plan } from '../ledger/plan.ts';
import { authority, checkpoint, minute, person, plan } from '../tests/support/build.ts';
import { planProblems } from './plan.ts';
import { coverageGaps } from './planCoverage.ts';
import { PlanProblemCode, ranked } from './planProblem.ts';

const span = (from: number, to: number) => ({ opensAt: minute(from), closesAt: minute(to) });
const link = (of: string, gapSeconds = 0, maxGapSeconds: number | null = null) => ({
  checkpoint: of,
  type: 'finish_to_start' as const,
  gapSeconds,
  maxGapSeconds,
});
const a = (change: Partial<Checkpoint> = {}) => checkpoint('a', change);
const b = (change: Partial<Checkpoint> = {}) =>
  checkpoint('b', { approvedStartAt: minute(30), predecessors: [link('a')], ...change });
const boundary = (change: Partial<Boundary> = {}): Boundary => ({
  id: 'm',
  name: 'Maintenance',
  kind: 'maintenance',
  level: 'cutover',
  ...span(0, 100),
  binds: ['a'],
  exemptRoles: [],
  statedAt: minute(-600),
  ...change,
});
const row = (change: Partial<Authority> = {}): Authority => authority('ops-authority', change);
const leadRow = (change: Partial<Authority> = {}): Authority =>
  authority('lead-authority', {
    role: 'release-lead',
    holders: [{ person: 'lead', ...span(-600, 1200) }],
    ...change,
  });
const sound = plan([a(), b()]);
/** Code and path of every problem, each of which has to say what is wrong and what would mend it. */
const found = (of: Plan): (readonly [string, string])[] =>
  planProblems(of).map(({ code, path, message, fix }) => {
    expect({ message, fix }).toEqual({
      message: expect.stringMatching(/\w/),
      fix: expect.stringMatching(/\w/),
    });
    return [code, path] as const;
  });
const rows = (...list: readonly Authority[]): Plan => ({
  ...sound,
  authority: [leadRow(), ...list],
});

it('finds nothing wrong with a plan that does not contradict itself', () => {
  expect(planProblems(sound)).toEqual([]);
});

describe('duplicate_id', () => {
  const again = <T>(list: readonly T[]): T[] => list.flatMap((item) => [item, item]).slice(0, 2);
  it.each<[string, Partial<Plan>, string]>([
    ['roles', { roles: [...sound.roles, { id: 'ops', name: 'x' }] }, 'roles/ops'],
    ['people', { people: [...sound.people, person('dev')] }, 'people/dev'],
    ['sources', { sources: again(sound.sources) }, 'sources/board'],
    ['boundaries', { boundaries: again([boundary()]) }, 'boundaries/m'],
    [
      'conditions',
      { conditions: again([{ id: 'c', name: 'c', met: true, settledBy: 'ops' }]) },
      'conditions/c',
    ],
    [
      'guardrails',
      {
        guardrails: again([
          { id: 'g', pointOfNoReturn: 'b', rollbackMinutes: 1, mustEndAt: minute(90) },
        ]),
      },
      'guardrails/g',
    ],
    [
      'reviewSpacings',
      { reviewSpacings: again([{ id: 'r', checkpoints: ['a', 'b'], minutes: 1 }]) },
      'reviewSpacings/r',
    ],
  ])('in %s', (_, change, path) => {
    expect(found({ ...sound, ...change })).toEqual([['duplicate_id', path]]);
  });
  it('of a checkpoint, an authority row or a separation is named among what follows from it', () => {
    expect(
      found({
        ...sound,
        checkpoints: [...sound.checkpoints, { ...a(), rank: 3, approvedStartAt: minute(60) }],
      }),
    ).toContainEqual(['duplicate_id', 'checkpoints/a']);
    expect(found(rows(row(), row()))).toEqual([['duplicate_id', 'authority/ops-authority']]);
    const apart = { id: 's', checkpoints: ['a', 'b'] };
    expect(found({ ...sound, separations: [apart, apart] })).toContainEqual([
      'duplicate_id',
      'separations/s',
    ]);
  });
  const assent = { id: 'x', parties: ['ops'], needed: 1, validMinutes: null };
  it.each<[Partial<Checkpoint>, string]>([
    [{ approvals: [assent], confirmations: [assent] }, 'checkpoints/b/approvals/x'],
    [{ predecessors: [link('a'), link('a')] }, 'checkpoints/b/predecessors/a'],
    [
      { evidence: again([{ kind: 'lag', source: 'board', maxAgeMinutes: 1 }]) },
      'checkpoints/b/evidence/lag',
    ],
  ])('inside a checkpoint: %j', (change, path) => {
    expect(found(plan([a(), b(change)]))).toEqual([['duplicate_id', path]]);
  });
  it('is reported once, however often the id is given', () => {
    expect(found({ ...sound, people: [...sound.people, person('dev'), person('dev')] })).toEqual([
      ['duplicate_id', 'people/dev'],
    ]);
  });
});

it('reserved_source: nobody may pose as people acting through this software', () => {
  const [board] = sound.sources;
  if (board === undefined) throw new Error('a source expected');
  const posing = { ...sound, sources: [board, { ...board, id: 'interlock' }] };
  expect(found(posing)).toEqual([['reserved_source', 'sources/interlock']]);
});

describe('unknown_id', () => {
  const assent = { id: 'x', parties: ['ops', 'nobody'], needed: 1, validMinutes: null };
  it.each<[Partial<Checkpoint>, string]>([
    [{ predecessors: [link('a'), link('nobody')] }, 'checkpoints/b/predecessors/1'],
    [{ conditions: ['nobody'] }, 'checkpoints/b/conditions/0'],
    [
      { evidence: [{ kind: 'lag', source: 'nobody', maxAgeMinutes: 1 }] },
      'checkpoints/b/evidence/0/source',
    ],
    [{ approvals: [assent] }, 'checkpoints/b/approvals/x/parties/1'],
    [{ confirmations: [assent] }, 'checkpoints/b/confirmations/x/parties/1'],
    [{ observers: ['dev', 'nobody'] }, 'checkpoints/b/observers/1'],
  ])('in a checkpoint: %j', (change, path) => {
    expect(found(plan([a(), b(change)]))).toEqual([['unknown_id', path]]);
  });
  it('of a role or an owner is named among what follows from it', () => {
    expect(found(plan([a(), b({ role: 'nobody' })]))).toContainEqual([
      'unknown_id',
      'checkpoints/b/role',
    ]);
    expect(found(plan([a(), b({ approvedOwner: 'nobody' })]))).toContainEqual([
      'unknown_id',
      'checkpoints/b/approvedOwner',
    ]);
    expect(found({ ...sound, leadRole: 'nobody' })).toContainEqual(['unknown_id', 'leadRole']);
    expect(
      found(rows(row({ delegates: [{ person: 'dev', grantedBy: 'nobody', ...span(0, 1) }] }))),
    ).toContainEqual(['unknown_id', 'authority/ops-authority/delegates/0/grantedBy']);
  });
  it.each<[Partial<Plan>, string]>([
    [{ boundaries: [boundary({ binds: ['a', 'nobody'] })] }, 'boundaries/m/binds/1'],
    [{ boundaries: [boundary({ exemptRoles: ['nobody'] })] }, 'boundaries/m/exemptRoles/0'],
    [
      {
        guardrails: [
          { id: 'g', pointOfNoReturn: 'nobody', rollbackMinutes: 1, mustEndAt: minute(90) },
        ],
      },
      'guardrails/g/pointOfNoReturn',
    ],
    [{ separations: [{ id: 's', checkpoints: ['a', 'nobody'] }] }, 'separations/s/checkpoints/1'],
    [
      { reviewSpacings: [{ id: 'r', checkpoints: ['nobody', 'a'], minutes: 1 }] },
      'reviewSpacings/r/checkpoints/0',
    ],
    [
      { conditions: [{ id: 'c', name: 'c', met: true, settledBy: 'nobody' }] },
      'conditions/c/settledBy',
    ],
    [
      {
        sources: [
          { id: 'board', name: 'b', rank: 1, facts: ['all'], reporters: ['operator', 'nobody'] },
        ],
      },
      'sources/board/reporters/1',
    ],
    [
      { authority: [leadRow(), row(), authority('x', { role: 'nobody', holders: [] })] },
      'authority/x/role',
    ],
    [
      { authority: [leadRow(), row(), authority('x', { checkpoint: 'nobody', holders: [] })] },
      'authority/x/checkpoint',
    ],
    [
      {
        authority: [
          leadRow(),
          row(),
          authority('x', { role: 'release-lead', holders: [{ person: 'nobody', ...span(0, 1) }] }),
        ],
      },
      'authority/x/holders/0',
    ],
    [
      {
        authority: [
          leadRow(),
          row({ delegates: [{ person: 'nobody', grantedBy: 'operator', ...span(0, 1) }] }),
        ],
      },
      'authority/ops-authority/delegates/0',
    ],
  ])('in the rest: %j', (change, path) => {
    expect(found({ ...sound, ...change })).toEqual([['unknown_id', path]]);
  });
  it('never for the built-in source, a person as a party, or a boundary that binds all', () => {
    const known = plan(
      [
        a(),
        b({
          evidence: [{ kind: 'lag', source: 'interlock', maxAgeMinutes: 1 }],
          approvals: [{ id: 'x', parties: ['dev', 'ops'], needed: 2, validMinutes: 1 }],
        }),
      ],
      { boundaries: [boundary({ binds: 'all' })] },
    );
    expect(found(known)).toEqual([]);
  });
  it('says what the name should have been', () => {
    const messages = planProblems(
      plan([a(), b({ approvals: [assent], conditions: ['nobody'] })]),
    ).map((problem) => problem.message);
    expect(messages).toEqual([
      '"nobody" is not a role or person of this plan',
      '"nobody" is not a condition of this plan',
    ]);
  });
});

describe('the frame', () => {
  it.each<[Partial<Plan>, string, string]>([
    [{ zone: 'Mars/Olympus' }, 'unknown_zone', 'zone'],
    [{ zone: '' }, 'unknown_zone', 'zone'],
    [{ boundaries: [boundary({ ...span(50, 50), binds: [] })] }, 'interval_empty', 'boundaries/m'],
    [
      {
        authority: [
          leadRow(),
          row(),
          authority('x', { role: 'release-lead', holders: [{ person: 'dev', ...span(50, 50) }] }),
        ],
      },
      'interval_empty',
      'authority/x/holders/0',
    ],
  ])('%j', (change, code, path) => {
    expect(found({ ...sound, ...change })).toEqual([[code, path]]);
  });
  it('a window that closes when it opens is empty', () => {
    expect(found({ ...sound, window: span(0, 0) })).toEqual([['interval_empty', 'window']]);
  });
  it('an empty grant is named as such', () => {
    const of = rows(row({ delegates: [{ person: 'dev', grantedBy: 'operator', ...span(5, 5) }] }));
    expect(found(of)).toContainEqual(['interval_empty', 'authority/ops-authority/delegates/0']);
  });
});

describe('tick_too_coarse', () => {
  const seconds = (change: Partial<Checkpoint>, tickSeconds: 1 | 60 = 60) =>
    found(plan([a({ duration: { kind: 'exact', seconds: 600 } }), b(change)], { tickSeconds }));
  it.each<[Partial<Checkpoint>, string]>([
    [{ approvedStartAt: minute(30) + 1_000 }, 'approvedStartAt'],
    [{ duration: { kind: 'exact', seconds: 61 } }, 'duration'],
    [{ predecessors: [link('a', 61)] }, 'predecessors/0/gapSeconds'],
    [{ predecessors: [link('a', 0, 3_601)] }, 'predecessors/0/maxGapSeconds'],
  ])('%j', (change, field) => {
    expect(seconds(change)).toEqual([['tick_too_coarse', `checkpoints/b/${field}`]]);
    expect(seconds(change, 1)).toEqual([]);
  });
  it('is not said of whole minutes', () => {
    expect(seconds({ predecessors: [link('a', 60, 3_600)] })).toEqual([]);
  });
});

describe('order', () => {
  it('rank_not_unique names who shares a rank', () => {
    const shared = {
      ...sound,
      checkpoints: sound.checkpoints.map((item) => ({ ...item, rank: 1 })),
    };
    expect(found(shared)).toEqual([['rank_not_unique', 'checkpoints/b/rank']]);
    expect(planProblems(shared)[0]?.message).toBe('these have the same rank: a, b');
  });
  it('rank_against_predecessor', () => {
    const [first, second] = sound.checkpoints;
    if (first === undefined || second === undefined) throw new Error('two expected');
    const turned = {
      ...sound,
      checkpoints: [
        { ...first, rank: 2 },
        { ...second, rank: 1 },
      ],
    };
    expect(found(turned)).toEqual([['rank_against_predecessor', 'checkpoints/b/predecessors/0']]);
  });
  it('predecessor_cycle names every member, in its order', () => {
    const round = plan([
      a({ predecessors: [link('c')] }),
      b(),
      checkpoint('c', { approvedStartAt: minute(60), predecessors: [link('b')] }),
      checkpoint('d', { approvedStartAt: minute(90), predecessors: [link('c')] }),
    ]);
    const cycle = planProblems(round).find((problem) => problem.code === 'predecessor_cycle');
    expect(cycle?.path).toBe('checkpoints/a/predecessors');
    expect(cycle?.message).toContain('a → b → c → a');
  });
  it('predecessor_cycle of one', () => {
    const own = planProblems(plan([a({ predecessors: [link('a')] })]));
    expect(own.find((problem) => problem.code === 'predecessor_cycle')?.message).toContain('a → a');
  });
  it('a diamond is no cycle', () => {
    const diamond = plan([
      a(),
      b(),
      checkpoint('c', { approvedStartAt: minute(60), predecessors: [link('a')] }),
      checkpoint('d', { approvedStartAt: minute(90), predecessors: [link('b'), link('c')] }),
    ]);
    expect(found(diamond)).toEqual([]);
  });
  it('gap_cycle: a least gap above the greatest one that another path allows', () => {
    const of = (most: number) =>
      found(
        plan([
          a(),
          b({ predecessors: [link('a', 600)], approvedStartAt: minute(40) }),
          checkpoint('c', {
            approvedStartAt: minute(80),
            predecessors: [link('b', 600), { ...link('a', 0, most), type: 'start_to_start' }],
          }),
        ]),
      );
    // a runs 30 minutes, then 10, b 30, then 10: c starts 80 minutes after a at the earliest.
    expect(of(80 * 60)).toEqual([]);
    expect(of(79 * 60)).toContainEqual(['gap_cycle', 'checkpoints/a/predecessors']);
    expect(
      planProblems(plan([a(), b({ predecessors: [link('a', 120, 60)] })])).map(
        (problem) => problem.message,
      ),
    ).toContain('no times satisfy the least and greatest gaps between these: a → b → a');
  });
  it('gap_cycle counts a finish-to-finish gap between the ends', () => {
    const of = (most: number) =>
      found(
        plan([
          a(),
          b({
            duration: { kind: 'exact', seconds: 3_600 },
            predecessors: [link('a'), { ...link('a', 0, most), type: 'finish_to_finish' }],
          }),
        ]),
      ).map(([code]) => code);
    expect(of(3_600)).toEqual(['duplicate_id']);
    expect(of(3_540)).toContain('gap_cycle');
  });
});

describe('what can never be had', () => {
  it('condition_missing', () => {
    expect(found(plan([a(), b({ startRule: 'conditional' })]))).toEqual([
      ['condition_missing', 'checkpoints/b/conditions'],
    ]);
    const named = plan([a(), b({ startRule: 'conditional', conditions: ['c'] })], {
      conditions: [{ id: 'c', name: 'c', met: false, settledBy: 'ops' }],
    });
    expect(found(named)).toEqual([]);
  });
  it.each(['approvals', 'confirmations'] as const)('assent_unreachable in %s', (list) => {
    const of = (needed: number, parties: string[]) =>
      found(plan([a(), b({ [list]: [{ id: 'x', parties, needed, validMinutes: null }] })]));
    expect(of(2, ['ops', 'dev'])).toEqual([]);
    expect(of(3, ['ops', 'dev'])).toEqual([
      ['assent_unreachable', `checkpoints/b/${list}/x/needed`],
    ]);
    expect(of(2, ['ops', 'ops'])).toEqual([
      ['assent_unreachable', `checkpoints/b/${list}/x/needed`],
    ]);
  });
});

describe('freeze_defined_twice', () => {
  const freeze = (id: string, change: Partial<Boundary> = {}) =>
    boundary({ id, name: 'Year end', kind: 'freeze', ...span(600, 700), binds: ['a'], ...change });
  it.each<[string, Partial<Boundary>, number]>([
    ['the same again', {}, 0],
    ['another opening', { opensAt: minute(601) }, 1],
    ['another close', { closesAt: minute(701) }, 1],
    ['another level', { level: 'organisation' }, 1],
    ['other members', { binds: ['b'] }, 1],
    ['its name in other letters', { name: ' year  END', closesAt: minute(701) }, 1],
    ['another name', { name: 'Other', closesAt: minute(701) }, 0],
    ['no freeze', { kind: 'blackout', closesAt: minute(701) }, 0],
  ])('%s', (_, change, count) => {
    const twice = { ...sound, boundaries: [freeze('one'), freeze('two', change)] };
    expect(found(twice)).toEqual(
      Array.from({ length: count }, () => ['freeze_defined_twice', 'boundaries/two']),
    );
  });
  it('under one id, whatever it is called', () => {
    const twice = {
      ...sound,
      boundaries: [freeze('one'), freeze('one', { name: 'Other', level: 'organisation' })],
    };
    expect(found(twice)).toContainEqual(['freeze_defined_twice', 'boundaries/one']);
  });
});

describe('the approved sequence', () => {
  it.each<[string, Partial<Checkpoint>, boolean]>([
    ['at the least gap', { predecessors: [link('a', 600)], approvedStartAt: minute(40) }, false],
    ['a minute sooner', { predecessors: [link('a', 600)], approvedStartAt: minute(39) }, true],
    [
      'at the greatest gap',
      { predecessors: [link('a', 0, 600)], approvedStartAt: minute(40) },
      false,
    ],
    ['a minute later', { predecessors: [link('a', 0, 600)], approvedStartAt: minute(41) }, true],
    ['start to start', { predecessors: [{ ...link('a', 1_800), type: 'start_to_start' }] }, false],
    [
      'start to start, too soon',
      { predecessors: [{ ...link('a', 1_860), type: 'start_to_start' }] },
      true,
    ],
    [
      'finish to finish',
      { predecessors: [{ ...link('a', 1_800), type: 'finish_to_finish' }] },
      false,
    ],
    [
      'finish to finish, too soon',
      { predecessors: [{ ...link('a', 1_860), type: 'finish_to_finish' }] },
      true,
    ],
  ])('approved_gap_broken: %s', (_, change, broken) => {
    const expected = broken ? [['approved_gap_broken', 'checkpoints/b/predecessors/0']] : [];
    expect(found(plan([a(), b(change)]))).toEqual(expected);
  });
  it('says whether it is too soon or too long', () => {
    const words = (change: Partial<Checkpoint>) => planProblems(plan([a(), b(change)]))[0]?.message;
    expect(words({ predecessors: [link('a', 600)] })).toContain('too soon after');
    expect(words({ predecessors: [link('a', 0, 0)], approvedStartAt: minute(31) })).toContain(
      'too long after',
    );
  });

  const at = 'checkpoints/a/approvedStartAt';
  const guarded = (change: Partial<Plan>, own: Partial<Checkpoint> = {}) =>
    found(plan([a({ protected: true, approvedStartAt: minute(10), ...own })], change));
  it.each<[string, Partial<Plan>, string | null]>([
    ['window opens with it', { window: span(10, 480) }, null],
    ['window opens after it', { window: span(11, 480) }, 'approved_outside_window'],
    ['window closes with it', { window: span(0, 40) }, null],
    ['window closes before its end', { window: span(0, 39) }, 'approved_outside_window'],
    ['boundary around it', { boundaries: [boundary(span(10, 40))] }, null],
    [
      'boundary closes before its end',
      { boundaries: [boundary(span(10, 39))] },
      'approved_outside_boundary',
    ],
    [
      'boundary that binds all',
      { boundaries: [boundary({ ...span(11, 90), binds: 'all' })] },
      'approved_outside_boundary',
    ],
    [
      'boundary that binds others',
      { boundaries: [boundary({ ...span(11, 90), binds: [] })] },
      null,
    ],
    [
      'boundary its role is exempt from',
      { boundaries: [boundary({ ...span(11, 90), exemptRoles: ['ops'] })] },
      null,
    ],
    [
      'freeze that it follows',
      { boundaries: [boundary({ kind: 'freeze', ...span(0, 10) })] },
      null,
    ],
    [
      'freeze that it touches',
      { boundaries: [boundary({ kind: 'freeze', ...span(0, 11) })] },
      'approved_inside_freeze',
    ],
    [
      'freeze, though its role is exempt',
      { boundaries: [boundary({ kind: 'freeze', ...span(0, 11), exemptRoles: ['ops'] })] },
      'approved_inside_freeze',
    ],
    [
      'blackout that it precedes',
      { boundaries: [boundary({ kind: 'blackout', ...span(40, 50) })] },
      null,
    ],
    [
      'blackout that it touches',
      { boundaries: [boundary({ kind: 'blackout', ...span(39, 50) })] },
      'approved_inside_blackout',
    ],
    [
      'blackout its role is exempt from',
      { boundaries: [boundary({ kind: 'blackout', ...span(39, 50), exemptRoles: ['ops'] })] },
      null,
    ],
  ])('of a protected checkpoint: %s', (_, change, code) => {
    expect(guarded(change)).toEqual(code === null ? [] : [[code, at]]);
    expect(guarded(change, { protected: false })).toEqual([]);
  });
  it('approved_outside_allowed_window: inside one of the merged ones', () => {
    const windows = (...allowedWindows: Checkpoint['allowedWindows']) =>
      guarded({}, { allowedWindows });
    expect(windows(span(10, 20), span(20, 40))).toEqual([]);
    expect(windows(span(10, 39))).toEqual([['approved_outside_allowed_window', at]]);
  });
  it.each([
    [50, []],
    [49, [['approved_past_last_safe_start', 'guardrails/g']]],
  ])('approved_past_last_safe_start: a rollback that must end at minute %d', (end, problems) => {
    const guardrails = [
      { id: 'g', pointOfNoReturn: 'a', rollbackMinutes: 40, mustEndAt: minute(end) },
    ];
    expect(guarded({ guardrails })).toEqual(problems);
  });
});

describe('the mapping', () => {
  const delegate = (change = {}) => ({
    person: 'dev',
    grantedBy: 'operator',
    ...span(0, 60),
    ...change,
  });
  it('tenures_overlap', () => {
    const of = (from: number) =>
      found(
        rows(
          row({
            holders: [
              { person: 'operator', ...span(-600, 1200) },
              { person: 'dev', ...span(from, 1300) },
            ],
          }),
        ),
      );
    expect(of(1200)).toEqual([]);
    expect(of(1199)).toEqual([['tenures_overlap', 'authority/ops-authority/holders/1']]);
  });
  it('tenures_overlap is found whatever the order they are listed in', () => {
    const holders = [
      { person: 'dev', ...span(1000, 1300) },
      { person: 'operator', ...span(-600, 1200) },
    ];
    expect(found(rows(row({ holders })))).toEqual([
      ['tenures_overlap', 'authority/ops-authority/holders/0'],
    ]);
  });
  it('chain_not_allowed', () => {
    const chain = [delegate(), delegate({ person: 'lead', grantedBy: 'dev' })];
    const at = 'authority/ops-authority/delegates/1';
    expect(found(rows(row({ delegates: chain })))).toEqual([['chain_not_allowed', at]]);
    expect(found(rows(row({ delegates: chain, chainsAllowed: true })))).toEqual([]);
  });
  it('delegate_past_granter', () => {
    const of = (change: object, chainsAllowed = false) =>
      found(
        rows(
          row({ delegates: [delegate(), delegate({ person: 'lead', ...change })], chainsAllowed }),
        ),
      );
    const at = 'authority/ops-authority/delegates/1';
    expect(of(span(-600, 1200))).toEqual([]);
    expect(of(span(-601, 1200))).toEqual([['delegate_past_granter', at]]);
    expect(of(span(-600, 1201))).toEqual([['delegate_past_granter', at]]);
    expect(of({ grantedBy: 'lead' }, true)).toEqual([['delegate_past_granter', at]]);
    expect(of({ grantedBy: 'dev' }, true)).toEqual([]);
    expect(of({ grantedBy: 'dev', ...span(0, 61) }, true)).toEqual([['delegate_past_granter', at]]);
  });
  it('a granter with no part in the row is past its granter, not a chain', () => {
    const stranger = rows(row({ delegates: [delegate({ grantedBy: 'lead' })] }));
    expect(found(stranger)).toEqual([
      ['delegate_past_granter', 'authority/ops-authority/delegates/0'],
    ]);
  });
  it('lead_uncovered', () => {
    const of = (lead: Partial<Authority>) => found({ ...sound, authority: [leadRow(lead), row()] });
    expect(of({ holders: [{ person: 'lead', ...span(0, 480) }] })).toEqual([]);
    expect(of({ holders: [{ person: 'lead', ...span(1, 480) }] })).toEqual([
      ['lead_uncovered', 'leadRole'],
    ]);
    const second = {
      holders: [
        { person: 'lead', ...span(0, 240) },
        { person: 'dev', ...span(240, 480) },
      ],
    };
    expect(of(second)).toEqual([]);
  });
});

describe('the approved owners', () => {
  const people = (change: Parameters<typeof person>[1]) => [
    person('lead'),
    person('operator', change),
    person('dev'),
  ];
  const codes = (of: Plan) => found(of).filter(([, path]) => path.startsWith('checkpoints/b'));
  it('role_uncovered and owner_unavailable when the only one mapped is not at work', () => {
    const of = (to: number) => codes({ ...sound, people: people({ working: [span(-600, to)] }) });
    expect(of(60)).toEqual([]);
    expect(of(59)).toEqual([
      ['role_uncovered', 'checkpoints/b/role'],
      ['owner_unavailable', 'checkpoints/b/approvedOwner'],
    ]);
  });
  it('only owner_unavailable when a delegate covers', () => {
    const covered = {
      ...rows(row({ delegates: [{ person: 'dev', grantedBy: 'operator', ...span(0, 90) }] })),
      people: people({ working: [span(-600, 59)] }),
    };
    expect(found(covered)).toEqual([['owner_unavailable', 'checkpoints/b/approvedOwner']]);
  });
  it('owner_not_authorised when the owner is at work and not mapped', () => {
    expect(found(plan([a(), b({ approvedOwner: 'dev' })]))).toEqual([
      ['owner_not_authorised', 'checkpoints/b/approvedOwner'],
    ]);
  });
  it('a role with no row at all is uncovered', () => {
    expect(found(plan([a()], { authority: [leadRow()] }))).toEqual([
      ['role_uncovered', 'checkpoints/a/role'],
      ['owner_not_authorised', 'checkpoints/a/approvedOwner'],
    ]);
  });
  it('owner_double_booked', () => {
    const of = (start: number) =>
      found(plan([a(), b({ predecessors: [], approvedStartAt: minute(start) })]));
    expect(of(30)).toEqual([]);
    expect(of(29)).toEqual([['owner_double_booked', 'checkpoints/b/approvedOwner']]);
  });
  it('two owners may work at once', () => {
    const two = plan(
      [a(), b({ predecessors: [], approvedStartAt: minute(0), approvedOwner: 'dev' })],
      {
        authority: [
          leadRow(),
          row({ delegates: [{ person: 'dev', grantedBy: 'operator', ...span(0, 90) }] }),
        ],
      },
    );
    expect(found(two)).toEqual([]);
  });
  it('separation_broken', () => {
    const separations = [{ id: 's', checkpoints: ['a', 'b'] }];
    expect(found({ ...sound, separations })).toEqual([['separation_broken', 'separations/s']]);
    const two = plan([a(), b({ approvedOwner: 'dev' })], {
      separations,
      authority: [
        leadRow(),
        row({ delegates: [{ person: 'dev', grantedBy: 'operator', ...span(0, 90) }] }),
      ],
    });
    expect(found(two)).toEqual([]);
  });
});

describe('all at once', () => {
  it('reports every problem, in the order of the list, then by path', () => {
    const wrong = plan(
      [a({ approvedOwner: 'dev', observers: ['y', 'x'] }), b({ startRule: 'conditional' })],
      { zone: 'Nowhere', window: span(0, 0) },
    );
    expect(found(wrong)).toEqual([
      ['unknown_id', 'checkpoints/a/observers/0'],
      ['unknown_id', 'checkpoints/a/observers/1'],
      ['unknown_zone', 'zone'],
      ['interval_empty', 'window'],
      ['condition_missing', 'checkpoints/b/conditions'],
      ['owner_not_authorised', 'checkpoints/a/approvedOwner'],
    ]);
  });
  it('every problem says what is wrong and how to mend it', () => {
    const wrong = planProblems(plan([a({ approvedOwner: 'dev' }), b({ observers: ['x'] })]));
    expect(wrong).toHaveLength(2);
    expect(wrong.every(({ message, fix }) => message.length > 10 && fix.length > 10)).toBe(true);
  });
  it('ranks by code, path, message', () => {
    const of = (code: string, path: string, message: string) => ({ code, path, message, fix: 'f' });
    const inOrder = [
      of('duplicate_id', 'z', 'z'),
      of('unknown_id', 'a', 'b'),
      of('unknown_id', 'a', 'c'),
      of('unknown_id', 'b', 'a'),
      of('separation_broken', 'a', 'a'),
    ];
    expect(ranked(inOrder.toReversed())).toEqual(inOrder);
    expect(PlanProblemCode.options[0]).toBe('duplicate_id');
  });
});

describe('coverageGaps', () => {
  const night = plan([a(), b(), checkpoint('c', { role: 'security' })], {
    people: [
      person('lead'),
      person('operator', { working: [span(0, 100), span(90, 200)] }),
      person('dev', { working: [span(150, 480)] }),
    ],
    authority: [
      leadRow(),
      row({
        holders: [{ person: 'operator', ...span(-600, 1200) }],
        delegates: [{ person: 'dev', grantedBy: 'operator', ...span(0, 300) }],
      }),
      authority('b-row', { checkpoint: 'b', holders: [{ person: 'dev', ...span(0, 480) }] }),
    ],
  });
  it('names the parts of the window in which nobody authorised is at work, once for each mapping', () => {
    expect(coverageGaps(night)).toEqual([
      { role: 'ops', checkpoint: 'all', span: span(300, 480) },
      { role: 'ops', checkpoint: 'b', span: span(0, 150) },
      { role: 'security', checkpoint: 'all', span: span(0, 480) },
    ]);
  });
  it('finds none where everybody is there, and begins with the lead', () => {
    expect(coverageGaps(sound)).toEqual([]);
    const [first] = coverageGaps({ ...night, people: [person('operator'), person('dev')] });
    expect(first).toEqual({ role: 'release-lead', checkpoint: 'all', span: span(0, 480) });
  });
});
