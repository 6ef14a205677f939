/**
 * Reads a drill with its runbook and its changes, and says everything that is wrong with any of the three. A drill with
 * a problem is not run: a wrong path or a misspelt expectation must never look like a failing workflow.
 */
import { readdir, readFile, stat } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import type { Plan } from '../../ledger/plan.ts';
import { instant } from '../runbook/clock.ts';
import type { FactsReport } from '../runbook/factsFormat.ts';
import { schemaTree } from '../runbook/jsonSchema.ts';
import { type FilePath, type FileProblem, type Finding, locate } from '../runbook/problems.ts';
import { parseFacts, parseRunbook } from '../runbook/parse.ts';
import { type Pen, penOf, reportOf } from '../runbook/readFacts.ts';
import { schemaFindings } from '../runbook/schemaProblems.ts';
import { readSource } from '../runbook/source.ts';
import type { AgentName, Instant } from '../../ledger/vocabulary.ts';
import { checkExpectations, checkPeople } from './checkExpectations.ts';
import { knownNames } from './checkNames.ts';
import { type AcknowledgementText, type DecideText, DrillText, type StepText } from './format.ts';
import type { ExpectationText } from './expectations.ts';

export type DrillStep = {
  readonly name: string;
  readonly now: Instant;
  readonly reports: readonly FactsReport[];
  readonly deliveries: number;
  readonly runs: number;
  readonly restart: boolean;
  readonly decide: DecideText | null;
  readonly acknowledge: readonly AcknowledgementText[];
  readonly expect: readonly ExpectationText[];
  /** What must not be met. */
  readonly never: readonly ExpectationText[];
};

export type Drill = {
  readonly file: string;
  readonly name: string;
  /** The agent whose proposals it is about; null: the whole walk. */
  readonly agent: AgentName | null;
  readonly plan: Plan;
  /** Who declares the runbook. The declaration is the first step. */
  readonly declarer: string;
  readonly steps: readonly DrillStep[];
};

export type LoadedDrill = {
  readonly drill: Drill | null;
  readonly problems: readonly FileProblem[];
};

/** Reads a file, or says as a problem why it cannot be read. */
async function textOf(path: string): Promise<string | FileProblem> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { file: path, line: null, path: '/', message, fix: 'correct the path' };
  }
}

/** Takes reports of the changes file by id; an unknown id is a finding. */
function taken(
  ids: readonly string[],
  known: readonly FactsReport[],
  at: { path: FilePath; pen: Pen },
): FactsReport[] {
  return ids.flatMap((id, index) => {
    const found = known.find(({ body }) => body.sourceEventId === id);
    if (found !== undefined) return [found];
    at.pen.desk.findings.push({
      path: [...at.path, index],
      message: `no report "${id}" in the changes file`,
      fix: `write one of: ${known.map(({ body }) => body.sourceEventId).join(', ')}`,
    });
    return [];
  });
}

function stepOf(
  text: StepText,
  path: FilePath,
  { pen, known }: { pen: Pen; known: readonly FactsReport[] },
): DrillStep {
  const now = instant(text.now, { file: [...path, 'now'], plan: null }, pen.desk);
  const own = (text.reports ?? []).map((report, index) =>
    reportOf(report, [...path, 'reports', index], pen),
  );
  const reports = [
    ...taken(text.take ?? [], known, { path: [...path, 'take'], pen }),
    ...own.filter((report) => report !== null),
  ];
  return {
    name: text.name,
    now: now ?? 0,
    reports,
    deliveries: text.deliveries ?? 1,
    runs: text.runs ?? 1,
    restart: text.restart ?? false,
    decide: text.decide ?? null,
    acknowledge: text.acknowledge ?? [],
    expect: text.expect ?? [],
    never: text.never ?? [],
  };
}

/** A step before the one above it would be played at that one's instant, and not at its own. */
const turnedBack = (steps: readonly DrillStep[]): Finding[] =>
  steps.flatMap(({ now }, index) => {
    const before = steps[index - 1]?.now ?? 0;
    // An instant that could not be read has a finding of its own.
    if (index === 0 || now === 0 || now >= before) return [];
    return [
      {
        path: ['steps', index - 1, 'now'],
        message: 'is before the step above it, and the clock never goes back',
        fix: 'put the steps in the order of their instants',
      },
    ];
  });

const expectsNothing = (steps: readonly DrillStep[]): Finding[] =>
  steps.some((step) => step.expect.length + step.never.length > 0)
    ? []
    : [
        {
          path: ['steps'],
          message: 'nothing is expected after any step, so that nothing could fail',
          fix: 'write what is expected under expect: or never:',
        },
      ];

function compose(text: DrillText, plan: Plan, reports: readonly FactsReport[]) {
  const pen = penOf(plan);
  const { declare, agent = null } = text;
  const at = instant(declare.at, { file: ['declare', 'at'], plan: null }, pen.desk);
  const first: DrillStep = {
    name: 'The runbook is declared',
    now: at ?? 0,
    reports: [],
    deliveries: 1,
    runs: 1,
    restart: false,
    decide: declare.decide ?? null,
    acknowledge: [],
    expect: declare.expect ?? [],
    never: [],
  };
  const steps = text.steps.map((step, index) =>
    stepOf(step, ['steps', index], { pen, known: reports }),
  );
  const known = knownNames(
    plan,
    steps.flatMap((step) => step.reports),
  );
  checkPeople(declare, { path: ['declare'], known }, pen);
  checkExpectations(declare, { path: ['declare'], agent, known }, pen);
  for (const [index, step] of text.steps.entries()) {
    checkPeople(step, { path: ['steps', index], known }, pen);
    checkExpectations(step, { path: ['steps', index], agent, known }, pen);
  }
  const order = [first, ...steps];
  pen.desk.findings.push(...turnedBack(order), ...expectsNothing(order));
  return { steps: order, findings: pen.desk.findings };
}

type ReadPlan = { readonly plan: Plan | null; readonly problems: readonly FileProblem[] };
/** Runbooks that were read already: many drills stand on one, and reading it takes longer than the drill. */
type Shelf = Map<string, Promise<ReadPlan>>;

async function readPlan(file: string): Promise<ReadPlan> {
  const text = await textOf(file);
  return typeof text === 'string' ? parseRunbook(text, file) : { plan: null, problems: [text] };
}

function planOn(shelf: Shelf, file: string): Promise<ReadPlan> {
  const known = shelf.get(file) ?? readPlan(file);
  shelf.set(file, known);
  return known;
}

async function readChanges(file: string | null, plan: Plan) {
  if (file === null) return { reports: [], problems: [] };
  const text = await textOf(file);
  if (typeof text !== 'string') return { reports: [], problems: [text] };
  const { steps, problems } = parseFacts(text, file, plan);
  return { reports: steps.flatMap((step) => step.reports), problems };
}

/** Reads one drill file. */
export const loadDrill = (file: string): Promise<LoadedDrill> => loadFrom(new Map(), file);

/** Reads drill files, each runbook once. */
export function loadDrills(files: readonly string[]): Promise<LoadedDrill[]> {
  const shelf: Shelf = new Map();
  return Promise.all(files.map((file) => loadFrom(shelf, file)));
}

async function loadFrom(shelf: Shelf, file: string): Promise<LoadedDrill> {
  const given = await textOf(file);
  if (typeof given !== 'string') return { drill: null, problems: [given] };
  const source = readSource(given, file);
  if (source.problems.length > 0) return { drill: null, problems: source.problems };
  const refuse = (findings: readonly Finding[]): LoadedDrill => ({
    drill: null,
    problems: locate(findings, file, source.lineOf),
  });
  const parsed = DrillText.safeParse(source.value);
  if (!parsed.success) {
    return refuse(
      schemaFindings(parsed.error, { root: schemaTree(DrillText), value: source.value }),
    );
  }
  const text = parsed.data;
  const beside = (path: string): string => relative('.', join(dirname(file), path));
  const { plan, problems } = await planOn(shelf, beside(text.runbook));
  if (plan === null) return { drill: null, problems };
  const changes = await readChanges(text.changes === undefined ? null : beside(text.changes), plan);
  if (changes.problems.length > 0) return { drill: null, problems: changes.problems };
  const { steps, findings } = compose(text, plan, changes.reports);
  if (findings.length > 0) return refuse(findings);
  const { name, agent = null, declare } = text;
  return { drill: { file, name, agent, plan, declarer: declare.as, steps }, problems: [] };
}

/** What a suite keeps beside its drills. Any other format is read as a drill, so that a misspelt one is not skipped. */
const besideDrills: readonly unknown[] = ['interlock-runbook/1', 'interlock-facts/1'];

/** The format that a file names in a line of its own, as every file of ours does: reading it whole takes far longer. */
function formatAtSight(text: string): string | null {
  const [first, ...more] = text.matchAll(/^(?:\{?\s{0,3}"format"|format): *"?([\w/-]+)"?,? *$/gm);
  return more.length === 0 ? (first?.[1] ?? null) : null;
}

async function isDrill(file: string): Promise<boolean> {
  const text = await readFile(file, 'utf8');
  const seen = formatAtSight(text);
  if (seen !== null) return !besideDrills.includes(seen);
  const { value } = readSource(text, file);
  const format: unknown =
    typeof value === 'object' && value !== null && 'format' in value ? value.format : null;
  return !besideDrills.includes(format);
}

/** The drill files a path names: itself, or every YAML file of a folder but runbooks and facts, in order of name. */
export async function drillFiles(path: string): Promise<readonly string[]> {
  const found = await stat(path);
  if (!found.isDirectory()) return [path];
  const names = (await readdir(path))
    .filter((name) => /(?<![.]schema)[.](ya?ml|json)$/.test(name))
    .toSorted();
  const files = names.map((name) => join(path, name));
  const drills = await Promise.all(files.map(isDrill));
  return files.filter((_, index) => drills[index]);
}
