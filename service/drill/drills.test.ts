import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { openInterlock } from '../interlock.ts';
import { drillFiles, loadDrill } from './load.ts';
import { runDrill, type DrillDeps } from './run.ts';

const evals = fileURLToPath(new URL('../../evals/', import.meta.url));
/** Every folder of evals/ with drills in it is a suite. */
const folders = readdirSync(evals, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => `${evals}${name}/`);
const deps: DrillDeps = {
  open: (clock) => openInterlock({ ledger: ':memory:', checkpoints: ':memory:' }, clock),
};
const files = (await Promise.all(folders.map(drillFiles))).flat();

describe('the drills of this house', () => {
  it('are at least eight', () => {
    expect(files.length).toBeGreaterThanOrEqual(8);
  });

  it.each(files)('%s: every expectation is met', async (file) => {
    const { drill, problems } = await loadDrill(file);
    expect(problems).toEqual([]);
    if (drill === null) return;
    const result = await runDrill(drill, deps);
    expect(result.expected).toBeGreaterThan(0);
    expect(result.scored.filter(({ met }) => !met)).toEqual([]);
  });
});
