/**
 * Opens the tables beside the ledger, wherever the ledger is: in the same file or the same database.
 */
import type { Beside } from '../ledger/stores/beside.ts';
import { openSqliteBeside } from '../ledger/stores/sqlite.ts';
import type { Config } from './config.ts';
import { makeFolderOf } from './openLedger.ts';
import { isUrl } from './places.ts';

/**
 * Opens them, making what is missing. A writer in a file waits up to `busyLimitMs` for another process. Throws
 * StoreTrouble when they cannot be opened safely.
 */
export async function openBeside(
  { ledger }: Pick<Config, 'ledger'>,
  waits: { readonly busyLimitMs?: number } = {},
): Promise<Beside> {
  if (isUrl(ledger)) {
    const { openPostgresBeside } = await import('../ledger/stores/postgres.ts');
    return openPostgresBeside(ledger);
  }
  await makeFolderOf(ledger);
  return openSqliteBeside(ledger, waits);
}
