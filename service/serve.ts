/**
 * The serving half: HTTP for people and sources. On a ledger file it works too, so that one process is all there is to
 * run; at scale `interlock work` does that elsewhere.
 */
import { Hono } from 'hono';
import type { Logger } from 'pino';
import type { Config } from './config.ts';
import { listen } from './listen.ts';
import { isUrl } from './openLedger.ts';
import { addProbes } from './probes.ts';
import { openParts } from './process.ts';
import { type Running, startWork } from './work.ts';

const worksToo = ({ ledger, fleet }: Config): boolean =>
  fleet.serveWorks === 'on' || (fleet.serveWorks === 'auto' && !isUrl(ledger));

/** `interlock serve`. */
export async function serve(config: Config, log: Logger): Promise<Running> {
  const parts = await openParts(config, log, 'serve');
  let up = true;
  const { store } = parts.interlock.ledger;
  const app = addProbes(new Hono(), { store, metrics: parts.metrics, isUp: () => up });
  const server = await listen(app, config.fleet);
  const working = worksToo(config) ? await startWork(parts) : null;
  log.info({ url: server.url, name: parts.name, works: working !== null }, 'serving');
  return {
    url: server.url,
    stop: async () => {
      up = false;
      await server.stop();
      await working?.stop();
      await parts.close();
    },
  };
}
