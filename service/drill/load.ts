/**
 * Reads a drill with its runbook and its changes, and says everything that is wrong with any of the three. A drill with
 * a problem is not run: a wrong path or a misspelt expectation must never look like a failing workflow.
 */
import { readdir, readFile, stat } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import type { Plan } from '../../ledger/plan.ts';
import type { Instant } from '../../ledger/vocabulary.ts';
import { instant } from '../runbook/clock.ts';
import type { FactsReport } from '../runbook/factsFormat.ts';
import { schemaTree } from '../runbook/jsonSchema.ts';
import { type FilePath, type FileProblem, type Finding, locate } from '../runbook/problems.ts';
import { parseFacts, parseRunbook } from '../runbook/parse.ts';
import { type Pen, penOf, reportOf } from '../runbook/readFacts.ts';
import { schemaFindings } from '../runbook/schemaProblems.ts';
import { readSource } from '../runbook/source.ts';
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

/** A finding for each expectation whose instant cannot be read: it could never be met. */
function checkTimes(
  step: {
    expect?: readonly ExpectationText[] | undefined;
    never?: readonly ExpectationText[] | undefined;
  },
  path: FilePath,
  pen: Pen,
): void {
  for (const [index, one] of [...(step.expect ?? []), ...(step.never ?? [])].entries()) {
    const { placed, forecast, deadline } = one;
    const times = {
      placed: placed?.at,
      end: placed?.end,
      forecast: forecast?.at,
      at: deadline?.at,
      after: deadline?.after,
    };
    for (const time of Object.values(times)) {
      const place = { file: [...path, 'expect', index], plan: null };
      if (time !== undefined) instant(time, place, pen.desk);
    }
  }
}

function compose(text: DrillText, plan: Plan, known: readonly FactsReport[]) {
  const pen = penOf(plan);
  const { declare } = text;
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
  checkTimes(declare, ['declare'], pen);
  const steps = text.steps.map((step, index) => {
    checkTimes(step, ['steps', index], pen);
    return stepOf(step, ['steps', index], { pen, known });
  });
  return { steps: [first, ...steps], findings: pen.desk.findings };
}

async function readPlan(
  file: string,
): Promise<{ plan: Plan | null; problems: readonly FileProblem[] }> {
  const text = await textOf(file);
  return typeof text === 'string' ? parseRunbook(text, file) : { plan: null, problems: [text] };
}

async function readChanges(file: string | null, plan: Plan) {
  if (file === null) return { reports: [], problems: [] };
  const text = await textOf(file);
  if (typeof text !== 'string') return { reports: [], problems: [text] };
  const { steps, problems } = parseFacts(text, file, plan);
  return { reports: steps.flatMap((step) => step.reports), problems };
}

/** Reads one drill file. */
export async function loadDrill(file: string): Promise<LoadedDrill> {
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
  const { plan, problems } = await readPlan(beside(text.runbook));
  if (plan === null) return { drill: null, problems };
  const changes = await readChanges(text.changes === undefined ? null : beside(text.changes), plan);
  if (changes.problems.length > 0) return { drill: null, problems: changes.problems };
  const { steps, findings } = compose(text, plan, changes.reports);
  if (findings.length > 0) return refuse(findings);
  return { drill: { file, name: text.name, plan, declarer: text.declare.as, steps }, problems: [] };
}

/** The drill files a path names: itself, or every YAML or JSON file of a folder in order of name. */
export async function drillFiles(path: string): Promise<readonly string[]> {
  const found = await stat(path);
  if (!found.isDirectory()) return [path];
  const names = (await readdir(path)).filter((name) => /[.](ya?ml|json)$/.test(name));
  return names.toSorted().map((name) => join(path, name));
}
