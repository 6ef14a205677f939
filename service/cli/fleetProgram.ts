/**
 * The verbs that run until they are told to stop: `serve` and `work`. SIGTERM and SIGINT drain; a second one ends at
 * once, which loses nothing.
 */
import type { Command } from 'commander';
import type { Running } from '../work.ts';

export type FleetHost = {
  readonly serve: (people: { readonly as?: string | undefined }) => Promise<Running>;
  readonly work: () => Promise<Running>;
  readonly print: (text: string) => void;
};

async function untilStopped(running: Running, print: FleetHost['print']): Promise<void> {
  print(running.url);
  for (const line of running.told ?? []) print(line);
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve());
  });
  await running.stop();
}

/** Adds `serve` and `work`. */
export function addFleet(program: Command, host: FleetHost): void {
  program
    .command('serve')
    .description('serve the HTTP API until stopped; on a ledger file, work as well')
    .option('--as <person>', 'embedded mode: for whom a one-time link is printed')
    .action(async (given: { as?: string }) => untilStopped(await host.serve(given), host.print));
  program
    .command('work')
    .description('work on what the ledger has waiting and send notices, until stopped')
    .action(async () => untilStopped(await host.work(), host.print));
}
