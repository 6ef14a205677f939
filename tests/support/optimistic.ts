/**
 * A store in memory without a lock: transactions overlap freely, each read sees whatever is committed by then, and
 * only the expected version stands between two writers. Harsher than any real store, so that what holds here does
 * not lean on a lock.
 */
import type { LedgerEvent } from '../../ledger/events.ts';
import { type Store, type Transaction, VersionMoved } from '../../ledger/store.ts';
import type { Turn } from './interleavings.ts';

/** One shared history, as seen by a writer that takes `turn` before every port call. */
export function optimisticStore(history: LedgerEvent[], turn: Turn): Store {
  const reader: Transaction = {
    head: async () => {
      await turn();
      const last = history.at(-1);
      return last === undefined ? null : { version: last.version, hash: last.hash };
    },
    read: async (_cutoverId, { after, limit = Infinity }) => {
      await turn();
      return history.slice(after, after + limit);
    },
    findReport: async (_cutoverId, source, sourceEventId) => {
      await turn();
      for (const { version, body } of history) {
        if (
          body.type === 'ReportReceived' &&
          body.report.source === source &&
          body.report.sourceEventId === sourceEventId
        ) {
          return { version, bodyDigest: body.report.bodyDigest };
        }
      }
      return null;
    },
    snapshot: async () => null,
    answered: async () => null,
    append: async (cutoverId, expectedVersion, events) => {
      await turn();
      if (history.length !== expectedVersion) {
        throw new VersionMoved(`${cutoverId} is at ${history.length}, not ${expectedVersion}`);
      }
      history.push(...events);
    },
    lease: async () => null,
    saveLease: async () => undefined,
    keepAnswer: async () => undefined,
  };
  return {
    ...reader,
    cutovers: async () => [...new Set(history.map((event) => event.cutoverId))],
    heads: async () => [],
    transact: (_cutoverId, work) => work(reader),
    saveSnapshot: async () => undefined,
    forgetAnswers: async () => undefined,
    close: async () => undefined,
  };
}
