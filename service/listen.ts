/** An HTTP server on a port: starts when it is bound, and stops by finishing what it has begun, within a bound. */
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import { ConfigError } from './config.ts';

export type Listening = {
  readonly url: string;
  /** Takes nothing new; what has not ended after so many milliseconds is cut off, unanswered. */
  stop(drainMs: number): Promise<void>;
};

/** Whoever sends slowly is cut off: headers and whole requests have a time, and a connection that says nothing too. */
const patience = {
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  keepAliveTimeout: 15_000,
  connectionsCheckingInterval: 1_000,
  maxHeaderSize: 16_384,
} as const;

const mostConnections = 2_000;

type Place = {
  readonly host: string;
  readonly port: number;
  /** The setting that the port came from. */
  readonly setting?: 'INTERLOCK_PORT' | 'INTERLOCK_WORK_PORT';
};

/** Why nothing can be bound here, with the setting to change; any other error as it is. */
function explained(error: Error, { host, port, setting = 'INTERLOCK_PORT' }: Place): Error {
  const code = 'code' in error ? String(error.code) : '';
  const at = `${host}:${port}`;
  switch (code) {
    case 'EADDRINUSE':
      return new ConfigError(
        `${setting}: ${at} is in use: end what listens there, or set another port (0 takes a free one)`,
      );
    case 'EACCES':
      return new ConfigError(`${setting}: ${at} may not be listened on: take a port above 1023`);
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return new ConfigError(`INTERLOCK_HOST: this machine has no address ${host}: set one it has`);
    default:
      return error;
  }
}

/** Binds; port 0 takes a free one. Throws ConfigError when that place cannot be had. */
export async function listen(
  app: Pick<Parameters<typeof createAdaptorServer>[0], 'fetch'>,
  place: Place,
): Promise<Listening> {
  const { host, port } = place;
  const server = createAdaptorServer({ fetch: app.fetch, serverOptions: patience });
  server.maxConnections = mostConnections;
  await new Promise<void>((resolve, reject) => {
    const refuse = (error: Error): void => reject(explained(error, place));
    server.once('error', refuse);
    server.listen(port, host, () => {
      server.off('error', refuse);
      resolve();
    });
  });
  const bound = server.address() as AddressInfo | null;
  const shown = host.includes(':') ? `[${host}]` : host;
  return {
    url: `http://${shown}:${bound?.port ?? port}`,
    stop: (drainMs) =>
      new Promise((resolve) => {
        const force = setTimeout(() => {
          if ('closeAllConnections' in server) server.closeAllConnections();
        }, drainMs);
        server.close(() => {
          clearTimeout(force);
          resolve();
        });
        if ('closeIdleConnections' in server) server.closeIdleConnections();
      }),
  };
}
