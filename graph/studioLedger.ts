/**
 * A ledger in memory, for looking at the graph in LangGraph Studio: nothing in it survives the process, and nobody
 * works on it. It keeps the store's promises (order, one writer at a time, a stale writer refused) and no others.
 */
import type { LedgerEvent } from '../ledger/events.ts';
import { type Lease, type Reader, type Store, VersionMoved } from '../ledger/store.ts';
import type { Id } from '../ledger/vocabulary.ts';

/** An empty ledger. */
export function memoryLedger(): Store {
  const ledgers = new Map<Id, LedgerEvent[]>();
  const leases = new Map<Id, Lease>();
  const of = (cutoverId: Id): LedgerEvent[] => ledgers.get(cutoverId) ?? [];
  let turn: Promise<unknown> = Promise.resolve();
  const reader: Reader = {
    head: async (cutoverId) => {
      const last = of(cutoverId).at(-1);
      return last === undefined ? null : { version: last.version, hash: last.hash };
    },
    read: async (cutoverId, { after, limit }) =>
      of(cutoverId).slice(after, limit === undefined ? undefined : after + limit),
    findReport: async (cutoverId, source, sourceEventId) => {
      for (const { version, body } of of(cutoverId)) {
        if (body.type !== 'ReportReceived') continue;
        const { report } = body;
        if (report.source === source && report.sourceEventId === sourceEventId) {
          return { version, bodyDigest: report.bodyDigest };
        }
      }
      return null;
    },
    snapshot: async () => null,
    answered: async () => null,
  };
  const append = async (cutoverId: Id, expected: number, events: readonly LedgerEvent[]) => {
    const known = of(cutoverId);
    if (known.length !== expected) throw new VersionMoved(`${cutoverId} is at ${known.length}`);
    ledgers.set(cutoverId, [...known, ...events]);
  };
  const lease = async (cutoverId: Id): Promise<Lease | null> => leases.get(cutoverId) ?? null;
  const saveLease = async (cutoverId: Id, taken: Lease): Promise<void> => {
    leases.set(cutoverId, taken);
  };
  return {
    ...reader,
    cutovers: async () => [...ledgers.keys()],
    heads: async () =>
      [...ledgers].map(([cutoverId, events]) => ({ cutoverId, version: events.length })),
    transact: (_, work) => {
      const done = turn.then(() =>
        work({ ...reader, append, lease, saveLease, keepAnswer: async () => undefined }),
      );
      turn = done.catch(() => undefined);
      return done;
    },
    saveSnapshot: async () => undefined,
    forgetAnswers: async () => undefined,
    close: async () => undefined,
  };
}
