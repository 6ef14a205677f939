/**
 * A line for every request: its method, the pattern of its route (never the path itself, which may hold a link that logs
 * somebody in), the status, how long it took, and an id that the answer carries too.
 */
import { randomUUID } from 'node:crypto';
import type { Context, MiddlewareHandler } from 'hono';
import { matchedRoutes } from 'hono/route';
import type { Logger } from 'pino';

/** The header that carries the id, in and out. */
export const requestIdHeader = 'x-request-id';

/** Another's id is taken over when it is plainly an id, so that a proxy's log and ours can be read together. */
const idOf = (given: string | undefined): string =>
  given !== undefined && /^[\w-]{8,64}$/.test(given) ? given : randomUUID();

export type RequestSeen = {
  readonly method: string;
  /** The pattern, never the path. */
  readonly route: string;
  readonly status: number;
  readonly ms: number;
};

/** The pattern of the route that answers; of the middleware around all of them where there is none. Never the path. */
export function routeOf(context: Context): string {
  const answering = matchedRoutes(context).findLast(({ method }) => method !== 'ALL');
  return answering?.path ?? '/*';
}

/** Logs and counts every request of the app it is used on; probes that go well are logged only at `debug`. */
export function requestLog(log: Logger, onRequest: (seen: RequestSeen) => void): MiddlewareHandler {
  return async (context, next) => {
    const requestId = idOf(context.req.header(requestIdHeader));
    const startedAt = performance.now();
    await next();
    context.res.headers.set(requestIdHeader, requestId);
    const { status } = context.res;
    const line = {
      requestId,
      method: context.req.method,
      route: routeOf(context),
      status,
      ms: Math.round(performance.now() - startedAt),
    };
    onRequest(line);
    const isProbe = /^\/(healthz|readyz|metrics)$/.test(line.route);
    if (status >= 500) log.warn(line, 'a request failed');
    else if (isProbe) log.debug(line, 'asked how it is');
    else log.info(line, 'a request was answered');
  };
}
