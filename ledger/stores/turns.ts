/**
 * Turns: work with one key runs one after another within this process, in the order it was asked for, so that
 * waiting writers of one cutover hold no connection while they wait. Other processes are the database's business.
 */

/** Runs work under a key when all earlier work under that key has ended, however it ended. */
export type Turns = <T>(key: string, work: () => Promise<T>) => Promise<T>;

export function turns(): Turns {
  const last = new Map<string, Promise<unknown>>();
  return (key, work) => {
    const before = last.get(key) ?? Promise.resolve();
    const mine = before.then(work, work);
    const ended = mine.catch(() => undefined);
    last.set(key, ended);
    void ended.then(() => {
      if (last.get(key) === ended) last.delete(key);
    });
    return mine;
  };
}
