/**
 * The verb that runs drills: each on a new ledger in memory, on its own clock, scored by what it expects.
 */
import { expectationLine } from '../drill/expectations.ts';
import { drillFiles, loadDrill } from '../drill/load.ts';
import { type DrillResult, runDrill } from '../drill/run.ts';
import { openInterlock } from '../interlock.ts';
import type { FileProblem } from '../runbook/problems.ts';
import { type Answer, exits, UsageError } from './answer.ts';
import { invalid } from './input.ts';
import { wrap } from './screen.ts';

function drillText(result: DrillResult): string {
  const missed = result.scored
    .filter(({ met }) => !met)
    .map(({ step, expectation, never, found }) =>
      wrap(
        `  ${step}: ${never ? 'must not be' : 'expected'} ${expectationLine(expectation)}, found ${found}`,
        4,
      ),
    );
  const mark = result.passed ? 'held' : 'did not hold';
  return [`${result.name}: ${mark}, ${result.met} of ${result.expected}`, ...missed].join('\n');
}

/** Runs one drill file or every one of a folder, each on a new ledger in memory, and scores what was expected. */
export async function drill(path: string): Promise<Answer> {
  const files = await drillFiles(path).catch((error: unknown) => {
    throw new UsageError(
      `cannot read ${path}: ${error instanceof Error ? error.message : String(error)}`,
    );
  });
  if (files.length === 0)
    throw new UsageError(`${path} holds no drill file (.yaml, .yml or .json)`);
  const problems: FileProblem[] = [];
  const results: DrillResult[] = [];
  for (const file of files) {
    const loaded = await loadDrill(file);
    problems.push(...loaded.problems);
    if (loaded.drill === null) continue;
    const open = (clock: Parameters<typeof openInterlock>[1]) =>
      openInterlock({ ledger: ':memory:', checkpoints: ':memory:' }, clock);
    results.push(await runDrill(loaded.drill, { open }));
  }
  if (problems.length > 0) return invalid(problems);
  const held = results.filter(({ passed }) => passed).length;
  return {
    exit: held === results.length ? exits.ok : exits.notVerified,
    text: [...results.map(drillText), `${held} of ${results.length} drills held.`].join('\n'),
    json: { held, of: results.length, drills: results },
  };
}
