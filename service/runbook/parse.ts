/**
 * Reads the files people write, a runbook or a facts file, and says everything that is wrong with them at once:
 * file, line, path, what is wrong and the fix. Nothing is declared or reported from a file with any problem.
 */
import type { ReportBody } from '../../ledger/facts.ts';
import { Plan } from '../../ledger/plan.ts';
import { malformedPlaces, malformedText } from '../../ledger/wellFormed.ts';
import type { FactsStep } from './factsFormat.ts';
import { type FileProblem, type Finding, inFileOrder, locate } from './problems.ts';
import { readFacts } from './readFacts.ts';
import { readRunbook } from './readRunbook.ts';
import { readSource } from './source.ts';

export type { FileProblem } from './problems.ts';

export type ParsedRunbook = {
  /** Null exactly when there are problems. */
  readonly plan: Plan | null;
  readonly problems: readonly FileProblem[];
};

export type ParsedFacts = {
  /** All reports of the file in order; empty when there are problems. */
  readonly reports: readonly ReportBody[];
  /** The same reports as the steps they are written in, with the instant at which each step runs. */
  readonly steps: readonly FactsStep[];
  readonly problems: readonly FileProblem[];
};

/** Half a character has no bytes, so it is refused before anything is made of the file. */
const malformed = (value: unknown): Finding[] =>
  malformedPlaces(value).map((path) => ({
    path,
    message: malformedText,
    fix: 'write the whole character, or leave it out',
  }));

/** Reads a runbook text. `fileName` is only named in problems. */
export function parseRunbook(text: string, fileName: string): ParsedRunbook {
  const source = readSource(text, fileName);
  if (source.problems.length > 0) return { plan: null, problems: inFileOrder(source.problems) };
  const halves = malformed(source.value);
  if (halves.length > 0) return { plan: null, problems: locate(halves, fileName, source.lineOf) };
  const { plan, findings } = readRunbook(source.value);
  if (findings.length > 0)
    return { plan: null, problems: locate(findings, fileName, source.lineOf) };
  return { plan: Plan.parse(plan), problems: [] };
}

/** Reads a facts text for a cutover with this plan. Times that cannot be read stay in the facts as readings. */
export function parseFacts(text: string, fileName: string, plan: Plan): ParsedFacts {
  const source = readSource(text, fileName);
  if (source.problems.length > 0) {
    return { reports: [], steps: [], problems: inFileOrder(source.problems) };
  }
  return factsIn(source.value, plan, (findings) => locate(findings, fileName, source.lineOf));
}

function factsIn(
  value: unknown,
  plan: Plan,
  located: (findings: readonly Finding[]) => readonly FileProblem[],
): ParsedFacts {
  const wrong = (findings: readonly Finding[]): ParsedFacts => ({
    reports: [],
    steps: [],
    problems: located(findings),
  });
  const halves = malformed(value);
  if (halves.length > 0) return wrong(halves);
  const { steps, findings } = readFacts(value, plan);
  if (findings.length > 0) return wrong(findings);
  const reports = steps.flatMap((step) => step.reports.map(({ body }) => body));
  return { reports, steps, problems: [] };
}

/** As `parseFacts`, for facts that were read from JSON already: they have no lines. */
export const factsFrom = (value: unknown, plan: Plan): ParsedFacts =>
  factsIn(value, plan, (findings) => locate([...findings], 'body', () => null));
