/**
 * One way to end a half: stage after stage, each with its share of one bound, so that nothing that is ill outside keeps
 * the process. What is late is told in the log and left behind: whatever it held on to ends with the process.
 */
import type { Logger } from 'pino';
import { within } from './doorbell/doorbell.ts';

/** One thing to end, and how many milliseconds it may take. */
export type Ending = {
  readonly what: string;
  readonly ms: number;
  readonly end: () => Promise<unknown>;
};
/** What ends at the same time. */
export type Stage = readonly Ending[];

/** For so long what was begun may come to its end: requests, steps of runs, messages being sent. Milliseconds. */
export const drainMs = 2_500;
/** For so long whatever is told to break off may take to say so, and each connection to say goodbye. Milliseconds. */
export const goodbyeMs = 500;

const ended = async ({ what, ms, end }: Ending, log: Logger): Promise<void> => {
  try {
    await within(ms, `ending ${what}`, end());
  } catch (error) {
    log.warn({ what, ms, err: error }, 'did not end in time and is left behind');
  }
};

/** Ends everything in this order. Never throws, and takes no longer than the longest of each stage. */
export async function stopInOrder(stages: readonly Stage[], log: Logger): Promise<void> {
  for (const stage of stages) await Promise.all(stage.map((ending) => ended(ending, log)));
}
