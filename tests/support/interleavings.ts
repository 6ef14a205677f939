/**
 * Every interleaving of a few concurrent tasks: each port call waits for its turn, and the turns are taken in every
 * possible order, one whole run per order. For tasks that only ever wait on their ports.
 */

/** A task calls this before each port call and goes on when it resolves. */
export type Turn = () => Promise<void>;

type Parked = { readonly task: number; readonly goOn: () => void };

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Runs the tasks once, taking turns as `path` says (then always the first); the number of choices at each step. */
async function once(
  start: (turns: readonly Turn[]) => readonly Promise<unknown>[],
  tasks: number,
  path: readonly number[],
): Promise<number[]> {
  const parked: Parked[] = [];
  const turns = Array.from(
    { length: tasks },
    (_, task): Turn =>
      () =>
        new Promise((goOn) => parked.push({ task, goOn })),
  );
  const all = Promise.all(start(turns));
  let over = false;
  all.then(
    () => (over = true),
    () => (over = true),
  );
  const choices: number[] = [];
  for (;;) {
    await settled();
    if (over) break;
    const waiting = parked.toSorted((one, other) => one.task - other.task);
    const next = waiting[path[choices.length] ?? 0];
    if (next === undefined) throw new Error('a task waits for something that is no port');
    choices.push(waiting.length);
    parked.splice(parked.indexOf(next), 1);
    next.goOn();
  }
  await all;
  return choices;
}

/** Runs `start` in every order of its turns, and `check` after each; the number of orders. */
export async function everyInterleaving<T>(
  tasks: number,
  start: (turns: readonly Turn[]) => { over: readonly Promise<unknown>[]; seen: T },
  check: (seen: T) => void,
): Promise<number> {
  let path: number[] = [];
  for (let orders = 1; ; orders += 1) {
    const runs: T[] = [];
    const choices = await once(
      (turns) => {
        const { over, seen } = start(turns);
        runs.push(seen);
        return over;
      },
      tasks,
      path,
    );
    runs.forEach(check);
    const taken = choices.map((_, step) => path[step] ?? 0);
    const last = taken.findLastIndex((turn, step) => turn + 1 < (choices[step] ?? 0));
    if (last < 0) return orders;
    path = [...taken.slice(0, last), (taken[last] ?? 0) + 1];
  }
}
