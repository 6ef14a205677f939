/**
 * The verbs that make a timeline: declare a runbook, run the workflow, and ask what facts would do without writing
 * anything.
 */
import { coverageGaps } from '../../constraints/planCoverage.ts';
import { run } from '../../graph/run.ts';
import { handle } from '../../ledger/handle.ts';
import type { Interlock } from '../interlock.ts';
import { parseRunbook } from '../runbook/parse.ts';
import { onCopy } from '../whatIf.ts';
import { type Answer, answered, refused } from './answer.ts';
import { actorAt, open } from './cutovers.ts';
import { invalid, readInput } from './input.ts';
import { isAnswer, readFacts } from './report.ts';
import { coverageLines } from './statusText.ts';
import { namesOf } from '../words/names.ts';
import { refuseForLive } from './rehearsal.ts';
import { describeRun } from './runText.ts';
import type { Screen } from './screen.ts';

type Common = { readonly cutover?: string | undefined; readonly utc?: boolean | undefined };

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
    actor: actorAt(wanted.as, plan, interlock.ledger.now()),
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
  return onCopy(interlock.ledger, { cutoverId, bodies }, async (copy, result) => {
    const utc = wanted.utc === true;
    const ran = await describeRun(copy, { cutoverId, result, utc }, screen);
    return answered(`What if (nothing is written):\n${ran.text}`, { whatIf: ran.json });
  });
}
