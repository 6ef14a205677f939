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

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Names of what stands at this place and was left out of the judged plan: what hangs on them is not judged. */
function namesIn(path: FilePath, file: unknown): string[] {
  const [section, key] = path;
  const part = isRecord(file) && typeof section === 'string' ? file[section] : undefined;
  const item: unknown = Array.isArray(part) ? part[Number(key)] : undefined;
  const named = isRecord(item) ? [item['id'], item['role']] : [key];
  const [first] = named.filter((name) => typeof name === 'string');
  return first === undefined ? [] : [first];
}

/** Problems of people's time: they follow from who could not be read, or from a name that is unknown. */
const coverage: ReadonlySet<string> = new Set([
  'lead_uncovered',
  'role_uncovered',
  'owner_not_authorised',
  'owner_unavailable',
  'owner_double_booked',
  'separation_broken',
]);

const itemOf = (path: string): string => path.split('/').slice(0, 2).join('/');

/** The problems that do not only repeat, in other words, what was already said of something else. */
function standingAlone(
  problems: readonly PlanProblem[],
  leftOut: { readonly names: readonly string[]; readonly people: boolean },
): PlanProblem[] {
  const unnamed = new Set(
    problems.filter(({ code }) => code === 'unknown_id').map(({ path }) => itemOf(path)),
  );
  return problems.filter(({ code, path, message }) => {
    if (coverage.has(code) && (leftOut.people || unnamed.has(itemOf(path)))) return false;
    const words = new Set(`${path} ${message}`.split(/[^A-Za-z0-9._:-]+/));
    return !leftOut.names.some((name) => words.has(name));
  });
}

export type Judged = { readonly plan: Plan | null; readonly findings: readonly Finding[] };

function judged(text: RunbookText, file: unknown, dropped: readonly FilePath[]): Judged {
  const { plan, findings } = toPlan(text);
  if (plan === null) return { plan, findings };
  const names = [
    ...dropped.flatMap((path) => namesIn(path, file)),
    ...findings.flatMap(({ path }) => namesIn(path, text)),
  ];
  const people = [...dropped, ...findings.map(({ path }) => path)].some(
    ([section]) => section === 'people' || section === 'authority',
  );
  const contradictions = standingAlone(planProblems(plan), { names, people }).map(
    ({ path, message, fix }) => ({ path: filePathOf(path, text), message, fix }),
  );
  return { plan, findings: [...findings, ...contradictions] };
}

/** A place in what was looked at leniently, as a place in the file itself. */
function original({ places }: Lenient, finding: Finding): Finding {
  const [section, index, ...rest] = finding.path;
  if (section === undefined || typeof index !== 'number') return finding;
  return { ...finding, path: [section, places[section]?.[index] ?? index, ...rest] };
}

/** What else is wrong with a file that does not have the right shape. */
const beyondShape = (partial: Lenient, value: unknown): Finding[] =>
  judged(partial.text, value, partial.dropped).findings.map((finding) =>
    original(partial, finding),
  );

/** Reads the value of a runbook file. The plan is only to be used when nothing is found. */
export function readRunbook(value: unknown): Judged {
  const shape = RunbookText.safeParse(value);
  if (shape.success) return judged(shape.data, value, []);
  const context = { root: schemaTree(RunbookText), value };
  const partial = lenient(value, shape.error);
  const more = partial === null ? [] : beyondShape(partial, value);
  return { plan: null, findings: [...schemaFindings(shape.error, context), ...more] };
}
