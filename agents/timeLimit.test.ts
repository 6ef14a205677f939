/** C17: what was to be cut off is cut off, even when nothing but the work itself knows of the limit. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { timeLimit } from './timeLimit.ts';

/** Collects memory at once. */
function collector(): () => void {
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('gc');
  if (typeof collect !== 'function') throw new Error('memory cannot be collected by hand');
  return () => void collect();
}

const aborted = (signal: AbortSignal): Promise<unknown> =>
  new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(signal.reason), { once: true });
  });

describe('a time limit', () => {
  it('C17: is kept while memory is collected under it', async () => {
    const stopping = new AbortController();
    const collect = collector();
    // Nobody keeps the limit itself: only who waits for its signal knows of it.
    const over = aborted(timeLimit(300, stopping.signal).signal);
    const collecting = setInterval(collect, 20);
    try {
      expect(await over).toMatchObject({ name: 'TimeoutError' });
    } finally {
      clearInterval(collecting);
    }
  }, 30_000);

  it('follows the other signal with its reason, at once when that is over already', async () => {
    const stopping = new AbortController();
    const limit = timeLimit(60_000, stopping.signal);
    const over = aborted(limit.signal);
    stopping.abort('stopped');
    expect(await over).toBe('stopped');
    limit.letGo();
    expect(timeLimit(60_000, stopping.signal).signal.aborted).toBe(true);
  });

  it('says nothing once it is let go', async () => {
    const stopping = new AbortController();
    const limit = timeLimit(1, stopping.signal);
    limit.letGo();
    stopping.abort();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(limit.signal.aborted).toBe(false);
  });
});
