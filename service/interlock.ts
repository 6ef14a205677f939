/**
 * Interlock put together: a ledger, the rule book, the agents and the graph, opened from settings. The command
 * line and the drills speak to this; it is the public face of the service.
 */
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { randomBytes } from 'node:crypto';
import { judge } from '../constraints/judge.ts';
import { deterministicAgents } from '../agents/deterministic.ts';
import type { GraphDeps } from '../graph/run.ts';
import type { LedgerDeps } from '../ledger/handle.ts';
import type { Store } from '../ledger/store.ts';
import { openPostgresStore } from '../ledger/stores/postgres.ts';
import { openSqliteStore } from '../ledger/stores/sqlite.ts';
import { openCheckpoints } from './checkpoints.ts';
import type { Config } from './config.ts';

export type Interlock = {
  readonly ledger: LedgerDeps;
  readonly graph: GraphDeps;
  readonly close: () => Promise<void>;
};

const isUrl = (ledger: string): boolean => /^postgres(ql)?:\/\//.test(ledger);

async function openStore(ledger: string): Promise<Store> {
  if (isUrl(ledger)) return openPostgresStore(ledger);
  if (ledger !== ':memory:') await mkdir(dirname(ledger), { recursive: true });
  return openSqliteStore(ledger);
}

/** Short ids that say what they are of: 56 random bits, so that two processes never meet. */
export const newId = (kind: string): string =>
  `${kind}-${BigInt(`0x${randomBytes(7).toString('hex')}`).toString(36)}`;

/**
 * Opens everything. `now` is the clock; a drill hands in its own. Throws when the ledger cannot be opened safely.
 */
export async function openInterlock(
  config: Pick<Config, 'ledger' | 'checkpoints'>,
  clock: { now: () => number; newId?: (kind: string) => string } = { now: () => Date.now() },
): Promise<Interlock> {
  const store = await openStore(config.ledger);
  if (config.checkpoints !== ':memory:')
    await mkdir(dirname(config.checkpoints), { recursive: true });
  const checkpoints = await openCheckpoints(config.checkpoints);
  const ledger: LedgerDeps = { store, judge, now: clock.now, newId: clock.newId ?? newId };
  return {
    ledger,
    graph: { ledger, checkpointer: checkpoints.saver, agents: deterministicAgents },
    close: async () => {
      checkpoints.close();
      await store.close();
    },
  };
}
