import { describe, expect, it } from 'vitest';
import type { CutoverState } from '../ledger/cutover.ts';
import type { Assertion, Fact, Ruling } from '../ledger/facts.ts';
import type { Boundary, Plan } from '../ledger/plan.ts';
import { minuteMs } from '../ledger/vocabulary.ts';
import {
  accepted,
  authority,
  checkpoint,
  declared,
  fact,
  minute,
  nightAt,
  person,
  plan,
  reading,
} from '../tests/support/build.ts';
import { readInstant, slackMs } from './instants.ts';
import { ruleFacts } from './readiness.ts';
import { skewMs } from './readinessTimes.ts';

const span = (from: number, to: number) => ({ opensAt: minute(from), closesAt: minute(to) });
const holder = (id: string, from = -600, to = 1200) => ({ person: id, ...span(from, to) });

const boundary = {
  id: 'maintenance',
  name: 'Maintenance',
  kind: 'maintenance' as const,
  level: 'cutover' as const,
  ...span(0, 300),
  binds: ['a'],
  exemptRoles: [],
  statedAt: minute(-600),
};

const night: Plan = plan(
  [
    checkpoint('a'),
    checkpoint('b', {
      role: 'security',
      approvedOwner: 'sec',
      protected: true,
      predecessors: [
        { checkpoint: 'a', type: 'finish_to_start', gapSeconds: 0, maxGapSeconds: null },
      ],
      conditions: ['legal'],
      evidence: [{ kind: 'lag', source: 'monitor', maxAgeMinutes: 900 }],
      approvals: [{ id: 'sign-off', parties: ['security', 'exec'], needed: 1, validMinutes: 60 }],
      confirmations: [{ id: 'ready', parties: ['ops'], needed: 1, validMinutes: null }],
    }),
  ],
  {
    roles: ['release-lead', 'ops', 'security', 'legal-team'].map((id) => ({ id, name: id })),
    people: ['lead', 'operator', 'dev', 'sec', 'deputy', 'exec', 'aide', 'lara'].map((id) =>
      person(id),
    ),
    authority: [
      authority('lead-row', { role: 'release-lead', holders: [holder('lead')] }),
      authority('ops-row', { holders: [holder('operator')] }),
      authority('security-row', {
        role: 'security',
        holders: [holder('sec', -600, 200)],
        delegates: [
          { person: 'deputy', grantedBy: 'sec', ...span(60, 120) },
          { person: 'aide', grantedBy: 'exec', ...span(60, 120) },
        ],
      }),
      authority('exec-row', {
        role: 'security',
        checkpoint: 'a',
        holders: [holder('exec')],
        delegates: [{ person: 'aide', grantedBy: 'exec', ...span(60, 120) }],
      }),
      authority('legal-row', { role: 'legal-team', checkpoint: 'b', holders: [holder('lara')] }),
    ],
    conditions: [{ id: 'legal', name: 'Legal', met: false, settledBy: 'legal-team' }],
    boundaries: [boundary, { ...boundary, id: 'company', level: 'organisation' }],
    sources: [
      { id: 'board', name: 'Board', rank: 1, facts: ['all'], reporters: 'any_mapped' },
      {
        id: 'twin',
        name: 'Twin',
        rank: 1,
        facts: ['actual_finish', 'condition_met', 'condition_open', 'forecast_finish'],
        reporters: 'any_mapped',
      },
      { id: 'feed', name: 'Feed', rank: 2, facts: ['all'], reporters: 'any_mapped' },
      {
        id: 'monitor',
        name: 'Monitor',
        rank: 3,
        facts: ['evidence_recorded', 'evidence_revoked'],
        reporters: 'any_mapped',
      },
      {
        id: 'desk',
        name: 'Desk',
        rank: 9,
        facts: ['boundary_set', 'boundary_lifted', 'revised_start', 'availability_changed'],
        reporters: ['dev'],
      },
    ],
    policy: {
      slipToleranceMinutes: 10,
      reviewMinutes: 0,
      requestValidMinutes: 60,
      exceptions: ['outside_boundary'],
    },
  },
);
const start = declared(night);

const at = (minutes: number, change: Partial<Fact> = {}): Partial<Fact> => ({
  occurredAt: minute(minutes),
  receivedAt: minute(minutes),
  ...change,
});
/** A fact typed in by a person, an hour and a half into the night. */
const own = (reporter: string, minutes = 90): Partial<Fact> =>
  at(minutes, { source: 'interlock', reporter });

const rulingOn = (waiting: Fact, state: CutoverState = start): Ruling => {
  const [ruling] = ruleFacts({ ...state, unruled: [waiting] });
  if (ruling === undefined) throw new Error('no ruling');
  return ruling;
};
const codeOf = (
  assertion: Assertion,
  change: Partial<Fact> = at(90),
  state: CutoverState = start,
): Ruling['code'] => rulingOn(fact(assertion, change), state).code;

const finish = (minutes: number, of = 'a'): Assertion => ({
  kind: 'actual_finish',
  checkpoint: of,
  at: reading(minute(minutes)),
});
const started = (minutes: number, of = 'a'): Assertion => ({
  kind: 'actual_start',
  checkpoint: of,
  at: reading(minute(minutes)),
  owner: 'operator',
});
const forecast = (minutes: number, of = 'a'): Assertion => ({
  kind: 'forecast_finish',
  checkpoint: of,
  at: reading(minute(minutes)),
});
const evidence = (minutes: number): Assertion => ({
  kind: 'evidence_recorded',
  checkpoint: 'b',
  evidence: 'lag',
  at: reading(minute(minutes)),
});
const approval = (party: string): Assertion => ({
  kind: 'approval_given',
  checkpoint: 'b',
  approval: 'sign-off',
  party,
});
const confirmation: Assertion = {
  kind: 'confirmation_given',
  checkpoint: 'b',
  confirmation: 'ready',
  party: 'ops',
};
const grant = (person_: string, from: number, to: number, grantedBy = 'sec'): Assertion => ({
  kind: 'delegate_granted',
  authority: 'security-row',
  person: person_,
  grantedBy,
  span: span(from, to),
});
const altered = (
  change: Partial<Extract<Assertion, { kind: 'checkpoint_altered' }>['change']>,
  of = 'a',
): Assertion => ({
  kind: 'checkpoint_altered',
  checkpoint: of,
  change: { name: null, role: null, owner: null, duration: null, skipped: false, ...change },
});
const exception: Assertion = {
  kind: 'exception_granted',
  exception: 'e1',
  checkpoint: 'a',
  relaxes: 'outside_boundary',
  untilAt: null,
};
const hold: Assertion = { kind: 'hold_placed', hold: 'h1', checkpoint: 'a', reason: 'look' };
const setBoundary = (change: Partial<Boundary> = {}): Assertion => ({
  kind: 'boundary_set',
  boundary: { ...boundary, statedAt: minute(90), ...change },
});
const met: Assertion = { kind: 'condition_met', condition: 'legal' };
const open: Assertion = { kind: 'condition_open', condition: 'legal' };
const link = (of: string) => ({
  checkpoint: of,
  type: 'finish_to_start' as const,
  gapSeconds: 0,
  maxGapSeconds: null,
});

describe('unmapped_source', () => {
  it.each([
    [
      'a source that the plan does not name',
      finish(60),
      at(90, { source: 'chat' }),
      'unmapped_source',
    ],
    [
      'a source whose rule does not list the kind',
      finish(60),
      at(90, { source: 'monitor' }),
      'unmapped_source',
    ],
    ['a source whose rule lists the kind', evidence(60), at(90, { source: 'monitor' }), null],
    ['a source whose rule lists everything', finish(60), at(90), null],
    ['people acting through this software', finish(60), own('operator'), null],
  ])('%s', (_, assertion, change, code) => {
    expect(codeOf(assertion, change)).toBe(code);
  });
});

describe('unmapped_reporter', () => {
  it.each([
    [
      'a stand-in whom the plan does not know',
      finish(60),
      at(90, { reporter: 'standin' }),
      'unmapped_reporter',
    ],
    ['the same through this software', finish(60), own('standin'), 'unmapped_reporter'],
    [
      'a known person whom the source does not let speak',
      setBoundary(),
      at(90, { source: 'desk', reporter: 'operator' }),
      'unmapped_reporter',
    ],
    [
      'a person whom the source lets speak',
      setBoundary(),
      at(90, { source: 'desk', reporter: 'dev' }),
      null,
    ],
    [
      'any person of the plan where the rule says so',
      finish(60),
      at(90, { reporter: 'dev' }),
      null,
    ],
  ])('%s', (_, assertion, change, code) => {
    expect(codeOf(assertion, change)).toBe(code);
  });
});

describe('not_authorised', () => {
  const working = accepted(start, [fact({ ...started(30), owner: 'dev' } as Assertion, at(30))]);
  const placed = accepted(start, [fact(hold, at(30, { reporter: 'operator' }))]);
  const chained = declared({
    ...night,
    authority: night.authority.map((row) =>
      row.id === 'security-row' ? { ...row, chainsAllowed: true } : row,
    ),
  });
  const bare = { ...boundary, id: 'new' };
  it.each<[string, Assertion, Partial<Fact>, Ruling['code'], CutoverState?]>([
    [
      'a feed may observe what it sees',
      finish(60),
      at(90, { source: 'feed', reporter: 'dev' }),
      null,
    ],
    [
      'who types in an observation has charge of the checkpoint',
      finish(60),
      own('dev'),
      'not_authorised',
    ],
    ['… holds its role', finish(60), own('operator'), null],
    ['… is the lead', finish(60), own('lead'), null],
    ['… or has started it', finish(60), own('dev'), null, working],
    ['a start typed in by nobody in charge', started(60), own('dev'), 'not_authorised'],
    ['a forecast typed in by nobody in charge', forecast(120), own('dev'), 'not_authorised'],

    ['evidence from another source than its rule names', evidence(60), at(90), 'not_authorised'],
    [
      'evidence from the source that its rule names',
      evidence(60),
      at(90, { source: 'monitor' }),
      null,
    ],
    ['evidence by hand from the lead', evidence(60), own('lead'), null],
    ['evidence by hand from somebody else', evidence(60), own('sec'), 'not_authorised'],
    [
      'evidence from the lead through another feed',
      evidence(60),
      at(90, { reporter: 'lead' }),
      'not_authorised',
    ],
    [
      'evidence revoked by another source',
      { kind: 'evidence_revoked', checkpoint: 'b', evidence: 'lag' },
      at(90),
      'not_authorised',
    ],

    ['an approval by the holder of the role asked', approval('security'), own('sec'), null],
    [
      '… a moment before the tenure ends',
      approval('security'),
      { ...own('sec'), occurredAt: minute(200) - 1, receivedAt: minute(200) },
      null,
    ],
    ['… once the tenure has ended', approval('security'), own('sec', 200), 'not_authorised'],
    ['… by a delegate, from its opening', approval('security'), own('deputy', 60), null],
    [
      '… by a delegate, before its opening',
      approval('security'),
      own('deputy', 59),
      'not_authorised',
    ],
    ['… by a delegate, at its close', approval('security'), own('deputy', 120), 'not_authorised'],
    [
      '… by somebody who holds another role',
      approval('security'),
      own('operator'),
      'not_authorised',
    ],
    ['… by the lead, who is not asked', approval('security'), own('lead'), 'not_authorised'],
    ['an approval by the person asked', approval('exec'), own('exec'), null],
    ['… by somebody else for that person', approval('exec'), own('sec'), 'not_authorised'],
    [
      '… by a delegate whose granter does not stand in this row',
      approval('exec'),
      own('aide'),
      'not_authorised',
    ],
    ['a confirmation by the role asked', confirmation, own('operator'), null],
    ['a confirmation by another', confirmation, own('sec'), 'not_authorised'],
    [
      'a refusal by another',
      { ...confirmation, kind: 'confirmation_refused' },
      own('sec'),
      'not_authorised',
    ],
    [
      'a withdrawal by another',
      { ...approval('security'), kind: 'approval_withdrawn' } as Assertion,
      own('operator'),
      'not_authorised',
    ],

    ['a condition by the role that settles it', met, own('lara'), null],
    ['a condition by the lead', met, own('lead'), null],
    ['a condition by another role', met, own('operator'), 'not_authorised'],
    ['a condition opened by another role', open, own('operator'), 'not_authorised'],

    [
      'a new holder named by the holder',
      { kind: 'holder_changed', authority: 'security-row', holder: 'deputy', span: span(100, 200) },
      own('sec'),
      null,
    ],
    [
      '… by the lead',
      { kind: 'holder_changed', authority: 'security-row', holder: 'deputy', span: span(100, 200) },
      own('lead'),
      null,
    ],
    [
      '… by a delegate',
      { kind: 'holder_changed', authority: 'security-row', holder: 'deputy', span: span(100, 200) },
      own('deputy'),
      'not_authorised',
    ],
    [
      '… by the holder whose tenure is over',
      { kind: 'holder_changed', authority: 'security-row', holder: 'deputy', span: span(200, 300) },
      own('sec', 200),
      'not_authorised',
    ],

    ['a delegate granted by the holder', grant('dev', 90, 150), own('sec'), null],
    ['… by the lead for the holder', grant('dev', 90, 150), own('lead'), null],
    ['… by somebody for himself', grant('dev', 90, 150), own('dev'), 'not_authorised'],
    [
      '… by a delegate, where chains are not allowed',
      grant('dev', 90, 110, 'deputy'),
      own('deputy'),
      'not_authorised',
    ],
    [
      '… by a delegate, where they are',
      grant('dev', 90, 110, 'deputy'),
      own('deputy'),
      null,
      chained,
    ],
    [
      '… by a delegate whose own time has not come',
      grant('dev', 90, 110, 'deputy'),
      own('deputy', 59),
      'not_authorised',
      chained,
    ],
    [
      '… by a delegate in the name of another',
      grant('dev', 90, 110, 'sec'),
      own('deputy'),
      'not_authorised',
      chained,
    ],

    [
      'a delegate revoked by the holder',
      {
        kind: 'delegate_revoked',
        authority: 'security-row',
        person: 'deputy',
        at: reading(minute(90)),
      },
      own('sec'),
      null,
    ],
    [
      '… by the delegate stepping down',
      {
        kind: 'delegate_revoked',
        authority: 'security-row',
        person: 'deputy',
        at: reading(minute(90)),
      },
      own('deputy'),
      null,
    ],
    [
      '… by the one who granted it',
      {
        kind: 'delegate_revoked',
        authority: 'security-row',
        person: 'aide',
        at: reading(minute(90)),
      },
      own('exec'),
      null,
    ],
    [
      '… by the granter of another delegate',
      {
        kind: 'delegate_revoked',
        authority: 'security-row',
        person: 'deputy',
        at: reading(minute(90)),
      },
      own('exec'),
      'not_authorised',
    ],
    [
      '… by another',
      {
        kind: 'delegate_revoked',
        authority: 'security-row',
        person: 'deputy',
        at: reading(minute(90)),
      },
      own('operator'),
      'not_authorised',
    ],

    [
      'availability by the person',
      { kind: 'availability_changed', person: 'sec', available: false, span: span(90, 120) },
      own('sec'),
      null,
    ],
    [
      '… by the lead',
      { kind: 'availability_changed', person: 'sec', available: false, span: span(90, 120) },
      own('lead'),
      null,
    ],
    [
      '… by another person',
      { kind: 'availability_changed', person: 'sec', available: false, span: span(90, 120) },
      own('operator'),
      'not_authorised',
    ],
    [
      '… by a source that lists it by name',
      { kind: 'availability_changed', person: 'sec', available: false, span: span(90, 120) },
      at(90, { source: 'desk', reporter: 'dev' }),
      null,
    ],
    [
      '… by a lesser source that lists everything',
      { kind: 'availability_changed', person: 'sec', available: false, span: span(90, 120) },
      at(90, { source: 'feed' }),
      'not_authorised',
    ],

    ['a boundary from the source ranked first', setBoundary(), at(90), null],
    [
      'a boundary from a lesser source that lists everything',
      setBoundary(),
      at(90, { source: 'feed' }),
      'not_authorised',
    ],
    [
      'a boundary from a source that lists it by name',
      setBoundary(),
      at(90, { source: 'desk', reporter: 'dev' }),
      null,
    ],
    [
      'a boundary of this cutover widened by the lead',
      setBoundary(span(0, 400)),
      own('lead'),
      null,
    ],
    [
      'a boundary of this cutover lifted by the lead',
      { kind: 'boundary_lifted', boundary: 'maintenance' },
      own('lead'),
      null,
    ],
    ['a boundary from somebody else', setBoundary(), own('operator'), 'not_authorised'],
    [
      'a boundary lifted by somebody else',
      { kind: 'boundary_lifted', boundary: 'maintenance' },
      own('operator'),
      'not_authorised',
    ],
    [
      'a new boundary of any level from the lead',
      { kind: 'boundary_set', boundary: { ...bare, level: 'organisation', statedAt: minute(90) } },
      own('lead'),
      null,
    ],
    [
      'a wider one lifted by the lead',
      { kind: 'boundary_lifted', boundary: 'company' },
      own('lead'),
      'not_authorised',
    ],

    [
      'a checkpoint added by the lead',
      { kind: 'checkpoint_added', added: checkpoint('c', { rank: 3 }) },
      own('lead'),
      null,
    ],
    [
      'a checkpoint added by another',
      { kind: 'checkpoint_added', added: checkpoint('c', { rank: 3 }) },
      own('operator'),
      'not_authorised',
    ],
    [
      'dependencies changed by the lead',
      { kind: 'dependency_changed', checkpoint: 'b', predecessors: [] },
      own('lead'),
      null,
    ],
    [
      'dependencies changed by another',
      { kind: 'dependency_changed', checkpoint: 'b', predecessors: [] },
      own('sec'),
      'not_authorised',
    ],
    [
      'a checkpoint skipped by who has charge of it',
      altered({ skipped: true }),
      own('operator'),
      null,
    ],
    ['… by somebody else', altered({ skipped: true }), own('sec'), 'not_authorised'],
    [
      'a protected one altered by who has charge of it',
      altered({ owner: 'deputy' }, 'b'),
      own('sec'),
      'not_authorised',
    ],
    ['a protected one altered by the lead', altered({ owner: 'deputy' }, 'b'), own('lead'), null],
    [
      'another role given by who has charge of it',
      altered({ role: 'security' }),
      own('operator'),
      'not_authorised',
    ],
    ['another role given by the lead', altered({ role: 'security' }), own('lead'), null],

    [
      'a start revised by who has charge of it',
      { kind: 'revised_start', checkpoint: 'a', at: reading(minute(120)) },
      own('operator'),
      null,
    ],
    [
      '… by somebody else',
      { kind: 'revised_start', checkpoint: 'a', at: reading(minute(120)) },
      own('sec'),
      'not_authorised',
    ],
    [
      'a protected start revised by who has charge of it',
      { kind: 'revised_start', checkpoint: 'b', at: reading(minute(120)) },
      own('sec'),
      'not_authorised',
    ],
    [
      '… by the lead',
      { kind: 'revised_start', checkpoint: 'b', at: reading(minute(120)) },
      own('lead'),
      null,
    ],
    [
      '… by an authoritative source',
      { kind: 'revised_start', checkpoint: 'b', at: reading(minute(120)) },
      at(90, { source: 'desk', reporter: 'dev' }),
      null,
    ],

    ['an exception from the lead that policy allows', exception, own('lead'), null],
    [
      'an exception from the lead that policy does not allow',
      { ...exception, relaxes: 'outside_window' } as Assertion,
      own('lead'),
      'not_authorised',
    ],
    ['an exception from another', exception, own('operator'), 'not_authorised'],
    ['a hold by who has charge', hold, own('operator'), null],
    ['a hold by the lead', hold, own('lead'), null],
    ['a hold by another', hold, own('sec'), 'not_authorised'],
    [
      'a hold lifted by who placed it',
      { kind: 'hold_lifted', hold: 'h1' },
      own('operator'),
      null,
      placed,
    ],
    ['a hold lifted by the lead', { kind: 'hold_lifted', hold: 'h1' }, own('lead'), null, placed],
    [
      'a hold lifted by another',
      { kind: 'hold_lifted', hold: 'h1' },
      own('dev'),
      'not_authorised',
      placed,
    ],
    [
      'a promise typed in by nobody in charge',
      { kind: 'update_promised', checkpoint: 'a', at: reading(minute(120)) },
      own('dev'),
      'not_authorised',
    ],
  ])('%s', (_, assertion, change, code, state = start) => {
    expect(codeOf(assertion, change, state)).toBe(code);
  });

  it('lets the lead, no holder, revoke an exception', () => {
    const granted = accepted(start, [fact(exception, at(30, { reporter: 'lead' }))]);
    const revoked: Assertion = { kind: 'exception_revoked', exception: 'e1' };
    expect(codeOf(revoked, own('operator'), granted)).toBe('not_authorised');
    expect(codeOf(revoked, own('lead'), granted)).toBeNull();
  });

  it('lets a person who is asked be answered for by a delegate that the row authorises', () => {
    const asked = declared({
      ...night,
      checkpoints: night.checkpoints.map((item) =>
        item.id === 'b'
          ? {
              ...item,
              approvals: [{ id: 'sign-off', parties: ['sec'], needed: 1, validMinutes: 60 }],
            }
          : item,
      ),
    });
    expect(codeOf(approval('sec'), own('deputy', 60), asked)).toBeNull();
    expect(codeOf(approval('sec'), own('deputy', 120), asked)).toBe('not_authorised');
    expect(codeOf(approval('sec'), own('aide', 60), asked)).toBe('not_authorised');
  });

  it('lets the lead tighten a boundary of the organisation, and nothing else about it', () => {
    const company = { id: 'company', level: 'organisation' as const, statedAt: minute(-600) };
    const told = (change: object): Ruling['code'] =>
      codeOf(setBoundary({ ...company, ...change }), own('lead', -600));
    expect(told(span(10, 290))).toBeNull();
    expect(told({ binds: ['a', 'b'] })).toBeNull();
    expect(told(span(-1, 300))).toBe('not_authorised');
    expect(told(span(0, 301))).toBe('not_authorised');
    expect(told({ binds: ['b'] })).toBe('not_authorised');
    expect(told({ exemptRoles: ['ops'] })).toBe('not_authorised');
    expect(told({ level: 'cutover' })).toBe('not_authorised');
    expect(told({ kind: 'blackout' })).toBe('not_authorised');
    expect(told({ statedAt: minute(-599) })).toBe('not_authorised');
  });

  it('lets the lead tighten it in mid-window from the moment it is said, and from no later one', () => {
    const company = { id: 'company', level: 'organisation' as const, ...span(10, 290) };
    const told = (statedAt: number): Ruling['code'] =>
      codeOf(setBoundary({ ...company, statedAt: minute(statedAt) }), own('lead', 60));
    expect(told(60)).toBeNull();
    expect(told(61)).toBe('not_authorised');
  });

  it('reads tightening a freeze the other way round: it only grows', () => {
    const freeze = {
      ...boundary,
      id: 'ice',
      kind: 'freeze' as const,
      level: 'organisation' as const,
    };
    const frozen = declared({ ...night, boundaries: [freeze] });
    const told = (change: object): Ruling['code'] =>
      codeOf(
        { kind: 'boundary_set', boundary: { ...freeze, ...change } },
        own('lead', -600),
        frozen,
      );
    expect(told(span(-1, 301))).toBeNull();
    expect(told({ binds: 'all' })).toBeNull();
    expect(told(span(1, 300))).toBe('not_authorised');
    const everything = declared({ ...night, boundaries: [{ ...freeze, binds: 'all' as const }] });
    expect(codeOf({ kind: 'boundary_set', boundary: freeze }, own('lead', -600), everything)).toBe(
      'not_authorised',
    );
  });

  it('judges authority at the moment of the act, against the mapping then in force', () => {
    const change: Assertion = {
      kind: 'holder_changed',
      authority: 'security-row',
      holder: 'deputy',
      span: span(90, 200),
    };
    const changed = accepted(start, [fact(change, at(70, { reporter: 'sec' }))]);
    expect(codeOf(approval('security'), own('sec', 80), changed)).toBeNull();
    expect(codeOf(approval('security'), own('sec', 100), changed)).toBe('not_authorised');
    expect(codeOf(approval('security'), own('deputy', 105), changed)).toBeNull();
  });
});

describe('unknown_subject', () => {
  it.each<[string, Assertion, Partial<Fact>, Ruling['code']]>([
    ['a checkpoint', finish(60, 'x'), at(90), 'unknown_subject'],
    ['a checkpoint, typed in', finish(60, 'x'), own('operator'), 'unknown_subject'],
    ['who started it', { ...started(60), owner: 'x' } as Assertion, at(90), 'unknown_subject'],
    ['nobody said to have started it', { ...started(60), owner: null } as Assertion, at(90), null],
    [
      'a revised checkpoint',
      { kind: 'revised_start', checkpoint: 'x', at: reading(minute(120)) },
      at(90),
      'unknown_subject',
    ],
    [
      'a promised checkpoint',
      { kind: 'update_promised', checkpoint: 'x', at: reading(minute(120)) },
      at(90),
      'unknown_subject',
    ],
    ['a forecast checkpoint', forecast(120, 'x'), at(90), 'unknown_subject'],
    [
      'evidence that no rule asks for',
      { ...evidence(60), evidence: 'x' } as Assertion,
      at(90),
      'unknown_subject',
    ],
    [
      'evidence revoked that no rule asks for',
      { kind: 'evidence_revoked', checkpoint: 'b', evidence: 'x' },
      at(90),
      'unknown_subject',
    ],
    [
      'an approval',
      { ...approval('security'), approval: 'x' } as Assertion,
      own('sec'),
      'unknown_subject',
    ],
    ['a party that is not asked', approval('ops'), own('operator'), 'unknown_subject'],
    [
      'an approval named as a confirmation',
      { kind: 'confirmation_given', checkpoint: 'b', confirmation: 'sign-off', party: 'security' },
      own('sec'),
      'unknown_subject',
    ],
    [
      'a confirmation named as an approval',
      { kind: 'approval_given', checkpoint: 'b', approval: 'ready', party: 'ops' },
      own('operator'),
      'unknown_subject',
    ],
    [
      'an approval of an unknown checkpoint',
      { ...approval('security'), checkpoint: 'x' } as Assertion,
      own('sec'),
      'unknown_subject',
    ],
    ['a condition', { kind: 'condition_met', condition: 'x' }, own('lara'), 'unknown_subject'],
    [
      'an authority row',
      { ...grant('dev', 90, 150), authority: 'x' } as Assertion,
      own('sec'),
      'unknown_subject',
    ],
    [
      'an authority row without a holder',
      { kind: 'holder_changed', authority: 'x', holder: 'dev', span: span(0, 1) },
      own('sec'),
      'unknown_subject',
    ],
    [
      'a new holder',
      { kind: 'holder_changed', authority: 'security-row', holder: 'x', span: span(0, 1) },
      own('sec'),
      'unknown_subject',
    ],
    ['a delegate', grant('x', 90, 150), own('sec'), 'unknown_subject'],
    ['a granter', grant('dev', 90, 150, 'x'), own('sec'), 'unknown_subject'],
    [
      'a delegate to revoke',
      {
        kind: 'delegate_revoked',
        authority: 'security-row',
        person: 'dev',
        at: reading(minute(90)),
      },
      own('sec'),
      'unknown_subject',
    ],
    [
      'a delegate to revoke in an unknown row',
      { kind: 'delegate_revoked', authority: 'x', person: 'deputy', at: reading(minute(90)) },
      own('sec'),
      'unknown_subject',
    ],
    [
      'an absent person',
      { kind: 'availability_changed', person: 'x', available: false, span: span(0, 1) },
      own('lead'),
      'unknown_subject',
    ],
    ['what a boundary binds', setBoundary({ binds: ['a', 'x'] }), at(90), 'unknown_subject'],
    [
      'a role that a boundary exempts',
      { kind: 'boundary_set', boundary: { ...boundary, exemptRoles: ['x'], statedAt: minute(90) } },
      at(90),
      'unknown_subject',
    ],
    [
      'a boundary that binds all',
      { kind: 'boundary_set', boundary: { ...boundary, binds: 'all', statedAt: minute(90) } },
      at(90),
      null,
    ],
    ['a boundary to lift', { kind: 'boundary_lifted', boundary: 'x' }, at(90), 'unknown_subject'],
    ['a checkpoint to alter', altered({ name: 'x' }, 'x'), own('operator'), 'unknown_subject'],
    ['a new role', altered({ role: 'x' }), own('lead'), 'unknown_subject'],
    ['a new owner', altered({ owner: 'x' }), own('operator'), 'unknown_subject'],
    ['a new name only', altered({ name: 'x' }), own('operator'), null],
    [
      'a predecessor',
      { kind: 'dependency_changed', checkpoint: 'b', predecessors: [link('x')] },
      own('lead'),
      'unknown_subject',
    ],
    [
      'a checkpoint that depends',
      { kind: 'dependency_changed', checkpoint: 'x', predecessors: [] },
      own('lead'),
      'unknown_subject',
    ],
    [
      'a checkpoint to except',
      { ...exception, checkpoint: 'x' } as Assertion,
      own('lead'),
      'unknown_subject',
    ],
    [
      'an exception to revoke',
      { kind: 'exception_revoked', exception: 'x' },
      own('lead'),
      'unknown_subject',
    ],
    [
      'a checkpoint to hold',
      { ...hold, checkpoint: 'x' } as Assertion,
      own('operator'),
      'unknown_subject',
    ],
    ['a hold to lift', { kind: 'hold_lifted', hold: 'x' }, own('lead'), 'unknown_subject'],
  ])('%s', (_, assertion, change, code) => {
    expect(codeOf(assertion, change)).toBe(code);
  });
});

describe('not_structured', () => {
  it('holds text that nobody has turned into a typed fact', () => {
    expect(codeOf({ kind: 'statement', text: 'all fine' })).toBe('not_structured');
  });
  it('holds an instant that is not what its text says', () => {
    const told: Assertion = {
      ...finish(60),
      at: { ...reading(minute(60)), at: minute(61) },
    } as Assertion;
    expect(rulingOn(fact(told, at(90)))).toMatchObject({
      ruling: 'held',
      code: 'not_structured',
      candidates: [minute(60)],
    });
  });
});

describe('the reading of an instant', () => {
  const read = (text: string): Assertion => ({
    kind: 'actual_finish',
    checkpoint: 'a',
    at: readInstant(text, 'Europe/London', night.window),
  });
  it.each([
    ['to be agreed', 'no_number', []],
    ['Sun 9 Nov 02:10', 'weekday_date_disagree', [minute(250), minute(250 + 1440)]],
    ['02:10 BST', 'zone_out_of_season', [minute(190), minute(250)]],
    ['21:00', 'outside_window', [minute(-60), minute(1380)]],
  ])('%s is held with every instant it could mean', (text, code, candidates) => {
    expect(rulingOn(fact(read(text), at(300)))).toMatchObject({ ruling: 'held', code, candidates });
  });
  it('holds a local time inside a clock change with both instants', () => {
    const changing = declared(
      plan([checkpoint('a')], {
        window: { opensAt: Date.UTC(2026, 9, 24, 22), closesAt: Date.UTC(2026, 9, 25, 6) },
      }),
    );
    const told: Assertion = {
      kind: 'actual_finish',
      checkpoint: 'a',
      at: readInstant('01:30', 'Europe/London', changing.situation.plan.window),
    };
    expect(rulingOn(fact(told, at(300)), changing)).toMatchObject({
      code: 'clock_change',
      candidates: [Date.UTC(2026, 9, 25, 0, 30), Date.UTC(2026, 9, 25, 1, 30)],
    });
  });
  it('accepts a text that names one instant', () => {
    expect(rulingOn(fact(read('02:10'), at(300)))).toMatchObject({
      ruling: 'accepted',
      code: null,
    });
  });
});

describe('outside_window', () => {
  const slack = slackMs / minuteMs;
  it.each([
    ['a start twelve hours before the window', started(-slack), null],
    ['a start a minute earlier', started(-slack - 1), 'outside_window'],
    [
      'a revised start twelve hours after',
      { kind: 'revised_start', checkpoint: 'a', at: reading(minute(480 + slack)) } as Assertion,
      null,
    ],
    [
      'a revised start a minute later',
      { kind: 'revised_start', checkpoint: 'a', at: reading(minute(481 + slack)) } as Assertion,
      'outside_window',
    ],
  ])('%s', (_, assertion, code) => {
    expect(codeOf(assertion)).toBe(code);
  });
  it.each([
    ['as old as its age limit allows', -900, null],
    ['older', -901, 'outside_window'],
  ])('evidence may lie before the window %s', (_, minutes, code) => {
    expect(codeOf(evidence(minutes), at(90, { source: 'monitor' }))).toBe(code);
  });
  it('evidence may not lie far after it, whatever its age limit', () => {
    const late = at(1300, { source: 'monitor' });
    expect(codeOf(evidence(1201), late)).toBe('outside_window');
    expect(codeOf(evidence(1200), late)).toBeNull();
  });
  it('old evidence whose instant was changed is still caught', () => {
    const told = {
      ...evidence(-800),
      at: { ...reading(minute(-800)), at: minute(-790) },
    } as Assertion;
    expect(codeOf(told, at(90, { source: 'monitor' }))).toBe('not_structured');
  });
});

describe('before_own_notice', () => {
  it.each([
    ['in force from the moment it is stated', 90, null],
    ['in force later', 91, null],
    ['in force before it was stated', 89, 'before_own_notice'],
  ])('%s', (_, statedAt, code) => {
    expect(codeOf(setBoundary({ statedAt: minute(statedAt) }))).toBe(code);
  });
});

describe('promise_not_confirmation', () => {
  const skew = skewMs / minuteMs;
  const dated = (ahead: number): Partial<Fact> => ({
    source: 'interlock',
    reporter: 'operator',
    occurredAt: minute(90 + ahead),
    receivedAt: minute(90),
  });
  it.each<[string, Assertion, Partial<Fact>, Ruling['code']]>([
    ['a yes', confirmation, { ...own('operator'), text: 'Confirmed.' }, null],
    [
      'a yes that will come',
      confirmation,
      { ...own('operator'), promised: true },
      'promise_not_confirmation',
    ],
    [
      'words that nobody marked',
      confirmation,
      { ...own('operator'), text: 'We will confirm at 03:00' },
      null,
    ],
    [
      'an approval that will come',
      approval('security'),
      { ...own('sec'), promised: true },
      'promise_not_confirmation',
    ],
    [
      'a condition that will be met',
      met,
      { ...own('lara'), promised: true },
      'promise_not_confirmation',
    ],
    ['a yes dated as far ahead as clocks may differ', confirmation, dated(skew), null],
    ['a yes dated further ahead', confirmation, dated(skew + 1), 'promise_not_confirmation'],
    [
      'a refusal that will stand',
      { ...confirmation, kind: 'confirmation_refused' } as Assertion,
      { ...own('operator'), text: 'we will not' },
      null,
    ],
    [
      'a promise told as one has no effect',
      { kind: 'update_promised', checkpoint: 'a', at: reading(minute(120)) },
      at(90, { text: 'will update' }),
      null,
    ],
  ])('%s', (_, assertion, change, code) => {
    expect(codeOf(assertion, change)).toBe(code);
  });
});

describe('told_in_advance', () => {
  const told = (occurred: number, received: number): Partial<Fact> => ({
    occurredAt: minute(occurred),
    receivedAt: minute(received),
  });
  it.each([
    ['at the moment it is told', told(60, 60), 'accepted', null],
    ['after it happened', told(61, 61), 'accepted', null],
    ['a minute before', told(59, 59), 'accepted_as_forecast', 'told_in_advance'],
    ['before, though it arrives after', told(59, 70), 'accepted_as_forecast', 'told_in_advance'],
    ['dated ahead of its arrival', told(60, 59), 'accepted_as_forecast', 'told_in_advance'],
  ])('a finish told %s', (_, change, ruling, code) => {
    expect(rulingOn(fact(finish(60), change))).toMatchObject({ ruling, code });
  });

  const advance = fact(finish(120), at(60));
  const forecasted = (() => {
    const received = { ...start, unruled: [advance] };
    const [ruling] = ruleFacts(received);
    return { ...received, ruling };
  })();
  it('a forecast told in advance is replaced by the finish, at the same instant or another', () => {
    const later = (minutes: number) =>
      ruleFacts({ ...start, unruled: [advance, fact(finish(minutes), at(minutes))] });
    expect(forecasted.ruling?.ruling).toBe('accepted_as_forecast');
    expect(later(120)[1]).toMatchObject({ ruling: 'accepted', code: null });
    expect(later(127)[1]).toMatchObject({ ruling: 'accepted', code: null });
  });
  it('told in advance twice is a repeat, and so is the forecast it stands for', () => {
    const again = (assertion: Assertion) =>
      ruleFacts({ ...start, unruled: [advance, fact(assertion, at(60))] })[1];
    expect(again(finish(120))).toMatchObject({ ruling: 'repeat', against: advance.factId });
    expect(again(forecast(120))).toMatchObject({ ruling: 'repeat', against: advance.factId });
    expect(again(forecast(121))).toMatchObject({ code: 'authorities_disagree' });
  });
});

describe('repeat', () => {
  const pair = (one: Fact, other: Fact) => ruleFacts({ ...start, unruled: [one, other] })[1];
  it.each<[string, Assertion, Partial<Fact>, Assertion, Partial<Fact>, Ruling['ruling']]>([
    [
      'the same finish from somebody else',
      finish(60),
      at(60),
      finish(60),
      at(70, { source: 'feed' }),
      'repeat',
    ],
    [
      'the same instant in other words',
      finish(60),
      at(60),
      { ...finish(60), at: readInstant('23:00', 'Europe/London', night.window) } as Assertion,
      at(70),
      'repeat',
    ],
    ['another finish', finish(60), at(60), finish(61), at(70), 'accepted'],
    ['the same condition at the same moment', met, own('lara', 60), met, own('lara', 60), 'repeat'],
    ['the same condition, true earlier', met, own('lara', 60), met, own('lara', 59), 'repeat'],
    [
      'the same condition, still true later',
      met,
      own('lara', 60),
      met,
      own('lara', 61),
      'accepted',
    ],
    [
      'the same condition at the same moment from a better source',
      met,
      at(60, { source: 'feed', reporter: 'lara' }),
      met,
      at(60, { reporter: 'lara' }),
      'accepted',
    ],
    [
      'the same condition at the same moment typed in by hand',
      met,
      at(60, { source: 'feed', reporter: 'lara' }),
      met,
      own('lara', 60),
      'repeat',
    ],
    [
      'the same finish from a better source',
      finish(60),
      at(60, { source: 'feed' }),
      finish(60),
      at(70),
      'accepted',
    ],
    [
      'the same finish from an equal source',
      finish(60),
      at(60),
      finish(60),
      at(70, { source: 'twin' }),
      'repeat',
    ],
    ['the same finish typed in by hand', finish(60), at(60), finish(60), own('lead', 70), 'repeat'],
    ['the same finish told again by its source', finish(60), at(60), finish(60), at(70), 'repeat'],
    [
      'the same finish in a later sequence',
      finish(60),
      at(60, { sourceSequence: 1 }),
      finish(60),
      at(60, { sourceSequence: 2 }),
      'accepted',
    ],
    [
      'the same finish in a later sequence with an earlier moment',
      finish(60),
      at(61, { sourceSequence: 1 }),
      finish(60),
      at(60, { sourceSequence: 2 }),
      'accepted',
    ],
    [
      'the same finish in an earlier sequence',
      finish(60),
      at(60, { sourceSequence: 2 }),
      finish(60),
      at(70, { sourceSequence: 1 }),
      'repeat',
    ],
    [
      'the same finish in the same sequence',
      finish(60),
      at(60, { sourceSequence: 2 }),
      finish(60),
      at(70, { sourceSequence: 2 }),
      'repeat',
    ],
    [
      'the same forecast in a later sequence',
      forecast(100),
      at(60, { sourceSequence: 1 }),
      forecast(100),
      at(60, { sourceSequence: 2 }),
      'accepted',
    ],
    [
      'the same forecast in a later sequence with an earlier moment',
      forecast(100),
      at(60, { sourceSequence: 1 }),
      forecast(100),
      at(59, { sourceSequence: 2 }),
      'held',
    ],
    [
      'the same forecast in an earlier sequence with a later moment',
      forecast(100),
      at(60, { sourceSequence: 2 }),
      forecast(100),
      at(61, { sourceSequence: 1 }),
      'held',
    ],
    [
      'the same forecast in an earlier sequence',
      forecast(100),
      at(60, { sourceSequence: 2 }),
      forecast(100),
      at(60, { sourceSequence: 1 }),
      'repeat',
    ],
    [
      'the same forecast, sequenced once, at a later moment',
      forecast(100),
      at(60, { sourceSequence: 1 }),
      forecast(100),
      at(61),
      'accepted',
    ],
    [
      'the same answer at the same moment',
      approval('security'),
      own('sec', 60),
      approval('security'),
      own('sec', 60),
      'repeat',
    ],
    [
      'the same answer given anew',
      approval('security'),
      own('sec', 60),
      approval('security'),
      own('sec', 70),
      'accepted',
    ],
    [
      'a confirmation given anew',
      confirmation,
      own('operator', 60),
      confirmation,
      own('operator', 70),
      'accepted',
    ],
  ])('%s', (_, first, when, second, then, ruling) => {
    const one = fact(first, when);
    expect(pair(one, fact(second, then))).toMatchObject({
      ruling,
      against: ruling === 'accepted' ? null : one.factId,
    });
  });
  it('a better source that repeats is remembered: what contradicts it is shown', () => {
    const told = [
      fact(finish(60), at(60, { source: 'feed' })),
      fact(finish(60), at(61)),
      fact(finish(62), at(70, { source: 'twin' })),
    ];
    expect(ruleFacts({ ...start, unruled: told })[2]).toMatchObject({
      ruling: 'held',
      code: 'authorities_disagree',
      against: told[1]?.factId,
    });
  });
  it('is measured against the newest known: a condition may change and change back', () => {
    const waiting = [met, open, met].map((assertion, index) =>
      fact(assertion, own('lara', 60 + index)),
    );
    expect(ruleFacts({ ...start, unruled: waiting }).map((ruling) => ruling.ruling)).toEqual(
      Array.from({ length: 3 }, () => 'accepted'),
    );
  });
});

describe('a fact against the newest known', () => {
  const pair = (one: Fact, other: Fact) => ruleFacts({ ...start, unruled: [one, other] })[1];
  const seq = (sequence: number | null, minutes: number, change: Partial<Fact> = {}) =>
    at(minutes, { sourceSequence: sequence, ...change });
  const lead = { source: 'interlock', reporter: 'lead' };
  const away = (from: number, to: number, available = false): Assertion => ({
    kind: 'availability_changed',
    person: 'sec',
    available,
    span: span(from, to),
  });
  it.each<[string, Assertion, Partial<Fact>, Assertion, Partial<Fact>, Ruling['code']]>([
    [
      'sequence wins over arrival and over the clock',
      finish(60),
      seq(2, 60),
      finish(61),
      seq(1, 70),
      'older_than_known',
    ],
    ['a later sequence corrects', finish(61), seq(1, 70), finish(60), seq(2, 60), null],
    [
      'a later sequence with an earlier moment, on what changes',
      forecast(100),
      seq(1, 60),
      forecast(101),
      seq(2, 59),
      'authorities_disagree',
    ],
    [
      'a later sequence with the same moment, on what changes',
      forecast(100),
      seq(1, 60),
      forecast(101),
      seq(2, 60),
      null,
    ],
    [
      'without a sequence, when it happened decides',
      forecast(100),
      seq(null, 60),
      forecast(101),
      seq(null, 59),
      'older_than_known',
    ],
    ['one sequence is none', forecast(100), seq(5, 60), forecast(101), seq(null, 61), null],
    [
      'a later forecast from another source',
      forecast(100),
      seq(9, 60),
      forecast(101),
      seq(1, 61, { source: 'feed' }),
      null,
    ],
    [
      'an older forecast from another source',
      forecast(100),
      seq(1, 60),
      forecast(101),
      seq(9, 59, { source: 'twin' }),
      'older_than_known',
    ],
    [
      'one source, two finishes, no order',
      finish(60),
      seq(null, 70),
      finish(61),
      seq(null, 70),
      'authorities_disagree',
    ],
    [
      'one source, one sequence, two finishes',
      finish(60),
      seq(3, 70),
      finish(61),
      seq(3, 75),
      'authorities_disagree',
    ],
    [
      'two equal sources, two finishes, whenever told',
      finish(60),
      seq(1, 70),
      finish(61),
      seq(2, 75, { source: 'twin' }),
      'authorities_disagree',
    ],
    [
      'a worse source on a finish',
      finish(60),
      seq(1, 70),
      finish(61),
      seq(2, 75, { source: 'feed' }),
      'authorities_disagree',
    ],
    [
      'a better source on a finish',
      finish(60),
      seq(1, 70, { source: 'feed' }),
      finish(61),
      seq(2, 65),
      null,
    ],
    ['a person in charge beats every feed', finish(60), seq(1, 70), finish(61), at(75, lead), null],
    [
      'a start corrected by a person in charge',
      started(10),
      seq(1, 70),
      started(11),
      at(75, lead),
      null,
    ],
    [
      'two equal sources at one moment',
      met,
      own('lara', 60),
      open,
      at(60, { source: 'interlock', reporter: 'lead' }),
      'authorities_disagree',
    ],
    [
      'a better source at one moment',
      met,
      at(60, { reporter: 'lara', source: 'feed' }),
      open,
      at(60, { reporter: 'lara' }),
      null,
    ],
    [
      'a worse source at one moment',
      met,
      at(60, { reporter: 'lara' }),
      open,
      at(60, { reporter: 'lara', source: 'feed' }),
      'authorities_disagree',
    ],
    [
      'a worse source later',
      met,
      at(60, { reporter: 'lara' }),
      open,
      at(61, { reporter: 'lara', source: 'feed' }),
      null,
    ],
    [
      'two absences at two times, told at once',
      away(60, 70),
      at(50, { reporter: 'sec' }),
      away(70, 80),
      at(50, { reporter: 'sec' }),
      null,
    ],
    [
      'two words on one time, told at once',
      away(60, 71),
      at(50, { reporter: 'sec' }),
      away(70, 80, true),
      at(50, { reporter: 'sec' }),
      'authorities_disagree',
    ],
    [
      'two sides of one checkpoint, told at once',
      altered({ name: 'x' }),
      own('operator'),
      altered({ owner: 'operator' }),
      own('operator'),
      null,
    ],
    [
      'one side of one checkpoint twice, told at once',
      altered({ name: 'x' }),
      own('operator'),
      altered({ name: 'y' }),
      own('operator'),
      'authorities_disagree',
    ],
    [
      'skipped and kept, told at once',
      altered({ name: 'x' }),
      own('operator'),
      altered({ skipped: true }),
      own('operator'),
      'authorities_disagree',
    ],
    [
      'a finish after its forecast, from another source and before it was made',
      forecast(100),
      seq(4, 95),
      finish(60),
      seq(2, 60, { source: 'twin' }),
      null,
    ],
    [
      'a finish that its own source sent before the forecast',
      forecast(100),
      seq(4, 95),
      finish(60),
      seq(2, 60),
      'older_than_known',
    ],
    [
      'a finish with no sequence, before the forecast',
      forecast(100),
      seq(null, 95),
      finish(60),
      seq(null, 60),
      null,
    ],
  ])('%s', (_, first, when, second, then, code) => {
    const one = fact(first, when);
    const ruling = pair(one, fact(second, then));
    expect(ruling?.code).toBe(code);
    expect(ruling?.ruling).toBe(code === null ? 'accepted' : 'held');
    expect(ruling?.against).toBe(code === null ? null : one.factId);
  });
});

describe('impossible_sequence', () => {
  const skew = skewMs / minuteMs;
  const under = accepted(start, [fact(started(60), at(60, { factId: 'the-start' }))]);
  const done = accepted(under, [fact(finish(80), at(80, { factId: 'the-finish' }))]);
  const finished = accepted(start, [fact(finish(80), at(80, { factId: 'the-finish' }))]);
  const skipped = accepted(start, [fact(altered({ skipped: true }), at(30))]);
  const revised: Assertion = { kind: 'revised_start', checkpoint: 'a', at: reading(minute(120)) };
  it.each<[string, Assertion, Partial<Fact>, CutoverState, Ruling['code'], string | null]>([
    ['a finish at its start', finish(60), at(90), under, null, null],
    ['a finish before its start', finish(59), at(90), under, 'impossible_sequence', 'the-start'],
    ['a start at its finish', started(80), at(90), finished, null, null],
    [
      'a start after its finish',
      started(81),
      at(90),
      finished,
      'impossible_sequence',
      'the-finish',
    ],
    ['a start of what is skipped', started(60), at(90), skipped, 'impossible_sequence', null],
    ['a finish of what is skipped', finish(60), at(90), skipped, 'impossible_sequence', null],
    [
      'a forecast of what is done',
      forecast(120),
      at(90),
      done,
      'impossible_sequence',
      'the-finish',
    ],
    ['a forecast of what is skipped', forecast(120), at(90), skipped, 'impossible_sequence', null],
    ['a forecast of what runs', forecast(120), at(90), under, null, null],
    ['a forecast at its start', forecast(60), at(90), under, null, null],
    [
      'a forecast before its start',
      forecast(59),
      at(90),
      under,
      'impossible_sequence',
      'the-start',
    ],
    [
      'a finish told in advance of what is done',
      finish(120),
      at(90),
      done,
      'impossible_sequence',
      'the-finish',
    ],
    ['a revised start of what waits', revised, at(90), start, null, null],
    ['a revised start of what runs', revised, at(90), under, 'impossible_sequence', 'the-start'],
    ['a revised start of what is done', revised, at(90), done, 'impossible_sequence', 'the-finish'],
    ['a hold on what runs', hold, own('operator'), under, 'impossible_sequence', 'the-start'],
    [
      'skipping what runs',
      altered({ skipped: true }),
      own('operator'),
      under,
      'impossible_sequence',
      'the-start',
    ],
    [
      'skipping what is skipped',
      altered({ skipped: true, name: 'x' }),
      own('operator'),
      skipped,
      'impossible_sequence',
      null,
    ],
    [
      'another duration of what runs',
      altered({ duration: { kind: 'exact', seconds: 60 } }),
      own('operator'),
      under,
      null,
      null,
    ],
    [
      'another duration of what is done',
      altered({ duration: { kind: 'exact', seconds: 60 } }),
      own('operator'),
      done,
      'impossible_sequence',
      'the-finish',
    ],
    [
      'another owner of what is done',
      altered({ owner: 'dev' }),
      own('operator'),
      done,
      'impossible_sequence',
      'the-finish',
    ],
    [
      'another role of what is done',
      altered({ role: 'security' }),
      own('lead'),
      done,
      'impossible_sequence',
      'the-finish',
    ],
    ['another name of what is done', altered({ name: 'x' }), own('operator'), done, null, null],
    ['a start as far ahead as clocks may differ', started(90 + skew), at(90), start, null, null],
    ['a start further ahead', started(91 + skew), at(90), start, 'impossible_sequence', null],
    [
      'evidence as far ahead as clocks may differ',
      evidence(90 + skew),
      at(90, { source: 'monitor' }),
      start,
      null,
      null,
    ],
    [
      'evidence further ahead',
      evidence(91 + skew),
      at(90, { source: 'monitor' }),
      start,
      'impossible_sequence',
      null,
    ],
    [
      'anything dated as far ahead as clocks may differ',
      hold,
      { ...own('operator'), occurredAt: minute(90 + skew) },
      start,
      null,
      null,
    ],
    [
      'anything dated further ahead',
      hold,
      { ...own('operator'), occurredAt: minute(91 + skew) },
      start,
      'impossible_sequence',
      null,
    ],
  ])('%s', (_, assertion, change, state, code, against) => {
    const ruling = rulingOn(fact(assertion, change), state);
    expect([ruling.code, ruling.against]).toEqual([code, against]);
  });
});

describe('stretches_past_end', () => {
  const chained = declared({
    ...night,
    authority: night.authority.map((row) =>
      row.id === 'security-row' ? { ...row, chainsAllowed: true } : row,
    ),
  });
  it.each<[string, Assertion, CutoverState, Ruling['code']]>([
    ['as long as the holder', grant('dev', 90, 200), start, null],
    ['a minute longer', grant('dev', 90, 201), start, 'stretches_past_end'],
    ['from before the holder', grant('dev', -601, 100), start, 'stretches_past_end'],
    ['as long as a delegate who may grant', grant('dev', 60, 120, 'deputy'), chained, null],
    ['longer than that delegate', grant('dev', 60, 121, 'deputy'), chained, 'stretches_past_end'],
    [
      'by a delegate who may not grant',
      grant('dev', 60, 120, 'deputy'),
      start,
      'stretches_past_end',
    ],
    [
      'by somebody with no authority there',
      grant('dev', 60, 120, 'operator'),
      chained,
      'stretches_past_end',
    ],
  ])('%s', (_, assertion, state, code) => {
    expect(codeOf(assertion, own('lead'), state)).toBe(code);
  });
});

describe('plan_contradiction', () => {
  it.each<[string, Assertion, Ruling['code']]>([
    ['a new checkpoint', { kind: 'checkpoint_added', added: checkpoint('c', { rank: 3 }) }, null],
    [
      'a checkpoint that is there already',
      { kind: 'checkpoint_added', added: checkpoint('a', { rank: 3 }) },
      'plan_contradiction',
    ],
    [
      'a new checkpoint with a taken rank, which what stands there makes room for',
      { kind: 'checkpoint_added', added: checkpoint('c', { rank: 2 }) },
      null,
    ],
    [
      'a new checkpoint that names nobody',
      { kind: 'checkpoint_added', added: checkpoint('c', { rank: 3, approvedOwner: 'x' }) },
      'plan_contradiction',
    ],
    [
      'a new checkpoint approved at a bad time, which resequencing mends',
      { kind: 'checkpoint_added', added: checkpoint('c', { rank: 3, approvedStartAt: minute(5) }) },
      null,
    ],
    [
      'a dependency in approved order',
      { kind: 'dependency_changed', checkpoint: 'b', predecessors: [] },
      null,
    ],
    [
      'a dependency that closes a circle',
      { kind: 'dependency_changed', checkpoint: 'a', predecessors: [link('b')] },
      'plan_contradiction',
    ],
    [
      'a dependency on itself',
      { kind: 'dependency_changed', checkpoint: 'a', predecessors: [link('a')] },
      'plan_contradiction',
    ],
  ])('%s', (_, assertion, code) => {
    expect(codeOf(assertion, own('lead'))).toBe(code);
  });
  it('holds nothing for a contradiction that was there before', () => {
    const twice = declared({
      ...night,
      checkpoints: night.checkpoints.map((item) => ({ ...item, rank: 1 })),
    });
    expect(
      codeOf({ kind: 'checkpoint_added', added: checkpoint('c', { rank: 3 }) }, own('lead'), twice),
    ).toBeNull();
  });
});

it('reports the first reason in rank order', () => {
  const wrong: Assertion = {
    kind: 'actual_finish',
    checkpoint: 'x',
    at: readInstant('soon', 'UTC', night.window),
  };
  expect(codeOf(wrong, at(90, { source: 'chat', reporter: 'standin' }))).toBe('unmapped_source');
  expect(codeOf(wrong, at(90, { reporter: 'standin' }))).toBe('unmapped_reporter');
  expect(codeOf(wrong, at(90))).toBe('unknown_subject');
  expect(nightAt).toBe(night.window.opensAt);
});
