/**
 * Opens the tables beside the ledger, wherever the ledger is: in the same file or the same database.
 */
import type { Beside } from '../ledger/stores/beside.ts';
import { openSqliteBeside } from '../ledger/stores/sqlite.ts';
import type { Config } from './config.ts';
import { makeFolderOf } from './openLedger.ts';
import { isUrl } from './places.ts';

/** How long an answer about the tables is believed: asking with every question would double what one costs. */
const believedMs = 1_000;

/** The same tables, which refuse every question once they are no longer understood. */
function guarded(beside: Beside): Beside {
  let askedAt = Number.NEGATIVE_INFINITY;
  const ask: Beside['ask'] = async (question) => {
    if (performance.now() - askedAt >= believedMs) {
      await beside.assertUnderstood();
      askedAt = performance.now();
    }
    return beside.ask(question);
  };
  return { ...beside, ask };
}

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
    return guarded(await openPostgresBeside(ledger));
  }
  await makeFolderOf(ledger);
  return guarded(await openSqliteBeside(ledger, waits));
}
