/**
 * Planted bugs of keeping and sending (C54): stores that are wrong in one way each, and the named test that has to turn
 * red for each. They exist only here; a run of the tests is handed one by name, and nothing that ships can switch it on.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { LedgerEvent } from '../../ledger/events.ts';
import type { Store, Transaction } from '../../ledger/store.ts';
import { sourceBugs } from './plantedSources.ts';

export type StoreBug = {
  /** The file of the test that finds it, and how that test's name begins; it is run on SQLite. */
  readonly file: string;
  readonly test: string;
  readonly plant: (store: Store) => Store;
};

/** The store with another view of its transactions. */
const inside =
  (change: (transaction: Transaction) => Partial<Transaction>) =>
  (store: Store): Store => ({
    ...store,
    transact: (cutoverId, work) =>
      store.transact(cutoverId, (transaction) => work({ ...transaction, ...change(transaction) })),
  });

/** What failed is written all the same: as an outbox in a commit of its own would be. */
const keepsWhatFailed = (store: Store): Store => ({
  ...store,
  transact: async (cutoverId, work) => {
    const appended: LedgerEvent[] = [];
    try {
      return await store.transact(cutoverId, (transaction) =>
        work({
          ...transaction,
          append: async (id, version, events) => {
            await transaction.append(id, version, events);
            appended.push(...events);
          },
        }),
      );
    } catch (error) {
      const first = appended[0];
      if (first !== undefined) {
        await store.transact(cutoverId, (transaction) =>
          transaction.append(cutoverId, first.version - 1, appended),
        );
      }
      throw error;
    }
  },
});

class TooSoon extends Error {
  override readonly name = 'TooSoon';
}

/** Answers first and commits a little later. */
const acknowledgesTooSoon = (store: Store): Store => ({
  ...store,
  transact: async (cutoverId, work) => {
    const answer: { value?: Awaited<ReturnType<typeof work>> } = {};
    await store
      .transact(cutoverId, async (transaction) => {
        answer.value = await work(transaction);
        throw new TooSoon();
      })
      .catch((error: unknown) => {
        if (!(error instanceof TooSoon)) throw error;
      });
    void pause(200).then(() => store.transact(cutoverId, work).catch(() => undefined));
    if (!('value' in answer)) throw new Error('the work gave no answer');
    return answer.value as Awaited<ReturnType<typeof work>>;
  },
});

/** Looks once and believes it ever after, as a cursor that ran ahead would. */
function remembersItsFirstLook(store: Store): Store {
  let first: ReturnType<Store['heads']> | null = null;
  return { ...store, heads: () => (first ??= store.heads()) };
}

const contract = 'tests/store.contract.test.ts';
const relays = 'tests/claims.notices.relay.test.ts';

export const storeBugs: Readonly<Record<string, StoreBug>> = {
  'the expected version is not compared': {
    file: contract,
    test: 'refuses the expected version 1 at version 2',
    plant: inside((transaction) => ({
      append: async (id, _expected, events) =>
        transaction.append(id, (await transaction.head(id))?.version ?? 0, events),
    })),
  },
  'the outbox is not in the transaction of its packet': {
    file: relays,
    test: 'C40: an adoption that does not commit leaves no notice',
    plant: keepsWhatFailed,
  },
  'no fence: the lease is taken to be whose it was': {
    file: 'tests/claims.fleet.test.ts',
    test: 'C12: the fence is checked in the transaction that appends',
    plant: inside((transaction) => ({
      lease: async (id) => {
        const lease = await transaction.lease(id);
        return lease === null ? null : { ...lease, epoch: 1 };
      },
    })),
  },
  'half of a command is kept when it fails': {
    file: contract,
    test: 'appends all events of a command or none',
    plant: keepsWhatFailed,
  },
  'the key of a report is not looked up': {
    file: contract,
    test: 'gives one report one effect when it arrives many times at once',
    plant: inside(() => ({ findReport: async () => null })),
  },
  'a commit is acknowledged before it is made': {
    file: contract,
    test: 'reads back what was appended',
    plant: acknowledgesTooSoon,
  },
  'the sweep remembers its first look': {
    file: contract,
    test: 'knows the newest position of every cutover',
    plant: remembersItsFirstLook,
  },
  'a read stops one event short': {
    file: contract,
    test: 'reads back what was appended',
    plant: (store) => ({
      ...store,
      read: async (...asked) => (await store.read(...asked)).slice(0, -1),
    }),
  },
  'a snapshot that is none is believed to be the newest': {
    file: contract,
    test: 'saves a snapshot over the one before',
    plant: (store) => {
      let first: ReturnType<Store['snapshot']> | null = null;
      return { ...store, snapshot: (id) => (first ??= store.snapshot(id)) };
    },
  },
};

/** The store with the bug of this name; as it is when no bug was asked for. Throws when there is no such bug. */
export function withBug(store: Store, name: string | undefined): Store {
  if (name === undefined || name === '') return store;
  const bug = storeBugs[name];
  if (bug !== undefined) return bug.plant(store);
  if (sourceBugs[name] === undefined) throw new Error(`no bug is called ${name}`);
  return store;
}
