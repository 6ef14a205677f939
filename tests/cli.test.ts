/**
 * The command line as a user has it: the compiled program in a process of its own, on a ledger in a fresh folder.
 * Exit codes, JSON and refusals are what README.md promises.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { builtFolder } from './support/supplied.ts';

const runbook = `
format: interlock-runbook/1
id: small-night
name: A small night
zone: Europe/London
mode: rehearsal
notices: test
window: {from: 2026-11-28 22:00, to: 2026-11-29 04:00}
lead: release-lead
policy: {review: 10m}
roles: {release-lead: Release lead, ops: Operations}
people:
  lead: {name: Release lead on duty, contacts: {email: lead@example.test}, working: 2026-11-28 18:00 to 2026-11-29 08:00}
  operator: {name: Operator on duty, contacts: {email: operator@example.test}, working: 2026-11-28 18:00 to 2026-11-29 08:00}
authority:
  - {role: release-lead, holders: [{person: lead, from: 2026-11-28 18:00, to: 2026-11-29 08:00}]}
  - {role: ops, holders: [{person: operator, from: 2026-11-28 18:00, to: 2026-11-29 08:00}]}
sources:
  board: {name: Status board, rank: 1, facts: all, reporters: any_mapped}
checkpoints:
  - {id: stop, name: Intake stopped, role: ops, start: "22:30", duration: 30m}
  - {id: check, name: Rollback validated, role: ops, start: "23:00", duration: 30m, predecessors: [stop]}
  - {id: shift, name: Traffic shifted, role: ops, start: "23:30", duration: 30m, predecessors: [check]}
`;

const late = `
reports:
  - id: E1
    source: board
    sequence: 1
    by: operator
    occurred: "23:20"
    text: Intake stopped at 23:20 only.
    facts:
      - started: {checkpoint: stop, at: "22:30", owner: operator}
      - finished: {checkpoint: stop, at: "23:20"}
`;

let main = '';
let home = '';
const at = (time: string): string[] => ['--at', `2026-11-28T${time}:00+00:00`];

function interlock(
  args: readonly string[],
  input = '',
): { code: number | null; out: string; err: string } {
  const done = spawnSync(process.execPath, [main, ...args], {
    cwd: home,
    input,
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], INTERLOCK_HOME: join(home, 'kept') },
  });
  return { code: done.status, out: done.stdout, err: done.stderr };
}

const Pending = z.object({
  outcome: z.string(),
  pending: z.object({ checkCode: z.string(), packetHash: z.string() }).nullable(),
});

beforeAll(async () => {
  main = join(await builtFolder(), 'service', 'main.js');
  home = mkdtempSync(join(tmpdir(), 'interlock-cli-'));
  writeFileSync(join(home, 'live.yaml'), runbook.replace('mode: rehearsal', 'mode: live'));
  writeFileSync(join(home, 'runbook.yaml'), runbook);
  writeFileSync(join(home, 'late.yaml'), late);
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

describe('the command line, one night from declaring to acknowledging', () => {
  it('says what to do when nothing is declared, with exit code 2', () => {
    const { code, err } = interlock(['status']);
    expect(code).toBe(2);
    expect(err).toContain('interlock declare RUNBOOK --as PERSON');
  });

  it('declares a runbook; packet 1 is current on the declaring lead’s authority', () => {
    const { code, out, err } = interlock([
      'declare',
      'runbook.yaml',
      '--as',
      'lead',
      ...at('22:00'),
    ]);
    expect(err).toBe('');
    expect(code).toBe(0);
    expect(out).toContain('Packet 1 is current');
  });

  it('refuses to declare it twice, with exit code 4', () => {
    const { code, err } = interlock(['declare', 'runbook.yaml', '--as', 'lead', ...at('22:00')]);
    expect(code).toBe(4);
    expect(err).toContain('cutover_already_declared');
  });

  it('answers what-if without writing anything', () => {
    const before = interlock(['status', '--json', ...at('23:21')]).out;
    const { code, out } = interlock(['whatif', 'late.yaml', ...at('23:21')]);
    expect(code).toBe(0);
    expect(out).toContain('nothing is written');
    expect(out).toContain('Rollback validated');
    expect(interlock(['status', '--json', ...at('23:21')]).out).toBe(before);
  });

  it('takes reports from standard input, and the same report again has no effect', () => {
    const first = interlock(['report', '-', ...at('23:21')], late);
    expect(first.code).toBe(0);
    expect(first.out).toContain('board E1: recorded');
    const again = interlock(['report', '-', ...at('23:22')], late);
    expect(again.code).toBe(0);
    expect(again.out).toContain('known already');
  });

  it('refuses the same report id with other content, with exit code 4, and keeps it on record', () => {
    const { code, err } = interlock(
      ['report', '-', ...at('23:22')],
      late.replace('at: "23:20"', 'at: "23:10"'),
    );
    expect(code).toBe(4);
    expect(err).toContain('refused');
    expect(interlock(['lineage', ...at('23:22')]).out).toContain('source_event_reused');
  });

  it('runs, stops at the packet, and a second run stops at the very same one', () => {
    const first = Pending.parse(JSON.parse(interlock(['run', '--json', ...at('23:23')]).out));
    expect(first.outcome).toBe('awaiting_decision');
    const again = Pending.parse(JSON.parse(interlock(['run', '--json', ...at('23:23')]).out));
    expect(again.pending).toEqual(first.pending);
  });

  it('answers what-if while a packet waits', () => {
    const { code, err, out } = interlock(['whatif', 'late.yaml', ...at('23:23')]);
    expect([code, err]).toEqual([0, '']);
    expect(out).toContain('nothing is written');
  });

  it('shows a person only their own lines, and what differs', () => {
    const orders = interlock(['packet', 'pending', '--for', 'operator', ...at('23:23')]);
    expect(orders.code).toBe(0);
    expect(orders.out).toContain('orders for Operator on duty');
    const diff = interlock(['packet', 'pending', '--diff', '1', ...at('23:23')]);
    expect(diff.out).toMatch(/Rollback validated: Sat 23:00 -> Sat 23:\d\d/);
  });

  it('refuses a decision by anyone but the release lead, and says so in the lineage', () => {
    const { code, err } = interlock(['adopt', '2', '--as', 'operator', ...at('23:24')]);
    expect(code).toBe(4);
    expect(err).toContain('only the release lead may decide');
    expect(interlock(['lineage', ...at('23:24')]).out).toContain('not_release_lead');
  });

  it('adopts by check code, says who is told, and a replay is told the truth', () => {
    const { pending } = Pending.parse(JSON.parse(interlock(['run', '--json', ...at('23:24')]).out));
    const code = pending?.checkCode ?? '';
    const adopted = interlock(['adopt', code, '--as', 'lead', ...at('23:25')]);
    expect(adopted.code).toBe(0);
    expect(adopted.out).toContain('It is the current one');
    expect(adopted.out).toContain('Not told:');
    const again = interlock(['adopt', code, '--as', 'lead', ...at('23:25')]);
    expect(again.code).toBe(4);
    expect(again.err).toContain('packet_already_decided');
  });

  it('lists who still acts on old orders until they acknowledge', () => {
    expect(interlock(['status', ...at('23:30')]).out).toMatch(
      /Operator on duty: [^:]*was told nothing[^:]*next:\s+email\s+operator@example\.test/,
    );
    const stale = interlock(['ack', '1', '--as', 'operator', ...at('23:31')]);
    expect(stale.code).toBe(4);
    expect(interlock(['ack', '2', '--as', 'operator', ...at('23:31')]).code).toBe(0);
    expect(interlock(['status', ...at('23:32')]).out).not.toMatch(/Operator on duty: acts on/);
  });

  it('answers nothing new when nothing is new', () => {
    const { outcome } = Pending.parse(JSON.parse(interlock(['run', '--json', ...at('23:25')]).out));
    expect(['nothing_to_do', 'no_change']).toContain(outcome);
  });

  it('shows free text that nobody could read in the words of its reporter', () => {
    const words = 'Check: done at 23:25, says "ops".';
    const facts = [{ say: words }];
    const report = { id: 'E2', source: 'board', sequence: 2, by: 'operator', occurred: '23:25' };
    interlock(['report', '-', ...at('23:25')], JSON.stringify({ ...report, text: 'Note.', facts }));
    const { out } = interlock(['run', ...at('23:26')]);
    expect(out.replaceAll(/\s+/g, ' ')).toContain(`held statement "${words}" [`);
  });

  it('replays what was known at an instant and what was true but not received', () => {
    const { out } = interlock(['lineage', '--as-of', '2026-11-28T23:20:30+00:00', ...at('23:40')]);
    expect(out).toContain('Already true, not yet received');
    expect(out.split('Already true')[1]).toContain('Intake stopped at 23:20 only.');
    expect(out.split('Already true')[0]).not.toContain('Intake stopped at 23:20 only.');
  });

  it('verifies the whole ledger', () => {
    const { code, out } = interlock(['verify', ...at('23:40')]);
    expect(code).toBe(0);
    expect(out).toMatch(/^Whole: \d+ events/);
  });
});

describe('the command line refuses what it cannot understand', () => {
  it('reports every problem of a runbook at once, with line and fix, exit code 3', () => {
    const bad = runbook
      .replace('role: ops, start: "22:30"', 'role: opps, start: "22:30"')
      .replace('predecessors: [check]', 'predecessors: [chekc]');
    writeFileSync(join(home, 'bad.yaml'), bad.replace('id: small-night', 'id: bad-night'));
    const { code, err } = interlock(['declare', 'bad.yaml', '--as', 'lead', ...at('22:00')]);
    expect(code).toBe(3);
    expect(err).toMatch(/bad\.yaml:\d+ .*opps/);
    expect(err).toMatch(/bad\.yaml:\d+ .*chekc/);
    expect(err).toContain('nothing was written');
  });

  it.each([
    [['frobnicate'], 2],
    [['adopt', '2'], 2],
    [['packet', '99'], 2],
    [['adopt', '2', '--as', 'nobody-here', ...at('23:40')], 2],
    [['declare', 'live.yaml', '--as', 'nobody-here'], 2],
    [
      [
        'grant',
        '--as',
        'lead',
        '--checkpoint',
        'nope',
        '--relaxes',
        'outside_window',
        ...at('23:40'),
      ],
      2,
    ],
    [['report', 'missing.yaml'], 2],
    [['status', '--at', 'yesterday'], 2],
    [['status', '--cutover', 'other'], 2],
    [['status', '--ledger', 'runbook.yaml'], 6],
    [['status', '--ledger', join('runbook.yaml', 'inside.db')], 6],
    [['--help'], 0],
  ])('%j leaves with %i', (args, code) => {
    expect(interlock(args).code).toBe(code);
  });

  it('says what belongs at the top of a file that holds a list', () => {
    writeFileSync(join(home, 'list.json'), '[]');
    const { code, err } = interlock(['declare', 'list.json', '--as', 'lead']);
    expect(code).toBe(3);
    expect(err).toMatch(/list\.json:1 \/: .*\n.*fix: write keys with values .*checkpoints/);
  });

  it('keeps every line of what it shows within 100 columns', () => {
    const views = [
      ['status'],
      ['holds'],
      ['packet', 'current'],
      ['packet', '2', '--diff', '1'],
      ['packet', '--for', 'operator'],
      ['lineage'],
    ];
    for (const view of views) {
      const { code, out } = interlock([...view, ...at('23:40')]);
      expect(code).toBe(0);
      expect(
        out.split('\n').filter((line) => line.length > 100),
        view.join(' '),
      ).toEqual([]);
    }
  });

  it('never runs a live cutover on another clock than the real one', () => {
    const ledger = ['--ledger', join(home, 'live.db')];
    const { code, err } = interlock([
      'declare',
      'live.yaml',
      '--as',
      'lead',
      ...ledger,
      ...at('22:00'),
    ]);
    expect(code).toBe(2);
    expect(err).toContain('--at is for rehearsals only');
    expect(interlock(['status', ...ledger]).err).toContain('no cutover is declared');
  });

  it.each([
    [
      ['staus'],
      'there is no verb "staus": did you mean "status"? interlock --help lists the verbs',
    ],
    [['staus', '--cutover', 'x'], 'there is no verb "staus": did you mean "status"?'],
    [['go'], 'there is no verb "go": interlock --help lists the verbs'],
    [['--jsn'], 'there is no such option "--jsn": did you mean "--json"?'],
    [
      ['packet', '--for', 'nobody'],
      '--for "nobody" is nobody in this plan; people: lead, operator',
    ],
  ])('%j is a wrong command line, and says what would be a right one', (args, words) => {
    const { code, out, err } = interlock(args);
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain(`interlock: ${words}`);
    expect(err.trim().split('\n')).toHaveLength(1);
  });

  it('prints the schema that editors complete runbooks with', () => {
    const Schema = z.object({ $schema: z.string(), properties: z.record(z.string(), z.unknown()) });
    const schema = Schema.parse(JSON.parse(interlock(['schema']).out));
    for (const key of ['window', 'authority', 'checkpoints'])
      expect(schema.properties).toHaveProperty(key);
  });

  it('knows no verb that would execute, recommend or post', () => {
    const { out } = interlock(['--help']);
    const verbs = [...out.matchAll(/^ {2}([a-z]+) /gm)].map((match) => match[1]);
    expect(verbs).not.toHaveLength(0);
    expect(
      verbs.filter((verb) =>
        /^(go|nogo|execute|start|deploy|send|post|approve|publish)$/.test(verb ?? ''),
      ),
    ).toEqual([]);
    expect(readFileSync(main, 'utf8')).not.toMatch(/child_process/);
  });
});
