/**
 * The store, once, for every database Kysely speaks. It owns the order of events and refuses a stale writer;
 * how a database locks, commits durably and words its troubles is the engine's business.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Kysely, Transaction as KyselyTransaction } from 'kysely';
import { genesisHash, type LedgerEvent } from '../events.ts';
import { type Head, type Store, type Transaction, VersionMoved } from '../store.ts';
import { StoreTrouble } from '../trouble.ts';
import type { Id } from '../vocabulary.ts';
import { readerOf } from './reading.ts';
import { rowOf, snapshotRowOf, type Tables } from './tables.ts';
import { turns } from './turns.ts';

export type Engine = {
  /** For reading what is committed. The same as `writes` where there is only one connection. */
  readonly reads: Kysely<Tables>;
  readonly writes: Kysely<Tables>;
  /** Waits until this transaction is the only writer of the cutover, and refuses a database that could lose it. */
  lock(transaction: KyselyTransaction<Tables>, cutoverId: Id): Promise<void>;
  /** The database's own error as VersionMoved or StoreTrouble; any other error is returned as it is. */
  explain(error: unknown): unknown;
  close(): Promise<void>;
};

const rowsAtOnce = 100;

/** Throws when the events would leave a gap, a wrong link or land in another cutover: a broken invariant. */
function assertFollows(head: Head | null, cutoverId: Id, events: readonly LedgerEvent[]): void {
  let version = head?.version ?? 0;
  let hash = head?.hash ?? genesisHash;
  for (const event of events) {
    version += 1;
    if (event.cutoverId !== cutoverId || event.version !== version || event.previousHash !== hash) {
      throw new Error(`${cutoverId}: event ${event.version} does not follow ${version - 1}`);
    }
    hash = event.hash;
  }
}

async function insert(transaction: KyselyTransaction<Tables>, events: readonly LedgerEvent[]) {
  for (let from = 0; from < events.length; from += rowsAtOnce) {
    const rows = events.slice(from, from + rowsAtOnce).map(rowOf);
    await transaction.insertInto('events').values(rows).execute();
  }
}

type Ask = <T>(question: () => Promise<T>) => Promise<T>;

function transactionOn(database: KyselyTransaction<Tables>, ask: Ask): Transaction {
  const reader = readerOf(database, ask);
  /** Under the lock nobody else moves a head, so each is read once. */
  const heads = new Map<Id, Head | null>();
  const head = async (cutoverId: Id): Promise<Head | null> => {
    const known = heads.get(cutoverId);
    const found = known === undefined ? await reader.head(cutoverId) : known;
    heads.set(cutoverId, found);
    return found;
  };
  return {
    ...reader,
    head,
    async append(cutoverId, expectedVersion, events) {
      const before = await head(cutoverId);
      const version = before?.version ?? 0;
      if (version !== expectedVersion) {
        throw new VersionMoved(`${cutoverId}: expected ${expectedVersion}, it is at ${version}`);
      }
      assertFollows(before, cutoverId, events);
      await ask(() => insert(database, events));
      const last = events.at(-1);
      if (last !== undefined) heads.set(cutoverId, { version: last.version, hash: last.hash });
    },
  };
}

/** What this asynchronous context is inside of; `open` turns false when the transaction ends. */
type Inside = { open: boolean };

/** The store on an engine whose tables are there. */
export function kyselyStore(engine: Engine): Store {
  const inside = new AsyncLocalStorage<Inside>();
  const turn = turns();
  const running = new Set<Promise<unknown>>();
  let closing: Promise<void> | null = null;

  const translate: Ask = (question) =>
    question().catch((error: unknown) => {
      throw engine.explain(error);
    });
  const track = <T>(work: () => Promise<T>): Promise<T> => {
    if (closing !== null) {
      return Promise.reject(new StoreTrouble('closed', 'the store is closed'));
    }
    const mine = translate(work);
    const ended = mine.then(
      () => undefined,
      () => undefined,
    );
    running.add(ended);
    void ended.then(() => running.delete(ended));
    return mine;
  };
  const outside = (what: string): void => {
    if (inside.getStore()?.open === true) {
      throw new Error(`${what} inside a transaction would wait for itself: use the transaction`);
    }
  };
  const ask: Ask = (question) =>
    track(async () => {
      if (engine.reads === engine.writes) outside('reading the store');
      return question();
    });

  return {
    ...readerOf(engine.reads, ask),
    cutovers: () =>
      ask(async () => {
        const rows = await engine.reads
          .selectFrom('events')
          .select('cutover_id')
          .distinct()
          .orderBy('cutover_id')
          .execute();
        return rows.map((row) => row.cutover_id);
      }),
    transact: (cutoverId, work) =>
      track(async () => {
        outside('a transaction');
        return turn(cutoverId, () =>
          engine.writes.transaction().execute(async (database) => {
            await engine.lock(database, cutoverId);
            const here: Inside = { open: true };
            try {
              return await inside.run(here, () => work(transactionOn(database, translate)));
            } finally {
              here.open = false;
            }
          }),
        );
      }),
    saveSnapshot: (cutoverId, snapshot) =>
      track(async () => {
        outside('saving a snapshot');
        const row = snapshotRowOf(cutoverId, snapshot);
        await engine.writes
          .insertInto('snapshots')
          .values(row)
          .onConflict((conflict) => conflict.column('cutover_id').doUpdateSet(row))
          .execute();
      }),
    close: () => {
      closing ??= Promise.all(running).then(() => engine.close());
      return closing;
    },
  };
}
