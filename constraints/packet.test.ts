import { describe, expect, it } from 'vitest';
import type { CutoverState } from '../ledger/cutover.ts';
import type { Hold } from '../ledger/holds.ts';
import type { Packet, PacketLine } from '../ledger/packet.ts';
import type { Ruling } from '../ledger/facts.ts';
import {
  authority,
  checkpoint,
  fact,
  minute,
  nightAt,
  person,
  plan,
} from '../tests/support/build.ts';
import { heldAt, running, said, situated, timelineOf } from '../tests/support/timeline.ts';
import { checkPacketBody } from './packet.ts';

const human = (id: string, on: string) => ({
  hold: id,
  checkpoint: on,
  reason: 'wait',
  placedBy: 'lead',
  at: nightAt,
  factId: `f-${id}`,
});
const held: Hold = {
  holdId: 'stop',
  checkpoint: 'held',
  holdClass: 'human_hold',
  behind: null,
  causes: [{ rule: 'hold_in_force', checkpoint: 'held', subject: 'stop', factId: null, at: null }],
  release: { kind: 'hold_lifted', hold: 'stop' },
  liftedBy: 'release-lead',
  blocks: ['after'],
  relaxations: [],
};
const behind: Hold = {
  ...held,
  holdId: 'hold:after:behind_hold',
  checkpoint: 'after',
  holdClass: 'behind_hold',
  behind: 'held',
  causes: [
    { rule: 'predecessor_held', checkpoint: 'after', subject: 'held', factId: null, at: null },
  ],
  release: { kind: 'predecessor_placed', checkpoint: 'held' },
  blocks: [],
};
const other: Hold = {
  ...held,
  holdId: 'wait',
  checkpoint: 'loose',
  causes: [{ rule: 'hold_in_force', checkpoint: 'loose', subject: 'wait', factId: null, at: null }],
  release: { kind: 'hold_lifted', hold: 'wait' },
  blocks: [],
};

const tenures = ['operator', 'dev', 'standin'].map((who) => ({
  person: who,
  opensAt: minute(-600),
  closesAt: minute(1200),
}));
const asap = { startRule: 'asap' as const };
/** One of each: done, running, two placed, three held, one skipped. */
const night = situated(
  [
    checkpoint('done', { ...asap, protected: true, approvedOwner: 'standin' }),
    checkpoint('runs', {
      ...asap,
      approvedOwner: 'dev',
      duration: { kind: 'range', seconds: 600, maxSeconds: 2400 },
    }),
    checkpoint('first', {
      ...asap,
      protected: true,
      observers: ['editor'],
      duration: { kind: 'range', seconds: 600, maxSeconds: 1800 },
      evidence: [
        { kind: 'lag', source: 'board', maxAgeMinutes: 60 },
        { kind: 'load', source: 'board', maxAgeMinutes: 60 },
        { kind: 'lag', source: 'board', maxAgeMinutes: 90 },
      ],
      approvals: [
        { id: 'go', parties: ['risk', 'audit', 'ops'], needed: 2, validMinutes: null },
        { id: 'ok', parties: ['risk'], needed: 1, validMinutes: null },
      ],
      confirmations: [{ id: 'seen', parties: ['risk'], needed: 1, validMinutes: null }],
    }),
    checkpoint('second', { ...asap, duration: { kind: 'unknown', assumedSeconds: 600 } }),
    checkpoint('held', { ...asap, protected: true, moves: 'inside_boundary' }),
    checkpoint('after', {
      ...asap,
      predecessors: [
        { checkpoint: 'held', type: 'finish_to_start', gapSeconds: 0, maxGapSeconds: null },
      ],
    }),
    checkpoint('loose', asap),
    checkpoint('skipped', asap),
  ],
  {
    plan: {
      window: { opensAt: nightAt, closesAt: minute(120) },
      people: ['operator', 'dev', 'standin', 'editor', 'lead'].map((id) => person(id)),
      authority: [authority('ops-authority', { holders: tenures })],
    },
    progress: {
      done: { state: 'done', actualStartAt: nightAt, actualFinishAt: minute(9) },
      runs: { state: 'in_progress', actualStartAt: minute(-1) },
      skipped: { state: 'skipped' },
    },
    holds: [human('stop', 'held'), human('wait', 'loose')],
    evidence: [
      {
        checkpoint: 'first',
        evidence: 'load',
        observedAt: minute(9),
        revoked: false,
        factId: 'f-load',
      },
    ],
    assents: [
      {
        checkpoint: 'first',
        assent: 'go',
        kind: 'approval',
        party: 'risk',
        answer: 'given',
        at: nightAt,
        factId: 'f-1',
      },
      {
        checkpoint: 'first',
        assent: 'go',
        kind: 'approval',
        party: 'audit',
        answer: 'refused',
        at: nightAt,
        factId: 'f-2',
      },
      {
        checkpoint: 'first',
        assent: 'ok',
        kind: 'approval',
        party: 'risk',
        answer: 'given',
        at: nightAt,
        factId: 'f-3',
      },
    ],
  },
);
const body = timelineOf(
  night.situation.plan,
  [
    { id: 'second', at: 50 },
    { id: 'first', at: 10 },
  ],
  ['held', 'after', 'loose'].map((id) => heldAt(id)),
);
const ruling: Ruling = {
  factId: 'f-odd',
  ruling: 'held',
  code: 'no_number',
  candidates: [nightAt],
  against: null,
};
const state: CutoverState = {
  ...running(night, [body, { agent: 'holds', holds: [held, behind, other] }], minute(10)),
  heldFacts: [{ fact: fact({ kind: 'statement', text: 'soon' }, { factId: 'f-odd' }), ruling }],
};

const blank: PacketLine = {
  checkpoint: '',
  state: 'held',
  startAt: null,
  endAt: null,
  earliestEndAt: null,
  durationKnown: true,
  owner: null,
  drivenBy: [],
  floatMinutes: null,
  critical: false,
  protectedMove: false,
  stillNeeded: [],
};
const lines: Record<string, PacketLine> = {
  runs: {
    ...blank,
    checkpoint: 'runs',
    state: 'in_progress',
    startAt: minute(-1),
    endAt: minute(39),
    earliestEndAt: minute(39),
    owner: 'dev',
    drivenBy: [{ by: 'actual', subject: null }],
  },
  done: {
    ...blank,
    checkpoint: 'done',
    state: 'done',
    startAt: nightAt,
    endAt: minute(9),
    earliestEndAt: minute(9),
    owner: 'standin',
    drivenBy: [{ by: 'actual', subject: null }],
  },
  first: {
    ...blank,
    checkpoint: 'first',
    state: 'planned',
    startAt: minute(10),
    endAt: minute(40),
    earliestEndAt: minute(20),
    owner: 'operator',
    drivenBy: [{ by: 'now', subject: null }],
    floatMinutes: 10,
    protectedMove: true,
    stillNeeded: [
      { kind: 'evidence', subject: 'lag' },
      { kind: 'approval', subject: 'go' },
      { kind: 'confirmation', subject: 'seen' },
    ],
  },
  second: {
    ...blank,
    checkpoint: 'second',
    state: 'planned',
    startAt: minute(50),
    endAt: minute(60),
    earliestEndAt: minute(60),
    durationKnown: false,
    owner: 'operator',
    drivenBy: [{ by: 'chosen', subject: null }],
    floatMinutes: 60,
  },
  skipped: { ...blank, checkpoint: 'skipped', state: 'skipped' },
  held: { ...blank, checkpoint: 'held' },
  after: { ...blank, checkpoint: 'after' },
  loose: { ...blank, checkpoint: 'loose' },
};
const told = (id: string, change: object) => ({
  checkpoint: id,
  as: 'owner' as const,
  changes: ['added' as const],
  fromStartAt: null,
  toStartAt: lines[id]?.startAt ?? null,
  fromEndAt: null,
  toEndAt: lines[id]?.endAt ?? null,
  fromOwner: null,
  toOwner: lines[id]?.owner ?? null,
  ...change,
});
const addedHeld = { changes: ['added' as const, 'held' as const] };
const packet: Packet = {
  packetId: 'packet-1',
  cutoverId: 'payments',
  version: 1,
  supersedes: null,
  preparedAt: minute(10),
  basisVersion: state.version,
  basisDigest: '2'.repeat(64),
  minds: [
    { agent: 'resequencing', mind: { kind: 'deterministic', reason: 'default' } },
    { agent: 'holds', mind: { kind: 'deterministic', reason: 'default' } },
    { agent: 'packet', mind: { kind: 'deterministic', reason: 'model_failed' } },
  ],
  lines: Object.values(lines),
  holds: [held, behind, other],
  heldFacts: [{ factId: 'f-odd', code: 'no_number', candidates: [nightAt], against: null }],
  deviations: [{ checkpoint: 'runs', rule: 'outside_window', subject: null }],
  deltas: [
    { person: 'dev', lines: [told('runs', {})] },
    { person: 'editor', lines: [told('first', { as: 'observer' })] },
    {
      person: 'operator',
      lines: [
        told('first', {}),
        told('second', {}),
        told('held', addedHeld),
        told('after', addedHeld),
        told('loose', addedHeld),
      ],
    },
  ],
  notNotified: [
    { person: 'lead', reason: 'not_involved' },
    { person: 'standin', reason: 'only_finished_work' },
  ],
  mustAcknowledge: ['dev', 'operator'],
  decisionDeadlineAt: minute(10),
  decisionDeadlineCheckpoint: 'first',
  leadHolds: ['stop', 'wait'],
  leadPeople: ['operator', 'dev', 'editor'],
  template: 'holds_first',
  stoppedAt: 'approval',
};
const verdict = (change: Partial<Packet>, of: CutoverState = state) => {
  const packetId = `packet-${change.version ?? packet.version}`;
  return said(checkPacketBody({ ...packet, packetId, ...change }, of, minute(500)));
};
const withLine = (id: string, change: Partial<PacketLine>) => ({
  lines: packet.lines.map((line) => (line.checkpoint === id ? { ...line, ...change } : line)),
});

describe('a packet', () => {
  it('that says what the ledger says is clean', () => {
    expect(verdict({})).toEqual([]);
  });

  it.each<[string, CutoverState]>([
    ['no run', { ...state, run: null }],
    ['no clean timeline', running(night, [{ agent: 'holds', holds: [] }])],
    ['no clean register', running(night, [body])],
  ])('packet_basis_wrong: it stands on nothing with %s', (_name, of) => {
    expect(verdict({}, of)).toEqual(['packet_basis_wrong - run']);
  });
});

describe('wrong_cutover', () => {
  it('a packet is for the cutover whose ledger it stands in', () => {
    expect(verdict({ cutoverId: 'other' })).toEqual(['wrong_cutover - other payments']);
  });
});

describe('packet_version_wrong', () => {
  const digest = '3'.repeat(64);
  const record = (version: number, packetId = `packet-${version}`) => ({
    packet: { ...packet, version, packetId },
    packetHash: digest,
    checkCode: 'AAAA-AAAA',
  });
  const after: CutoverState = { ...state, lastPacketVersion: 4, current: null };
  const declined = { how: 'declined' as const, version: 4, by: 'lead', at: nightAt };
  it.each<[string, Partial<Packet>, CutoverState, string[]]>([
    ['the next version', { version: 5 }, after, []],
    ['the same version again', { version: 4, packetId: 'packet-5' }, after, ['version']],
    ['a name of its own', { version: 5, packetId: 'proceed-now' }, after, ['packetId']],
    ['the name of the last one', { version: 5, packetId: 'packet-4' }, after, ['packetId']],
    ['a version left out', { version: 6, packetId: 'packet-5' }, after, ['version']],
    [
      'the pending packet itself',
      { version: 4, packetId: 'packet-4' },
      { ...after, pending: { record: record(4), request: null } },
      [],
    ],
    [
      'another beside a pending one',
      { version: 5, packetId: 'packet-5' },
      { ...after, pending: { record: record(4), request: null } },
      [],
    ],
    [
      'superseding what is not there',
      { version: 5, supersedes: { version: 4, packetHash: digest } },
      after,
      ['supersedes'],
    ],
    [
      'a packet decided before',
      { version: 5 },
      { ...after, decided: { 'packet-5': declined } },
      ['packetId'],
    ],
    [
      'another packet decided before',
      { version: 5 },
      { ...after, decided: { 'packet-0': declined } },
      [],
    ],
  ])('%s', (_name, change, of, wrong) => {
    expect(verdict(change, of)).toEqual(
      wrong.length === 0 ? [] : [`packet_version_wrong - ${wrong.join(' ')}`],
    );
  });

  it('the current packet is superseded by version and hash', () => {
    const of = { ...after, current: record(3) };
    const broken = (change: Partial<Packet>) =>
      verdict({ version: 5, ...change }, of).filter((text) => text.startsWith('packet_version'));
    expect(broken({ supersedes: { version: 3, packetHash: digest } })).toEqual([]);
    expect(broken({ supersedes: { version: 3, packetHash: '4'.repeat(64) } })).toEqual([
      'packet_version_wrong - supersedes',
    ]);
    expect(broken({ supersedes: { version: 2, packetHash: digest } })).toEqual([
      'packet_version_wrong - supersedes',
    ]);
    expect(broken({ supersedes: null })).toEqual(['packet_version_wrong - supersedes']);
  });
});

describe('packet_basis_wrong', () => {
  it.each<[string, Partial<Packet>, string | null]>([
    ['prepared at another instant', { preparedAt: minute(11) }, 'preparedAt'],
    ['another digest', { basisDigest: '5'.repeat(64) }, 'basisDigest'],
    ['a position before the run', { basisVersion: state.version - 1 }, 'basisVersion'],
    ['a position after the ledger', { basisVersion: state.version + 1 }, 'basisVersion'],
    ['a mind left out', { minds: packet.minds.slice(1) }, 'minds'],
    ['its own mind left out', { minds: packet.minds.slice(0, -1) }, 'minds'],
    ['no minds', { minds: [] }, 'minds'],
    [
      'another mind',
      {
        minds: [
          { agent: 'resequencing', mind: { kind: 'deterministic', reason: 'model_failed' } },
          ...packet.minds.slice(1),
        ],
      },
      'minds',
    ],
    ['minds in another order', { minds: packet.minds.toReversed() }, 'minds'],
  ])('%s', (_name, change, wrong) => {
    expect(verdict(change)).toEqual([`packet_basis_wrong - ${wrong}`]);
  });

  it('a clean readiness proposal of the run is named first, and may stand on older facts', () => {
    const of = running(
      night,
      [{ agent: 'readiness', rulings: [] }, body, { agent: 'holds', holds: packet.holds }],
      minute(10),
    );
    const readiness = of.run?.attempts.readiness;
    if (of.run === null || readiness === undefined) throw new Error('no run');
    const older = {
      ...readiness,
      proposal: { ...readiness.proposal, basisDigest: '6'.repeat(64) },
    };
    const run = {
      ...of,
      heldFacts: state.heldFacts,
      run: { ...of.run, attempts: { ...of.run.attempts, readiness: older } },
    };
    const mind = {
      agent: 'readiness' as const,
      mind: { kind: 'deterministic' as const, reason: 'default' as const },
    };
    expect(verdict({}, run)).toEqual(['packet_basis_wrong - minds']);
    expect(verdict({ minds: [mind, ...packet.minds] }, run)).toEqual([]);
  });
});

describe('packet_line_untraceable', () => {
  it.each<[string, Partial<PacketLine>, string[]]>([
    ['first', { state: 'in_progress' }, ['state']],
    ['first', { endAt: minute(41) }, ['endAt']],
    ['first', { earliestEndAt: minute(40) }, ['earliestEndAt']],
    ['first', { durationKnown: false }, ['durationKnown']],
    ['second', { durationKnown: true }, ['durationKnown']],
    ['first', { owner: 'standin' }, ['owner']],
    ['first', { protectedMove: false }, ['protectedMove']],
    ['second', { protectedMove: true }, ['protectedMove']],
    ['first', { stillNeeded: lines['first']?.stillNeeded.slice(1) ?? [] }, ['stillNeeded']],
    ['first', { stillNeeded: lines['first']?.stillNeeded.toReversed() ?? [] }, ['stillNeeded']],
    ['second', { stillNeeded: [{ kind: 'evidence', subject: 'lag' }] }, ['stillNeeded']],
    ['first', { drivenBy: [] }, ['drivenBy']],
    ['first', { drivenBy: [{ by: 'approved_start', subject: null }] }, ['drivenBy']],
    ['first', { floatMinutes: 11 }, ['floatMinutes']],
    ['first', { floatMinutes: 9 }, []],
    ['first', { floatMinutes: 8 }, ['floatMinutes']],
    ['first', { floatMinutes: null }, ['floatMinutes']],
    ['first', { critical: true }, ['critical']],
    ['runs', { startAt: nightAt }, ['startAt']],
    ['runs', { earliestEndAt: minute(20) }, ['earliestEndAt']],
    ['runs', { owner: null }, ['owner']],
    ['runs', { drivenBy: [] }, ['drivenBy']],
    ['runs', { drivenBy: [{ by: 'actual', subject: 'runs' }] }, ['drivenBy']],
    ['runs', { drivenBy: [{ by: 'now', subject: null }] }, ['drivenBy']],
    [
      'runs',
      {
        drivenBy: [
          { by: 'actual', subject: null },
          { by: 'actual', subject: null },
        ],
      },
      ['drivenBy'],
    ],
    ['done', { drivenBy: [] }, ['drivenBy']],
    ['done', { floatMinutes: 0 }, ['floatMinutes']],
    ['runs', { critical: true }, ['critical']],
    ['done', { protectedMove: true }, ['protectedMove']],
    ['held', { owner: 'operator' }, ['owner']],
    ['held', { drivenBy: [{ by: 'actual', subject: null }] }, ['drivenBy']],
    ['held', { floatMinutes: 0 }, ['floatMinutes']],
    ['held', { critical: true }, ['critical']],
    ['skipped', { owner: 'operator' }, ['owner']],
    ['skipped', { drivenBy: [{ by: 'actual', subject: null }] }, ['drivenBy']],
  ])('%s with %o', (id, change, wrong) => {
    const found = verdict(withLine(id, change)).filter((text) =>
      text.startsWith('packet_line_untraceable'),
    );
    expect(found).toEqual(
      wrong.length === 0 ? [] : [`packet_line_untraceable ${id} ${wrong.join(' ')}`],
    );
  });

  it('a placed line given as held, and a held one given a time, are found with all that is wrong', () => {
    const found = verdict(
      withLine('held', { state: 'planned', startAt: minute(70), endAt: minute(100) }),
    );
    expect(found).toContain('packet_line_untraceable held state startAt endAt');
  });

  it('a float of none is critical', () => {
    const tight = running(
      {
        ...night,
        situation: {
          ...night.situation,
          plan: { ...night.situation.plan, window: { opensAt: nightAt, closesAt: minute(60) } },
        },
      },
      [body, { agent: 'holds', holds: packet.holds }],
      minute(10),
    );
    const of = { ...tight, heldFacts: state.heldFacts };
    const at = (change: Partial<PacketLine>) => verdict(withLine('second', change), of);
    expect(at({ floatMinutes: 0, critical: true })).toEqual([]);
    expect(at({ floatMinutes: 0, critical: false })).toEqual([
      'packet_line_untraceable second critical',
    ]);
  });

  it('started work of which no instant is known has no times and an owner', () => {
    const of = (change: Partial<PacketLine>) => {
      const { progress } = night.situation;
      const lost = { ...progress, runs: { ...progress['runs'], actualStartAt: null } };
      const blind = running(
        { ...night, situation: { ...night.situation, progress: lost as typeof progress } },
        [body, { agent: 'holds', holds: packet.holds }],
        minute(10),
      );
      return verdict(
        withLine('runs', { startAt: null, endAt: null, earliestEndAt: null, ...change }),
        blind,
      ).filter((text) => text.includes('untraceable'));
    };
    expect(of({})).toEqual([]);
    expect(of({ owner: null })).toEqual(['packet_line_untraceable runs owner']);
  });
});

describe('packet_line_missing', () => {
  const order = ['packet_line_missing - order'];
  it.each<[string, PacketLine[], string[]]>([
    [
      'one left out',
      packet.lines.filter(({ checkpoint: id }) => id !== 'held'),
      ['packet_line_missing held'],
    ],
    [
      'one twice',
      [...packet.lines, { ...blank, checkpoint: 'loose' }],
      ['packet_line_missing loose'],
    ],
    [
      'two starts exchanged',
      [1, 0, 2, 3, 4, 5, 6, 7].flatMap((at) => packet.lines.slice(at, at + 1)),
      order,
    ],
    [
      'a skipped one after held ones',
      [0, 1, 2, 3, 5, 6, 7, 4].flatMap((at) => packet.lines.slice(at, at + 1)),
      order,
    ],
    [
      'a skipped one among starts',
      [0, 1, 4, 2, 3, 5, 6, 7].flatMap((at) => packet.lines.slice(at, at + 1)),
      order,
    ],
    [
      'held ones out of rank',
      [0, 1, 2, 3, 4, 6, 5, 7].flatMap((at) => packet.lines.slice(at, at + 1)),
      order,
    ],
  ])('%s', (_name, wrong, found) => {
    const said_ = verdict({ lines: wrong }).filter((text) =>
      text.startsWith('packet_line_missing'),
    );
    expect(said_).toEqual(found);
  });

  it('equal starts stand by rank', () => {
    const items = ['b', 'a'].map((id) =>
      checkpoint(id, { ...asap, approvedOwner: id === 'a' ? 'dev' : 'operator' }),
    );
    const level = situated(items, {
      plan: { authority: [authority('ops-authority', { holders: tenures })] },
    });
    const both = timelineOf(level.situation.plan, [
      { id: 'a', at: 0 },
      { id: 'b', at: 0 },
    ]);
    const of = running(level, [both, { agent: 'holds', holds: [] }]);
    const rows = (ids: string[]) =>
      ids.map((id) => ({
        ...blank,
        checkpoint: id,
        state: 'planned' as const,
        startAt: nightAt,
        endAt: minute(30),
      }));
    const order_ = (ids: string[]) =>
      verdict({ lines: rows(ids) }, of).filter((text) => text.startsWith('packet_line_missing'));
    expect(order_(['b', 'a'])).toEqual([]);
    expect(order_(['a', 'b'])).toEqual(order);
    const deadline = (id: string) =>
      verdict(
        { lines: rows(['b', 'a']), decisionDeadlineAt: nightAt, decisionDeadlineCheckpoint: id },
        of,
      ).filter((text) => text.startsWith('packet_deadline'));
    expect(deadline('b')).toEqual([]);
    expect(deadline('a')).toEqual(['packet_deadline_wrong a']);
  });
});

describe('packet_hold_mismatch', () => {
  it.each<[string, Hold[], string[]]>([
    ['one left out', [held, behind], ['packet_hold_mismatch loose wait']],
    [
      'one changed',
      [held, behind, { ...other, liftedBy: 'ops' }],
      ['packet_hold_mismatch loose wait'],
    ],
    [
      'one invented',
      [held, behind, other, { ...other, holdId: 'more' }],
      ['packet_hold_mismatch loose more'],
    ],
    ['another order', [other, held, behind], ['packet_hold_mismatch - order']],
    ['one twice', [held, behind, other, other], ['packet_hold_mismatch - order']],
  ])('%s', (_name, holds, found) => {
    expect(verdict({ holds })).toEqual(found);
  });
});

describe('packet_fact_mismatch', () => {
  it.each<[string, Partial<Packet>, string]>([
    ['a held fact left out', { heldFacts: [] }, 'heldFacts'],
    [
      'a held fact with another code',
      {
        heldFacts: [
          { factId: 'f-odd', code: 'clock_change', candidates: [nightAt], against: null },
        ],
      },
      'heldFacts',
    ],
    ['a deviation left out', { deviations: [] }, 'deviations'],
    [
      'a deviation invented',
      {
        deviations: [
          ...packet.deviations,
          { checkpoint: 'done', rule: 'outside_window', subject: null },
        ],
      },
      'deviations',
    ],
    ['both', { heldFacts: [], deviations: [] }, 'heldFacts deviations'],
  ])('%s', (_name, change, found) => {
    expect(verdict(change)).toEqual([`packet_fact_mismatch - ${found}`]);
  });
});

describe('packet_delta_mismatch and packet_recipient_wrong', () => {
  const [dev, editor, operator] = packet.deltas;
  if (dev === undefined || editor === undefined || operator === undefined)
    throw new Error('three people are told');
  const bitten = (...wrong: string[]) => [`packet_recipient_wrong - ${wrong.join(' ')}`];
  it.each<[string, Partial<Packet>, string[]]>([
    [
      'a line that says something else',
      { deltas: [dev, editor, { ...operator, lines: operator.lines.slice(1) }] },
      ['packet_delta_mismatch - operator'],
    ],
    [
      'deltas in another order',
      { deltas: [editor, dev, operator] },
      ['packet_delta_mismatch - order'],
    ],
    [
      'someone affected left out',
      { deltas: [dev, operator], leadPeople: ['operator', 'dev'] },
      bitten('deltas'),
    ],
    [
      'someone told for nothing',
      { deltas: [dev, editor, operator, { ...operator, person: 'standin' }] },
      bitten('deltas'),
    ],
    ['someone told twice', { deltas: [dev, dev, editor, operator] }, bitten('deltas')],
    [
      'an observer asked to acknowledge',
      { mustAcknowledge: ['dev', 'editor', 'operator'] },
      bitten('mustAcknowledge'),
    ],
    [
      'an owner not asked',
      { mustAcknowledge: ['operator'], leadPeople: ['operator', 'dev', 'editor'] },
      bitten('mustAcknowledge'),
    ],
    [
      'someone silent left out',
      { notNotified: packet.notNotified.slice(1) },
      bitten('notNotified'),
    ],
    [
      'an untrue reason',
      {
        notNotified: packet.notNotified.map((one) => ({
          ...one,
          reason: 'nothing_changed' as const,
        })),
      },
      bitten('notNotified'),
    ],
  ])('%s', (_name, change, found) => {
    expect(verdict(change)).toEqual(found);
  });

  it('are measured against the current packet', () => {
    const of: CutoverState = {
      ...state,
      lastPacketVersion: 1,
      current: { packet, packetHash: '7'.repeat(64), checkCode: 'AAAA-AAAA' },
    };
    const quiet = {
      packetId: 'packet-2',
      version: 2,
      supersedes: { version: 1, packetHash: '7'.repeat(64) },
      deltas: [],
      mustAcknowledge: [],
      leadPeople: [],
      notNotified: [
        ...['dev', 'editor'].map((who) => ({ person: who, reason: 'nothing_changed' as const })),
        { person: 'lead', reason: 'not_involved' as const },
        ...['operator', 'standin'].map((who) => ({
          person: who,
          reason: 'nothing_changed' as const,
        })),
      ],
    };
    expect(verdict(quiet, of)).toEqual([]);
  });
});

describe('packet_deadline_wrong', () => {
  it.each<[string, Partial<Packet>, string[]]>([
    [
      'a millisecond later',
      { decisionDeadlineAt: minute(10) + 1 },
      ['packet_deadline_wrong first'],
    ],
    [
      'another checkpoint',
      { decisionDeadlineCheckpoint: 'second' },
      ['packet_deadline_wrong second'],
    ],
    [
      'none',
      { decisionDeadlineAt: null, decisionDeadlineCheckpoint: null },
      ['packet_deadline_wrong -'],
    ],
  ])('%s', (_name, change, found) => {
    expect(verdict(change)).toEqual(found);
  });

  it('there is none when nothing is placed', () => {
    const nothing = running(
      night,
      [
        timelineOf(
          night.situation.plan,
          [],
          ['first', 'second', 'held', 'after', 'loose'].map((id) => heldAt(id)),
        ),
        { agent: 'holds', holds: packet.holds },
      ],
      minute(10),
    );
    const deadline = (change: Partial<Packet>) =>
      verdict(change, nothing).filter((text) => text.startsWith('packet_deadline'));
    expect(deadline({ decisionDeadlineAt: null, decisionDeadlineCheckpoint: null })).toEqual([]);
    expect(deadline({})).toEqual(['packet_deadline_wrong first']);
  });

  it('names the true deadline beside the one found', () => {
    const [violation] = checkPacketBody(
      { ...packet, decisionDeadlineAt: minute(50) },
      state,
      nightAt,
    );
    expect(violation).toMatchObject({ limitAt: minute(10), foundAt: minute(50) });
  });
});

describe('packet_lead_wrong', () => {
  it.each<[string, Partial<Packet>, string[]]>([
    ['the protected root alone', { leadHolds: ['stop'] }, []],
    ['no protected root', { leadHolds: ['wait'] }, ['leadHolds']],
    ['the protected root not first', { leadHolds: ['wait', 'stop'] }, ['leadHolds']],
    ['one twice', { leadHolds: ['stop', 'stop'] }, ['leadHolds']],
    ['one that hangs on another', { leadHolds: ['stop', 'hold:after:behind_hold'] }, ['leadHolds']],
    ['one that is not there', { leadHolds: ['stop', 'ghost'] }, ['leadHolds']],
    ['nobody', { leadPeople: [] }, []],
    ['an observer before an owner', { leadPeople: ['editor', 'dev'] }, ['leadPeople']],
    ['an observer alone', { leadPeople: ['editor'] }, []],
    ['someone twice', { leadPeople: ['dev', 'dev'] }, ['leadPeople']],
    ['someone who is not told', { leadPeople: ['dev', 'standin'] }, ['leadPeople']],
    ['both wrong', { leadHolds: [], leadPeople: ['standin'] }, ['leadHolds', 'leadPeople']],
    ['the timeline before a protected hold', { template: 'timeline_first' }, ['template']],
    ['people before a protected hold', { template: 'people_first' }, ['template']],
  ])('%s', (_name, change, wrong) => {
    expect(verdict(change)).toEqual(
      wrong.length === 0 ? [] : [`packet_lead_wrong - ${wrong.join(' ')}`],
    );
  });
});

describe('the template of a packet', () => {
  const quiet = situated([checkpoint('held', asap)], {
    holds: [human('stop', 'held')],
    plan: { policy: plan([checkpoint('held')]).policy },
  });
  const of = running(quiet, [
    timelineOf(quiet.situation.plan, [], [heldAt('held')]),
    { agent: 'holds', holds: [{ ...held, blocks: [] }] },
  ]);
  const { template: _, ...untold } = packet;
  const ofQuiet = (change: Partial<Packet>) =>
    said(checkPacketBody({ ...untold, leadHolds: [], ...change }, of, nightAt)).filter((text) =>
      text.includes('template'),
    );

  it.each(['timeline_first', 'holds_first', 'people_first'] as const)(
    '%s fits where there is a hold of no protected checkpoint and somebody to tell',
    (template) => {
      expect(ofQuiet({ template })).toEqual([]);
    },
  );

  it('is the timeline where none is written, and opens with nothing that is empty', () => {
    expect(ofQuiet({})).toEqual([]);
    expect(ofQuiet({ template: 'people_first', deltas: [], leadPeople: [] })).toHaveLength(1);
    const bare = running(situated([checkpoint('free', asap)]), [
      timelineOf(plan([checkpoint('free', asap)]), [{ id: 'free', at: 10 }]),
      { agent: 'holds', holds: [] },
    ]);
    const wrong = checkPacketBody({ ...untold, leadHolds: [], template: 'holds_first' }, bare, 0);
    expect(said(wrong)).toContain('packet_lead_wrong - template');
  });
});

describe('the rest of a plan', () => {
  it('a plan of nothing but held work makes a clean packet too', () => {
    const lone = situated([checkpoint('held', asap)], {
      holds: [human('stop', 'held')],
      plan: { policy: plan([checkpoint('held')]).policy },
    });
    const of = running(lone, [
      timelineOf(lone.situation.plan, [], [heldAt('held')]),
      { agent: 'holds', holds: [{ ...held, blocks: [] }] },
    ]);
    const change: Partial<Packet> = {
      preparedAt: nightAt,
      lines: [{ ...blank, checkpoint: 'held' }],
      holds: [{ ...held, blocks: [] }],
      heldFacts: [],
      deviations: [],
      deltas: [{ person: 'operator', lines: [told('held', addedHeld)] }],
      notNotified: ['dev', 'lead'].map((who) => ({ person: who, reason: 'not_involved' as const })),
      mustAcknowledge: ['operator'],
      decisionDeadlineAt: null,
      decisionDeadlineCheckpoint: null,
      leadHolds: [],
      leadPeople: ['operator'],
    };
    expect(verdict(change, of)).toEqual([]);
  });
});
