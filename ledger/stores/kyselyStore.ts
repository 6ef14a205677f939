/**
 * The store, once, for every database Kysely speaks. It owns the order of events and refuses a stale writer;
 * how a database locks, commits durably and words its troubles is the engine's business.
 */
import type { Kysely, Transaction as KyselyTransaction } from 'kysely';
import { genesisHash, type LedgerEvent } from '../events.ts';
import { type Head, type Store, type Transaction, VersionMoved } from '../store.ts';
import type { Id } from '../vocabulary.ts';
import { forgetAnswersIn, keepAnswerIn } from './answers.ts';
import { explainWith } from './dialect.ts';
import { type Ask, gateOf } from './gate.ts';
import { leaseIn, saveLeaseIn } from './leases.ts';
import { cutoversIn, headsIn, readerOf } from './reading.ts';
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

async function insert(database: KyselyTransaction<Tables>, events: readonly LedgerEvent[]) {
  for (let from = 0; from < events.length; from += rowsAtOnce) {
    const rows = events.slice(from, from + rowsAtOnce).map(rowOf);
    await database.insertInto('events').values(rows).execute();
  }
}

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
    lease: (cutoverId) => ask(() => leaseIn(database, cutoverId)),
    saveLease: (cutoverId, lease) => ask(() => saveLeaseIn(database, cutoverId, lease)),
    keepAnswer: (...kept) => ask(() => keepAnswerIn(database, kept)),
  };
}

/** The store on an engine whose tables are there. */
export function kyselyStore(engine: Engine): Store {
  const gate = gateOf((error) => explainWith((said) => engine.explain(said), error));
  const turn = turns();
  return {
    ...readerOf(engine.reads, gate.outside),
    cutovers: () => gate.outside(() => cutoversIn(engine.reads)),
    heads: () => gate.outside(() => headsIn(engine.reads)),
    transact: (cutoverId, work) =>
      gate.outside(() =>
        turn(cutoverId, () =>
          engine.writes.transaction().execute(async (database) => {
            await engine.lock(database, cutoverId);
            return gate.enter(() => work(transactionOn(database, gate.within)));
          }),
        ),
      ),
    saveSnapshot: (cutoverId, snapshot) =>
      gate.outside(async () => {
        const row = snapshotRowOf(cutoverId, snapshot);
        await engine.writes.transaction().execute((database) =>
          database
            .insertInto('snapshots')
            .values(row)
            .onConflict((conflict) => conflict.column('cutover_id').doUpdateSet(row))
            .execute(),
        );
      }),
    forgetAnswers: (before) => gate.outside(() => forgetAnswersIn(engine.writes, before)),
    close: () => gate.close(() => engine.close()),
  };
}
