/**
 * A browser and a program as they meet a running server from outside: over HTTP, with a jar of cookies or a token, and
 * knowing nothing of how the server is made.
 */
import { randomUUID } from 'node:crypto';
import { eventually } from './fleet.ts';
import { cookieHeader, type Jar, keepCookies } from './provider.ts';

export type Seen = { readonly status: number; readonly headers: Headers; readonly body: unknown };

/** What stands at a path of keys: `pending.record.packetId`. */
export const at = (body: unknown, path: string): unknown =>
  path
    .split('.')
    .reduce<unknown>(
      (value, key) =>
        typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined,
      body,
    );

type Asking = {
  readonly method?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
};

async function ask(
  url: string,
  { method, body, headers = {} }: Asking,
): Promise<Seen & { readonly response: Response }> {
  const response = await fetch(url, {
    method: method ?? (body === undefined ? 'GET' : 'POST'),
    redirect: 'manual',
    headers: {
      ...(body === undefined
        ? {}
        : { 'content-type': 'application/json', 'idempotency-key': randomUUID() }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const isJson = /^application\/(problem\+)?json\b/.test(
    response.headers.get('content-type') ?? '',
  );
  return {
    response,
    status: response.status,
    headers: response.headers,
    body: isJson ? JSON.parse(text) : text,
  };
}

/** A browser that asks the server at `url` and believes to be at `origin`, as behind a proxy. */
export function browserAt(url: string, origin = url) {
  const jar: Jar = new Map();
  const visit = async (path: string, asking: Asking = {}): Promise<Seen> => {
    const cookie = jar.size === 0 ? {} : { cookie: cookieHeader(jar) };
    const writes = asking.body === undefined ? {} : { origin, 'sec-fetch-site': 'same-origin' };
    const headers = { ...writes, ...cookie, ...asking.headers };
    const { response, ...seen } = await ask(`${url}${path}`, { ...asking, headers });
    keepCookies(jar, response);
    return seen;
  };
  return { jar, visit };
}
export type Browser = ReturnType<typeof browserAt>;

/** A program that shows this token. */
export const programAt =
  (url: string, token: string) =>
  (path: string, asking: Asking = {}): Promise<Seen> =>
    ask(`${url}${path}`, {
      ...asking,
      headers: { authorization: `Bearer ${token}`, ...asking.headers },
    });

/** The packet that waits in this cutover on the facts as they stand: its path and its hash, as If-Match takes it. */
export const waitingPacket = ({ visit }: Browser, cutover: string) =>
  eventually('a packet that waits', async () => {
    const { body } = await visit(`/cutovers/${cutover}/status`);
    const id = at(body, 'pending.record.packetId');
    if (typeof id !== 'string' || at(body, 'pending.trouble') !== null) return null;
    const path = `/cutovers/${cutover}/packets/${id}`;
    const packet = await visit(path);
    return { path, match: packet.headers.get('etag') ?? '' };
  });

/** Adopts what waits. */
export async function adoptWaiting(browser: Browser, cutover: string): Promise<Seen> {
  const { path, match } = await waitingPacket(browser, cutover);
  return browser.visit(`${path}/adopt`, { body: {}, headers: { 'if-match': match } });
}
