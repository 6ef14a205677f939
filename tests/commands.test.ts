/**
 * Every block of commands in a README is typed here as it stands, or is named with the reason why not: what a newcomer
 * copies must work. The commands for containers are typed by claims.compose.test.ts.
 */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { commandsIn, typed, typedAndStopped } from './support/commands.ts';
import { type Half, startHalf } from './support/fleet.ts';
import { inMinutes, nightRunbook } from './support/nightRunbook.ts';
import { findServer, type Postgres, startPostgres } from './support/postgres.ts';
import { builtFolder } from './support/supplied.ts';

let built: string;
let folder: string;
const quick = { INTERLOCK_PORT: '0', INTERLOCK_WORK_PORT: '0' };
beforeAll(async () => {
  built = await builtFolder();
});
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'interlock-commands-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** The block that holds these words. */
function block(document: string, words: string): string {
  const found = commandsIn(document).filter((one) => one.includes(words));
  expect(found, `${document}: ${words}`).toHaveLength(1);
  return found[0] ?? '';
}
const linesOf = (commands: string): string[] =>
  commands.split('\n').flatMap((line) => (line.trim() === '' ? [] : [line]));

/** Document and words of every block that is typed, here or elsewhere, or why it is not. */
const known: readonly (readonly [string, string, string])[] = [
  ['README.md', 'npm ci', 'installs; tests/readme.test.ts runs what it starts'],
  ['README.md', 'curl ', 'here'],
  ['README.md', 'interlock -- migrate', 'here'],
  ['service/README.md', 'interlock serve', 'here'],
  ['service/README.md', 'docker compose up', 'claims.compose.test.ts'],
  ['service/README.md', 'create role', 'here'],
  ['service/identity/README.md', 'token create', 'here'],
  ['agents/README.md', 'INTERLOCK_MODEL', 'here'],
  ['evals/README.md', 'npm run evals', 'minutes: evals/engine/evals.test.ts runs the suites'],
];

it('there is no block of commands that nobody typed', () => {
  const documents = readdirSync('.', { encoding: 'utf8', recursive: true }).filter(
    (file) => /(^|\/)(README|DECISIONS)\.md$/.test(file) && !/node_modules|^dist|^\./.test(file),
  );
  const blocks = documents.flatMap((file) => commandsIn(file).map((text) => ({ file, text })));
  const left = blocks.filter(
    ({ file, text }) => !known.some(([name, words]) => name === file && text.includes(words)),
  );
  expect(left).toEqual([]);
  expect(blocks.length).toBeGreaterThanOrEqual(known.length);
});

describe('on one machine', () => {
  it('the two halves of service/README.md run, and end when they are told to', async () => {
    const lines = linesOf(block('service/README.md', 'interlock serve'));
    expect(lines).toHaveLength(2);
    for (const line of lines) {
      const { said, status, line: shown } = await typedAndStopped(line, quick, { folder, built });
      expect([said, status]).toEqual(['', 0]);
      expect(shown).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    }
  });

  it('a source reports with the token and the curl line of README.md and service/identity/README.md', async () => {
    const step = { name: 'Replica checked', role: 'ops', duration: '30m' };
    const checkpoints = [{ ...step, id: 'replica-check', start: inMinutes(30) }];
    const runbook = nightRunbook('payments-2026-11', { checkpoints });
    writeFileSync(join(folder, 'runbook.json'), JSON.stringify(runbook));
    const settings = { INTERLOCK_LEDGER: join(folder, 'ledger.db'), INTERLOCK_HOME: folder };
    const declared = typed('interlock declare runbook.json --as lead', settings, folder, built);
    expect([declared.stderr, declared.status]).toEqual(['', 0]);

    const [create = '', list = '', revoke = ''] = linesOf(
      block('service/identity/README.md', 'token create'),
    );
    const made = typed(create, settings, folder, built);
    expect([made.stderr, made.status]).toEqual(['', 0]);
    const token = /interlock_token_\S+/.exec(made.stdout)?.[0] ?? '';
    const id = /\btoken-\w+/.exec(made.stdout)?.[0] ?? '';
    expect(typed(list, settings, folder, built).stdout).toContain(id);
    const half: Half = startHalf(built, 'serve', settings);
    try {
      const sent = { ...settings, URL: await half.url, ID: 'payments-2026-11', TOKEN: token };
      const told = typed(block('README.md', 'curl ').replace('curl ', 'curl -sS '), sent, folder);
      expect([told.stderr, told.status]).toEqual(['', 0]);
      expect(JSON.parse(told.stdout)).toMatchObject({ result: 'received', sourceEventId: 'b-1' });
      const revoked = typed(revoke.replace('token-4k2…', id), settings, folder, built);
      expect([revoked.stderr, revoked.status]).toEqual(['', 0]);
      const late = typed(block('README.md', 'curl ').replace('curl ', 'curl -sS '), sent, folder);
      expect(JSON.parse(late.stdout)).toMatchObject({ status: 401 });
    } finally {
      await half.stop();
    }
  });

  it('the settings of a model in agents/README.md are taken', () => {
    const commands = `${block('agents/README.md', 'INTERLOCK_MODEL')}\ninterlock migrate --check`;
    const done = typed(commands, { INTERLOCK_HOME: folder }, folder, built);
    expect([done.stderr, done.status]).toEqual(['', 0]);
  });
});

describe('on PostgreSQL', () => {
  let postgres: Postgres;
  beforeAll(async () => {
    postgres = await startPostgres();
  });
  afterAll(() => postgres.stop());

  const settings = () => ({
    ...quick,
    PATH: `${process.env['PATH']}${delimiter}${findServer(process.env['PATH'] ?? '') ?? ''}`,
    PGHOST: postgres.folder,
    PGUSER: 'postgres',
    PGDATABASE: 'postgres',
  });
  /** The same server, where it really is. */
  const here = (line: string): string =>
    line.replace(/@db\/interlock\b/g, `@localhost/interlock${new URL(postgres.url).search}`);

  it('the two logins of service/README.md are made, migrate and work, and README.md runs on them', async () => {
    const lines = linesOf(block('service/README.md', 'create role')).map(here);
    const work = lines.pop() ?? '';
    const done = typed(lines.join('\n'), settings(), folder, built);
    expect([done.stderr, done.status]).toEqual(['', 0]);
    const worked = await typedAndStopped(work, settings(), { folder, built });
    expect([worked.said, worked.status]).toEqual(['', 0]);

    const [alone = '', setting = '', migrate = '', ...halves] = linesOf(
      block('README.md', 'interlock -- migrate'),
    );
    expect((await typedAndStopped(alone, quick, { folder, built })).status).toBe(0);
    expect(halves).toHaveLength(2);
    const role = setting.replace('//interlock@', '//interlock_owner@');
    const owner = here(role).replace('redis:6379', '127.0.0.1:1');
    const migrated = typed(`${owner}\n${migrate}`, settings(), folder, built);
    expect([migrated.stderr, migrated.status]).toEqual(['', 0]);
    for (const line of halves) {
      const service = owner.replace('//interlock_owner@', '//interlock_service@');
      const ended = await typedAndStopped(`${service}\n${line}`, settings(), { folder, built });
      expect(ended.status).toBe(0);
      expect(ended.line).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    }
  });
});
