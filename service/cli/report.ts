/**
 * The verb that brings facts in: each report is appended durably, and ruled on by the next run.
 */
import type { ReportBody } from '../../ledger/facts.ts';
import type { Plan } from '../../ledger/plan.ts';
import type { LedgerOnly } from '../openLedger.ts';
import { receiveReports } from '../receiving.ts';
import { parseFacts } from '../runbook/parse.ts';
import { type Answer, exits } from './answer.ts';
import { open } from './cutovers.ts';
import { invalid, readInput } from './input.ts';

/** The reports of a facts file, or all its problems as an answer. */
export async function readFacts(file: string, plan: Plan): Promise<readonly ReportBody[] | Answer> {
  const { reports, problems } = parseFacts(await readInput(file), file, plan);
  return problems.length > 0 ? invalid(problems) : reports;
}

export const isAnswer = (value: readonly ReportBody[] | Answer): value is Answer => 'exit' in value;

/** Said at once, so that whoever wrote it knows that it is not in the ledger. */
const redactedWords = (count: number): string =>
  count === 0
    ? ''
    : `; taken out of its text: ${count} (numbers of cards or accounts, credentials)`;

/** Appends reports durably. Whether each fact is accepted or held is ruled by the next run. */
export async function report(
  interlock: LedgerOnly,
  wanted: { cutover?: string | undefined; file: string },
): Promise<Answer> {
  const { cutoverId, state } = await open(interlock, wanted.cutover);
  const bodies = await readFacts(wanted.file, state.situation.plan);
  if (isAnswer(bodies)) return bodies;
  const results = await receiveReports(interlock.ledger, cutoverId, bodies);
  const lines = results.map((item) => {
    const name = `${item.source} ${item.sourceEventId}`;
    if (item.rejection !== null) return `${name}: refused, ${item.rejection.detail}`;
    return item.result === 'received'
      ? `${name}: recorded at ${item.version}${redactedWords(item.redacted)}`
      : `${name}: known already, nothing to do`;
  });
  const anyRefused = results.some((item) => item.rejection !== null);
  return {
    exit: anyRefused ? exits.refused : exits.ok,
    text: [...lines, 'Next: interlock run'].join('\n'),
    json: { reports: results },
  };
}
