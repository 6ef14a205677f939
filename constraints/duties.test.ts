import { describe, expect, it } from 'vitest';
import type { CutoverState, PacketRecord } from '../ledger/cutover.ts';
import type { Assertion, FactKind } from '../ledger/facts.ts';
import type { Packet } from '../ledger/packet.ts';
import type { Boundary } from '../ledger/plan.ts';
import {
  accepted,
  actor,
  authority,
  checkpoint,
  declared,
  fact,
  minute,
  person,
  plan,
  reading,
} from '../tests/support/build.ts';
import { isReleaseLead, mayDecide } from './duties.ts';

const span = (from: number, to: number) => ({ opensAt: minute(from), closesAt: minute(to) });
const night = plan([checkpoint('a'), checkpoint('b')], {
  people: ['lead', 'operator', 'dev', 'second'].map((id) => person(id)),
  authority: [
    authority('lead-row', {
      role: 'release-lead',
      holders: [{ person: 'lead', ...span(0, 300) }],
      delegates: [{ person: 'second', grantedBy: 'lead', ...span(60, 120) }],
    }),
    authority('ops-row'),
  ],
});
const start = declared(night);

const packet = (change: Partial<Packet> = {}): Packet => ({
  packetId: 'packet-2',
  cutoverId: 'payments',
  version: 2,
  supersedes: null,
  preparedAt: minute(0),
  basisVersion: 1,
  basisDigest: '0'.repeat(64),
  minds: [],
  lines: [
    {
      checkpoint: 'a',
      state: 'planned',
      startAt: minute(100),
      endAt: minute(130),
      earliestEndAt: minute(130),
      durationKnown: true,
      owner: 'operator',
      drivenBy: [],
      floatMinutes: null,
      critical: false,
      protectedMove: false,
      stillNeeded: [],
    },
  ],
  holds: [],
  heldFacts: [],
  deviations: [],
  deltas: [],
  notNotified: [],
  mustAcknowledge: [],
  decisionDeadlineAt: null,
  decisionDeadlineCheckpoint: null,
  leadHolds: [],
  leadPeople: [],
  stoppedAt: 'approval',
  ...change,
});
const record = (change: Partial<Packet> = {}): PacketRecord => ({
  packet: packet(change),
  packetHash: 'f'.repeat(64),
  checkCode: 'AAAA-AAAA',
});
const may = (
  who: string,
  state: CutoverState = start,
  {
    minutes = 90,
    decision = 'adopt' as 'adopt' | 'decline',
    of = record() as PacketRecord,
    change = {},
  } = {},
) => mayDecide({ actor: actor(who, change), record: of, decision }, state, minute(minutes));

describe('who may decide', () => {
  it.each([
    ['lead', 0, null],
    ['lead', 299, null],
    ['lead', -1, 'not_release_lead'],
    ['lead', 300, 'authority_lapsed'],
    ['second', 59, 'not_release_lead'],
    ['second', 60, null],
    ['second', 119, null],
    ['second', 120, 'authority_lapsed'],
    ['operator', 90, 'not_release_lead'],
    ['standin', 90, 'not_release_lead'],
  ])('%s at minute %d: %s', (who, minutes, code) => {
    expect(may(who, start, { minutes })).toBe(code);
    expect(isReleaseLead(actor(who), night, minute(minutes))).toBe(code === null);
  });

  it.each(['machine', 'agent', 'system'] as const)(
    'no %s decides, whoever it says it is',
    (kind) => {
      expect(may('lead', start, { change: { kind } })).toBe('machine_may_not_decide');
      expect(may('lead', start, { change: { kind, role: 'admin' } })).toBe(
        'machine_may_not_decide',
      );
      expect(isReleaseLead(actor('lead', { kind }), night, minute(90))).toBe(false);
    },
  );

  it('no claimed role makes a lead', () => {
    expect(may('operator', start, { change: { role: 'release-lead' } })).toBe('not_release_lead');
    expect(may('operator', start, { change: { role: 'admin' } })).toBe('not_release_lead');
  });

  it('a holder changed since decides by the mapping as it stands', () => {
    const changed = accepted(start, [
      fact(
        { kind: 'holder_changed', authority: 'lead-row', holder: 'operator', span: span(80, 300) },
        { reporter: 'lead' },
      ),
    ]);
    expect(may('lead', changed)).toBe('authority_lapsed');
    expect(may('second', changed)).toBe('authority_lapsed');
  });
});

const boundary: Boundary = {
  id: 'm',
  name: 'm',
  kind: 'maintenance',
  level: 'cutover',
  ...span(0, 400),
  binds: [],
  exemptRoles: [],
  statedAt: minute(0),
};
const alteration = { name: 'x', role: null, owner: null, duration: null, skipped: false };
/** One fact of each kind that may be accepted, told by the lead. */
const histories: Readonly<Record<FactKind, Assertion>> = {
  actual_start: { kind: 'actual_start', checkpoint: 'a', at: reading(minute(10)), owner: 'lead' },
  actual_finish: { kind: 'actual_finish', checkpoint: 'a', at: reading(minute(10)) },
  forecast_finish: { kind: 'forecast_finish', checkpoint: 'a', at: reading(minute(10)) },
  revised_start: { kind: 'revised_start', checkpoint: 'a', at: reading(minute(10)) },
  evidence_recorded: {
    kind: 'evidence_recorded',
    checkpoint: 'a',
    evidence: 'e',
    at: reading(minute(10)),
  },
  evidence_revoked: { kind: 'evidence_revoked', checkpoint: 'a', evidence: 'e' },
  confirmation_given: {
    kind: 'confirmation_given',
    checkpoint: 'a',
    confirmation: 'c',
    party: 'lead',
  },
  confirmation_refused: {
    kind: 'confirmation_refused',
    checkpoint: 'a',
    confirmation: 'c',
    party: 'lead',
  },
  approval_given: { kind: 'approval_given', checkpoint: 'a', approval: 'c', party: 'lead' },
  approval_withdrawn: { kind: 'approval_withdrawn', checkpoint: 'a', approval: 'c', party: 'lead' },
  condition_met: { kind: 'condition_met', condition: 'c' },
  condition_open: { kind: 'condition_open', condition: 'c' },
  update_promised: { kind: 'update_promised', checkpoint: 'a', at: reading(minute(10)) },
  holder_changed: {
    kind: 'holder_changed',
    authority: 'ops-row',
    holder: 'dev',
    span: span(0, 400),
  },
  delegate_granted: {
    kind: 'delegate_granted',
    authority: 'ops-row',
    person: 'dev',
    grantedBy: 'operator',
    span: span(0, 400),
  },
  delegate_revoked: {
    kind: 'delegate_revoked',
    authority: 'ops-row',
    person: 'dev',
    at: reading(minute(10)),
  },
  availability_changed: {
    kind: 'availability_changed',
    person: 'lead',
    available: true,
    span: span(0, 400),
  },
  boundary_set: { kind: 'boundary_set', boundary },
  boundary_lifted: { kind: 'boundary_lifted', boundary: 'm' },
  checkpoint_added: { kind: 'checkpoint_added', added: checkpoint('c', { rank: 3 }) },
  checkpoint_altered: { kind: 'checkpoint_altered', checkpoint: 'a', change: alteration },
  dependency_changed: { kind: 'dependency_changed', checkpoint: 'a', predecessors: [] },
  exception_granted: {
    kind: 'exception_granted',
    exception: 'e',
    checkpoint: 'a',
    relaxes: 'outside_window',
    untilAt: null,
  },
  exception_revoked: { kind: 'exception_revoked', exception: 'e' },
  hold_placed: { kind: 'hold_placed', hold: 'h', checkpoint: 'a', reason: 'r' },
  hold_lifted: { kind: 'hold_lifted', hold: 'h' },
  statement: { kind: 'statement', text: 's' },
};
const initiating = new Set<string>([
  'boundary_set',
  'boundary_lifted',
  'checkpoint_added',
  'checkpoint_altered',
  'dependency_changed',
]);

describe('separation of duties', () => {
  for (const [kind, assertion] of Object.entries(histories)) {
    for (const reporter of ['lead', 'second', 'operator']) {
      const state = accepted(start, [fact(assertion, { reporter })]);
      for (const who of ['lead', 'second']) {
        const refused = initiating.has(kind) && who === reporter;
        it(`${who} ${refused ? 'may not' : 'may'} adopt what stands on a ${kind} told by ${reporter}`, () => {
          expect(may(who, state)).toBe(refused ? 'separation_of_duties' : null);
          expect(may(who, state, { decision: 'decline' })).toBeNull();
        });
      }
    }
  }

  it.each<[string, Assertion]>([
    [
      'a grant',
      {
        kind: 'delegate_granted',
        authority: 'ops-row',
        person: 'second',
        grantedBy: 'operator',
        span: span(0, 400),
      },
    ],
    [
      'a change of holder',
      { kind: 'holder_changed', authority: 'ops-row', holder: 'second', span: span(0, 400) },
    ],
  ])(
    'who gains by %s may not adopt it, whoever reported it; the other lead may',
    (_, assertion) => {
      for (const reporter of ['lead', 'second', 'operator']) {
        const state = accepted(start, [fact(assertion, { reporter })]);
        expect(may('second', state)).toBe('separation_of_duties');
        expect(may('lead', state)).toBeNull();
      }
    },
  );

  it('lets who takes over as lead adopt: nobody else is left who could', () => {
    const row = night.authority.find(({ role }) => role === night.leadRole);
    if (row === undefined) throw new Error('a row of the lead expected');
    const told = fact(
      { kind: 'holder_changed', authority: row.id, holder: 'dev', span: span(0, 400) },
      { reporter: 'lead' },
    );
    const state = accepted(start, [told]);
    expect(may('dev', state)).toBeNull();
    expect(may('lead', state)).not.toBeNull();
  });

  it('counts what was ruled after the facts of the current packet, and nothing before', () => {
    const changed = accepted(start, [fact(histories.boundary_set, { reporter: 'lead' })]);
    const ruledAt = changed.version;
    const current = (basisVersion: number) => ({ ...changed, current: record({ basisVersion }) });
    expect(may('lead', current(ruledAt))).toBeNull();
    expect(may('lead', current(ruledAt - 1))).toBe('separation_of_duties');
  });
});

describe('a freeze on the whole cutover', () => {
  const frozen = (change: Partial<Boundary>): CutoverState => ({
    ...start,
    situation: {
      ...start.situation,
      plan: {
        ...night,
        boundaries: [
          {
            ...boundary,
            kind: 'freeze',
            binds: 'all',
            ...span(80, 101),
            statedAt: minute(80),
            ...change,
          },
        ],
      },
    },
  });
  it.each<[string, Partial<Boundary>, string | null]>([
    ['in force and touched by a planned line', {}, 'freeze_in_force'],
    ['that a planned line only follows', span(80, 100), null],
    ['that opens at this instant', { ...span(90, 200), statedAt: minute(90) }, 'freeze_in_force'],
    ['that has not opened', span(91, 200), null],
    ['that has closed', { ...span(80, 90) }, null],
    ['that is not stated yet', { statedAt: minute(91) }, null],
    ['that binds some', { binds: ['a'] }, null],
    ['that is none', { kind: 'blackout' }, null],
  ])('%s', (_, change, code) => {
    expect(may('lead', frozen(change))).toBe(code);
  });
  it('stops nobody from declining, and looks at planned lines only', () => {
    expect(may('lead', frozen({}), { decision: 'decline' })).toBeNull();
    const [line] = packet().lines;
    if (line === undefined) throw new Error('a line expected');
    expect(
      may('lead', frozen({}), { of: record({ lines: [{ ...line, state: 'in_progress' }] }) }),
    ).toBeNull();
    expect(
      may('lead', frozen({}), { of: record({ lines: [{ ...line, endAt: null }] }) }),
    ).toBeNull();
    expect(
      may('lead', frozen({}), { of: record({ lines: [{ ...line, startAt: null }] }) }),
    ).toBeNull();
  });
  it('is in force until it closes, also for a line that should have begun inside it', () => {
    const [line] = packet().lines;
    if (line === undefined) throw new Error('a line expected');
    const of = record({ lines: [{ ...line, startAt: minute(85) }] });
    expect(may('lead', frozen(span(80, 91)), { of })).toBe('freeze_in_force');
    expect(may('lead', frozen(span(80, 90)), { of })).toBeNull();
  });
  it('needs only one planned line inside it', () => {
    const [line] = packet().lines;
    if (line === undefined) throw new Error('a line expected');
    const later = { ...line, checkpoint: 'b', startAt: minute(200), endAt: minute(230) };
    expect(may('lead', frozen({}), { of: record({ lines: [line, later] }) })).toBe(
      'freeze_in_force',
    );
  });
});
