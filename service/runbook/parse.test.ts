import { describe, expect, it } from 'vitest';
import { parse as parseYaml, stringify } from 'yaml';
import { Temporal } from 'temporal-polyfill';
import { parseRunbook } from './parse.ts';

const small = `format: interlock-runbook/1
id: night
name: A night
zone: Europe/London
mode: rehearsal
window: {from: 2026-10-24 22:00, to: 2026-10-25 06:00}
lead: release-lead
roles:
  release-lead: Release lead
  ops: Operations
people:
  lead: {name: Lead, working: window}
  operator: {name: Operator, working: [22:00 to 23:30, 23:30-06:00]}
authority:
  - {role: release-lead, holders: lead}
  - {role: ops, holders: [{person: operator, from: 22:00, for: 9h}]}
sources:
  board: {name: Board, rank: 1, facts: all, reporters: any_mapped}
checkpoints:
  - id: first
    role: ops
    start: 22:30
    duration: 30m
  - id: second
    role: ops
    start: 2026-10-25T02:15Z
    duration: 15-20m
    predecessors: [{after: first, type: start_to_start, gap: 2h, within: 8h}]
`;

const lines = (text: string) =>
  parseRunbook(text, 'night.yaml').problems.map(
    ({ line, path, message, fix }) => `${line} ${path}: ${message} | ${fix}`,
  );
const utc = (at: number | undefined) => Temporal.Instant.fromEpochMilliseconds(at ?? 0).toString();

describe('a runbook', () => {
  const { plan, problems } = parseRunbook(small, 'night.yaml');

  it('keeps contacts in the order in which the file lists them, and knows no other', () => {
    const contacts = '{webhook: "https://h/", slack: "@ops", phone: "1", email: a@example.test}';
    const text = small.replace('{name: Lead,', `{name: Lead, contacts: ${contacts},`);
    const { plan, problems } = parseRunbook(text, 'night.yaml');
    expect(problems).toEqual([]);
    const [lead] = plan?.people ?? [];
    expect(lead?.contacts.map(({ channel }) => channel)).toEqual([
      'webhook',
      'slack',
      'phone',
      'email',
    ]);
    expect(lines(text.replace('email:', 'mail:'))).toEqual([
      '12 people/lead/contacts/mail: the key "mail" is not known here | did you mean "email"? known keys: email, slack, phone, webhook',
    ]);
  });

  it('becomes a plan with sensible defaults', () => {
    expect(problems).toEqual([]);
    expect(
      plan?.checkpoints.map(({ id, rank, weight, startRule, approvedOwner }) => ({
        id,
        rank,
        weight,
        startRule,
        approvedOwner,
      })),
    ).toEqual([
      { id: 'first', rank: 1, weight: 1, startRule: 'pinned', approvedOwner: 'operator' },
      { id: 'second', rank: 2, weight: 1, startRule: 'pinned', approvedOwner: 'operator' },
    ]);
    expect(plan?.checkpoints[1]?.predecessors).toEqual([
      { checkpoint: 'first', type: 'start_to_start', gapSeconds: 7_200, maxGapSeconds: 28_800 },
    ]);
    expect(plan?.policy).toEqual({
      slipToleranceMinutes: 10,
      reviewMinutes: 0,
      requestValidMinutes: 60,
      exceptions: [],
    });
  });

  it('reads times in its zone, across a change of the clocks', () => {
    expect(utc(plan?.window.opensAt)).toBe('2026-10-24T21:00:00Z');
    expect(utc(plan?.window.closesAt)).toBe('2026-10-25T06:00:00Z');
    expect(utc(plan?.checkpoints[0]?.approvedStartAt)).toBe('2026-10-24T21:30:00Z');
    expect(utc(plan?.authority[1]?.holders[0]?.closesAt)).toBe('2026-10-25T06:00:00Z');
  });

  it('keeps the text and zone of every instant', () => {
    expect(plan?.originals).toContainEqual({
      path: 'checkpoints/second/approvedStartAt',
      text: '2026-10-25T02:15Z',
      zone: 'Europe/London',
    });
    expect(plan?.originals).toContainEqual({
      path: 'people/operator/working/1/closesAt',
      text: '06:00',
      zone: 'Europe/London',
    });
  });

  it('reads the same from JSON', () => {
    const json = JSON.stringify(parseYaml(small));
    expect(parseRunbook(json, 'night.json').plan).toEqual(plan);
    expect(parseRunbook(stringify(parseYaml(small)), 'again.yaml').plan).toEqual(plan);
  });
});

describe('a runbook with problems', () => {
  it('is never a plan', () => {
    expect(parseRunbook(small.replace('start: 22:30', 'start: soon'), 'f').plan).toBeNull();
  });

  it('names the key that was meant, with its line', () => {
    expect(lines(small.replace('duration: 30m', 'durration: 30m'))).toContainEqual(
      expect.stringMatching(
        /^23 checkpoints\/0\/durration: .*not known here \| did you mean "duration"\?/,
      ),
    );
  });

  it('lists both instants of a time that the clocks repeat', () => {
    const [problem] = lines(small.replace('start: 22:30', 'start: 01:30'));
    expect(problem).toContain('22 checkpoints/0/start: "01:30" falls into a change of the clocks');
    expect(problem).toContain('"2026-10-25T01:30+01:00" or "2026-10-25T01:30+00:00"');
  });

  it('refuses a negative lag and says what to write', () => {
    expect(lines(small.replace('[{after', '[first SS-30m, {after'))[0]).toMatch(
      /^28 checkpoints\/1\/predecessors\/0: .*negative lag.*\| .*start_to_start/,
    );
  });

  it.each([
    ['an undated window', 'from: 2026-10-24 22:00', 'from: 22:00', /^6 window\/from: .*no date/],
    [
      'an unknown zone',
      'Europe/London',
      'Europe/Londn',
      /^4 zone: .*did you mean "Europe\/London"/,
    ],
    [
      'a window that ends before it starts',
      'to: 2026-10-25 06:00',
      'to: 2026-10-24 06:00',
      /^6 window\/to: .*at or before its start/,
    ],
    ['a missing key', 'mode: rehearsal\n', '', /^1 mode: "mode" is missing/],
    [
      'a word that is none of the allowed',
      'mode: rehearsal',
      'mode: reharsal',
      /^5 mode: .*did you mean "rehearsal"/,
    ],
    [
      'an id that is no slug',
      'id: first',
      'id: First one',
      /^20 checkpoints\/0\/id: .*is not an id/,
    ],
    ['a number for an id', 'id: first', 'id: 14', /^20 checkpoints\/0\/id: .*write it in quotes/],
    [
      'a length that is none',
      'duration: 30m',
      'duration: tba',
      /^23 checkpoints\/0\/duration: .*not a length/,
    ],
    [
      'a bad part of a union',
      'within: 8h',
      'withn: 8h',
      /^28 checkpoints\/1\/predecessors\/0\/withn: .*did you mean "within"/,
    ],
    [
      'a fact kind that is none',
      'facts: all',
      'facts: [actual_finsh]',
      /^18 sources\/board\/facts/,
    ],
    [
      'an unknown role',
      'role: ops, holders',
      'role: opps, holders',
      /^16 authority\/1\/role: "opps" is not a role/,
    ],
    [
      'a duplicate checkpoint',
      'id: second',
      'id: first',
      /^20 checkpoints\/0: "first" is defined more than once/,
    ],
    [
      'a circle',
      '    duration: 30m',
      '    duration: 30m\n    predecessors: [second]',
      /in a circle: first → second → first/,
    ],
    [
      'a span that is none',
      '22:00 to 23:30',
      'evenings',
      /^13 people\/operator\/working\/0: "evenings" is not a span/,
    ],
    [
      'nobody to own it',
      'role: ops\n    start: 22:30',
      'role: release-leed\n    start: 22:30',
      /^20 checkpoints\/0: .*no owner/,
    ],
  ])('finds %s', (...[, from, to, expected]) => {
    expect(small).toContain(from);
    expect(lines(small.replace(from, to))).toContainEqual(expect.stringMatching(expected));
  });

  it('is reported whole: shape, times, lengths and contradictions in one answer, in the order of the file', () => {
    const broken = small
      .replace('mode: rehearsal', 'mode: rehearsal\nmodee: 2')
      .replace('working: window}', 'working: window, contact: none}')
      .replace('start: 22:30', 'start: tomorrow-ish')
      .replace('duration: 15-20m', 'duration: 20-15m')
      .replace('lead: release-lead', 'lead: release-led')
      .concat(
        '  - {id: third, role: nobody, owner: operator, start: 23:30, predecessors: [second, fourth]}\n',
      );
    const found = lines(broken);
    const places = found.map((line) => line.split(':')[0]);
    expect(places).toEqual([
      '6 modee',
      '8 lead',
      '13 people/lead/contact',
      '23 checkpoints/0/start',
      '28 checkpoints/1/duration',
      '30 checkpoints/2/predecessors/1',
      '30 checkpoints/2/role',
    ]);
  });

  it('a shape error in one checkpoint does not hide a contradiction in another', () => {
    const broken = small
      .replace('duration: 30m', 'duration: [30m]')
      .concat('  - {id: third, role: nobody, owner: operator, start: 23:30}\n');
    expect(lines(broken).map((line) => line.split(':')[0])).toEqual([
      '23 checkpoints/0/duration',
      '29 checkpoints/2/role',
    ]);
  });

  it.each(['[]', '7', '"text"', 'null', 'a: 1'])('%s is answered with problems', (text) => {
    expect(parseRunbook(text, 'f').problems.length).toBeGreaterThan(0);
  });
});
