/**
 * A runbook file as a plan, and everything that is wrong with it at once: shape, times, lengths and contradictions.
 * It refuses nothing by throwing; a plan that comes with findings is not to be used.
 */
import { planProblems } from '../../constraints/plan.ts';
import type { PlanProblem } from '../../ledger/judge.ts';
import type { Plan } from '../../ledger/plan.ts';
import { RunbookText } from './format.ts';
import { schemaTree } from './jsonSchema.ts';
import { lenient, type Lenient } from './lenient.ts';
import { filePathOf } from './planPaths.ts';
import type { FilePath, Finding } from './problems.ts';
import { schemaFindings } from './schemaProblems.ts';
import { toPlan } from './toPlan.ts';

/** Names of what was left out of the judged plan at this place: what hangs on them is not judged. */
function namesAt(path: FilePath, text: RunbookText): string[] {
  const [section, key] = path;
  if (section === 'checkpoints') {
    const item = text.checkpoints[Number(key)];
    return item === undefined ? [] : [item.id];
  }
  if (section === 'authority') {
    const row = text.authority[Number(key)];
    return row === undefined ? [] : [row.role];
  }
  return key === undefined ? [] : [String(key)];
}

/** A problem that names something left out only repeats what was already said of it. */
function standsAlone(problem: PlanProblem, leftOut: readonly string[]): boolean {
  const words = new Set(`${problem.path} ${problem.message}`.split(/[^A-Za-z0-9._:-]+/));
  return !leftOut.some((name) => words.has(name));
}

export type Judged = { readonly plan: Plan | null; readonly findings: readonly Finding[] };

function judged(text: RunbookText, file: unknown, leftOut: readonly string[]): Judged {
  const { plan, findings } = toPlan(text);
  if (plan === null) return { plan, findings };
  const names = [...leftOut, ...findings.flatMap(({ path }) => namesAt(path, text))];
  const contradictions = planProblems(plan)
    .filter((problem) => standsAlone(problem, names))
    .map(({ path, message, fix }) => ({ path: filePathOf(path, file), message, fix }));
  return { plan, findings: [...findings, ...contradictions] };
}

/** A place in what was looked at leniently, as a place in the file itself. */
function original({ places }: Lenient, finding: Finding): Finding {
  const [section, index, ...rest] = finding.path;
  if (section === undefined || typeof index !== 'number') return finding;
  return { ...finding, path: [section, places[section]?.[index] ?? index, ...rest] };
}

/** What else is wrong with a file that does not have the right shape. */
function beyondShape(partial: Lenient, value: unknown): Finding[] {
  const droppedNames = partial.dropped.flatMap((path) => {
    const [section, key] = path;
    const list: unknown = section === undefined ? undefined : Object(value)[section];
    const item: unknown = Array.isArray(list) ? list[Number(key)] : undefined;
    const named = Object(item ?? {});
    return [named.id, named.role, key].filter((name) => typeof name === 'string');
  });
  return judged(partial.text, partial.text, droppedNames).findings.map((finding) =>
    original(partial, finding),
  );
}

/** Reads the value of a runbook file. The plan is only to be used when nothing is found. */
export function readRunbook(value: unknown): Judged {
  const shape = RunbookText.safeParse(value);
  if (shape.success) return judged(shape.data, value, []);
  const context = { root: schemaTree(RunbookText), value };
  const partial = lenient(value, shape.error);
  const more = partial === null ? [] : beyondShape(partial, value);
  return { plan: null, findings: [...schemaFindings(shape.error, context), ...more] };
}
