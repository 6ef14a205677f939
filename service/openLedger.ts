/**
 * The ledger put together from settings: a store, the rule book, a clock and ids. What only looks or writes one
 * command needs no more than this, so that it answers at once; the workflow is added in interlock.ts.
 */
import { randomBytes } from 'node:crypto';
import { dirname } from 'node:path';
import { judge } from '../constraints/judge.ts';
import type { LedgerDeps } from '../ledger/handle.ts';
import type { Store } from '../ledger/store.ts';
import { StoreTrouble } from '../ledger/trouble.ts';
import { openSqliteStore } from '../ledger/stores/sqlite.ts';
import type { Config } from './config.ts';
import { makeFolder } from './makeFolder.ts';
import { isUrl } from './places.ts';

export type LedgerOnly = { readonly ledger: LedgerDeps };
export type OpenLedger = LedgerOnly & { readonly close: () => Promise<void> };
export type Clock = {
  readonly now: () => number;
  readonly newId?: ((kind: string) => string) | undefined;
};

/** Makes the folder of a ledger file when it is missing; one kept in memory needs none. */
export async function makeFolderOf(ledger: string): Promise<void> {
  if (ledger === ':memory:') return;
  await makeFolder(dirname(ledger)).catch((error: unknown) => {
    const why = error instanceof Error ? error.message : String(error);
    throw new StoreTrouble('unreachable', `the ledger's folder cannot be made: ${why}`, {
      cause: error,
    });
  });
}

async function openStore(ledger: string): Promise<Store> {
  if (isUrl(ledger)) {
    const { openPostgresStore } = await import('../ledger/stores/postgres.ts');
    return openPostgresStore(ledger);
  }
  await makeFolderOf(ledger);
  return openSqliteStore(ledger);
}

/** Short ids that say what they are of: 56 random bits, so that two processes never meet. */
export const newId = (kind: string): string =>
  `${kind}-${BigInt(`0x${randomBytes(7).toString('hex')}`).toString(36)}`;

/** Opens the ledger. Throws StoreTrouble when it cannot be opened safely. */
export async function openLedger(
  { ledger }: Pick<Config, 'ledger'>,
  clock: Clock = { now: () => Date.now() },
): Promise<OpenLedger> {
  const store = await openStore(ledger);
  return {
    ledger: { store, judge, now: clock.now, newId: clock.newId ?? newId },
    close: () => store.close(),
  };
}
