import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Assertion, ReportBody } from '../../ledger/facts.ts';
import { checkpoint, minute, plan as planOf } from '../../tests/support/build.ts';
import { factKeys } from './factsFormat.ts';
import { parseFacts } from './parse.ts';

/** 2026-11-07T22:00Z to 06:00Z in Europe/London, which is on UTC then. */
const plan = planOf(
  [
    checkpoint('cut', {
      approvals: [{ id: 'sign', parties: ['operator', 'dev'], needed: 1, validMinutes: null }],
      confirmations: [{ id: 'ready', parties: ['dev'], needed: 1, validMinutes: null }],
    }),
    checkpoint('after'),
  ],
  {
    boundaries: [
      {
        id: 'works',
        name: 'Works',
        kind: 'maintenance',
        level: 'service',
        opensAt: minute(0),
        closesAt: minute(240),
        binds: ['cut'],
        exemptRoles: [],
        statedAt: minute(-60),
      },
    ],
  },
);

const report = (facts: string, head = 'id: e1, source: board, by: operator, occurred: "23:00"') =>
  `{${head}, facts: [${facts}]}`;
const read = (text: string) => parseFacts(text, 'facts.yaml', plan);
const assertionOf = (fact: string): unknown => {
  const { reports, problems } = read(report(fact));
  expect(problems).toEqual([]);
  return reports[0]?.assertions[0]?.assertion;
};
const half = String.fromCharCode(0xd800);
const jsonOf = (words: string): string =>
  JSON.stringify([
    { source: 'board', by: 'operator', occurred: '23:00', text: words, facts: [{ note: 'x' }] },
  ]);
describe('half of a character', () => {
  it('in a facts file is a problem with its place, never a crash', () => {
    const { reports, problems } = read(jsonOf(`all ${half} well`));
    expect(reports).toEqual([]);
    expect(problems).toMatchObject([
      { path: '0/text', message: 'the text contains half of a character (a lone surrogate)' },
    ]);
  });
  it('is refused in every text of a report, and a whole character in none', () => {
    const body = (words: string) => ({
      source: 'board',
      sourceEventId: `e${words}`,
      sourceSequence: null,
      reporter: 'operator',
      occurredAt: minute(60),
      underPacketVersion: null,
      text: words,
      assertions: [
        {
          text: words,
          assertion: {
            kind: 'actual_finish',
            checkpoint: 'cut',
            at: { text: words, zone: words, at: null, candidates: [] },
          },
        },
      ],
    });
    const { error } = ReportBody.safeParse(body(half));
    expect(error?.issues.map(({ path, message }) => [path.join('.'), message])).toEqual(
      [
        'sourceEventId',
        'text',
        'assertions.0.text',
        'assertions.0.assertion.at.text',
        'assertions.0.assertion.at.zone',
      ].map((path) => [path, 'the text contains half of a character (a lone surrogate)']),
    );
    expect(ReportBody.safeParse(body('\u{1f6a6}')).success).toBe(true);
  });
});
const at = (minutes: number, text: string) => ({
  text,
  zone: 'Europe/London',
  at: minute(minutes),
  candidates: [minute(minutes)],
});

const span = { opensAt: minute(60), closesAt: minute(120) };
const examples: readonly [string, unknown][] = [
  [
    'started: {checkpoint: cut, at: "22:30", owner: operator}',
    { kind: 'actual_start', checkpoint: 'cut', at: at(30, '22:30'), owner: 'operator' },
  ],
  [
    'finished: {checkpoint: cut, at: "22:30"}',
    { kind: 'actual_finish', checkpoint: 'cut', at: at(30, '22:30') },
  ],
  [
    'forecast: {checkpoint: cut, at: "00:30"}',
    { kind: 'forecast_finish', checkpoint: 'cut', at: at(150, '00:30') },
  ],
  [
    'revised: {checkpoint: cut, at: "00:30"}',
    { kind: 'revised_start', checkpoint: 'cut', at: at(150, '00:30') },
  ],
  [
    'evidence: {checkpoint: cut, kind: lag, at: "22:30"}',
    { kind: 'evidence_recorded', checkpoint: 'cut', evidence: 'lag', at: at(30, '22:30') },
  ],
  [
    'evidence_revoked: {checkpoint: cut, kind: lag}',
    { kind: 'evidence_revoked', checkpoint: 'cut', evidence: 'lag' },
  ],
  [
    'approval: {checkpoint: cut}',
    { kind: 'approval_given', checkpoint: 'cut', approval: 'sign', party: 'operator' },
  ],
  [
    'approval: {checkpoint: cut, approval: x, party: dev, answer: withdrawn}',
    { kind: 'approval_withdrawn', checkpoint: 'cut', approval: 'x', party: 'dev' },
  ],
  [
    'confirmation: {checkpoint: cut}',
    { kind: 'confirmation_given', checkpoint: 'cut', confirmation: 'ready', party: 'operator' },
  ],
  [
    'confirmation: {checkpoint: cut, answer: refused}',
    { kind: 'confirmation_refused', checkpoint: 'cut', confirmation: 'ready', party: 'operator' },
  ],
  ['condition_met: {condition: c}', { kind: 'condition_met', condition: 'c' }],
  ['condition_open: {condition: c}', { kind: 'condition_open', condition: 'c' }],
  [
    'promise: {checkpoint: cut, at: "00:30"}',
    { kind: 'update_promised', checkpoint: 'cut', at: at(150, '00:30') },
  ],
  [
    'holder: {authority: a, person: dev, from: "23:00", to: "00:00"}',
    { kind: 'holder_changed', authority: 'a', holder: 'dev', span },
  ],
  [
    'delegate: {authority: a, person: dev, grantedBy: operator, from: "23:00", for: 1h}',
    { kind: 'delegate_granted', authority: 'a', person: 'dev', grantedBy: 'operator', span },
  ],
  [
    'delegate_revoked: {authority: a, person: dev, at: "22:30"}',
    { kind: 'delegate_revoked', authority: 'a', person: 'dev', at: at(30, '22:30') },
  ],
  [
    'available: {person: dev, from: "23:00", to: "00:00"}',
    { kind: 'availability_changed', person: 'dev', available: true, span },
  ],
  [
    'unavailable: {person: dev, from: "23:00", to: "00:00"}',
    { kind: 'availability_changed', person: 'dev', available: false, span },
  ],
  ['boundary_lifted: {boundary: works}', { kind: 'boundary_lifted', boundary: 'works' }],
  [
    'skip: {checkpoint: cut}',
    {
      kind: 'checkpoint_altered',
      checkpoint: 'cut',
      change: { name: null, role: null, owner: null, duration: null, skipped: true },
    },
  ],
  [
    'alter: {checkpoint: cut, duration: 30-45m}',
    {
      kind: 'checkpoint_altered',
      checkpoint: 'cut',
      change: {
        name: null,
        role: null,
        owner: null,
        duration: { kind: 'range', seconds: 1800, maxSeconds: 2700 },
        skipped: false,
      },
    },
  ],
  [
    'depends: {checkpoint: after, predecessors: [cut SS+15m]}',
    {
      kind: 'dependency_changed',
      checkpoint: 'after',
      predecessors: [
        { checkpoint: 'cut', type: 'start_to_start', gapSeconds: 900, maxGapSeconds: null },
      ],
    },
  ],
  [
    'exception: {checkpoint: cut, relaxes: outside_boundary, until: "00:30"}',
    {
      kind: 'exception_granted',
      exception: 'exception:outside_boundary:cut',
      checkpoint: 'cut',
      relaxes: 'outside_boundary',
      untilAt: minute(150),
    },
  ],
  ['exception_revoked: {exception: x}', { kind: 'exception_revoked', exception: 'x' }],
  [
    'hold: {checkpoint: cut, reason: wait}',
    { kind: 'hold_placed', hold: 'placed:cut', checkpoint: 'cut', reason: 'wait' },
  ],
  ['lift: {hold: "placed:cut"}', { kind: 'hold_lifted', hold: 'placed:cut' }],
  ['say: all good here', { kind: 'statement', text: 'all good here' }],
];

describe('facts as people write them', () => {
  it.each(examples)('%s', (fact, expected) => {
    expect(assertionOf(fact)).toEqual(expected);
  });

  it('a boundary keeps what is left out, and is stated when it occurred', () => {
    expect(assertionOf('boundary: {id: works, to: "01:00"}')).toEqual({
      kind: 'boundary_set',
      boundary: { ...plan.boundaries[0], closesAt: minute(180), statedAt: minute(60) },
    });
    expect(
      assertionOf('boundary: {id: quiet, kind: freeze, from: "01:00", for: 1h, stated: "22:00"}'),
    ).toMatchObject({
      boundary: {
        id: 'quiet',
        name: 'quiet',
        level: 'cutover',
        binds: 'all',
        opensAt: minute(180),
        closesAt: minute(240),
        statedAt: minute(0),
      },
    });
  });

  it('an added checkpoint comes last in the approved order', () => {
    expect(
      assertionOf(
        'add: {id: extra, role: ops, start: "01:00", duration: 10m, predecessors: [cut]}',
      ),
    ).toMatchObject({
      kind: 'checkpoint_added',
      added: { id: 'extra', rank: 3, approvedOwner: 'operator', approvedStartAt: minute(180) },
    });
  });

  it('an added checkpoint comes before the one it names, and later ones after it', () => {
    const { added } = Object(
      assertionOf('add: {id: extra, before: after, role: ops, start: "01:00", duration: 10m}'),
    );
    expect(added.rank).toBe(2);
  });

  it('an added checkpoint cannot come before one that is not there', () => {
    const fact = 'add: {id: extra, before: nothing, role: ops, start: "01:00", duration: 10m}';
    expect(read(report(fact)).problems).toMatchObject([
      { message: 'no checkpoint "nothing" to come before' },
    ]);
  });

  it('every kind of fact of the ledger has a key', () => {
    const reached = new Set(examples.map(([, value]) => Object(value).kind));
    const all = Assertion.options.map((option) => option.shape.kind.value);
    expect(all.filter((kind) => !reached.has(kind))).toEqual(['boundary_set', 'checkpoint_added']);
    const written = new Set([...examples.map(([fact]) => fact.split(':')[0]), 'boundary', 'add']);
    expect(Object.keys(factKeys).filter((key) => !written.has(key))).toEqual([]);
  });
});

describe('times that are told', () => {
  it.each(['shortly', '02:30', 'tba', '31/11/2026 22:00'])(
    '"%s" stays in the fact, whatever it means',
    (text) => {
      const { reports, problems } = read(report(`finished: {checkpoint: cut, at: "${text}"}`));
      expect(problems).toEqual([]);
      expect(reports[0]?.assertions[0]?.assertion).toMatchObject({
        at: { text, zone: 'Europe/London' },
      });
    },
  );

  it('a time without any instant is a reading of none', () => {
    expect(assertionOf('finished: {checkpoint: cut, at: accordingly}')).toMatchObject({
      at: { at: null, candidates: [] },
    });
  });

  it('when a report occurred is never in doubt: the file is refused with the line', () => {
    const { reports, problems } = read(
      report('say: hello', 'source: board, by: operator, occurred: later'),
    );
    expect(reports).toEqual([]);
    expect(problems).toEqual([
      expect.objectContaining({ file: 'facts.yaml', line: 1, path: 'occurred' }),
    ]);
  });
});

describe('reports', () => {
  const two = `reports:
  - {id: 7, source: board, sequence: 3, by: operator, occurred: "23:00", packet: 2, text: words, facts: [{say: a}, {finished: {checkpoint: cut, at: "22:59", text: own}}]}
  - {source: chat, by: dev, occurred: "23:01", facts: [{say: b}]}
`;

  it('carry their id, sequence, packet and words', () => {
    const [first] = read(two).reports;
    expect(first).toMatchObject({
      source: 'board',
      sourceEventId: '7',
      sourceSequence: 3,
      reporter: 'operator',
      occurredAt: minute(60),
      underPacketVersion: 2,
      text: 'words',
      assertions: [{ text: 'a' }, { text: 'own' }],
    });
  });

  it('without an id are given one by content: told twice, they are one report', () => {
    const [, second] = read(two).reports;
    const again = read(two.replace('{id: 7', '{id: 8')).reports[1];
    const other = read(two.replace('say: b', 'say: c')).reports[1];
    expect(second?.sourceEventId).toMatch(/^content-[0-9a-f]{16}$/);
    expect(again?.sourceEventId).toBe(second?.sourceEventId);
    expect(other?.sourceEventId).not.toBe(second?.sourceEventId);
  });

  it('in the shape of the ledger are read as they are, alone or as a list', () => {
    const bodies = read(two).reports;
    expect(read(JSON.stringify(bodies)).reports).toEqual(bodies);
    expect(read(JSON.stringify(bodies[0])).reports).toEqual([bodies[0]]);
    expect(bodies.every((body) => ReportBody.safeParse(body).success)).toBe(true);
  });

  it('in steps carry the instant of their run and of their arrival', () => {
    const { steps } = read(`cutover: payments
steps:
  - {name: one, now: "23:30", reports: [{source: board, by: operator, occurred: "23:00", received: "23:10", facts: [{say: a}]}]}
`);
    expect(steps).toMatchObject([
      { name: 'one', now: minute(90), reports: [{ receivedAt: minute(70) }] },
    ]);
  });

  it.each([
    [
      'an unknown kind',
      report('finishd: {checkpoint: cut, at: "22:30"}'),
      'did you mean "finished"',
    ],
    ['two kinds in one fact', report('{say: a, skip: {checkpoint: cut}}'), 'exactly one key'],
    [
      'another cutover',
      two.replace('reports:', 'cutover: other\nreports:'),
      'not about "payments"',
    ],
    [
      'reports and steps',
      two.concat('steps: [{now: "23:00", reports: []}]\n'),
      'either "reports" or "steps"',
    ],
    ['nothing', '{}', 'either "reports" or "steps"'],
    [
      'an unreadable span',
      report('unavailable: {person: dev, from: later, to: "01:00"}'),
      'names no time',
    ],
    ['half a span', report('unavailable: {person: dev, from: "23:00"}'), 'either "to" or "for"'],
    [
      'a boundary of no kind',
      report('boundary: {id: new, from: "23:00", to: "23:30"}'),
      'its kind is needed',
    ],
    [
      'an approval of a checkpoint without any',
      report('approval: {checkpoint: after}'),
      'has 0 approvals',
    ],
    [
      'raw reports with an unknown key',
      '[{"source":"board","assertions":[],"x":1}]',
      'not known here',
    ],
  ])('%s is a problem', (_what, text, why) => {
    const { problems, reports } = read(text);
    expect(reports).toEqual([]);
    expect(problems.map(({ message, fix }) => `${message} ${fix}`).join('\n')).toContain(why);
  });
});

it('the schema file beside the runbooks is the schema of this code', async () => {
  const { runbookJsonSchema } = await import('./jsonSchema.ts');
  const file = new URL('../../evals/runbooks/runbook.schema.json', import.meta.url);
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(runbookJsonSchema());
});
