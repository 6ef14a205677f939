/**
 * Works in a thread beside the server of an embedded `serve`: a run that thinks long about a large plan delays no
 * request. It shares nothing with the server but the ledger's file, as another process would.
 */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Metrics } from './metrics.ts';
import { drainMs, goodbyeMs, type Stage } from './stopping.ts';
import type { Word } from './workThread.ts';

function count(metrics: Metrics, word: Word): void {
  switch (word.is) {
    case 'working':
      return;
    case 'onRun':
      return metrics.onRun(word.seen);
    case 'onLook':
      return metrics.onLook(word.seen);
    case 'onNotice':
      return metrics.onNotice(word.seen);
    case 'onTrouble':
      return metrics.onTrouble(word.seen);
  }
}

/**
 * Starts it and waits until it works. A thread that fails or ends later ends the process, as the same failure would have
 * without a thread: whoever watches the process starts it again. Throws when it fails or ends before it has begun.
 */
export async function workApart(
  metrics: Metrics,
  program: URL = new URL('./workThread.js', import.meta.url),
): Promise<{ readonly endings: Stage }> {
  const thread = new Worker(program);
  thread.on('message', (word: Word) => count(metrics, word));
  const ended = once(thread, 'exit').then(([code]: unknown[]) => {
    return new Error(`the work has ended by itself, with code ${String(code)}`);
  });
  // Rejects when the thread fails before it has begun.
  const early = await Promise.race([once(thread, 'message'), ended]);
  if (early instanceof Error) throw early;
  thread.on('error', (error) => {
    throw error;
  });
  let isWanted = true;
  thread.on('exit', (code) => {
    if (isWanted) throw new Error(`the work has ended by itself, with code ${code}`);
  });
  const end = async (): Promise<void> => {
    isWanted = false;
    thread.postMessage('stop');
    await ended;
  };
  return { endings: [{ what: 'the work', ms: drainMs + 3 * goodbyeMs, end }] };
}
