/**
 * Starting: whatever setting is wrong, `serve` and `work` end at once with an exit code that is not 0 and one sentence
 * that names the setting and the fix, and without the innards of a program. Nothing runs half set up.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openSqliteStore } from '../ledger/stores/sqlite.ts';
import { declareTonight, fleetPlan, ledgerOn, startHalf } from './support/fleet.ts';
import { type RudeServer, startRudeServer } from './support/rudeServer.ts';
import { builtFolder, emptyDatabase } from './support/supplied.ts';

let built: string;
let silent: RudeServer;
const folder = mkdtempSync(join(tmpdir(), 'interlock-start-'));
const at = (name: string): string => join(folder, name);
beforeAll(async () => {
  built = await builtFolder();
  silent = await startRudeServer('silent');
  mkdirSync(at('folder'));
  writeFileSync(at('empty'), '');
  writeFileSync(at('words'), 'words that are no database and no hooks, for sure');
  const store = await openSqliteStore(at('live.db'));
  await declareTonight(ledgerOn(store), fleetPlan('payments', { mode: 'live' }));
  await store.close();
});
afterAll(() => {
  silent.close();
  rmSync(folder, { recursive: true, force: true });
});

type Settings = Readonly<Record<string, string>>;

async function start(verb: 'serve' | 'work', settings: Settings, ...words: readonly string[]) {
  const half = startHalf(built, verb, { INTERLOCK_HOME: at('home'), ...settings }, ...words);
  const url = await half.url;
  const code = url === '' ? await half.ended : 'started';
  half.signal('SIGKILL');
  await half.ended;
  return { code, said: half.said(), printed: half.printed() };
}

const never = 'postgres://127.0.0.1:1/interlock';
const issuer = { INTERLOCK_OIDC_ISSUER: 'https://id.example' };

/** What is wrong, where, the settings, the exit code, and what is said of it. */
const wrong: readonly (readonly [string, 'serve' | 'work', () => Settings, number, RegExp])[] = [
  [
    'a database that is not there',
    'work',
    () => ({ INTERLOCK_LEDGER: never }),
    6,
    /ECONNREFUSED.*INTERLOCK_LEDGER/,
  ],
  [
    'threads that are not there',
    'serve',
    () => ({ INTERLOCK_CHECKPOINTS: never }),
    6,
    /ECONNREFUSED.*INTERLOCK_CHECKPOINTS/,
  ],
  [
    'another database',
    'serve',
    () => ({ INTERLOCK_LEDGER: 'mysql://db/x' }),
    2,
    /INTERLOCK_LEDGER.*postgres:\/\//,
  ],
  [
    'half an address',
    'work',
    () => ({ INTERLOCK_LEDGER: 'postgres://[db/x' }),
    2,
    /INTERLOCK_LEDGER.*postgres:\/\//,
  ],
  [
    'a folder as the ledger',
    'serve',
    () => ({ INTERLOCK_LEDGER: at('folder') }),
    6,
    /folder.*INTERLOCK_LEDGER/,
  ],
  [
    'a file of words as the ledger',
    'serve',
    () => ({ INTERLOCK_LEDGER: at('words') }),
    6,
    /not a database.*INTERLOCK_LEDGER/,
  ],
  [
    'threads in a file of words',
    'serve',
    () => ({ INTERLOCK_CHECKPOINTS: at('words/x.db') }),
    6,
    /threads.*INTERLOCK_CHECKPOINTS/,
  ],
  [
    'a secret that is not there',
    'work',
    () => ({ INTERLOCK_LEDGER_FILE: at('none') }),
    2,
    /INTERLOCK_LEDGER_FILE cannot be read/,
  ],
  [
    'a secret that is empty',
    'work',
    () => ({ INTERLOCK_ACK_SECRET_FILE: at('empty') }),
    2,
    /INTERLOCK_ACK_SECRET_FILE names an empty file/,
  ],
  [
    'a port in use',
    'serve',
    () => ({ INTERLOCK_PORT: String(silent.port) }),
    2,
    /INTERLOCK_PORT: 127\.0\.0\.1:\d+ is in use/,
  ],
  [
    'a port of probes in use',
    'work',
    () => ({ INTERLOCK_WORK_PORT: String(silent.port) }),
    2,
    /INTERLOCK_WORK_PORT: .* is in use/,
  ],
  [
    'an address of another machine',
    'work',
    () => ({ INTERLOCK_HOST: '192.0.2.1' }),
    2,
    /INTERLOCK_HOST: this machine has no/,
  ],
  [
    'no Redis',
    'work',
    () => ({ INTERLOCK_REDIS: 'http://redis:6379' }),
    2,
    /INTERLOCK_REDIS: is no redis:\/\//,
  ],
  [
    'half a mail channel',
    'work',
    () => ({ INTERLOCK_SMTP_URL: 'smtp://mail.example' }),
    2,
    /INTERLOCK_MAIL_FROM: is needed/,
  ],
  [
    'half of the links',
    'serve',
    () => ({ INTERLOCK_ACK_SECRET: 'x'.repeat(32) }),
    2,
    /INTERLOCK_PUBLIC_URL: is needed/,
  ],
  [
    'half a provider',
    'serve',
    () => issuer,
    2,
    /INTERLOCK_OIDC_CLIENT_ID: is needed.*INTERLOCK_URL: is needed/,
  ],
  [
    'the other half of a provider',
    'serve',
    () => ({ INTERLOCK_OIDC_CLIENT_ID: 'x' }),
    2,
    /INTERLOCK_OIDC_ISSUER: is needed/,
  ],
  [
    'hooks that are not there',
    'serve',
    () => ({ INTERLOCK_HOOKS: at('none') }),
    2,
    /INTERLOCK_HOOKS.*no such file/,
  ],
  ['hooks that are words', 'serve', () => ({ INTERLOCK_HOOKS: at('words') }), 2, /INTERLOCK_HOOKS/],
  [
    'a network without logins',
    'serve',
    () => ({ INTERLOCK_HOST: '0.0.0.0' }),
    2,
    /INTERLOCK_HOST is 0\.0\.0\.0, and without INTERLOCK_OIDC_ISSUER/,
  ],
  [
    'a point to die at, in production',
    'work',
    () => ({ INTERLOCK_CRASH: 'run.begins:1', NODE_ENV: 'production' }),
    2,
    /INTERLOCK_CRASH: is for tests/,
  ],
  [
    'a point to die at that is none',
    'serve',
    () => ({ INTERLOCK_CRASH: 'run.begin:1' }),
    2,
    /INTERLOCK_CRASH: no code passes "run\.begin"; points: opening\.begins, .* run\.begins, .*commit\.X/,
  ],
  [
    'a name that is no setting',
    'serve',
    () => ({ INTERLOCK_LEDGRE: 'x' }),
    2,
    /no setting INTERLOCK_LEDGRE/,
  ],
];

it.each(wrong)('%s stops `interlock %s`', async (_what, verb, settings, code, told) => {
  const ended = await start(verb, settings());
  expect(ended.said).toMatch(told);
  expect(ended.code).toBe(code);
  expect(ended.said.trim().split('\n')).toHaveLength(1);
  expect(ended.said).not.toMatch(/^\s+at |"err":/m);
  expect(ended.printed).toBe('');
});

it('tables that `interlock migrate` has not made stop both halves, and they say so', async () => {
  const database = await emptyDatabase();
  for (const verb of ['serve', 'work'] as const) {
    const ended = await start(verb, { INTERLOCK_LEDGER: database });
    expect(ended.code).toBe(6);
    expect(ended.said).toContain('interlock migrate');
    expect(ended.said).not.toMatch(/^\s+at |"err":/m);
  }
});

it('C13: a point to die at stops the start beside a live cutover', async () => {
  const settings = { INTERLOCK_LEDGER: at('live.db'), INTERLOCK_CRASH: 'run.begins:1' };
  for (const verb of ['serve', 'work'] as const) {
    const ended = await start(verb, settings);
    expect(ended.code).toBe(2);
    expect(ended.said).toMatch(
      /^interlock: INTERLOCK_CRASH is set and payments is live: unset it\n$/,
    );
  }
});

it('a link is made for nobody who could not be a person', async () => {
  const ended = await start('serve', {}, '--as', 'No One');
  expect(ended.code).toBe(2);
  expect(ended.said).toContain('"No One" is no person');
});

it('the embedded mode is on this machine only: no other address of it answers', async () => {
  const half = startHalf(built, 'serve', { INTERLOCK_HOME: at('home') });
  const url = new URL(await half.url);
  expect(url.hostname).toBe('127.0.0.1');
  const others = Object.values(networkInterfaces())
    .flatMap((all) => all ?? [])
    .filter(({ family, address }) => family === 'IPv4' && address !== '127.0.0.1')
    .map(({ address }) => address);
  // On Linux all of 127.0.0.0/8 is this machine, so that there is always another address to try.
  for (const address of [...others, '127.0.0.2']) {
    const asked = fetch(`http://${address}:${url.port}/healthz`, {
      signal: AbortSignal.timeout(3_000),
    });
    await expect(asked, address).rejects.toThrow();
  }
  expect((await fetch(`${url.origin}/healthz`)).status).toBe(200);
  await half.stop();
});
