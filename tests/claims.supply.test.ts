/**
 * C52, the supply chain: what is installed is what the lock file names, nothing of a package runs at its installation
 * but what is allowed by name, a bill of materials can be made, and what ships starts no process, evaluates no text and
 * fetches nothing outside the files that are there for it.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';

const Package = z.object({
  allowScripts: z.record(z.string(), z.boolean()),
  dependencies: z.record(z.string(), z.string()),
  devDependencies: z.record(z.string(), z.string()),
});
const Lock = z.object({
  packages: z.record(
    z.string(),
    z.object({
      version: z.string().optional(),
      resolved: z.string().optional(),
      integrity: z.string().optional(),
      link: z.boolean().optional(),
      hasInstallScript: z.boolean().optional(),
      dev: z.boolean().optional(),
      peer: z.boolean().optional(),
    }),
  ),
});
const json = (file: string): unknown => JSON.parse(readFileSync(file, 'utf8'));
const { allowScripts, dependencies, devDependencies } = Package.parse(json('package.json'));
const locked = Object.entries(Lock.parse(json('package-lock.json')).packages).filter(
  ([place]) => place !== '',
);

describe('C52: what is installed', () => {
  it('is pinned to one version each, with no range, git address or URL', () => {
    const wanted = Object.entries({ ...dependencies, ...devDependencies });
    expect(wanted.length).toBeGreaterThan(40);
    expect(wanted.filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([]);
  });

  it('is in the lock file with its digest, and comes from nowhere but the registry in use', () => {
    expect(locked.length).toBeGreaterThan(400);
    for (const [place, { integrity, resolved, link, version }] of locked) {
      expect(integrity, place).toMatch(/^sha512-[A-Za-z0-9+/]{86}==$/);
      expect({ place, resolved, link }).toEqual({ place, resolved: undefined, link: undefined });
      expect(version, place).toMatch(/^\d+\.\d+\.\d+/);
    }
  });

  it('runs nothing at its installation but what is allowed or forbidden by name', () => {
    const named = locked.flatMap(([place, { hasInstallScript }]) =>
      hasInstallScript === true ? [place.replace(/^.*node_modules\//, '')] : [],
    );
    const decided = Object.keys(allowScripts);
    // A package for another operating system is never installed here.
    expect(named.filter((name) => !decided.includes(name) && name !== 'fsevents')).toEqual([]);
    expect(decided.filter((name) => !named.includes(name))).toEqual([]);
  });

  it('can be told as a bill of materials, with a licence that may be used', () => {
    const words = ['sbom', '--sbom-format', 'cyclonedx', '--package-lock-only'];
    const told = execFileSync('npm', words, { encoding: 'utf8', maxBuffer: 1e8 });
    const Licence = z.object({
      license: z.object({ id: z.string().optional(), name: z.string().optional() }).optional(),
      expression: z.string().optional(),
    });
    const Bill = z.object({
      bomFormat: z.literal('CycloneDX'),
      components: z.array(z.object({ name: z.string(), licenses: z.array(Licence).default([]) })),
    });
    const { components } = Bill.parse(JSON.parse(told));
    expect(components.map(({ name }) => name)).toEqual(
      expect.arrayContaining(Object.keys(dependencies)),
    );
    const good =
      /^(MIT|MIT-0|ISC|Apache-2\.0|BSD-[23]-Clause|0BSD|BlueOak-1\.0\.0|Unlicense|CC0-1\.0|Python-2\.0)$/;
    // Tools of developers ship with nobody.
    const ships = new Set(
      locked.flatMap(([place, { dev }]) =>
        dev === true ? [] : [place.replace(/^.*node_modules\//, '')],
      ),
    );
    const odd = components
      .filter(({ name }) => ships.has(name))
      .flatMap(({ name, licenses }) => {
        const words = licenses.map(
          ({ license, expression }) => license?.id ?? license?.name ?? expression ?? '',
        );
        const parts = words.flatMap((word) => word.replaceAll(/[()]/g, '').split(/ OR | AND /));
        return parts.some((part) => good.test(part)) ? [] : [`${name}: ${words.join()}`];
      });
    expect(odd).toEqual([]);
  });
});

const folders = [
  'ledger',
  'constraints',
  'solver',
  'tools',
  'prompts',
  'agents',
  'graph',
  'service',
];
const sources = folders.flatMap((folder) =>
  readdirSync(folder, { encoding: 'utf8', recursive: true })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .map((name) => join(folder, name)),
);

/** Files that may reach out, each for one reason. */
const mayFetch = ['agents/model.ts'];
/** Files that know Node's own HTTP: one posts through a guarded agent, one reads what a socket has taken. */
const mayKnowHttp = ['service/notices/guardedPost.ts', 'service/http/streams.ts'];

/** Files that run our own code in a thread. */
const mayThread = ['service/workApart.ts', 'service/workThread.ts'];

/** What a file does that only adapters may: starts processes, evaluates text, fetches. */
function reaches(file: string, text: string): string[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const found: string[] = [];
  const look = (node: ts.Node): void => {
    if (
      ts.isStringLiteral(node) &&
      /^(node:)?(child_process|cluster|vm|worker_threads)$/.test(node.text) &&
      !(node.text === 'node:worker_threads' && mayThread.includes(file))
    ) {
      found.push(`${file}: ${node.text}`);
    }
    if (
      ts.isStringLiteral(node) &&
      /^(node:)?(http|https|net|tls|dgram|http2|inspector)$/.test(node.text)
    ) {
      const imported =
        ts.isImportDeclaration(node.parent) &&
        node.parent.importClause?.phaseModifier !== ts.SyntaxKind.TypeKeyword;
      if (imported && !mayKnowHttp.includes(file)) found.push(`${file}: ${node.text}`);
    }
    const called = ts.isCallExpression(node) || ts.isNewExpression(node) ? node.expression : null;
    if (
      called !== null &&
      ts.isIdentifier(called) &&
      /^(eval|Function|fetch|WebSocket|EventSource)$/.test(called.text)
    ) {
      if (!(called.text === 'fetch' && mayFetch.includes(file)))
        found.push(`${file}: ${called.text}`);
    }
    ts.forEachChild(node, look);
  };
  look(source);
  return found;
}

describe('C52: what ships', () => {
  it('starts no process, evaluates no text, opens no socket and fetches nothing outside its adapters', () => {
    expect(sources.length).toBeGreaterThan(250);
    expect(sources.flatMap((file) => reaches(file, readFileSync(file, 'utf8')))).toEqual([]);
  });

  it.each([
    "import { spawn } from 'node:child_process';",
    "const run = await import('child_process');",
    "import { runInNewContext } from 'node:vm';",
    "eval('1');",
    "new Function('return 1')();",
    "await fetch('https://example.test');",
    "import { request } from 'node:https';",
  ])('the look would find %s', (text) => {
    expect(reaches('service/some.ts', text)).toHaveLength(1);
  });

  it('the core reaches for nothing impure: the rule of the layers catches it when it does', () => {
    const folder = mkdtempSync(join(tmpdir(), 'layers-'));
    const cruise = (): string => {
      const program = join(
        process.cwd(),
        'node_modules/dependency-cruiser/bin/dependency-cruise.mjs',
      );
      const words = [
        program,
        '--config',
        '.dependency-cruiser.mjs',
        'ledger',
        'constraints',
        'solver',
      ];
      return spawnSync(process.execPath, words, { cwd: folder, encoding: 'utf8' }).stdout;
    };
    try {
      symlinkSync(join(process.cwd(), 'node_modules'), join(folder, 'node_modules'));
      writeFileSync(
        join(folder, '.dependency-cruiser.mjs'),
        readFileSync('.dependency-cruiser.mjs'),
      );
      writeFileSync(join(folder, 'tsconfig.json'), '{"compilerOptions":{"module":"nodenext"}}');
      for (const layer of ['ledger', 'constraints', 'solver']) mkdirSync(join(folder, layer));
      writeFileSync(
        join(folder, 'ledger/a.ts'),
        "import { readFileSync } from 'node:fs';\nexport const a = readFileSync;\n",
      );
      writeFileSync(
        join(folder, 'constraints/b.ts'),
        "import { c } from '../solver/c.ts';\nexport const b = c;\n",
      );
      writeFileSync(join(folder, 'solver/c.ts'), 'export const c = 1;\n');
      const told = cruise();
      expect(told).toContain('pure-core-touches-no-machine: ledger/a.ts');
      expect(told).toContain('constraints-and-solver-never-meet: constraints/b.ts');
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
