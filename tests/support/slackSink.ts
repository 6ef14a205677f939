/**
 * A server on loopback that speaks the Slack methods we use, with Slack's shapes. It can store a post and cut the
 * connection before it says so, ask to wait, refuse, or be away.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

export type SlackMode =
  'ok' | 'store_and_cut' | 'cut_before' | 'rate_limited' | 'channel_not_found' | 'internal_error';
export type Posted = {
  readonly channel: string;
  readonly ts: string;
  readonly text: string;
  readonly blocks: unknown;
  readonly metadata: { event_type: string; event_payload: Record<string, unknown> };
  /** On the wall clock. */
  readonly at: number;
};

export type SlackServer = {
  readonly url: string;
  /** What is in the conversations, in order. */
  readonly posted: readonly Posted[];
  /** Every method called, in order. */
  readonly calls: readonly string[];
  mode: SlackMode;
  retryAfterSeconds: number;
  /** Whether history may be read. */
  canLookUp: boolean;
  /** Users of the workspace by their e-mail address. */
  users: Readonly<Record<string, string>>;
  close(): Promise<void>;
};

async function textOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const part of request) text += String(part);
  return text;
}

const answer = (response: ServerResponse, body: unknown): void => {
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify(body));
};

/** Starts it on a free port. */
export async function startSlackServer(): Promise<SlackServer> {
  const posted: Posted[] = [];
  const calls: string[] = [];
  const history = (form: URLSearchParams, response: ServerResponse): void => {
    if (!slack.canLookUp) return answer(response, { ok: false, error: 'missing_scope' });
    const messages = posted
      .filter(
        ({ channel, ts }) =>
          channel === form.get('channel') && Number(ts) >= Number(form.get('oldest') ?? 0),
      )
      .map(({ ts, text, metadata }) => ({ type: 'message', ts, text, metadata }));
    answer(response, { ok: true, messages: messages.toReversed(), has_more: false });
  };
  const post = (form: URLSearchParams, response: ServerResponse): void => {
    if (slack.mode === 'channel_not_found' || slack.mode === 'internal_error') {
      return answer(response, { ok: false, error: slack.mode });
    }
    if (slack.mode === 'rate_limited') {
      response.writeHead(429, { 'retry-after': String(slack.retryAfterSeconds) });
      return void response.end();
    }
    if (slack.mode === 'cut_before') return void response.destroy();
    const ts = `${Math.floor(Date.now() / 1000)}.${String(posted.length).padStart(6, '0')}`;
    const channel = form.get('channel') ?? '';
    posted.push({
      channel,
      ts,
      text: form.get('text') ?? '',
      blocks: JSON.parse(form.get('blocks') ?? 'null'),
      metadata: JSON.parse(form.get('metadata') ?? 'null'),
      at: Date.now(),
    });
    if (slack.mode === 'store_and_cut') return void response.destroy();
    answer(response, { ok: true, channel, ts });
  };
  const server = createServer((request, response) => {
    void textOf(request).then((text) => {
      const form = new URLSearchParams(text);
      const method = (request.url ?? '').replace(/^\/api\//, '');
      calls.push(method);
      if (method === 'chat.postMessage') return post(form, response);
      if (method === 'conversations.history') return history(form, response);
      if (method === 'users.lookupByEmail') {
        const user = slack.users[form.get('email') ?? ''];
        return answer(
          response,
          user === undefined
            ? { ok: false, error: 'users_not_found' }
            : { ok: true, user: { id: user } },
        );
      }
      const id = `D${(form.get('users') ?? '').slice(1)}`;
      return answer(response, { ok: true, channel: { id } });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const slack: SlackServer = {
    url: `http://127.0.0.1:${address.port}/api/`,
    posted,
    calls,
    mode: 'ok',
    retryAfterSeconds: 1,
    canLookUp: true,
    users: {},
    close: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
  return slack;
}
