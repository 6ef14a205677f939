/**
 * Asks questions in threads of their own, so that a large plan that is thought about delays no acknowledgement. One
 * thread for each kind of question: what somebody asks out of curiosity keeps nobody from the status. What waits is
 * bounded, and so is how long a thread may think: one that takes longer is ended, and the next question starts another.
 */
import { fileURLToPath } from 'node:url';
import { Tinypool } from 'tinypool';
import { StoreTrouble } from '../ledger/trouble.ts';
import type { Task, Told } from './askThread.ts';
import { Busy, type Questions } from './questions.ts';

/** Questions that may wait for a thread. */
export const waiting = { status: 32, what_if: 3 } as const;
/** Milliseconds. */
const longest = { status: 15_000, what_if: 60_000 } as const;
/** A thread that nobody has asked for so long gives its memory back. Milliseconds. */
const idleMs = 60_000;

const threadFile = fileURLToPath(new URL('./askThread.js', import.meta.url));

const poolFor = (kind: Task['about']): Tinypool =>
  new Tinypool({
    filename: threadFile,
    name: 'answerTask',
    minThreads: 0,
    maxThreads: 1,
    idleTimeout: idleMs,
    maxQueue: waiting[kind],
    // Blocking while idle would keep a database's connection from being looked after.
    useAtomics: false,
  });

const isFull = (error: unknown): boolean => error instanceof Error && /queue/i.test(error.message);

/** The questions of one ledger, answered by threads. `close` ends whatever they think of. */
export function askApart(ledger: string): Questions & { readonly close: () => Promise<void> } {
  const pools = { status: poolFor('status'), what_if: poolFor('what_if') };
  const ask = async (task: Task): Promise<string> => {
    const signal = AbortSignal.timeout(longest[task.about]);
    const told: Told = await pools[task.about].run(task, { signal }).catch((error: unknown) => {
      if (signal.aborted) throw new Busy(`it took longer than ${longest[task.about]} ms`);
      throw isFull(error) ? new Busy('as many are asked already as may wait') : error;
    });
    switch (told.is) {
      case 'answer':
        return told.text;
      case 'store_trouble':
        throw new StoreTrouble(told.code, told.message);
      case 'failure':
        throw Object.assign(new Error(told.error.message), told.error);
    }
  };
  return {
    status: (cutoverId) => ask({ ledger, about: 'status', cutoverId }),
    whatIf: (wanted) => ask({ ledger, about: 'what_if', ...wanted }),
    close: async () => {
      await Promise.all([pools.status.destroy(), pools.what_if.destroy()]);
    },
  };
}
