/**
 * A server on loopback that is no use to anybody: it takes every connection and is silent, talks rubbish, or begins an
 * answer that has no end. It stands for a Redis, a model, a mail server, a Slack, a collector or a database that is ill.
 */
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';

export const manners = ['silent', 'rubbish', 'endless'] as const;
export type Manner = (typeof manners)[number];

export type RudeServer = {
  readonly port: number;
  /** How many connections were made so far. */
  readonly connections: () => number;
  /** Whether anybody has said a word to it. */
  readonly isSpokenTo: () => boolean;
  close(): void;
};

const rubbish = Buffer.from(
  '\u0000*7\r\n$-9\r\nHTTP/9.9 banana\r\n\u00ff\u00fe}{220\r\n',
  'latin1',
);
const beginning = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n';

function treat(socket: Socket, manner: Manner): void {
  if (manner === 'silent') return;
  if (manner === 'rubbish') {
    socket.on('data', () => socket.write(rubbish));
    return;
  }
  socket.once('data', () => socket.write(beginning));
  const timer = setInterval(() => socket.write(' '), 100);
  socket.on('close', () => clearInterval(timer));
}

/** Starts it on a free port. */
export async function startRudeServer(manner: Manner): Promise<RudeServer> {
  const open = new Set<Socket>();
  let connections = 0;
  let isSpokenTo = false;
  const server = createServer((socket) => {
    connections += 1;
    open.add(socket);
    socket.on('error', () => undefined).on('close', () => open.delete(socket));
    socket.once('data', () => {
      isSpokenTo = true;
      // Who is silent does not listen either.
      if (manner === 'silent') socket.pause();
    });
    treat(socket, manner);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    port: address.port,
    connections: () => connections,
    isSpokenTo: () => isSpokenTo,
    close: () => {
      for (const socket of open) socket.destroy();
      server.close();
    },
  };
}
