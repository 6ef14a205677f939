/**
 * Plays suites: every drill on a ledger of its own, measured step by step. After each step that ran the workflow it is
 * run once more, and nothing may come of it.
 */
import { basename } from 'node:path';
import { run } from '../../graph/run.ts';
import type { AgentName } from '../../ledger/vocabulary.ts';
import type { Drill } from '../../service/drill/load.ts';
import { type Moment, runDrill, type Scored } from '../../service/drill/run.ts';
import type { Interlock } from '../../service/interlock.ts';
import { measureHolds } from './measureHolds.ts';
import { measureMinds } from './measureMinds.ts';
import { measurePacket } from './measurePacket.ts';
import { measureReadings } from './measureReadings.ts';
import type { Minds } from './minds.ts';
import { type Picture, pictureOf } from './picture.ts';
import type { Suite } from './suites.ts';
import { sum, type Tally, tally } from './tally.ts';

export type PlayedStep = {
  readonly name: string;
  readonly tally: Tally;
  /** How long the workflow worked on it, in milliseconds: a figure of this machine, never a score. */
  readonly workedMs: number;
};

export type PlayedDrill = {
  readonly name: string;
  /** From the folder that holds the suites: the same on every machine. */
  readonly file: string;
  readonly agent: AgentName | null;
  readonly tally: Tally;
  readonly steps: readonly PlayedStep[];
  /** Every expectation in order, whether it was met, and what was found. */
  readonly scored: readonly Scored[];
  /** The newest hash of its chain, which covers every event: the same drill and the same minds give the same. */
  readonly chainHash: string;
  readonly picture: Picture | null;
  /** Processor time of the workflow, in milliseconds: a figure of this machine, never a score. */
  readonly processorMs: number;
};

export type PlayedSuite = {
  readonly name: string;
  readonly drills: readonly PlayedDrill[];
  readonly tally: Tally;
};

async function runAgain(moment: Moment, interlock: Interlock): Promise<Tally> {
  if (moment.step.runs === 0) return tally();
  const { cutoverId } = moment.seen.state;
  const before = moment.seen.events.length;
  await run(interlock.graph, cutoverId);
  const later = await interlock.ledger.store.read(cutoverId, { after: before, limit: 1_000 });
  const idle = ['RunStarted', 'RunEnded'];
  const same = later.every(({ body }) => idle.includes(body.type));
  return tally({ again: 1, againSame: same ? 1 : 0 });
}

/** What was not met of a drill. */
export const missedIn = ({ scored }: Pick<PlayedDrill, 'scored'>): readonly Scored[] =>
  scored.filter(({ met }) => !met);

/** A drill was played from a cassette that does not hold what its minds asked: its figures would be of another night. */
export class NotRecorded extends Error {
  override readonly name = 'NotRecorded';
}

async function playDrill(drill: Drill, suite: string, minds: Minds): Promise<PlayedDrill> {
  const steps: PlayedStep[] = [];
  let picture: Picture | null = null;
  let digest = '';
  const begun = process.cpuUsage();
  const result = await runDrill(drill, {
    open: minds.open,
    watch: async (moment, interlock) => {
      const measured = [measureHolds, measurePacket, measureReadings, measureMinds].map((measure) =>
        measure(moment),
      );
      const again = await runAgain(moment, interlock);
      const { step, workedMs } = moment;
      steps.push({ name: step.name, tally: sum([...measured, again]), workedMs });
      picture = pictureOf(moment) ?? picture;
      digest = moment.seen.events.at(-1)?.hash ?? digest;
    },
  });
  const { user, system } = process.cpuUsage(begun);
  const lacking = minds.lacking?.() ?? [];
  if (lacking.length > 0) {
    throw new NotRecorded(
      `${suite}/${basename(drill.file)}: the cassette has no answer for the mind${lacking.length > 1 ? 's' : ''} ${lacking.join(', ')}; record the suite again`,
    );
  }
  const { name, agent, met, expected, scored } = result;
  return {
    name,
    file: `${suite}/${basename(drill.file)}`,
    agent,
    tally: sum([...steps.map((step) => step.tally), tally({ drills: 1, met, expected })]),
    steps,
    scored,
    chainHash: digest,
    picture,
    processorMs: (user + system) / 1_000,
  };
}

/** Plays one suite with these minds. */
export async function playSuite({ name, drills }: Suite, minds: Minds): Promise<PlayedSuite> {
  const played: PlayedDrill[] = [];
  for (const drill of drills) played.push(await playDrill(drill, name, minds));
  return { name, drills: played, tally: sum(played.map((one) => one.tally)) };
}
