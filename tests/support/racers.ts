/**
 * Two processes on one ledger, started together against each other from here. What they answered is kept here, so
 * that it outlives them.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import type { LedgerCommand } from '../../ledger/commands.ts';
import type { RaceAnswer } from './racer.ts';

const Answer = z.object({
  code: z.string().nullable(),
  detail: z.string().nullable(),
  types: z.array(z.string()),
});

type Racer = { ask(line: string): Promise<unknown>; stop(): Promise<void> };

async function racer(script: string, given: readonly string[]): Promise<Racer> {
  const child: ChildProcess = spawn(process.execPath, [script, ...given], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const { stdin, stdout } = child;
  if (stdin === null || stdout === null) throw new Error('a racer without pipes');
  const lines = createInterface({ input: stdout })[Symbol.asyncIterator]();
  const next = async (): Promise<unknown> => {
    const { value, done } = await lines.next();
    if (done === true) throw new Error('a racer ended early');
    return JSON.parse(value);
  };
  if ((await next()) !== 'ready') throw new Error('a racer did not start');
  return {
    ask: (line) => {
      stdin.write(`${line}\n`);
      return next();
    },
    stop: async () => {
      const over = new Promise((resolve) => child.once('exit', resolve));
      stdin.end();
      await over;
    },
  };
}

export type Racers = {
  /** Gives each process its command for the same instant; `headStartMs` lets the first begin earlier (or later). */
  race(
    cutoverId: string,
    commands: readonly [LedgerCommand, LedgerCommand],
    when: { readonly now: number; readonly headStartMs: number },
  ): Promise<readonly [RaceAnswer, RaceAnswer]>;
  stop(): Promise<void>;
};

/** Starts two processes on the ledger at `address`, with the rule book named. */
export async function twoRacers(
  folder: string,
  address: string,
  judge: 'real' | 'test',
): Promise<Racers> {
  const script = `${folder}/tests/support/racer.js`;
  const [one, other] = await Promise.all([
    racer(script, [address, judge, 'one']),
    racer(script, [address, judge, 'other']),
  ]);
  return {
    race: async (cutoverId, [first, second], { now, headStartMs }) => {
      const startAt = Date.now() + 4;
      const order = (command: LedgerCommand, ms: number): string =>
        JSON.stringify({ cutoverId, command, now, startAt: startAt + ms });
      const answers = await Promise.all([
        one.ask(order(first, Math.max(0, -headStartMs))),
        other.ask(order(second, Math.max(0, headStartMs))),
      ]);
      return [Answer.parse(answers[0]), Answer.parse(answers[1])];
    },
    stop: async () => {
      await Promise.all([one.stop(), other.stop()]);
    },
  };
}
