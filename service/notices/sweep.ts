/**
 * When the relay looks: at once where it is told to, and at every cutover again and again. A cutover whose ledger has
 * not moved and in which nothing is due costs one look at its head; two looks at one cutover never overlap.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { Store } from '../../ledger/store.ts';
import type { Id, Instant } from '../../ledger/vocabulary.ts';

export type SweepDeps = {
  readonly ledger: { readonly store: Store; readonly now: () => Instant };
  readonly sweepMs: number;
  readonly drain: (cutoverId: Id) => Promise<Instant | null>;
  readonly onTrouble: (cutoverId: Id | null, error: unknown) => void;
};

type Seen = { readonly version: number; readonly nextAt: Instant | null };

const cutoversAtOnce = 32;

/** The loop around `drain`. */
export function sweeper({ ledger, sweepMs, drain, onTrouble }: SweepDeps) {
  const { store, now } = ledger;
  const seen = new Map<Id, Seen>();
  const running = new Map<Id, Promise<Instant | null>>();
  const looking = new Map<Id, Promise<void>>();
  const stopped = new AbortController();
  let loop: Promise<void> | null = null;

  const drainNow = (cutoverId: Id): Promise<Instant | null> => {
    const before = running.get(cutoverId) ?? Promise.resolve(null);
    const mine = before.catch(() => null).then(() => drain(cutoverId));
    running.set(cutoverId, mine);
    const forget = (): void => {
      if (running.get(cutoverId) === mine) running.delete(cutoverId);
    };
    mine.then(forget, forget);
    return mine;
  };

  const look = async (cutoverId: Id): Promise<void> => {
    try {
      const version = (await store.head(cutoverId))?.version ?? 0;
      const known = seen.get(cutoverId);
      const isQuiet = known?.version === version && (known.nextAt === null || known.nextAt > now());
      if (isQuiet || running.has(cutoverId)) return;
      const nextAt = await drainNow(cutoverId);
      // What was appended while it worked makes the head differ, and is looked at in the next sweep.
      seen.set(cutoverId, { version, nextAt });
    } catch (error) {
      onTrouble(cutoverId, error);
    }
  };

  /** Does not wait for what it begins: a cutover that hangs must not hold up the next look at the others. */
  const sweep = async (): Promise<void> => {
    for (const cutoverId of await store.cutovers()) {
      if (stopped.signal.aborted) return;
      if (looking.has(cutoverId)) continue;
      if (looking.size >= cutoversAtOnce) await Promise.race(looking.values());
      const mine = look(cutoverId).finally(() => looking.delete(cutoverId));
      looking.set(cutoverId, mine);
    }
  };

  const forever = async (): Promise<void> => {
    while (!stopped.signal.aborted) {
      await sweep().catch((error: unknown) => onTrouble(null, error));
      await pause(sweepMs, undefined, { signal: stopped.signal }).catch(() => undefined);
    }
  };

  return {
    drainNow,
    start: (): void => {
      loop ??= forever();
    },
    stop: async (): Promise<void> => {
      stopped.abort();
      await loop;
      await Promise.all(looking.values());
      await Promise.allSettled(running.values());
    },
  };
}
