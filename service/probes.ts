/**
 * What machines ask a running Interlock: is it alive, may it be given work, and its figures. Answers hold no cutover's
 * facts, so they need no caller; they are to be reached from inside the site only.
 */
import type { Hono } from 'hono';
import type { Store } from '../ledger/store.ts';
import { type Doorbell, within } from './doorbell/doorbell.ts';
import type { Metrics } from './metrics.ts';

export type Probed = {
  readonly store: Store;
  readonly metrics: Metrics;
  readonly doorbell: Pick<Doorbell, 'isUp'>;
  /** False from the moment it is told to stop. */
  readonly isUp: () => boolean;
};

const readyLimitMs = 2_000;
/** No cutover is called so: reading its head asks the database and finds nothing. */
const nobody = 'readiness-probe';

/** Adds GET /healthz, /readyz and /metrics. */
export function addProbes(app: Hono, { store, metrics, doorbell, isUp }: Probed): Hono {
  app.get('/healthz', (context) => context.json({ status: 'alive' }));
  app.get('/readyz', async (context) => {
    if (!isUp()) return context.json({ status: 'stopping' }, 503);
    try {
      await within(readyLimitMs, 'reading the ledger', store.head(nobody));
      // Without the doorbell everything is still done, later: it is no reason to be given no work.
      const degraded = (await doorbell.isUp()) ? [] : ['doorbell'];
      return context.json({ status: 'ready', degraded });
    } catch {
      return context.json({ status: 'the ledger does not answer' }, 503);
    }
  });
  app.get('/metrics', async (context) =>
    context.body(await metrics.registry.metrics(), 200, {
      'content-type': metrics.registry.contentType,
    }),
  );
  return app;
}
