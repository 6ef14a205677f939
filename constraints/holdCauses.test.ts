import { describe, expect, it } from 'vitest';
import type { Cause } from '../ledger/holds.ts';
import type { Boundary, Checkpoint } from '../ledger/plan.ts';
import type { AssentRecord } from '../ledger/situation.ts';
import { authority, checkpoint, minute, nightAt, person, plan } from '../tests/support/build.ts';
import { heldAt, running, situated, timelineOf } from '../tests/support/timeline.ts';
import { cleanRunOf } from './cleanRun.ts';
import { isTrueCause, linkedTo } from './holdCauses.ts';

const tenures = (...people: string[]) =>
  people.map((who) => ({ person: who, opensAt: minute(-600), closesAt: minute(1200) }));
const edge = (id: string, kind: Boundary['kind'], change: Partial<Boundary> = {}): Boundary => ({
  id,
  name: id,
  kind,
  level: 'service',
  opensAt: minute(200),
  closesAt: minute(260),
  binds: ['held'],
  exemptRoles: [],
  statedAt: nightAt,
  ...change,
});
const predecessor = (id: string, maxGapSeconds: number | null) => ({
  checkpoint: id,
  type: 'finish_to_start' as const,
  gapSeconds: 600,
  maxGapSeconds,
});
const item = (id: string, change: Partial<Checkpoint> = {}) =>
  checkpoint(id, { startRule: 'asap', role: 'crew', ...change });
const answer = (
  assent: string,
  kind: AssentRecord['kind'],
  given: AssentRecord['answer'],
): AssentRecord => ({
  checkpoint: 'held',
  assent,
  kind,
  party: 'risk',
  answer: given,
  at: nightAt,
  factId: `f-${assent}`,
});
const assent = (id: string) => ({ id, parties: ['risk'], needed: 1, validMinutes: 60 });
const policy = plan([item('held')]).policy;

/** A night in which `held` is held and everything is true of it that can be. */
const state = situated(
  [
    item('held', {
      startRule: 'pinned',
      protected: true,
      moves: 'exception_only',
      approvedStartAt: minute(100),
      room: 'hall',
      predecessors: [
        predecessor('done', 1200),
        predecessor('also-held', null),
        predecessor('placed', null),
      ],
      allowedWindows: [
        { opensAt: minute(90), closesAt: minute(110) },
        { opensAt: minute(110), closesAt: minute(140) },
      ],
      evidence: [
        { kind: 'lag', source: 'board', maxAgeMinutes: 30 },
        { kind: 'load', source: 'board', maxAgeMinutes: 30 },
        { kind: 'none', source: 'board', maxAgeMinutes: 30 },
      ],
      approvals: [assent('ok'), assent('no'), assent('none')],
      confirmations: [assent('seen'), assent('unseen')],
      conditions: ['bridge', 'met'],
    }),
    item('done', { protected: true, approvedOwner: 'dev' }),
    item('also-held'),
    item('placed', { room: 'hall', protected: true, approvedOwner: 'standin' }),
    item('free', { startRule: 'asap', role: 'ops', approvedOwner: 'lead' }),
  ],
  {
    plan: {
      policy: { ...policy, reviewMinutes: 15 },
      boundaries: [
        edge('slot', 'maintenance'),
        edge('stop', 'freeze'),
        edge('quiet', 'blackout'),
        edge('exempt', 'blackout', { exemptRoles: ['crew'] }),
        edge('other', 'freeze', { binds: ['free'] }),
        edge('later', 'freeze', { statedAt: minute(500) }),
      ],
      guardrails: [
        { id: 'rollback', pointOfNoReturn: 'held', rollbackMinutes: 60, mustEndAt: minute(300) },
        { id: 'elsewhere', pointOfNoReturn: 'placed', rollbackMinutes: 60, mustEndAt: minute(300) },
      ],
      people: [
        person('operator', { working: [{ opensAt: minute(0), closesAt: minute(120) }] }),
        person('dev'),
        person('standin'),
        person('lead'),
      ],
      authority: [
        authority('crew-authority', {
          role: 'crew',
          holders: [
            { person: 'operator', opensAt: minute(-10), closesAt: minute(130) },
            ...tenures('dev', 'standin'),
          ],
        }),
        authority('ops-authority', { holders: tenures('lead') }),
      ],
      separations: [
        { id: 'eyes', checkpoints: ['held', 'placed'] },
        { id: 'other-eyes', checkpoints: ['done', 'placed'] },
      ],
      reviewSpacings: [
        { id: 'reviews', checkpoints: ['held', 'placed'], minutes: 20 },
        { id: 'other-reviews', checkpoints: ['done', 'placed'], minutes: 20 },
      ],
      conditions: [
        { id: 'bridge', name: 'bridge', met: false, settledBy: 'ops' },
        { id: 'met', name: 'met', met: true, settledBy: 'ops' },
        { id: 'foreign', name: 'foreign', met: false, settledBy: 'ops' },
      ],
    },
    progress: {
      done: {
        state: 'done',
        actualStartAt: minute(5),
        actualFinishAt: minute(40),
        startFactId: 'f-start',
        finishFactId: 'f-finish',
        forecastFactId: 'f-forecast',
      },
      held: { revisedStartAt: minute(105), revisedFactId: 'f-revised' },
    },
    evidence: [
      {
        checkpoint: 'held',
        evidence: 'lag',
        observedAt: minute(10),
        revoked: false,
        factId: 'f-lag',
      },
      { checkpoint: 'held', evidence: 'load', observedAt: null, revoked: true, factId: 'f-load' },
    ],
    assents: [
      answer('ok', 'approval', 'given'),
      answer('no', 'approval', 'refused'),
      answer('seen', 'confirmation', 'given'),
      answer('unseen', 'confirmation', 'refused'),
    ],
    holds: [
      {
        hold: 'stop-it',
        checkpoint: 'held',
        reason: 'wait',
        placedBy: 'lead',
        at: minute(3),
        factId: 'f-hold',
      },
      {
        hold: 'stop-that',
        checkpoint: 'placed',
        reason: 'wait',
        placedBy: 'lead',
        at: minute(3),
        factId: 'f-that',
      },
    ],
    unavailable: [
      { person: 'operator', span: { opensAt: minute(60), closesAt: minute(80) }, factId: 'f-out' },
      { person: 'dev', span: { opensAt: minute(61), closesAt: minute(81) }, factId: 'f-dev-out' },
    ],
    amendedBy: {
      'boundary:slot': 'f-slot',
      'boundary:stop': 'f-stop',
      'boundary:quiet': 'f-quiet',
      'authority:crew-authority': 'f-crew',
      'authority:ops-authority': 'f-ops',
      'person:operator': 'f-operator',
      'condition:bridge': 'f-bridge',
      'checkpoint:held': 'f-altered',
    },
  },
);
const body = timelineOf(
  state.situation.plan,
  [
    { id: 'placed', at: 150 },
    { id: 'free', at: 10 },
  ],
  [heldAt('held'), heldAt('also-held')],
);
const night = cleanRunOf(running(state, [body], minute(50)));

function truth(rule: Cause['rule'], subject: string | null, rest: Partial<Cause> = {}): boolean {
  const held = night?.unplaced.get('held');
  if (night === null || held === undefined) throw new Error('the night is not set up');
  const cause: Cause = { rule, checkpoint: 'held', subject, factId: null, at: null, ...rest };
  return isTrueCause(night, cause, linkedTo(night, held));
}

/** Rule, subject, then the instants (in minutes) and facts that may stand beside it. */
const rows: [Cause['rule'], string | null, number[], string[], Partial<Cause>?][] = [
  ['in_past', null, [50], []],
  ['in_past', 'review_time', [65], []],
  ['before_pinned_start', null, [105], []],
  ['approved_start', null, [100, 105], []],
  ['duration', null, [], []],
  ['late_finish', null, [40], ['f-start', 'f-finish', 'f-forecast'], { checkpoint: 'done' }],
  ['kept_placed', null, [150, 180], [], { checkpoint: 'placed' }],
  ['inside_freeze', 'stop', [200, 260], ['f-stop']],
  ['inside_blackout', 'quiet', [200, 260], ['f-quiet']],
  ['outside_boundary', 'slot', [200, 260], ['f-slot']],
  ['outside_window', null, [0, 480], []],
  ['outside_allowed_window', null, [90, 140], []],
  ['past_last_safe_start', 'rollback', [240], []],
  ['not_authorised_owner', 'operator', [-10, 130], ['f-crew']],
  ['not_authorised_owner', 'lead', [], ['f-crew']],
  ['separation_of_duties', 'eyes', [], []],
  ['owner_unavailable', 'operator', [0, 120, 60, 80], ['f-out', 'f-operator']],
  ['owner_clash', 'standin', [150, 180], []],
  ['owner_clash', 'dev', [5, 40], ['f-start', 'f-finish', 'f-forecast']],
  ['owner_clash', 'placed', [150, 180], []],
  ['room_clash', 'hall', [150, 180], []],
  ['room_clash', 'placed', [150, 180], []],
  ['predecessor_held', 'also-held', [], []],
  ['gap_too_short', 'done', [5, 40, 50], ['f-start', 'f-finish', 'f-forecast']],
  ['gap_too_short', 'placed', [150, 180, 190], []],
  ['gap_too_short', 'also-held', [], []],
  ['gap_too_long', 'done', [5, 40, 60], ['f-start', 'f-finish', 'f-forecast']],
  ['protected_order', 'done', [5], ['f-start', 'f-finish', 'f-forecast']],
  ['protected_order', 'placed', [150], []],
  ['protected_move', null, [100], []],
  ['review_spacing', 'reviews', [150, 180, 200], []],
  ['evidence_revoked', 'load', [], ['f-load']],
  ['evidence_stale', 'lag', [40], ['f-lag']],
  ['approval_refused', 'no', [], ['f-no']],
  ['approval_expired', 'ok', [60], ['f-ok']],
  ['confirmation_refused', 'unseen', [], ['f-unseen']],
  ['confirmation_expired', 'seen', [60], ['f-seen']],
  ['condition_open', 'bridge', [], ['f-bridge']],
  ['hold_in_force', 'stop-it', [3], ['f-hold']],
];

describe('a true cause', () => {
  it.each(rows)(
    '%s of %s, with nothing, with its instants, with its facts',
    (rule, subject, ats, facts, on) => {
      expect(truth(rule, subject, on)).toBe(true);
      for (const at of ats) expect(truth(rule, subject, { ...on, at: minute(at) })).toBe(true);
      for (const factId of facts) expect(truth(rule, subject, { ...on, factId })).toBe(true);
    },
  );

  it.each(rows)(
    '%s of %s has no other instant, fact or subject',
    (rule, subject, ats, facts, on) => {
      const others = [0, 5, 10, 15, 20, 40, 50, 60, 65, 100, 105, 150, 180, 200, 240, 300].filter(
        (at) => !ats.includes(at),
      );
      for (const at of others) expect(truth(rule, subject, { ...on, at: minute(at) })).toBe(false);
      for (const at of ats) expect(truth(rule, subject, { ...on, at: minute(at) + 1 })).toBe(false);
      const strangers = [
        'f-start',
        'f-slot',
        'f-operator',
        'f-dev-out',
        'f-ops',
        'f-that',
        'f-lag',
        'f-none',
      ];
      for (const factId of strangers.filter((one) => !facts.includes(one))) {
        expect(truth(rule, subject, { ...on, factId })).toBe(false);
      }
      expect(truth(rule, 'ghost', on)).toBe(false);
      if (subject !== null && rule !== 'in_past') expect(truth(rule, null, on)).toBe(false);
    },
  );

  it.each(rows)(
    '%s of %s may name what altered or revised its own checkpoint',
    (rule, subject, _ats, _facts, on) => {
      const own = on?.checkpoint === undefined;
      expect(truth(rule, subject, { ...on, factId: 'f-altered' })).toBe(own);
      expect(truth(rule, subject, { ...on, factId: 'f-revised' })).toBe(own);
    },
  );
});

describe('an untrue cause', () => {
  it.each<[string, Cause['rule'], string | null, Partial<Cause>?]>([
    ['on a checkpoint that the plan does not have', 'in_past', null, { checkpoint: 'ghost' }],
    ['on a checkpoint that is not linked', 'in_past', null, { checkpoint: 'free' }],
    ['a floor on one that has none', 'before_pinned_start', null, { checkpoint: 'also-held' }],
    ['lateness of what has not started', 'late_finish', null, { checkpoint: 'placed' }],
    ['a placement of what has started', 'kept_placed', null, { checkpoint: 'done' }],
    ['a placement of what is held', 'kept_placed', null],
    ['a boundary of another kind', 'inside_freeze', 'slot'],
    ['a boundary that exempts its role', 'inside_blackout', 'exempt'],
    ['a boundary that binds another', 'inside_freeze', 'other'],
    ['a boundary not in force yet', 'inside_freeze', 'later'],
    [
      'allowed windows of one that has none',
      'outside_allowed_window',
      null,
      { checkpoint: 'placed' },
    ],
    ['another’s guardrail', 'past_last_safe_start', 'elsewhere'],
    ['nobody, where somebody is authorised', 'not_authorised_owner', null],
    ['a separation it is not in', 'separation_of_duties', 'other-eyes'],
    ['a clash with itself', 'owner_clash', 'held'],
    ['a clash over nobody that both could have', 'owner_clash', 'free'],
    ['a clash over someone not mapped', 'owner_clash', 'lead'],
    ['a room it is not in', 'room_clash', 'loft'],
    ['a room clash with itself', 'room_clash', 'held'],
    ['a room clash with another room', 'room_clash', 'done'],
    ['a room clash without a room', 'room_clash', null, { checkpoint: 'done' }],
    ['a held predecessor that is placed', 'predecessor_held', 'placed'],
    ['a held predecessor that is none', 'predecessor_held', 'held'],
    ['a gap to what is no predecessor', 'gap_too_short', 'free'],
    ['a greatest gap where there is none', 'gap_too_long', 'placed'],
    ['an order with itself', 'protected_order', 'held'],
    ['an order with what is not protected', 'protected_order', 'also-held'],
    ['an order of what is not protected', 'protected_order', 'placed', { checkpoint: 'also-held' }],
    ['a move of what may move', 'protected_move', null, { checkpoint: 'placed' }],
    ['a move of what is not protected', 'protected_move', null, { checkpoint: 'also-held' }],
    ['a spacing it is not in', 'review_spacing', 'other-reviews'],
    ['revoked evidence that is not', 'evidence_revoked', 'lag'],
    ['stale evidence that is revoked', 'evidence_stale', 'load'],
    ['stale evidence that is not recorded', 'evidence_stale', 'none'],
    ['evidence that another requires', 'evidence_stale', 'lag', { checkpoint: 'placed' }],
    ['a refusal of what was given', 'approval_refused', 'ok'],
    ['an expiry of what was refused', 'approval_expired', 'no'],
    ['an expiry of what nobody answered', 'approval_expired', 'none'],
    ['a confirmation that is an approval', 'confirmation_expired', 'ok'],
    ['an approval that is a confirmation', 'approval_expired', 'seen'],
    ['a condition that is met', 'condition_open', 'met'],
    ['a condition that is another’s', 'condition_open', 'foreign'],
    ['a hold on another', 'hold_in_force', 'stop-that'],
    ['a rule that is never a cause', 'hold_missing', null],
    ['a shape rule', 'wrong_duration', null],
  ])('%s', (_name, rule, subject, on) => {
    expect(truth(rule, subject, on)).toBe(false);
  });

  it('nobody is authorised only when nobody ever is', () => {
    const nobody = situated([item('held')], {
      plan: { authority: [authority('crew-authority', { role: 'crew', holders: [] })] },
      amendedBy: { 'authority:crew-authority': 'f-crew' },
    });
    const run = cleanRunOf(
      running(nobody, [timelineOf(nobody.situation.plan, [], [heldAt('held')])]),
    );
    const held = run?.unplaced.get('held');
    if (run === null || held === undefined) throw new Error('the night is not set up');
    const cause: Cause = {
      rule: 'not_authorised_owner',
      checkpoint: 'held',
      subject: null,
      factId: 'f-crew',
      at: null,
    };
    expect(isTrueCause(run, cause, linkedTo(run, held))).toBe(true);
    expect(isTrueCause(run, { ...cause, at: nightAt }, linkedTo(run, held))).toBe(false);
  });
});

describe('links', () => {
  const lone = (id: string, change: Partial<Checkpoint> = {}) => item(id, { role: id, ...change });
  const linked = (items: Checkpoint[], change = {}) => {
    const alone = situated(items, { plan: { authority: [], ...change } });
    const held = items.slice(0, 1).map(({ id }) => heldAt(id));
    const run = cleanRunOf(running(alone, [timelineOf(alone.situation.plan, [], held)]));
    const [first] = [...(run?.unplaced.values() ?? [])];
    if (run === null || first === undefined) throw new Error('the night is not set up');
    return [...linkedTo(run, first)].toSorted();
  };
  it.each([
    ['nothing in common', [lone('a'), lone('b')], {}, ['a']],
    [
      'a room',
      [lone('a', { room: 'x' }), lone('b', { room: 'x' }), lone('c', { room: 'y' })],
      {},
      ['a', 'b'],
    ],
    [
      'protection',
      [lone('a', { protected: true }), lone('b', { protected: true }), lone('c')],
      {},
      ['a', 'b'],
    ],
    [
      'a predecessor',
      [lone('a', { predecessors: [predecessor('b', null)] }), lone('b'), lone('c')],
      {},
      ['a', 'b'],
    ],
    [
      'a successor',
      [lone('a'), lone('b', { predecessors: [predecessor('a', null)] }), lone('c')],
      {},
      ['a', 'b'],
    ],
    [
      'a separation',
      [lone('a'), lone('b'), lone('c')],
      {
        separations: [
          { id: 's', checkpoints: ['a', 'b'] },
          { id: 't', checkpoints: ['b', 'x'] },
        ],
      },
      ['a', 'b'],
    ],
    [
      'a spacing',
      [lone('a'), lone('b'), lone('c')],
      {
        reviewSpacings: [
          { id: 's', checkpoints: ['a', 'c'], minutes: 5 },
          { id: 't', checkpoints: ['b', 'x'], minutes: 5 },
        ],
      },
      ['a', 'c'],
    ],
    [
      'a person',
      [lone('a'), lone('b'), lone('c')],
      { authority: [authority('x', { role: 'a' }), authority('y', { role: 'c' })] },
      ['a', 'c'],
    ],
    [
      'a chain of links',
      [
        lone('a', { room: 'x' }),
        lone('c', { protected: true }),
        lone('b', { room: 'x', protected: true }),
      ],
      {},
      ['a', 'b', 'c'],
    ],
  ])('%s', (_name, items, change, expected) => {
    expect(linked(items, change)).toEqual(expected);
  });
});
