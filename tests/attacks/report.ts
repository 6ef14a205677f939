/**
 * What a suite says of itself when it is done: how much was tried, what became of it, how fast.
 */
import type { Tally } from './campaign.ts';
import type { Searched } from './search.ts';

/** One line for the table of suites: n, unsafe tried, unsafe reached, where each was stopped, and the speed. */
export function report(suite: string, tally: Tally): void {
  const { attacks, unsafe, reached, at, waits, seconds, codes } = tally;
  const speed = Math.round(attacks / Math.max(seconds, 0.001));
  process.stdout.write(
    `${suite}: ${attacks} attacks, ${unsafe} unsafe of those read, ${reached.length} unsafe reached; ` +
      `stopped at the door ${at.door}, by the ledger ${at.ledger}, by the gate ${at.gate}; ` +
      `clean ${at.clean}, of them ${waits} at the interrupt; ${codes.size} codes reached; ${speed} a second\n`,
  );
}

/** The same of a search: n, kinds of harm tried, found, how near they came, and the speed. */
export function reportSearch(suite: string, result: Searched): void {
  const { evaluations, unsafe, found, fewest, seconds } = result;
  const near = [...fewest.values()].filter((objecting) => objecting === 1).length;
  process.stdout.write(
    `${suite}: ${evaluations} evaluations, ${unsafe} of them unsafe, ${found.length} unsafe reached; ` +
      `${fewest.size} kinds of harm, ${near} of them with one rule in the way; ` +
      `${Math.round(evaluations / Math.max(seconds, 0.001))} a second\n`,
  );
}
