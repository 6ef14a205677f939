/** The doorbell that the settings ask for: Redis when it is named, else the table beside the ledger. */
import type { Config } from './config.ts';
import type { BullDeps } from './doorbell/bull.ts';
import type { Doorbell } from './doorbell/doorbell.ts';
import { openBeside } from './openBeside.ts';

/** Opens it. A Redis that is away is no trouble here; a ledger that cannot be opened throws StoreTrouble. */
export async function openDoorbell(
  config: Config,
  told: Pick<BullDeps, 'onTrouble' | 'onSilence'>,
): Promise<Doorbell> {
  const { redis, atOnce } = config.fleet;
  if (redis !== null) {
    const { bullDoorbell } = await import('./doorbell/bull.ts');
    return bullDoorbell({ url: redis, atOnce, ...told });
  }
  const { wakeDoorbell } = await import('./doorbell/wakes.ts');
  return wakeDoorbell({ beside: await openBeside(config), atOnce, onTrouble: told.onTrouble });
}
