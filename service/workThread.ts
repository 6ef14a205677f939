/**
 * The working half in a thread of its own (workApart.ts): everything that `interlock work` is but its probes. It reads
 * the settings again, since a thread has the environment of its process, and tells the process what to count.
 */
import { parentPort } from 'node:worker_threads';
import { readConfig, readSecrets } from './config.ts';
import { openLogger } from './logger.ts';
import { type Metrics, openMetrics } from './metrics.ts';
import { openParts } from './process.ts';
import { stopInOrder } from './stopping.ts';
import { startWork } from './work.ts';

/** What the thread tells. `working` once, when it has begun. */
export type Word = { readonly is: 'working' } | Counted;

/** What is counted of the work: every figure of it, so that a new one is told too or does not compile. */
type Figure = Exclude<Extract<keyof Metrics, `on${string}`>, 'onRequest'>;
type Counted = {
  [Name in Figure]: { readonly is: Name; readonly seen: Parameters<Metrics[Name]>[0] };
}[Figure];

const port = parentPort;
if (port === null) throw new Error('this is a thread of `interlock serve` and no program');
const tell = (word: Word): void => port.postMessage(word);

const config = readConfig();
const log = openLogger(config.log, readSecrets());
const told: Pick<Metrics, Figure> = {
  onRun: (seen) => tell({ is: 'onRun', seen }),
  onLook: (seen) => tell({ is: 'onLook', seen }),
  onNotice: (seen) => tell({ is: 'onNotice', seen }),
  onTrouble: (seen) => tell({ is: 'onTrouble', seen }),
};
const metrics: Metrics = { ...openMetrics(), ...told };
const parts = await openParts(config, log, { half: 'serve', metrics });
const { endings } = await startWork(parts);
// Whatever is said to a thread that works is that it should stop.
port.once('message', () => {
  void stopInOrder([endings, ...parts.endings], log).then(() => process.exit());
});
tell({ is: 'working' });
