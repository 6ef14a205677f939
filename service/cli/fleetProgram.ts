/**
 * The verbs that run until they are told to stop: `serve` and `work`. SIGTERM and SIGINT drain; a second one ends at
 * once, which loses nothing, and so does one that comes before they listen.
 */
import type { Command } from 'commander';
import { Id } from '../../ledger/vocabulary.ts';
import type { Running } from '../work.ts';
import { UsageError } from './answer.ts';

export type FleetHost = {
  readonly serve: (people: { readonly as?: string | undefined }) => Promise<Running>;
  readonly work: () => Promise<Running>;
  readonly print: (text: string) => void;
};

const signals = ['SIGTERM', 'SIGINT'] as const;

/** Resolves at the first signal; the second one ends the process as if nobody listened. */
const toldToStop = (): Promise<null> =>
  new Promise((resolve) => {
    const first = (): void => {
      for (const signal of signals) process.off(signal, first);
      resolve(null);
    };
    for (const signal of signals) process.on(signal, first);
  });

async function untilStopped(
  opening: () => Promise<Running>,
  print: FleetHost['print'],
): Promise<void> {
  const told = toldToStop();
  const running = await Promise.race([opening(), told]);
  if (running === null) return;
  print(running.url);
  for (const line of running.told ?? []) print(line);
  await told;
  await running.stop();
}

/** Adds `serve` and `work`. */
export function addFleet(program: Command, host: FleetHost): void {
  program
    .command('serve')
    .description('serve the HTTP API until stopped; on a ledger file, work as well')
    .option('--as <person>', 'embedded mode: for whom a one-time link is printed')
    .action((given: { as?: string }) => {
      if (given.as !== undefined && !Id.safeParse(given.as).success) {
        throw new UsageError(`"${given.as}" is no person's id, as people have it in a runbook`);
      }
      return untilStopped(() => host.serve(given), host.print);
    });
  program
    .command('work')
    .description('work on what the ledger has waiting and send notices, until stopped')
    .action(() => untilStopped(() => host.work(), host.print));
}
