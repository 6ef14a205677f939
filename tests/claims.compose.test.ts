/**
 * What compose.yaml sets is enough and right: its logins are made by its own script on a server of its own, and the
 * compiled program migrates, serves and works with the environment of each service, its secrets as files, on a real
 * PostgreSQL, Redis and login provider. C3: what serves and works may add events, and can change or remove none.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { settingNames } from '../service/config.ts';
import { commandsIn, typed } from './support/commands.ts';
import { eventually, type Half, startHalf } from './support/fleet.ts';
import { nightRunbook } from './support/nightRunbook.ts';
import { at, browserAt } from './support/outside.ts';
import { findServer, type Postgres, startPostgres } from './support/postgres.ts';
import {
  clientId,
  clientSecret,
  startProvider,
  type TestProvider,
  throughProvider,
} from './support/provider.ts';
import { type RedisServer, redisServer } from './support/redis.ts';
import { builtFolder } from './support/supplied.ts';

const Composition = z.object({
  services: z.record(
    z.string(),
    z.object({ environment: z.record(z.string(), z.string().nullable()).default({}) }),
  ),
  configs: z.object({ logins: z.object({ content: z.string() }) }),
});
const { services, configs } = Composition.parse(
  parse(readFileSync('compose.yaml', 'utf8'), { merge: true }),
);
const dockerfile = readFileSync('Dockerfile', 'utf8');

const origin = 'https://interlock.example';
let built: string;
let folder: string;
let postgres: Postgres;
let redis: RedisServer;
let provider: TestProvider;
const halves: Half[] = [];
const secret = (name: string): string => join(folder, 'secrets', name);

/** The values that the operator's environment has for `${NAME}`; what is asked for and not there stops compose. */
const given = (): Readonly<Record<string, string>> => ({
  INTERLOCK_URL: origin,
  INTERLOCK_OIDC_ISSUER: provider.issuer,
  INTERLOCK_OIDC_CLIENT_ID: clientId,
});

function interpolated(value: string): string {
  return value.replaceAll(
    /\$\{([A-Z_]+)(?::([-?])([^}]*))?\}/g,
    (_all, name: string, sign, rest) => {
      const found = given()[name] ?? (sign === '-' ? String(rest) : undefined);
      if (found === undefined) throw new Error(`compose would stop: ${name} ${String(rest)}`);
      return found;
    },
  );
}

/** The environment of a service as its container has it, in our places: secrets, Redis and a port of our own. */
function environmentOf(service: string): Record<string, string> {
  const image = [...dockerfile.matchAll(/^ENV (.+)$/gm)].at(-1)?.[1]?.split(' ') ?? [];
  const set = Object.entries(services[service]?.environment ?? {}).flatMap(([name, value]) =>
    value === null
      ? []
      : [
          [
            name,
            interpolated(value)
              .replace('/run/secrets/', `${join(folder, 'secrets')}/`)
              .replace('redis://redis:6379', redis.url),
          ],
        ],
  );
  return {
    ...Object.fromEntries(image.map((pair) => pair.split('='))),
    ...Object.fromEntries(set),
    INTERLOCK_HOME: join(folder, 'home'),
  };
}

const login = (name: 'ledger' | 'ledger_owner'): string =>
  readFileSync(secret(name), 'utf8').trim();

async function asked(url: string, statement: string): Promise<readonly unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(statement)).rows;
  } finally {
    await client.end();
  }
}

/** What a half logged of trouble, but for what was only late: the machine may have much else to do. */
const troublesIn = (said: string): string[] =>
  said
    .split('\n')
    .filter((line) => /"level":"(warn|error)"/.test(line))
    .filter((line) => !/took longer than \d+ ms|"kind":"fenced"/.test(line));

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'interlock-compose-'));
  [built, postgres, redis, provider] = await Promise.all([
    builtFolder(),
    startPostgres(),
    redisServer(),
    startProvider(origin),
  ]);
  await redis.start();
  const setUp = commandsIn('service/README.md').find((block) =>
    block.includes('docker compose up'),
  );
  // The commands of the README make the secrets; no machine of ours has Docker.
  const made = typed(`docker() { :; }\n${setUp}`, { OIDC_CLIENT_SECRET: clientSecret }, folder);
  expect([made.stderr, made.status]).toEqual(['', 0]);
  const place = new URL(postgres.url).search;
  for (const name of ['ledger', 'ledger_owner']) {
    const url = readFileSync(secret(name), 'utf8');
    writeFileSync(
      secret(name),
      url.replace('@postgres:5432/interlock', `@localhost/interlock${place}`),
    );
  }
});
afterAll(async () => {
  for (const half of halves) {
    half.signal('SIGKILL');
    await half.ended;
  }
  await Promise.all([redis.stop(), provider.stop()]);
  await postgres.stop();
  rmSync(folder, { recursive: true, force: true });
});

it('makes the two logins by the script that its database runs', async () => {
  const server = findServer(process.env['PATH'] ?? '') ?? '';
  const run = (script: string) =>
    spawnSync('sh', ['-c', script], {
      encoding: 'utf8',
      env: { PATH: `${process.env['PATH']}${delimiter}${server}`, PGHOST: postgres.folder },
    });
  const script = configs.logins.content
    .replaceAll('$$', '$')
    .replaceAll('/run/secrets/', `${join(folder, 'secrets')}/`);
  // A login without a password would be open to everybody on the inside network.
  expect(run(script.replaceAll('ledger_owner', 'ack')).status).not.toBe(0);
  const done = run(script);
  expect(done.stderr).toBe('');
  expect(done.status).toBe(0);
  const roles = await asked(
    postgres.url,
    `select rolname, rolsuper, rolcreatedb, rolpassword is not null as secret from pg_authid
      where rolname like 'interlock%' order by 1`,
  );
  const plain = { rolsuper: false, rolcreatedb: false };
  expect(roles).toEqual([
    { rolname: 'interlock_app', ...plain, secret: false },
    { rolname: 'interlock_owner', ...plain, secret: true },
    { rolname: 'interlock_service', ...plain, secret: true },
  ]);
});

it('migrates as the owner, serves and works as the service, and lets somebody log in and declare a night', async () => {
  const migrated = spawnSync(process.execPath, [join(built, 'service/main.js'), 'migrate'], {
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], ...environmentOf('migrate') },
  });
  expect(migrated.stderr).toBe('');
  expect(migrated.status).toBe(0);
  const [serve, work] = (['serve', 'work'] as const).map((verb) => {
    const half = startHalf(built, verb, environmentOf(verb));
    halves.push(half);
    return half;
  });
  const port = new URL((await serve?.url) ?? '').port;
  expect(await serve?.url).toBe(`http://0.0.0.0:${port}`);
  expect(await work?.url).not.toBe('');
  const lead = browserAt(`http://127.0.0.1:${port}`, origin);
  await expect
    .poll(async () => (await lead.visit('/readyz')).body)
    .toEqual({ status: 'ready', degraded: [] });
  const sent = await lead.visit('/login');
  const back = await throughProvider(sent.headers.get('location') ?? '', new Map());
  expect((await lead.visit(`${back.pathname}${back.search}`)).status).toBe(303);
  const body = { runbook: nightRunbook('payments') };
  expect((await lead.visit('/cutovers', { body })).status).toBe(201);
  await eventually('packet 1, made by the worker', async () => {
    const seen = await lead.visit('/cutovers/payments/status');
    return at(seen.body, 'current.record.version') === 1;
  });
  const users = await asked(
    postgres.url,
    `select distinct usename from pg_stat_activity where application_name like 'interlock%'`,
  );
  expect(users).toEqual([{ usename: 'interlock_service' }]);
  for (const half of halves) expect(await half.stop()).toBe(0);
  // At the level that compose logs at, nothing that went wrong was said.
  for (const half of halves) expect(troublesIn(half.said())).toEqual([]);
});

it.each([
  "update interlock.events set body = '{}'",
  'delete from interlock.events',
  'truncate interlock.events',
  'alter table interlock.events disable trigger all',
  'drop table interlock.events',
  'create table interlock.mine (x int)',
  'set role interlock_owner',
  'grant interlock_owner to interlock_service',
])('C3: the service may not: %s', async (statement) => {
  await expect(asked(login('ledger'), statement)).rejects.toThrow(
    /permission denied|must be owner|must have admin option/,
  );
});

it('C3: not even the owner changes what happened', async () => {
  const statement = "update interlock.events set body = '{}'";
  await expect(asked(login('ledger_owner'), statement)).rejects.toThrow(/append|refused|never/i);
});

it('without a provider the network that it listens on stops the start', async () => {
  const without = Object.entries(environmentOf('serve')).filter(
    ([name]) => !/^INTERLOCK_(OIDC|URL)/.test(name),
  );
  const half = startHalf(built, 'serve', Object.fromEntries(without));
  expect(await half.ended).toBe(2);
  expect(half.said()).toContain('INTERLOCK_HOST is 0.0.0.0, and without INTERLOCK_OIDC_ISSUER');
});

it('lets every setting through to the half that reads it', () => {
  /** Set by the image, fixed by the composition, or of no use in a container. */
  const others = [
    ...['HOME', 'HOST', 'PORT', 'WORK_PORT', 'SERVE_WORKS', 'CHECKPOINTS', 'CRASH', 'TRACING'].map(
      (name) => `INTERLOCK_${name}`,
    ),
    'NO_COLOR',
  ];
  const taken = new Set(
    ['serve', 'work'].flatMap((half) => Object.keys(services[half]?.environment ?? {})),
  );
  const through = (name: string): boolean => taken.has(name) || taken.has(`${name}_FILE`);
  const plain = settingNames.filter((name) => !name.endsWith('_FILE'));
  expect(plain.filter((name) => !through(name) && !others.includes(name))).toEqual([]);
});
