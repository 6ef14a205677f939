/**
 * The table of leases, inside a transaction that has the cutover locked: so the epoch that an append is checked against
 * cannot move before that append commits.
 */
import type { Transaction as KyselyTransaction } from 'kysely';
import type { Lease } from '../store.ts';
import type { Id } from '../vocabulary.ts';
import type { Tables } from './tables.ts';

/** The newest lease, or null when there never was one. */
export async function leaseIn(
  database: KyselyTransaction<Tables>,
  cutoverId: Id,
): Promise<Lease | null> {
  const row = await database
    .selectFrom('leases')
    .select(['holder', 'epoch', 'until_at'])
    .where('cutover_id', '=', cutoverId)
    .executeTakeFirst();
  if (row === undefined) return null;
  return { holder: row.holder, epoch: Number(row.epoch), until: Number(row.until_at) };
}

/** Puts the lease in place of the one before. */
export async function saveLeaseIn(
  database: KyselyTransaction<Tables>,
  cutoverId: Id,
  { holder, epoch, until }: Lease,
): Promise<void> {
  const lease = { holder, epoch, until_at: until };
  await database
    .insertInto('leases')
    .values({ cutover_id: cutoverId, ...lease })
    .onConflict((conflict) => conflict.column('cutover_id').doUpdateSet(lease))
    .execute();
}
