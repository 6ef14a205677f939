/**
 * Interlock put together: the ledger, the agents and the graph, opened from settings. The command line, the drills
 * and the benchmarks speak to this; it is the public face of the service.
 */
import { setImmediate } from 'node:timers/promises';
import type { GraphDeps } from '../graph/run.ts';
import { warmUp } from '../solver/warmUp.ts';
import { openCheckpoints } from './checkpoints.ts';
import type { Config } from './config.ts';
import { mindsFor } from './minds.ts';
import { type Clock, type OpenLedger, openLedger } from './openLedger.ts';

export type Interlock = OpenLedger & {
  readonly graph: GraphDeps;
  /** Whether the solver has solved once, so that the first change does not wait for code to be compiled. */
  readonly warm?: boolean;
};

/** A process that will solve many changes says so; a single command would only start later. */
type Life = { readonly longLived?: true };

/**
 * Opens everything. Without a model in the settings the minds are deterministic. `now` is the clock; a drill hands in
 * its own. Throws when the ledger cannot be opened safely.
 */
export async function openInterlock(
  config: Pick<Config, 'ledger' | 'checkpoints'> & Partial<Pick<Config, 'model'>> & Life,
  clock?: Clock,
): Promise<Interlock> {
  const { model = null } = config;
  const { ledger, close } = await openLedger(config, clock);
  const checkpoints = await openCheckpoints(config.checkpoints).catch(async (error: unknown) => {
    await close();
    throw error;
  });
  return {
    ledger,
    warm: config.longLived === true && warmUp(),
    graph: {
      ledger,
      checkpointer: checkpoints.saver,
      agents: await mindsFor(model),
      pause: () => setImmediate(),
      ...(model === null ? {} : { caps: model.caps }),
    },
    close: async () => {
      await checkpoints.close();
      await close();
    },
  };
}
