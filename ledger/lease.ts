/**
 * Leases: who works on a cutover now. A lease only keeps two workers from doing the same work; what keeps a worker that
 * was paused from writing is its fence, compared with the newest epoch in the transaction that appends.
 */
import { Fenced, type Fence, type Store, type Transaction } from './store.ts';
import type { Id, Instant } from './vocabulary.ts';

/** Clocks of several hosts may differ: a wrong one costs a hand-over too early or too late, and never a double write. */
type Term = { readonly now: Instant; readonly ms: number };

/** Nobody takes a lease for longer (milliseconds): one that has more than twice that to go was taken by a clock that was ahead. */
export const longestLeaseMs = 600_000;

/** Takes the lease when it is free, over, or of a clock that was far ahead; null when somebody else holds it. */
export const takeLease = (
  store: Store,
  cutoverId: Id,
  { holder, now, ms }: Term & { readonly holder: Id },
): Promise<Fence | null> =>
  store.transact(cutoverId, async (transaction) => {
    const lease = await transaction.lease(cutoverId);
    if (lease !== null && lease.until > now && lease.until <= now + 2 * longestLeaseMs) return null;
    const epoch = (lease?.epoch ?? 0) + 1;
    await transaction.saveLease(cutoverId, { holder, epoch, until: now + ms });
    return { epoch };
  });

/** Moves the end of a lease to `now + ms`; with no time at all it is given back. False when another has taken it. */
export const extendLease = (
  store: Store,
  cutoverId: Id,
  { fence, now, ms }: Term & { readonly fence: Fence },
): Promise<boolean> =>
  store.transact(cutoverId, async (transaction) => {
    const lease = await transaction.lease(cutoverId);
    if (lease?.epoch !== fence.epoch) return false;
    await transaction.saveLease(cutoverId, { ...lease, until: now + ms });
    return true;
  });

/** Throws Fenced when the lease has passed to another since `fence` was given out. */
export async function assertHeld(
  transaction: Transaction,
  cutoverId: Id,
  fence: Fence,
): Promise<void> {
  const lease = await transaction.lease(cutoverId);
  if (lease?.epoch === fence.epoch) return;
  throw new Fenced(
    `${cutoverId}: lease ${fence.epoch} was lost (it is at ${lease?.epoch ?? 'none'}): nothing was written`,
  );
}
