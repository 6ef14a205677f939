/**
 * A TCP proxy before a PostgreSQL server of the tests that can lose the reply to a commit: the server has committed, and
 * whoever asked for it sees its connection end and hears nothing.
 */
import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { reached } from './reached.ts';

export type LossyProxy = {
  /** The same database, through the proxy. */
  readonly url: string;
  /** How many replies were lost. */
  readonly lost: () => number;
  /** From now on nothing gets through in either direction, and no connection ends. */
  readonly hang: () => void;
  close(): Promise<void>;
};

/** A simple query of the wire protocol: its text and the zero that ends it. */
const asks = (chunk: Buffer): boolean => chunk.includes('commit\0');
/** The server's word that it has committed. */
const tells = (chunk: Buffer): boolean => chunk.includes('COMMIT\0');

/** `loses` is asked at every commit, counted from 1, whether its reply is to be lost. */
export async function startLossyProxy(
  url: string,
  loses: (nth: number) => boolean,
): Promise<LossyProxy> {
  const target = new URL(url);
  const path = join(target.searchParams.get('host') ?? '', '.s.PGSQL.5432');
  const open = new Set<Socket>();
  let commits = 0;
  let lost = 0;
  let hangs = false;
  const server = createServer((client) => {
    const upstream = connect(path);
    let losing = false;
    const end = (): void => {
      client.destroy();
      upstream.destroy();
    };
    for (const socket of [client, upstream]) {
      open.add(socket);
      socket.on('error', end).on('close', () => {
        open.delete(socket);
        end();
      });
    }
    client.on('data', (chunk: Buffer) => {
      if (hangs) return;
      if (asks(chunk)) losing = loses((commits += 1));
      upstream.write(chunk);
    });
    upstream.on('data', (chunk: Buffer) => {
      if (hangs) return;
      if (losing && tells(chunk)) {
        lost += 1;
        reached('fault', 'the reply to a commit is lost');
        end();
      } else client.write(chunk);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the proxy has no port');
  const through = new URL(url);
  through.searchParams.delete('host');
  through.hostname = '127.0.0.1';
  through.port = String(address.port);
  return {
    url: through.href,
    lost: () => lost,
    hang: () => {
      hangs = true;
    },
    close: async () => {
      for (const socket of open) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
