import { Hono } from 'hono';
import { describe, expect, it } from 'vitest';
import { openSqliteStore } from '../ledger/stores/sqlite.ts';
import { openMetrics } from './metrics.ts';
import { addProbes } from './probes.ts';
import { requestLog, type RequestSeen } from './requestLog.ts';
import { openLogger } from './logger.ts';

describe('a probe', () => {
  it('is known as one whatever middleware stands behind it, and is logged at debug only', async () => {
    const store = await openSqliteStore(':memory:');
    const doorbell = { isUp: async () => true };
    const lines: string[] = [];
    const seen: RequestSeen[] = [];
    const log = openLogger('info', [], { write: (line) => void lines.push(line) });
    const app = new Hono();
    app.use(requestLog(log, (one) => void seen.push(one)));
    app.route(
      '/',
      addProbes(new Hono(), { store, metrics: openMetrics(), doorbell, isUp: () => true }),
    );
    app.use(async (_context, next) => next());
    app.get('/cutovers/:cutover', (context) => context.text('there'));
    for (const path of ['/healthz', '/readyz', '/metrics', '/cutovers/one', '/nothing']) {
      await app.request(path);
    }
    expect(seen.map(({ route }) => route)).toEqual([
      '/healthz',
      '/readyz',
      '/metrics',
      '/cutovers/:cutover',
      '/*',
    ]);
    expect(lines).toHaveLength(2);
    await store.close();
  });
});

describe('readiness', () => {
  it('ends with the ledger and with the order to stop, and outlasts the doorbell', async () => {
    const store = await openSqliteStore(':memory:');
    const now = { up: true, rings: true };
    const doorbell = { isUp: async () => now.rings };
    const metrics = openMetrics();
    const app = addProbes(new Hono(), { store, metrics, doorbell, isUp: () => now.up });
    const ready = async (): Promise<readonly unknown[]> => {
      const response = await app.request('/readyz');
      return [response.status, await response.json()];
    };
    expect(await ready()).toEqual([200, { status: 'ready', degraded: [] }]);
    now.rings = false;
    expect(await ready()).toEqual([200, { status: 'ready', degraded: ['doorbell'] }]);
    now.up = false;
    expect(await ready()).toEqual([503, { status: 'stopping' }]);
    now.up = true;
    await store.close();
    expect(await ready()).toEqual([503, { status: 'the ledger does not answer' }]);
    expect((await app.request('/healthz')).status).toBe(200);
  });
});
