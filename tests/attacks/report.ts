/**
 * What a suite says of itself when it is done: how much was tried, what became of it, how fast.
 */
import type { Tally } from './campaign.ts';

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
