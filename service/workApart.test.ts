import { expect, it } from 'vitest';
import { openMetrics } from './metrics.ts';
import { workApart } from './workApart.ts';

/** A thread of this text, in place of the one that works. */
const started = (text: string) =>
  workApart(
    openMetrics(),
    new URL(
      `data:text/javascript,${encodeURIComponent(`import { parentPort } from 'node:worker_threads';${text}`)}`,
    ),
  );

it.each([
  ['ends', 'process.exit(3)', 'the work has ended by itself, with code 3'],
  ['fails', "throw new Error('no ledger')", 'no ledger'],
])('a thread that %s before it works ends the start: nobody waits for it', async (_, text, why) => {
  await expect(started(text)).rejects.toThrow(why);
});

it('a thread that works ends when it is told to', async () => {
  const { endings } = await started(
    "parentPort.once('message', () => process.exit()); parentPort.postMessage({ is: 'working' });",
  );
  await Promise.all(endings.map(({ end }) => end()));
});
