/**
 * Holding a cutover: takes its lease, keeps it while the work lasts, gives it back. A lease that cannot be kept aborts the
 * work; that nothing is written after it has passed to another is the ledger's business.
 */
import { extendLease, takeLease } from '../../ledger/lease.ts';
import { Fenced, type Fence, type Store } from '../../ledger/store.ts';
import type { Id } from '../../ledger/vocabulary.ts';
import { crashPoint } from '../crashPoint.ts';
import type { LeaseTerms } from './leaseTerms.ts';

export type Holder = {
  readonly store: Store;
  /** Names this worker among all others. */
  readonly holder: Id;
  readonly terms: LeaseTerms;
};

/** Another worker holds this cutover now: it does the work, or a later ring does. */
export class Elsewhere extends Error {
  override readonly name = 'Elsewhere';
}

/** Extends the lease again and again; aborts once it is lost, or could not be extended until its end. */
function keeping({ store, terms }: Holder, cutoverId: Id, fence: Fence) {
  const leaseMs = terms.of(cutoverId);
  const lost = new AbortController();
  let goodUntil = performance.now() + leaseMs;
  let extending: Promise<void> = Promise.resolve();
  const extend = async (): Promise<void> => {
    const [now, since] = [Date.now(), performance.now()];
    try {
      const kept = await extendLease(store, cutoverId, { fence, now, ms: leaseMs });
      if (!kept) lost.abort(new Elsewhere(`${cutoverId}: the lease passed to another`));
      goodUntil = since + leaseMs;
    } catch (error) {
      if (performance.now() >= goodUntil) lost.abort(error);
    }
  };
  const timer = setInterval(() => (extending = extend()), leaseMs / 3);
  return {
    signal: lost.signal,
    end: async (): Promise<void> => {
      clearInterval(timer);
      await extending;
    },
  };
}

/** Does `work` under the lease. Throws Elsewhere when another holds it; else what `work` answers or throws. */
export async function holding<T>(
  deps: Holder,
  cutoverId: Id,
  work: (fence: Fence, lost: AbortSignal) => Promise<T>,
): Promise<T> {
  const { store, holder, terms } = deps;
  crashPoint('lease.taking');
  const ms = terms.of(cutoverId);
  const fence = await takeLease(store, cutoverId, { holder, now: Date.now(), ms });
  if (fence === null) throw new Elsewhere(`${cutoverId}: another worker is at it`);
  crashPoint('lease.taken');
  const kept = keeping(deps, cutoverId, fence);
  try {
    const done = await work(fence, kept.signal);
    terms.kept(cutoverId);
    return done;
  } catch (error) {
    if (kept.signal.aborted || error instanceof Fenced) terms.lost(cutoverId);
    throw error;
  } finally {
    await kept.end();
    crashPoint('lease.ending');
    // One that cannot be given back ends by itself.
    await extendLease(store, cutoverId, { fence, now: Date.now(), ms: 0 }).catch(() => false);
  }
}
