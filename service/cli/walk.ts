/**
 * The main job from one command: the payments cutover, from an approved sequence through three changes to one
 * packet and one decision. It runs on its own ledger and its own clock; nothing else is touched.
 */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../../graph/run.ts';
import { handle } from '../../ledger/handle.ts';
import type { Plan } from '../../ledger/plan.ts';
import { type Interlock, openInterlock } from '../interlock.ts';
import { packageFile } from '../packageRoot.ts';
import { receiveReports } from '../receiving.ts';
import { parseFacts, parseRunbook, type ParsedFacts } from '../runbook/parse.ts';
import { namesOf } from '../words/names.ts';
import { fullTimeText } from '../words/times.ts';
import { type Answer, answered, exits, refused } from './answer.ts';
import { invalid, readInput } from './input.ts';

import { actorAt, stateOf } from './cutovers.ts';
import { askForDecision } from './askForDecision.ts';
import { renderTimeline } from './renderPacket.ts';
import { describeRun } from './runText.ts';
import { heading, type Screen, wrap } from './screen.ts';

export type WalkOptions = {
  readonly utc: boolean;
  readonly interactive: boolean;
  /** Folder for this walk's own ledger; emptied first. */
  readonly home: string;
};

type Step = ParsedFacts['steps'][number];
type Clock = { at: number };

type Stage = {
  readonly interlock: Interlock;
  readonly plan: Plan;
  readonly clock: Clock;
  readonly options: WalkOptions;
  readonly screen: Screen;
};

async function load(): Promise<{ plan: Plan; steps: readonly Step[] } | Answer> {
  const [runbookFile, factsFile] = [
    'evals/runbooks/payments.yaml',
    'evals/runbooks/payments.changes.yaml',
  ];
  const runbook = parseRunbook(await readInput(packageFile(runbookFile)), runbookFile);
  if (runbook.plan === null) return invalid(runbook.problems);
  const facts = parseFacts(await readInput(packageFile(factsFile)), factsFile, runbook.plan);
  if (facts.problems.length > 0) return invalid(facts.problems);
  return { plan: runbook.plan, steps: facts.steps };
}

/** The people who may lead this cutover, in the order of the authority mapping. */
function leadOf(plan: Plan): string {
  const row = plan.authority.find((known) => known.role === plan.leadRole);
  return row?.holders[0]?.person ?? 'nobody';
}

async function declareAndShow({ interlock, plan, options, screen }: Stage): Promise<Answer | null> {
  const actor = actorAt(leadOf(plan), plan, interlock.ledger.now());
  const outcome = await handle(interlock.ledger, plan.cutoverId, {
    type: 'DeclareCutover',
    plan,
    actor,
  });
  if (outcome.rejection !== null) return refused(outcome.rejection);
  await run(interlock.graph, plan.cutoverId);
  const state = await stateOf(interlock.ledger.store, plan.cutoverId);
  const names = namesOf(plan, options.utc ? 'UTC' : undefined);
  if (state.current === null) return null;
  screen.print(
    heading(`The order in force: packet 1, check code ${state.current.checkCode}`, screen),
  );
  screen.print(renderTimeline(state.current.packet, null, { names, screen }));
  return null;
}

async function playStep(stage: Stage, step: Step): Promise<Answer> {
  const { interlock, plan, clock, options, screen } = stage;
  const { zone } = namesOf(plan, options.utc ? 'UTC' : undefined);
  const { cutoverId } = plan;
  screen.print(heading(step.name ?? 'Then', screen));
  for (const item of step.reports) {
    clock.at = Math.max(clock.at, item.receivedAt ?? clock.at);
    const [result] = await receiveReports(interlock.ledger, cutoverId, [item.body]);
    const said = `${fullTimeText(clock.at, zone)}  ${item.body.source} ${item.body.sourceEventId}`;
    const became = result?.result.replaceAll('_', ' ') ?? 'unknown';
    screen.print(wrap(`${said}: ${item.body.text} (${became})`, 4));
  }
  clock.at = Math.max(clock.at, step.now ?? clock.at);
  const began = performance.now();
  const result = await run(interlock.graph, cutoverId);
  const took = Math.round(performance.now() - began);
  screen.print(
    `${fullTimeText(clock.at, zone)}  the workflow ran in ${took} ms and stopped: ${result.outcome}`,
  );
  return describeRun(interlock, { cutoverId, result, utc: options.utc, howTo: false }, screen);
}

async function play(stage: Stage, steps: readonly Step[]): Promise<Answer> {
  const [first, ...rest] = steps;
  stage.clock.at = first?.now ?? stage.plan.window.opensAt;
  const failed = await declareAndShow(stage);
  if (failed !== null) return failed;
  let last: Answer = answered('', null);
  for (const step of rest) {
    last = await playStep(stage, step);
    if (last.exit !== exits.ok) return last;
  }
  return last;
}

/** What to type to decide on this walk's packet later, on the walk's own ledger and clock. */
function laterText(checkCode: string, stage: Stage): string {
  const where = `--ledger ${join(stage.options.home, 'ledger.db')} --at ${new Date(stage.clock.at).toISOString()}`;
  const lead = leadOf(stage.plan);
  return [
    '',
    'No terminal to ask on: the packet waits for the release lead. Nothing is adopted.',
    'Decide with one of:',
    `  npm run -s interlock -- adopt ${checkCode} --as ${lead} ${where}`,
    `  npm run -s interlock -- decline ${checkCode} --as ${lead} --reason "WHY" ${where}`,
    `  npm run -s interlock -- packet pending ${where}`,
  ].join('\n');
}

/** Walks the payments cutover up to its decision; asks for it on a terminal, else says how to give it. */
export async function walk(options: WalkOptions, screen: Screen): Promise<Answer> {
  const loaded = await load();
  if ('exit' in loaded) return loaded;
  await rm(options.home, { recursive: true, force: true });
  const clock: Clock = { at: loaded.plan.window.opensAt };
  const interlock = await openInterlock(
    {
      ledger: join(options.home, 'ledger.db'),
      checkpoints: join(options.home, 'ledger.db.checkpoints'),
    },
    { now: () => clock.at },
  );
  try {
    const stage: Stage = { interlock, plan: loaded.plan, clock, options, screen };
    const last = await play(stage, loaded.steps);
    const { pending } = await stateOf(interlock.ledger.store, loaded.plan.cutoverId);
    if (last.exit !== exits.ok || pending === null) return last;
    if (!options.interactive) {
      return answered(`${last.text}\n${laterText(pending.record.checkCode, stage)}`, last.json);
    }
    screen.print(last.text);
    return await askForDecision(
      interlock,
      { plan: loaded.plan, record: pending.record, lead: leadOf(loaded.plan), utc: options.utc },
      screen,
    );
  } finally {
    await interlock.close();
  }
}
