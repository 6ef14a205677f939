/**
 * A webhook receiver on loopback: it checks every signature as Standard Webhooks say and has an effect once for each
 * id. It can take a message and cut the connection before it says so.
 */
import { createServer, type IncomingMessage } from 'node:http';
import { Webhook } from 'standardwebhooks';
import { z } from 'zod';

export type Receiver = {
  /** `http://127.0.0.1:PORT/`. */
  readonly url: string;
  /** Every request, in order. */
  readonly received: readonly {
    readonly id: string;
    readonly valid: boolean;
    readonly body: string;
  }[];
  /** What it had an effect by: each id once. */
  readonly effects: readonly Body[];
  /** Status to answer with, or how to break off. */
  mode: number | 'take_and_cut' | 'redirect';
  /** Said with a status that is no success; empty: not said. */
  retryAfter: string;
  /** Where a redirect leads. */
  elsewhere: string;
  close(): Promise<void>;
};

const Body = z.object({
  data: z.object({
    noticeId: z.string(),
    cutover: z.string(),
    person: z.string(),
    version: z.number(),
  }),
});
type Body = z.infer<typeof Body>;

export const webhookSecret = `whsec_${Buffer.from('a secret of the receiver, 32 byte').toString('base64')}`;

async function textOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const part of request) text += String(part);
  return text;
}

function isSigned(request: IncomingMessage, body: string): boolean {
  const { headers } = request;
  const named = {
    'webhook-id': String(headers['webhook-id']),
    'webhook-timestamp': String(headers['webhook-timestamp']),
    'webhook-signature': String(headers['webhook-signature']),
  };
  try {
    new Webhook(webhookSecret).verify(body, named);
    return true;
  } catch {
    return false;
  }
}

/** Starts it on a free port. */
export async function startReceiver(): Promise<Receiver> {
  const received: { id: string; valid: boolean; body: string }[] = [];
  const effects: Body[] = [];
  const seen = new Set<string>();
  const server = createServer((request, response) => {
    void textOf(request).then((body) => {
      const { mode, elsewhere } = receiver;
      const id = String(request.headers['webhook-id']);
      const valid = isSigned(request, body);
      received.push({ id, valid, body });
      if (mode === 'redirect') return response.writeHead(307, { location: elsewhere }).end();
      if (typeof mode === 'number' && mode >= 300) {
        const { retryAfter } = receiver;
        return response
          .writeHead(mode, retryAfter === '' ? {} : { 'retry-after': retryAfter })
          .end();
      }
      if (valid && !seen.has(id)) effects.push(Body.parse(JSON.parse(body)));
      seen.add(id);
      return mode === 'take_and_cut' ? response.destroy() : response.writeHead(mode).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const receiver: Receiver = {
    url: `http://127.0.0.1:${address.port}/`,
    received,
    effects,
    mode: 204,
    elsewhere: '',
    retryAfter: '',
    close: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
  return receiver;
}
