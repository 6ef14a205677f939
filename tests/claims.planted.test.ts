/**
 * C54: the suites can fail. Each planted bug, in a store or in a source, is handed to a run of the very test that is named
 * for it, and that test turns red; without a bug the same run is green.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { sourceBugs } from './attacks/plantedSources.ts';
import { storeBugs } from './attacks/plantedStores.ts';
import { isDeep, takeYourTime } from './support/scale.ts';

takeYourTime();

const root = fileURLToPath(new URL('..', import.meta.url));
const vitest = fileURLToPath(new URL('../node_modules/vitest/vitest.mjs', import.meta.url));
const Result = z.object({
  testResults: z.array(
    z.object({
      assertionResults: z.array(z.object({ fullName: z.string(), status: z.string() })),
    }),
  ),
});

const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');

type Planted = { readonly file: string; readonly test: string; readonly on: string };

/** Runs the named test in a process of its own; how each test that ran under that name ended. */
async function run(bug: string, { file, test, on }: Planted): Promise<readonly string[]> {
  const config = ['--config', 'vitest.planted.config.ts'];
  const folder = await mkdtemp(join(tmpdir(), 'interlock-planted-'));
  const result = join(folder, 'result.json');
  const child = spawn(
    process.execPath,
    [vitest, 'run', file, '-t', `${on}.*${escaped(test)}`, ...config],
    {
      cwd: root,
      env: { ...process.env, PLANTED_BUG: bug, PLANTED_RESULT: result },
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  );
  let troubles = '';
  child.stderr.on('data', (part: Buffer) => (troubles += part.toString()));
  await once(child, 'close');
  const json = await readFile(result, 'utf8').catch(() => '');
  await rm(folder, { recursive: true });
  if (json === '') throw new Error(`the run said nothing: ${troubles}`);
  return Result.parse(JSON.parse(json))
    .testResults.flatMap(({ assertionResults }) => assertionResults)
    .filter(({ fullName, status }) => fullName.includes(test) && status !== 'skipped')
    .map(({ status }) => status);
}

const all: readonly (readonly [string, Planted])[] = [
  ...Object.entries(storeBugs).map(([bug, found]) => [bug, { ...found, on: 'SQLite' }] as const),
  ...Object.entries(sourceBugs).map(([bug, found]) => [bug, { ...found, on: '' }] as const),
];
const [first] = all;
if (first === undefined) throw new Error('there are bugs');
/** One in a store and one in a source in every run, all of them in a deep one. */
const bugs = isDeep() ? all : [first, ...all.slice(-1)];

describe('C54: the test that is named for it turns red for', () => {
  it.each(bugs)('%s', async (bug, planted) => {
    expect(await run(bug, planted)).toContain('failed');
  });

  it('and is green without a bug', async () => {
    expect(await run('', first[1])).toEqual(['passed']);
  });
});
