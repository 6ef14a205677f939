/**
 * The gate of a store: turns the database's errors into ours, refuses whoever would wait for itself, and on
 * closing lets what has begun come to its end while refusing what has not.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { StoreTrouble } from '../trouble.ts';

export type Ask = <T>(question: () => Promise<T>) => Promise<T>;

export type Gate = {
  /** Runs what takes a connection; throws when the caller is inside a transaction, which it might wait for. */
  readonly outside: Ask;
  /** Runs a question of the transaction itself: only its errors are explained. */
  readonly within: Ask;
  /** Marks everything `work` does, and does until it ends, as being inside a transaction. */
  readonly enter: Ask;
  close(last: () => Promise<void>): Promise<void>;
};

/** `explain` turns a database error into VersionMoved or StoreTrouble and returns any other error as it is. */
export function gateOf(explain: (error: unknown) => unknown): Gate {
  const inside = new AsyncLocalStorage<{ open: boolean }>();
  const running = new Set<Promise<void>>();
  let closing: Promise<void> | null = null;

  const within: Ask = (question) =>
    question().catch((error: unknown) => {
      throw explain(error);
    });
  const outside: Ask = async (question) => {
    if (closing !== null) throw new StoreTrouble('closed', 'the store is closed');
    if (inside.getStore()?.open === true) {
      throw new Error('this could wait for the transaction it is in: use the transaction itself');
    }
    const mine = within(question);
    const ended: Promise<void> = mine.then(
      () => undefined,
      () => undefined,
    );
    running.add(ended);
    void ended.then(() => running.delete(ended));
    return mine;
  };
  return {
    within,
    outside,
    enter: async (work) => {
      const here = { open: true };
      try {
        return await inside.run(here, work);
      } finally {
        here.open = false;
      }
    },
    close: (last) => {
      closing ??= Promise.all(running).then(last);
      return closing;
    },
  };
}
