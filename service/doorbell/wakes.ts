/**
 * The doorbell without Redis: a table of wakes beside the ledger, in the same file or database. A ring counts one up; a
 * listener looks again and again and answers up to the count that it saw. Any number of processes may listen.
 */
import { setMaxListeners } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import type { ColumnType, Kysely } from 'kysely';
import type { Beside } from '../../ledger/stores/beside.ts';
import type { Tables } from '../../ledger/stores/tables.ts';
import type { Id } from '../../ledger/vocabulary.ts';
import { crashPoint } from '../crashPoint.ts';
import { type Answer, type Doorbell, type DoorbellDeps, within } from './doorbell.ts';

type Count = ColumnType<number | string, number, number>;
type WakeTables = { wakes: { cutover_id: string; asked: Count; answered: Count } };
type Database = Kysely<Tables & WakeTables>;

const ringLimitMs = 1_000;
const lookEveryMs = 150;
const ringEveryMs = 100;
const restMs = 200;
const longestRestMs = 30_000;

type Wake = { readonly cutoverId: Id; readonly asked: number };

const ringIn = (database: Database, cutoverId: Id): Promise<unknown> =>
  database.transaction().execute((transaction) =>
    transaction
      .insertInto('wakes')
      .values({ cutover_id: cutoverId, asked: 1, answered: 0 })
      .onConflict((conflict) =>
        conflict.column('cutover_id').doUpdateSet((to) => ({ asked: to('wakes.asked', '+', 1) })),
      )
      .execute(),
  );

async function unanswered(database: Database): Promise<readonly Wake[]> {
  const rows = await database
    .selectFrom('wakes')
    .select(['cutover_id', 'asked'])
    .whereRef('asked', '>', 'answered')
    .orderBy('cutover_id')
    .execute();
  return rows.map((row) => ({ cutoverId: row.cutover_id, asked: Number(row.asked) }));
}

const answerIn = (database: Database, { cutoverId, asked }: Wake): Promise<unknown> =>
  database
    .transaction()
    .execute((transaction) =>
      transaction
        .updateTable('wakes')
        .set({ answered: asked })
        .where('cutover_id', '=', cutoverId)
        .where('answered', '<', asked)
        .execute(),
    );

/** Who failed last, how often in a row, and when to try again. */
type Rest = { readonly failures: number; readonly until: number };

type Listening = DoorbellDeps & {
  readonly beside: Beside;
  readonly database: Database;
  readonly work: Answer;
  /** What it wants to be told of each ring in this process, until it stops. */
  readonly heard: Set<() => void>;
};

/** Looks for wakes and answers them, until told to stop; then waits for what is under way. */
function listener({ atOnce, onTrouble, beside, database, work, heard }: Listening) {
  const stopping = new AbortController();
  let pausing = new AbortController();
  const rouse = (): void => pausing.abort();
  const underWay = new Map<Id, Promise<void>>();
  const rests = new Map<Id, Rest>();

  const answer = async (wake: Wake): Promise<void> => {
    const { cutoverId } = wake;
    try {
      await work(cutoverId, stopping.signal);
      crashPoint('wake.worked');
      await beside.ask(() => answerIn(database, wake));
      rests.delete(cutoverId);
    } catch (error) {
      const failures = (rests.get(cutoverId)?.failures ?? 0) + 1;
      const ms = Math.min(restMs * 2 ** (failures - 1), longestRestMs);
      rests.set(cutoverId, { failures, until: performance.now() + ms });
      onTrouble(cutoverId, error);
    }
  };

  const look = async (): Promise<void> => {
    for (const wake of await beside.ask(() => unanswered(database))) {
      if (stopping.signal.aborted || underWay.size >= atOnce) return;
      const resting = (rests.get(wake.cutoverId)?.until ?? 0) > performance.now();
      if (resting || underWay.has(wake.cutoverId)) continue;
      const mine = answer(wake).finally(() => underWay.delete(wake.cutoverId));
      underWay.set(wake.cutoverId, mine);
    }
  };

  const forever = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      // Made before the look: a ring during it ends the pause that follows. One for each pause, since Node remembers
      // whatever AbortSignal.any made of a signal for as long as that lives.
      pausing = new AbortController();
      await look().catch((error: unknown) => onTrouble(null, error));
      const next = underWay.size >= atOnce ? [...underWay.values()] : [];
      const sleep = pause(lookEveryMs, undefined, { signal: pausing.signal }).catch(
        () => undefined,
      );
      await Promise.race([sleep, ...next]);
    }
  };
  heard.add(rouse);
  const loop = forever();
  return async (): Promise<void> => {
    heard.delete(rouse);
    stopping.abort();
    rouse();
    await loop;
    await Promise.allSettled(underWay.values());
  };
}

/**
 * The first ring for a cutover at once, those that follow within a moment as one after it: each is a flushed commit, and
 * a storm of reports must not wait for its own rings. What still waits when it closes is left to the sweep.
 */
function spacing(ring: Doorbell['ring']) {
  const resting = new Map<Id, { readonly over: Promise<void>; again: Promise<void> | null }>();
  const closing = new AbortController();
  setMaxListeners(0, closing.signal);
  const spaced = (cutoverId: Id): Promise<void> => {
    const rest = resting.get(cutoverId);
    if (rest !== undefined) {
      rest.again ??= rest.over.then(() => (closing.signal.aborted ? undefined : spaced(cutoverId)));
      return rest.again;
    }
    const over = pause(ringEveryMs, undefined, { signal: closing.signal, ref: false })
      .catch(() => undefined)
      .then(() => void resting.delete(cutoverId));
    resting.set(cutoverId, { over, again: null });
    return ring(cutoverId);
  };
  return { ring: spaced, close: () => closing.abort() };
}

/** The doorbell on the tables beside the ledger, which it closes with itself. */
export function wakeDoorbell(deps: DoorbellDeps & { readonly beside: Beside }): Doorbell {
  const { beside, onTrouble } = deps;
  const database = beside.database.withTables<WakeTables>();
  const heard = new Set<() => void>();
  const ringNow = async (cutoverId: Id): Promise<void> => {
    try {
      const writing = beside.ask(() => ringIn(database, cutoverId));
      await within(ringLimitMs, 'ringing', writing);
      for (const rouse of heard) rouse();
    } catch (error) {
      onTrouble(cutoverId, error);
    }
  };
  const spaced = spacing(ringNow);
  return {
    ring: spaced.ring,
    // It lies in the ledger's own database: whoever asks has asked that already.
    isUp: async () => true,
    listen: async (work) => ({ stop: listener({ ...deps, database, work, heard }) }),
    close: () => {
      spaced.close();
      return beside.close();
    },
  };
}
