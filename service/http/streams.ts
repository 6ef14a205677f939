/**
 * `GET /cutovers/{cutover}/events`: who may hold a stream, how many, from which position, and when it is taken away. A
 * caller who may not look any more loses it within seconds, even when they do not read what is sent.
 */
import type { ServerResponse } from 'node:http';
import { ServerResponse as Outgoing } from 'node:http';
import { z } from '@hono/zod-openapi';
import { refusalOf } from '../identity/refusal.ts';
import type { ApiContext, ApiDeps, StreamPace } from './deps.ts';
import { nameOf, placeOf } from './guard.ts';
import { callerTrouble } from './policy.ts';
import { Problem, problemOf } from './problem.ts';
import { type Asked, type Declared, route } from './route.ts';
import { streamOf } from './stream.ts';

export const standardPace: StreamPace = {
  lookMs: 300,
  aliveMs: 15_000,
  callerMs: 2_000,
  perCaller: 4,
  atOnce: 200,
};
/** Whoever does not read is cut off so long after the look that found them lost. */
export const graceMs = 1_000;
const policy = { who: 'readers' } as const;

const After = z.strictObject({
  after: z
    .string()
    .refine((text) => /^\d{1,12}$/.test(text), 'is not a position')
    .optional()
    .meta({ description: 'As Last-Event-ID, for who cannot send headers. Left out: from now on.' }),
});
type After = z.infer<typeof After>;

const headers = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store',
  'x-accel-buffering': 'no',
};

/** The slots of one process. */
function slots({ perCaller, atOnce }: StreamPace) {
  const held = new Map<string, number>();
  let all = 0;
  return {
    take: (who: string): (() => void) => {
      const mine = held.get(who) ?? 0;
      if (mine >= perCaller || all >= atOnce) {
        throw new Problem({
          status: 429,
          code: 'too_many_streams',
          detail:
            mine >= perCaller
              ? `you hold ${perCaller} streams already`
              : 'this process holds as many streams as it can',
          fix: 'close one, and open it again after 5 seconds',
          headers: { 'retry-after': '5' },
        });
      }
      held.set(who, mine + 1);
      all += 1;
      return () => {
        const left = (held.get(who) ?? 1) - 1;
        if (left === 0) held.delete(who);
        else held.set(who, left);
        all -= 1;
      };
    },
  };
}

/** The position after which the stream begins. Throws when it is none of this ledger. */
function positionOf({ context, place, query }: Asked<never, After>): number {
  const { version } = place().state;
  const given = context.req.header('last-event-id') ?? query().after;
  if (given === undefined || given === '') return version;
  if (/^\d{1,12}$/.test(given) && Number(given) <= version) return Number(given);
  const field = context.req.header('last-event-id') === undefined ? 'after' : 'Last-Event-ID';
  const message = 'is no position of this ledger';
  const fix = `send a whole number up to ${version}, or leave it out`;
  throw new Problem({
    status: 400,
    code: 'last_event_unknown',
    detail: `${field} ${message}`,
    fix,
    errors: [{ field, message, fix }],
  });
}

/** The connection under a request, where there is one. */
function outgoingOf(context: ApiContext): ServerResponse | null {
  const env: unknown = context.env;
  const outgoing = typeof env === 'object' && env !== null ? Reflect.get(env, 'outgoing') : null;
  return outgoing instanceof Outgoing ? outgoing : null;
}

/** Why this caller may not look any more, in a word; null while they may. Trouble of our own takes nobody's stream away. */
async function lostBy({ context }: Asked<never, After>, deps: ApiDeps): Promise<string | null> {
  try {
    const caller = await deps.door.authenticate(context.req.raw);
    const recently = { now: deps.ledger.now(), recentMs: deps.door.recentMs };
    const trouble = callerTrouble(policy, caller, recently);
    if (trouble !== null) return trouble.code;
    await placeOf(context, caller, deps);
    return null;
  } catch (error) {
    const { status, code } = problemOf(error);
    return status < 500 ? code : null;
  }
}

/** Looks at the caller again and again, and ends the stream when they are lost. */
function watch(asked: Asked<never, After>, deps: ApiDeps, callerMs: number) {
  const ending = new AbortController();
  const end = (reason: string): void => {
    if (ending.signal.aborted) return;
    ending.abort(reason);
    // Whoever does not read keeps no connection either.
    const outgoing = outgoingOf(asked.context);
    setTimeout(() => outgoing?.destroy(), graceMs).unref();
  };
  let looking = false;
  const timer = setInterval(() => {
    // A database that answers slowly is not asked again before it has.
    if (looking) return;
    looking = true;
    void lostBy(asked, deps).then((lost) => {
      looking = false;
      if (lost !== null) end(lost);
    });
  }, callerMs);
  timer.unref();
  const stopped = (): void => end('stopping');
  deps.stopping?.addEventListener('abort', stopped, { once: true });
  if (deps.stopping?.aborted === true) stopped();
  return {
    signal: ending.signal,
    stop: () => {
      clearInterval(timer);
      deps.stopping?.removeEventListener('abort', stopped);
    },
  };
}

/** The route. */
export function streamRoutes(deps: ApiDeps): readonly Declared[] {
  const pace = { ...standardPace, ...deps.streams };
  const held = slots(pace);
  const handle = async (asked: Asked<never, After>): Promise<Response> => {
    const { context, caller, place } = asked;
    if (deps.door.isForeign(context.req.raw)) throw new Problem(refusalOf('cross_site'));
    const after = positionOf(asked);
    if (context.req.raw.method === 'HEAD') return new Response(null, { headers });
    const giveBack = held.take(nameOf(caller));
    const watching = watch(asked, deps, pace.callerMs);
    const { cutoverId } = place();
    const body = streamOf({
      read: (from, limit) => deps.ledger.store.read(cutoverId, { after: from, limit }),
      after,
      pace,
      ending: watching.signal,
      released: () => {
        watching.stop();
        giveBack();
      },
    });
    return new Response(body, { headers });
  };
  return [
    route<never, After>({
      method: 'get',
      path: '/cutovers/{cutover}/events',
      name: 'streamEvents',
      policy,
      streams: true,
      tag: 'Views',
      about: 'What happens, as it happens (server-sent events).',
      more: 'The id of each event is its position: reconnecting with Last-Event-ID goes on without a gap or a repeat. `at` says where the stream begins, `end` why it ends. A line `: alive` comes when nothing happens.',
      query: After,
      answers: { 200: { about: 'Events, until it ends.', type: 'text/event-stream' } },
      handle,
    }),
  ];
}
