/**
 * `Prefer: wait=SECONDS` (RFC 7240): an answer about reports that waits for the rulings on their facts. Whoever does not
 * ask for it is answered at once, and nothing is acknowledged later than it was: the reports are in the ledger before.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { Ruling } from '../../ledger/facts.ts';
import { rulingsIn } from '../../ledger/lineage.ts';
import type { Id } from '../../ledger/vocabulary.ts';
import type { ApiContext, ApiDeps } from './deps.ts';

const longestSeconds = 20;
const lookMs = 300;
const eventsAtOnce = 500;
/** Requests of one process that wait; any more are answered at once. */
const mostWaiting = 100;

const preference = /(?:^|,)\s*wait\s*=\s*"?(\d{1,6})"?\s*(?=[,;]|$)/i;

/** For how many seconds the caller would wait; 0 when they did not ask, or not in a way that can be read. */
export function secondsToWait(context: ApiContext): number {
  const [, seconds] = preference.exec(context.req.header('prefer') ?? '') ?? [];
  return Math.min(Number(seconds ?? 0), longestSeconds);
}

type Awaited = {
  readonly cutoverId: Id;
  readonly facts: ReadonlySet<Id>;
  /** The positions of the reports: rulings follow them. */
  readonly places: readonly number[];
};

/** What an answer waits for, and whether it did. */
export type Rulings = { readonly ruled: ReadonlyMap<Id, Ruling>; readonly waited: number | null };

const notWaited: Rulings = { ruled: new Map(), waited: null };

/** Never throws: its caller has something to acknowledge. */
export type RulingWait = (context: ApiContext, awaited: Awaited) => Promise<Rulings>;

/** The waiting of one process. */
export function openRulingWait({ ledger, stopping, trouble }: ApiDeps): RulingWait {
  let waiting = 0;

  /** The newest ruling on each fact, as soon as there is one on every fact, or once the wait is over. */
  async function wait({ cutoverId, facts, places }: Awaited, isOver: () => boolean) {
    const ruled = new Map<Id, Ruling>();
    let at = Math.min(...places);
    for (;;) {
      const events = await ledger.store.read(cutoverId, { after: at, limit: eventsAtOnce });
      for (const ruling of rulingsIn(events)) {
        if (facts.has(ruling.factId)) ruled.set(ruling.factId, ruling);
      }
      at = events.at(-1)?.version ?? at;
      if (events.length === eventsAtOnce) continue;
      if (ruled.size === facts.size || isOver()) return ruled;
      await pause(lookMs);
    }
  }

  return async (context, awaited) => {
    const seconds = secondsToWait(context);
    const isNothing = seconds === 0 || awaited.places.length === 0;
    if (isNothing || waiting >= mostWaiting) return notWaited;
    const { signal } = context.req.raw;
    const endsAt = performance.now() + seconds * 1_000;
    const isOver = (): boolean =>
      signal.aborted || stopping?.aborted === true || performance.now() >= endsAt;
    waiting += 1;
    try {
      return { ruled: await wait(awaited, isOver), waited: seconds };
    } catch (error) {
      // The reports are in the ledger: what cannot be read now makes nobody believe that they are not.
      trouble(error, 'waiting for rulings');
      return notWaited;
    } finally {
      waiting -= 1;
    }
  };
}

/** The header that says that the preference was honoured. */
export const preferenceApplied = ({ waited }: Rulings): readonly (readonly [string, string])[] =>
  waited === null ? [] : [['preference-applied', `wait=${waited}`]];
