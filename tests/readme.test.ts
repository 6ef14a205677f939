/**
 * README.md is kept: its two commands are the ones the package has, the main job shows what it promises, the command
 * it prints for deciding decides, and its table of verbs is the program's.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { builtFolder } from './support/supplied.ts';

const readme = readFileSync('README.md', 'utf8');
const Package = z.object({ scripts: z.record(z.string(), z.string()) });
const { scripts } = Package.parse(JSON.parse(readFileSync('package.json', 'utf8')));

let main = '';
let home = '';
const interlock = (args: readonly string[]) =>
  spawnSync(process.execPath, [main, ...args], {
    cwd: home,
    encoding: 'utf8',
    env: { PATH: process.env['PATH'] },
  });

beforeAll(async () => {
  main = join(await builtFolder(), 'service', 'main.js');
  home = mkdtempSync(join(tmpdir(), 'interlock-readme-'));
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

describe('README', () => {
  it('names the two commands, and the package has them', () => {
    expect(readme).toMatch(/^npm ci && npm start\b/m);
    expect(readme).toMatch(/^npm ci && npm test\b/m);
    expect(scripts['start']).toBe('node dist/service/main.js walk');
    expect(scripts['pretest']).toContain('check');
  });

  it.each([...readme.matchAll(/`npm run (?:-s )?([a-z:]+)/g)].map((match) => match[1] ?? ''))(
    'names the script %s, which the package has',
    (script) => expect(scripts).toHaveProperty(script),
  );

  it('lists exactly the verbs of the program', () => {
    const help = interlock(['--help']).stdout;
    const verbs = [...help.matchAll(/^ {2}([a-z]+) /gm)]
      .map((match) => match[1])
      .filter((verb) => verb !== 'help');
    const rows = readme.split('\n').filter((line) => line.startsWith('| `'));
    const table = rows
      .slice(
        0,
        rows.findIndex((line) => line.includes('`service/`')),
      )
      .join('\n');
    const named = [...table.matchAll(/`([a-z]+)[ `]/g)].map((match) => match[1]);
    expect(verbs.filter((verb) => verb !== 'walk' && !named.includes(verb))).toEqual([]);
    expect(named.filter((verb) => !verbs.includes(verb))).toEqual([]);
  });
});

describe('the main job, as npm start runs it without a terminal', () => {
  it('shows the adopted order, what became of each fact, the new order, holds, deltas and the deadline; then waits', () => {
    const { status, stdout, stderr } = interlock(['walk']);
    expect(stderr).toBe('');
    expect(status).toBe(0);
    for (const part of [
      'The order in force: packet 1',
      'repeat  actual finish',
      'the source is not in the source rules',
      'Timeline beside the one in force',
      'HELD',
      'protected move',
      'because ',
      'or by exception outside_boundary',
      'Who is told what',
      'Not told:',
      'deadline: adopt by',
      'Nothing is adopted.',
    ]) {
      expect(stdout).toContain(part);
    }
    expect(
      stdout.split('\n').filter((line) => line.length > 100 && !line.includes('npm run')),
    ).toEqual([]);
    const took = [...stdout.matchAll(/the workflow ran in (\d+) ms/g)].map((match) =>
      Number(match[1]),
    );
    expect(took.length).toBeGreaterThan(0);
  });

  it('prints the command that decides; nothing is current but packet 1 until it is given', () => {
    const { stdout } = interlock(['walk']);
    const command = /interlock -- (adopt .*)$/m.exec(stdout)?.[1]?.split(' ') ?? [];
    const where = command.slice(command.indexOf('--ledger'));
    const Status = z.object({ current: z.object({ record: z.object({ version: z.int() }) }) });
    const version = () =>
      Status.parse(JSON.parse(interlock(['status', '--json', ...where]).stdout)).current.record
        .version;
    expect(version()).toBe(1);
    const adopted = interlock(command);
    expect(adopted.stderr).toBe('');
    expect(adopted.stdout).toContain('It is the current one');
    expect(version()).toBe(2);
    expect(interlock(['verify', ...where]).stdout).toMatch(/^Whole/);
  });

  it('answers as JSON without a word beside it', () => {
    const { stdout } = interlock(['walk', '--json']);
    expect(() =>
      z.object({ outcome: z.literal('awaiting_decision') }).parse(JSON.parse(stdout)),
    ).not.toThrow();
  });
});
