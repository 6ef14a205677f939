/**
 * The verbs that bring something in: declare a runbook, report facts, run the workflow, and ask what a report
 * would do without writing anything.
 */
import { readFile } from 'node:fs/promises';
import { text as readStream } from 'node:stream/consumers';
import { coverageGaps } from '../../constraints/planCoverage.ts';
import { run } from '../../graph/run.ts';
import { handle } from '../../ledger/handle.ts';
import type { ReportBody } from '../../ledger/facts.ts';
import type { Plan } from '../../ledger/plan.ts';
import { openInterlock, type Interlock } from '../interlock.ts';
import { parseFacts, parseRunbook } from '../runbook/parse.ts';
import { type Answer, answered, exits, refused, UsageError } from './answer.ts';
import { actorAt, eventsOf, open } from './cutovers.ts';
import { namesOf } from '../words/names.ts';
import { coverageLines } from './statusText.ts';
import { refuseForLive } from './rehearsal.ts';
import { describeRun } from './runText.ts';
import type { Screen } from './screen.ts';

type Common = { readonly cutover?: string | undefined; readonly utc?: boolean | undefined };

/** Reads a file, or standard input when it is `-`. */
export async function readInput(path: string): Promise<string> {
  if (path === '-') return readStream(process.stdin);
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new UsageError(
      `cannot read ${path}: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

type FileProblem = {
  readonly file: string;
  readonly line: number | null;
  readonly path: string;
  readonly message: string;
  readonly fix: string;
};

/** All problems of a file at once, one block each: place, what is wrong, what to do. */
export function invalid(problems: readonly FileProblem[]): Answer {
  const lines = problems.map(
    (problem) =>
      `${problem.file}${problem.line === null ? '' : `:${problem.line}`} ${problem.path}: ${problem.message}\n  fix: ${problem.fix}`,
  );
  return {
    exit: exits.invalidInput,
    text: [
      ...lines,
      `${problems.length} problem${problems.length === 1 ? '' : 's'}; nothing was written.`,
    ].join('\n'),
    json: { problems },
  };
}

/** Declares a cutover from a runbook and runs once, so that packet 1 stands. */
export async function declare(
  interlock: Interlock,
  wanted: Common & { file: string; as: string; at?: string | undefined },
  screen: Screen,
): Promise<Answer> {
  const { plan, problems } = parseRunbook(await readInput(wanted.file), wanted.file);
  if (plan === null || problems.length > 0) return invalid(problems);
  refuseForLive(plan, wanted.at);
  const outcome = await handle(interlock.ledger, plan.cutoverId, {
    type: 'DeclareCutover',
    plan,
    actor: actorAt(wanted.as, null, interlock.ledger.now()),
  });
  if (outcome.rejection !== null) return refused(outcome.rejection);
  const ran = await runOnce(interlock, { ...wanted, cutover: plan.cutoverId }, screen);
  const gaps = coverageGaps(plan);
  return {
    ...ran,
    text: [
      `Declared ${plan.name} (${plan.cutoverId}).`,
      ...coverageLines(gaps, namesOf(plan)),
      ran.text,
    ].join('\n'),
    json: { declared: plan.cutoverId, coverageGaps: gaps, run: ran.json },
  };
}

/** Appends reports one by one; says of each whether it is new, known or refused. */
export async function receive(
  interlock: Interlock,
  cutoverId: string,
  bodies: readonly ReportBody[],
) {
  const results = [];
  for (const body of bodies) {
    const outcome = await handle(interlock.ledger, cutoverId, { type: 'ReceiveReport', body });
    const received = outcome.events.find((event) => event.body.type === 'ReportReceived');
    results.push({
      source: body.source,
      sourceEventId: body.sourceEventId,
      result:
        outcome.rejection !== null
          ? ('refused' as const)
          : outcome.repeated || received === undefined
            ? ('known_already' as const)
            : ('received' as const),
      version: received?.version ?? null,
      rejection: outcome.rejection,
    });
  }
  return results;
}

async function readFacts(file: string, plan: Plan): Promise<readonly ReportBody[] | Answer> {
  const { reports, problems } = parseFacts(await readInput(file), file, plan);
  return problems.length > 0 ? invalid(problems) : reports;
}

const isAnswer = (value: readonly ReportBody[] | Answer): value is Answer => 'exit' in value;

/** Appends reports durably. Whether each fact is accepted or held is ruled by the next run. */
export async function report(
  interlock: Interlock,
  wanted: Common & { file: string },
): Promise<Answer> {
  const { cutoverId, state } = await open(interlock, wanted.cutover);
  const bodies = await readFacts(wanted.file, state.situation.plan);
  if (isAnswer(bodies)) return bodies;
  const results = await receive(interlock, cutoverId, bodies);
  const lines = results.map((item) => {
    const name = `${item.source} ${item.sourceEventId}`;
    if (item.rejection !== null) return `${name}: refused, ${item.rejection.detail}`;
    return item.result === 'received'
      ? `${name}: recorded at ${item.version}`
      : `${name}: known already, nothing to do`;
  });
  const anyRefused = results.some((item) => item.rejection !== null);
  return {
    exit: anyRefused ? exits.refused : exits.ok,
    text: [...lines, 'Next: interlock run'].join('\n'),
    json: { reports: results },
  };
}

/** Runs the workflow until it stops: at a person, or because nothing changed. */
export async function runOnce(
  interlock: Interlock,
  wanted: Common,
  screen: Screen,
): Promise<Answer> {
  const { cutoverId } = await open(interlock, wanted.cutover);
  const result = await run(interlock.graph, cutoverId);
  return describeRun(interlock, { cutoverId, result, utc: wanted.utc === true }, screen);
}

/** What these facts would do, on a copy in memory: the ledger is not touched. */
export async function whatIf(
  interlock: Interlock,
  wanted: Common & { file: string },
  screen: Screen,
): Promise<Answer> {
  const { cutoverId, state } = await open(interlock, wanted.cutover);
  const bodies = await readFacts(wanted.file, state.situation.plan);
  if (isAnswer(bodies)) return bodies;
  const copy = await openInterlock(
    { ledger: ':memory:', checkpoints: ':memory:' },
    interlock.ledger,
  );
  try {
    const events = await eventsOf(interlock.ledger.store, cutoverId);
    await copy.ledger.store.transact(cutoverId, (transaction) =>
      transaction.append(cutoverId, 0, events),
    );
    await receive(copy, cutoverId, bodies);
    const ran = await runOnce(copy, { ...wanted, cutover: cutoverId }, screen);
    return answered(`What if (nothing is written):\n${ran.text}`, { whatIf: ran.json });
  } finally {
    await copy.close();
  }
}
