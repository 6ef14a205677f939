/**
 * What operators are given to run: the image, the composition and the settings both name. Neither can be run on a
 * machine of ours, so they are read as their own tools read them, and held to what service/README.md promises.
 */
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { DCLinter } from 'dclint';
import { validate } from 'dockerfile-utils';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { settingNames } from '../service/config.ts';
import { secretSettings } from '../service/secretFiles.ts';
import { builtFolder } from './support/supplied.ts';

const Health = z.object({
  test: z.array(z.string()).min(2),
  interval: z.string(),
  timeout: z.string(),
});
const Service = z.object({
  image: z.string(),
  user: z.string(),
  command: z.array(z.string()).optional(),
  read_only: z.literal(true),
  cap_drop: z.tuple([z.literal('ALL')]),
  security_opt: z.tuple([z.literal('no-new-privileges:true')]),
  privileged: z.undefined().optional(),
  environment: z.record(z.string(), z.string().nullable()).default({}),
  secrets: z.array(z.string()).default([]),
  networks: z.array(z.string()).min(1),
  ports: z.array(z.string()).default([]),
  stop_grace_period: z.string().regex(/^\d+s$/),
  restart: z.enum(['unless-stopped', 'no']),
  healthcheck: Health.optional(),
  depends_on: z.record(z.string(), z.object({ condition: z.string() })).default({}),
  deploy: z.object({ replicas: z.number() }).optional(),
});
const Composition = z.object({
  services: z.record(z.string(), Service),
  networks: z.record(z.string(), z.object({ internal: z.boolean().optional() })),
  secrets: z.record(z.string(), z.strictObject({ file: z.string() })),
});

const Linted = z.array(
  z.object({ messages: z.array(z.object({ rule: z.string(), message: z.string() })) }),
);

/** What dclint says of a text: the schema of the Compose specification, and its rules but those of taste. */
function lint(text: string): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'compose-'));
  const file = join(folder, 'compose.yaml');
  const linter = new DCLinter({
    rules: {
      'services-alphabetical-order': 0,
      'service-keys-order': 0,
      'service-dependencies-alphabetical-order': 0,
      'top-level-properties-order': 0,
    },
    quiet: true,
    debug: false,
    exclude: [],
  });
  try {
    writeFileSync(file, text);
    // The package's own types name files without their endings, which our compiler does not follow.
    return Linted.parse(linter.lintFiles([file], false))
      .flatMap(({ messages }) => messages)
      .map(({ rule, message }) => `${rule}: ${message}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const compose = readFileSync('compose.yaml', 'utf8');
const { services, networks, secrets } = Composition.parse(parse(compose, { merge: true }));
const all = Object.entries(services);
/** `${NAME:-usual}` and `${NAME:?why}` with what stands after it. */
const taken = [...compose.matchAll(/\$\{([A-Z_]+)(:[-?][^}]*)?\}/g)].map(([, name, rest]) => ({
  name: name ?? '',
  rest: rest ?? '',
}));

describe('compose.yaml', () => {
  it('is valid by the schema of the Compose specification and by its linter', () => {
    expect(lint(compose)).toEqual([]);
  });

  it('the linter would say so if it were not', () => {
    expect(lint(compose.replace('read_only: true', 'readonly: true')).join()).toMatch(
      /additional properties/,
    );
    expect(lint(compose.replace(':7.0.15-bookworm', ':latest')).join()).toMatch(/explicit-tag/);
    expect(lint(compose.replace("'127.0.0.1:7420-", "'7420-")).join()).toMatch(/unbound-port/);
  });

  it.each(all)(
    '%s runs as nobody special, with a way to end, and says how it is',
    (name, service) => {
      expect(service.user).not.toMatch(/^(root|0)\b/);
      if (name === 'migrate') expect(service.restart).toBe('no');
      else expect(service.healthcheck?.test[0]).toBe('CMD');
    },
  );

  it.each(all.filter(([, { image }]) => !image.startsWith('${')))(
    '%s is a pinned image: a whole version and what it is built on',
    (_name, { image }) => {
      expect(image).toMatch(/^[a-z]+:\d+\.\d+(\.\d+)?-bookworm$/);
    },
  );

  it('names settings only that exist', () => {
    const others = ['POSTGRES_USER', 'POSTGRES_DB', 'POSTGRES_PASSWORD_FILE'];
    const named = all.flatMap(([, { environment }]) => Object.keys(environment));
    expect(named.length).toBeGreaterThan(20);
    expect(named.filter((name) => !settingNames.includes(name) && !others.includes(name))).toEqual(
      [],
    );
    const asked = taken.map(({ name }) => name);
    const ours = ['IMAGE', 'SECRETS_FOLDER'];
    expect(asked.filter((name) => !settingNames.includes(name) && !ours.includes(name))).toEqual(
      [],
    );
  });

  it('holds no secret: they come from files, or from the environment of who starts it', () => {
    for (const [name, { environment, secrets: given }] of all) {
      for (const [setting, value] of Object.entries(environment)) {
        const file = setting.endsWith('_FILE');
        const secret = secretSettings.some((one) => one === setting);
        // The doorbell's address carries no password: only the inside network reaches it.
        if (secret && setting !== 'INTERLOCK_REDIS') expect(value, `${name} ${setting}`).toBeNull();
        if (file) expect(given.map((one) => `/run/secrets/${one}`)).toContain(value);
      }
      expect(given.filter((one) => !Object.hasOwn(secrets, one))).toEqual([]);
    }
    expect(compose).not.toMatch(/:\/\/[\w.-]+:(?!PASSWORD)[^@\s]+@/);
  });

  it('migrates once, before two that serve and two that work, and keeps the inside inside', () => {
    const { migrate, serve, work, postgres, redis } = services;
    expect(migrate?.command).toEqual(['migrate']);
    for (const half of [serve, work]) {
      expect(half?.deploy?.replicas).toBe(2);
      expect(half?.depends_on['migrate']?.condition).toBe('service_completed_successfully');
      expect(half?.depends_on['postgres']?.condition).toBe('service_healthy');
    }
    expect(networks['inside']?.internal).toBe(true);
    for (const kept of [postgres, redis]) {
      expect(kept?.networks).toEqual(['inside']);
      expect(kept?.ports).toEqual([]);
    }
    expect(redis?.command?.join(' ')).toContain('--maxmemory-policy noeviction');
  });
});

describe('settings', () => {
  const documents = [
    'README.md',
    ...['service', 'agents'].flatMap((folder) =>
      readdirSync(folder, { encoding: 'utf8', recursive: true })
        .filter((file) => file.endsWith('README.md'))
        .map((file) => join(folder, file)),
    ),
  ];
  const told = documents.map((file) => readFileSync(file, 'utf8')).join('\n');
  const mentioned = (name: string): boolean => new RegExp(`\\b${name}\\b`).test(told);

  it('each stands in a README', () => {
    const files = secretSettings.map((name) => `${name}_FILE`);
    expect(settingNames.filter((name) => !files.includes(name) && !mentioned(name))).toEqual([]);
  });

  it('a README names none that does not exist', () => {
    const named = new Set(told.match(/\bINTERLOCK_[A-Z_]+[A-Z]\b/g));
    expect([...named].filter((name) => !settingNames.includes(name))).toEqual([]);
  });
});

const dockerfile = readFileSync('Dockerfile', 'utf8');
/** Instructions of the last stage, which is what runs. */
const last = (dockerfile.split(/^FROM /m).at(-1) ?? '').split('\n');
const wordsOf = (instruction: string): string[][] =>
  last.flatMap((line) =>
    line.startsWith(`${instruction} `) ? [line.slice(instruction.length + 1).split(' ')] : [],
  );

describe('Dockerfile', () => {
  it('is what Docker takes, and the linter would say so if it were not', () => {
    expect(validate(dockerfile)).toEqual([]);
    expect(validate(dockerfile.replace('STOPSIGNAL SIGTERM', 'STOPSIGNAL GENTLY'))).toHaveLength(1);
    expect(validate(dockerfile.replace('ENTRYPOINT [', 'ENTRYPOIN ['))).toHaveLength(1);
  });

  it('pins what it is built on, runs as a person without rights, and takes no secret', () => {
    const bases = [...dockerfile.matchAll(/^FROM (\S+)/gm)].map(([, base]) => base);
    expect(bases).toHaveLength(2);
    for (const base of bases) expect(base).toMatch(/^node:\d+\.\d+\.\d+-bookworm(-slim)?$/);
    expect(wordsOf('USER')).toEqual([['node']]);
    expect(dockerfile).not.toMatch(/^(ARG|ADD) /m);
    const named = wordsOf('ENV')
      .flat()
      .map((pair) => pair.split('=')[0] ?? '');
    expect(named.filter((name) => name !== 'NODE_ENV' && !settingNames.includes(name))).toEqual([]);
  });

  it('builds only the packages that may run something at their installation', () => {
    const { allowScripts } = z
      .object({ allowScripts: z.record(z.string(), z.boolean()) })
      .parse(JSON.parse(readFileSync('package.json', 'utf8')));
    const allowed = Object.keys(allowScripts).filter((name) => allowScripts[name] === true);
    expect(dockerfile).toContain('npm ci --ignore-scripts');
    expect(/npm rebuild ([^\n&]+)/.exec(dockerfile)?.[1]?.trim().split(' ').sort()).toEqual(
      allowed.sort(),
    );
  });

  describe('its last stage', () => {
    const image = mkdtempSync(join(tmpdir(), 'image-'));
    let built: string;
    beforeAll(async () => {
      built = await builtFolder();
      for (const [flag, from = '', to = ''] of wordsOf('COPY')) {
        expect(flag).toBe('--from=build');
        const path = from.replace(/^\/app\//, '');
        const target = join(image, to.endsWith('/') ? join(to, path) : to);
        mkdirSync(dirname(target), { recursive: true });
        if (path === 'node_modules') symlinkSync(join(process.cwd(), path), target);
        else if (path !== 'dist') cpSync(path, target, { recursive: true });
        else {
          const removed = /rm -rf ([^&]+)/.exec(dockerfile)?.[1]?.trim().split(' ') ?? [];
          cpSync(built, target, {
            recursive: true,
            filter: (file) => !removed.includes(join('dist', relative(built, file))),
          });
          expect(existsSync(join(target, 'tests'))).toBe(false);
        }
      }
    });
    afterAll(() => rmSync(image, { recursive: true, force: true }));

    it('has every file that the program needs for its main job', () => {
      const [node, ...words] = z
        .array(z.string())
        .parse(JSON.parse(wordsOf('ENTRYPOINT')[0]?.join(' ') ?? ''));
      expect(node).toBe('node');
      const done = spawnSync(process.execPath, [...words, 'walk', '--json'], {
        cwd: image,
        encoding: 'utf8',
        env: { PATH: process.env['PATH'], INTERLOCK_HOME: join(image, 'home') },
      });
      expect(done.stderr).toBe('');
      expect(done.status).toBe(0);
    });
  });
});
