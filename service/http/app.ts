/**
 * The HTTP API put together: every declared route behind the guard, the doors of people and hooks beside it, one shape
 * for every error. A route without a policy stops the start.
 */
import { setImmediate } from 'node:timers/promises';
import type { HttpBindings } from '@hono/node-server';
import { OpenAPIHono } from '@hono/zod-openapi';
import type { Hono, MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { methodNotAllowed } from 'hono/method-not-allowed';
import { hookRoutes } from '../hooks/routes.ts';
import { addressOf } from '../identity/door.ts';
import { ackRoutes } from './ack.ts';
import { jsonOf, largestBody } from './body.ts';
import { cutoverRoutes } from './cutovers.ts';
import { decisionRoutes } from './decisions.ts';
import type { ApiContext, ApiDeps } from './deps.ts';
import { routeOf } from '../requestLog.ts';
import { addDocs } from './docs.ts';
import { exportRoutes } from './exports.ts';
import { callerOf, nameOf, placeOf } from './guard.ts';
import { type Limiter, openLimiter, standardLimits } from './limits.ts';
import { assertDeclared, doors, middlewareAt } from './policies.ts';
import { problemOf, problemResponse } from './problem.ts';
import { reportRoutes } from './reports.ts';
import { digestOfRequest, keyIn, openRequestKeys, type RequestKeys } from './requestKeys.ts';
import type { Declared } from './route.ts';
import { streamRoutes } from './streams.ts';
import { viewRoutes } from './views.ts';
import { whatIfRoutes } from './whatIfRoute.ts';

type Desk = { readonly deps: ApiDeps; readonly limiter: Limiter; readonly keys: RequestKeys };

/** Every declared route, in the order in which the description lists them. */
export const declaredRoutes = (deps: ApiDeps): readonly Declared[] => [
  ...cutoverRoutes(deps),
  ...reportRoutes(deps),
  ...viewRoutes(deps),
  ...streamRoutes(deps),
  ...whatIfRoutes(deps),
  ...decisionRoutes(deps),
  ...exportRoutes(deps),
];

async function answer(
  context: ApiContext,
  declared: Declared,
  { deps, limiter, keys }: Desk,
): Promise<Response> {
  const caller = await callerOf(context, declared, { deps, limiter });
  const place = await placeOf(context, caller, deps);
  const body =
    declared.method === 'post' ? await jsonOf(context.req.raw, declared.file) : undefined;
  const key = declared.writes ? keyIn(context.req.raw.headers) : '';
  const name = nameOf(caller);
  const countMore = (howMany: number): Promise<void> => limiter.count('calls', name, howMany);
  const passed = { context, caller, place, key: `${name} ${key}`, countMore };
  const work = declared.take(passed, body);
  if (!declared.writes) return declared.finish(passed, await work(null));
  const digest = digestOfRequest(context.req.raw, body);
  const answered = await keys.once({ caller: name, key, digest }, work);
  return declared.finish(passed, answered);
}

/**
 * An answer to a request whose body is not all there yet is the last on its connection: what is left of the body is thrown
 * away, and with it whatever a caller would send behind it.
 */
const lastWhenUnread: MiddlewareHandler = async (context, next) => {
  await next();
  const { incoming }: Partial<HttpBindings> = context.env ?? {};
  // A quick refusal comes before the body that arrived together with the head was looked at.
  if (incoming?.complete === false) await setImmediate();
  if (incoming?.complete === false) context.res.headers.set('connection', 'close');
};

/** What is thrown and is no Error would pass by whoever answers for errors and logs them: it becomes one. */
const errorsOnly: MiddlewareHandler = async (_context, next) => {
  try {
    await next();
  } catch (thrown) {
    if (thrown instanceof Error) throw thrown;
    throw new Error('what was thrown is no Error', { cause: thrown });
  }
};

/** Headers of every answer: nothing is guessed, framed, or told to other sites. */
const plainHeaders: MiddlewareHandler = async (context, next) => {
  await next();
  const { headers } = context.res;
  const set = (name: string, value: string): void => {
    if (!headers.has(name)) headers.set(name, value);
  };
  set('x-content-type-options', 'nosniff');
  set('referrer-policy', 'no-referrer');
  set('cache-control', 'no-store');
  set('content-security-policy', "default-src 'none'; frame-ancestors 'none'");
};

/** Visits to the doors are counted by address: nobody guesses links or tokens at leisure. */
const countVisits =
  (limiter: Limiter): MiddlewareHandler =>
  async (context, next) => {
    await limiter.count('unproven', addressOf(context));
    return next();
  };

function tooLarge(): Response {
  const detail = `the body has more than ${largestBody} bytes`;
  const fix = 'send less at once';
  const errors = [{ field: '/', message: detail, fix }];
  return problemResponse({ status: 413, code: 'body_too_large', detail, fix, errors });
}

const path = (declared: Declared): string => declared.path.replaceAll(/\{(\w+)\}/g, ':$1');

function addErrors(app: OpenAPIHono, { trouble }: ApiDeps): void {
  app.onError((error, context) => {
    const details = problemOf(error);
    if (details.status >= 500) trouble(error, `${context.req.method} ${routeOf(context)}`);
    return problemResponse(details);
  });
  app.notFound((context) =>
    problemResponse({
      status: 404,
      code: 'no_such_place',
      detail: `nothing is at ${context.req.path.slice(0, 200)}`,
      fix: 'look at /docs for what there is',
    }),
  );
  app.use(
    methodNotAllowed({
      app,
      onMethodNotAllowed: (_context, methods) =>
        problemResponse({
          status: 405,
          code: 'method_not_allowed',
          detail: 'this place is not used in this way',
          fix: `use ${methods.join(' or ')}`,
          headers: { allow: methods.join(', ') },
        }),
    }),
  );
}

/** Adds the whole API to `app`, which may have probes already. Throws when any route has no policy. */
export function addApi(base: Hono, deps: ApiDeps): OpenAPIHono {
  const limiter = openLimiter({ ...standardLimits, ...deps.limits });
  const keys = openRequestKeys(deps);
  const app = new OpenAPIHono();
  const { door, ledger, hooks, ring } = deps;
  if (deps.around !== undefined) app.use(deps.around);
  app.use(plainHeaders);
  app.use(lastWhenUnread);
  app.use(errorsOnly);
  addErrors(app, deps);
  app.route('/', base);
  app.use(door.guard);
  app.use(bodyLimit({ maxSize: largestBody, onError: tooLarge }));
  for (const place of middlewareAt.doors) app.use(place, countVisits(limiter));
  app.route('/', door.routes);
  app.route('/', hookRoutes({ ledger, hooks, ring, trouble: deps.trouble }));
  app.route('/', ackRoutes(deps));
  const routes = declaredRoutes(deps);
  for (const declared of routes) {
    app.openAPIRegistry.registerPath(declared.config);
    app.on(declared.method, path(declared), (context) =>
      answer(context, declared, { deps, limiter, keys }),
    );
  }
  addDocs(app);
  assertDeclared(app.routes, [
    ...doors,
    ...routes.map((declared) => ({
      method: declared.method.toUpperCase(),
      path: path(declared),
      policy: declared.policy,
    })),
  ]);
  return app;
}
