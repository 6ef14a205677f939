/**
 * C54: the suites of keeping and sending can fail. Each planted bug is handed to a run of the very test that is named for
 * it, and that test turns red; without a bug the same run is green.
 */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { storeBugs } from './attacks/plantedStores.ts';
import { scaled, takeYourTime } from './support/scale.ts';

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

/** Runs one named test in a process of its own; how each test that ran under that name ended. */
async function run(bug: string, file: string, name: string): Promise<readonly string[]> {
  const config = ['--config', 'vitest.planted.config.ts'];
  const child = spawn(
    process.execPath,
    [vitest, 'run', file, '-t', `SQLite.*${escaped(name)}`, ...config],
    {
      cwd: root,
      env: { ...process.env, PLANTED_BUG: bug },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let said = '';
  let troubles = '';
  child.stdout.on('data', (part: Buffer) => (said += part.toString()));
  child.stderr.on('data', (part: Buffer) => (troubles += part.toString()));
  await new Promise((resolve) => child.once('close', resolve));
  const json = said.slice(said.indexOf('{'), said.lastIndexOf('}') + 1);
  if (json === '') throw new Error(`the run said nothing: ${troubles}`);
  return Result.parse(JSON.parse(json))
    .testResults.flatMap(({ assertionResults }) => assertionResults)
    .filter(({ fullName, status }) => fullName.includes(name) && status !== 'skipped')
    .map(({ status }) => status);
}

/** A few in every run, all of them in a deep one. */
const bugs = Object.entries(storeBugs).slice(0, scaled(2));

describe('C54: the test that is named for it turns red for', () => {
  it.each(bugs)('%s', async (bug, { file, test }) => {
    expect(await run(bug, file, test)).toEqual(['failed']);
  });

  it('and is green without a bug', async () => {
    const [first] = bugs;
    if (first === undefined) throw new Error('there are bugs');
    expect(await run('', first[1].file, first[1].test)).toEqual(['passed']);
  });
});
