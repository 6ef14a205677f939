/**
 * Reads the files people write, a runbook or a facts file, and says everything that is wrong with them at once:
 * file, line, path, what is wrong and the fix. Nothing is declared or reported from a file with any problem.
 */
import { planProblems } from '../../constraints/plan.ts';
import type { PlanProblem } from '../../ledger/judge.ts';
import { Plan } from '../../ledger/plan.ts';
import type { RunbookText } from './format.ts';
import { lenient } from './lenient.ts';
import { filePathOf } from './planPaths.ts';
import { type FileProblem, type Finding, inFileOrder, pathText } from './problems.ts';
import { runbookSchemaTree } from './jsonSchema.ts';
import { RunbookText as RunbookSchema } from './format.ts';
import { readSource, type Source } from './source.ts';
import { toPlan } from './toPlan.ts';

export type { FileProblem } from './problems.ts';

type Named = { readonly file: string; readonly source: Source };

const located = ({ path, message, fix }: Finding, { file, source }: Named): FileProblem => ({
  file,
  line: source.lineOf(path),
  path: pathText(path),
  message,
  fix,
});

/** Words of a problem that name something left out of the judged plan would only confuse. */
function standsOnItsOwn(problem: PlanProblem, leftOut: readonly string[]): boolean {
  const words = new Set(`${problem.path} ${problem.message}`.split(/[^a-z0-9._:-]+/i));
  return !leftOut.some((name) => words.has(name));
}
