/**
 * Runs the garbage collector of the process that imports this (`node --import`) whenever it gets SIGUSR2, and says so on
 * standard error: what is in use right after is alive, whenever the collector would have run by itself.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { isMainThread } from 'node:worker_threads';

/** What is said each time; the reader counts these lines. */
const SAID = 'collected what is not alive\n';

if (isMainThread) {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc');
  process.on('SIGUSR2', () => {
    collect();
    process.stderr.write(SAID);
  });
}
