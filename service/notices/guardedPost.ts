/**
 * One POST to a URL that came out of a plan: no redirect is followed, the address a name resolves to is checked and
 * is the one connected to, and private networks are refused unless they were named. Nothing but the status is read.
 */
import { request as plainRequest } from 'node:http';
import { request as secureRequest } from 'node:https';
import type { LookupFunction } from 'node:net';
import { RequestFilteringHttpAgent, RequestFilteringHttpsAgent } from 'request-filtering-agent';
import { timeLimit } from '../../agents/timeLimit.ts';

export type GuardedPost = {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly limitMs: number;
  /** Ends it earlier. */
  readonly signal?: AbortSignal;
};

export type PostResult =
  | { readonly kind: 'answered'; readonly status: number; readonly retryAfter: string | null }
  /** No connection was made: the address is not allowed, or nobody is there. */
  | { readonly kind: 'unreached'; readonly refusedAddress: boolean }
  | { readonly kind: 'no_answer' };

export type Guard = {
  /** Addresses and CIDR ranges that may be connected to although they are private. */
  readonly privateNetworks: readonly string[];
  /** How names are resolved; left out, as the machine does. */
  readonly lookup?: LookupFunction;
};

const isFiltered = (error: Error): boolean => /is not allowed\. Because/.test(error.message);

/** Sends and says what came back. Never throws. */
export function guardedPost(post: GuardedPost, guard: Guard): Promise<PostResult> {
  const url = new URL(post.url);
  const options = {
    allowIPAddressList: [...guard.privateNetworks],
    keepAlive: false,
    ...(guard.lookup === undefined ? {} : { lookup: guard.lookup }),
  };
  const { signal, letGo } = timeLimit(post.limitMs, post.signal ?? null);
  const isSecure = url.protocol === 'https:';
  const agent = isSecure
    ? new RequestFilteringHttpsAgent(options)
    : new RequestFilteringHttpAgent(options);
  return new Promise((resolve) => {
    let isConnected = false;
    const give = isSecure ? secureRequest : plainRequest;
    const request = give(
      url,
      { method: 'POST', agent, headers: post.headers, signal },
      (response) => {
        const { statusCode: status = 0, headers } = response;
        resolve({ kind: 'answered', status, retryAfter: headers['retry-after'] ?? null });
        response.destroy();
      },
    );
    request.once('socket', (socket) => {
      socket.once(isSecure ? 'secureConnect' : 'connect', () => (isConnected = true));
    });
    request.once('error', (error) => {
      if (isConnected) resolve({ kind: 'no_answer' });
      else resolve({ kind: 'unreached', refusedAddress: isFiltered(error) });
    });
    request.once('close', () => {
      resolve({ kind: 'no_answer' });
      letGo();
      agent.destroy();
    });
    request.end(post.body);
  });
}
