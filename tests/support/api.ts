/**
 * The HTTP API on a loop, in this process: real store, rule book, graph, door and tables; only the clock is set by hand.
 * A caller is a browser with a session, a program with a token, or nobody.
 */
import { Hono } from 'hono';
import type { Beside } from '../../ledger/stores/beside.ts';
import type { Plan } from '../../ledger/plan.ts';
import type { Hook } from '../../service/hooks/settings.ts';
import { addApi, declaredRoutes } from '../../service/http/app.ts';
import type { ApiDeps, StreamPace } from '../../service/http/deps.ts';
import type { Limits } from '../../service/http/limits.ts';
import type { Declared } from '../../service/http/route.ts';
import type { IdentityDeps } from '../../service/identity/audit.ts';
import { oidcDoor } from '../../service/identity/oidcDoor.ts';
import { openSession } from '../../service/identity/sessions.ts';
import { createToken, type TokenWanted } from '../../service/identity/tokens.ts';
import { openBeside } from '../../service/openBeside.ts';
import { questionsHere } from '../../service/questions.ts';
import type { Store } from '../../ledger/store.ts';
import { type Loop, loopOn } from './loop.ts';

export const origin = 'https://interlock.example.test';

/** How a request shows who sends it. */
export type As = { readonly headers: Readonly<Record<string, string>> };

export const nobody: As = { headers: {} };

export type Sent = {
  readonly as?: As;
  readonly method?: string;
  readonly body?: unknown;
  /** Bytes as they are, in place of `body`. */
  readonly raw?: string | Uint8Array<ArrayBuffer>;
  /** Left out: a fresh one for a POST. Null: none. */
  readonly key?: string | null;
  readonly headers?: Readonly<Record<string, string>>;
};

export type Api = {
  readonly loop: Loop;
  readonly app: ReturnType<typeof addApi>;
  readonly deps: ApiDeps;
  readonly identity: IdentityDeps;
  readonly routes: readonly Declared[];
  /** Cutovers that somebody rang for. */
  readonly rings: string[];
  readonly troubles: { readonly error: unknown; readonly where: string }[];
  /** A browser in which this person is logged in, so many milliseconds ago. */
  person(id: string, agoMs?: number): Promise<As>;
  machine(wanted?: Partial<TokenWanted>): Promise<As>;
  ask(path: string, sent?: Sent): Promise<Response>;
  close(): Promise<void>;
};

let keys = 0;

/** A request as a browser of our own site, or a program, would send it. */
export function requestOf(path: string, sent: Sent = {}): Request {
  const { as = nobody, body, raw, key } = sent;
  const has = body !== undefined || raw !== undefined;
  const method = sent.method ?? (has ? 'POST' : 'GET');
  const idempotency = key === undefined ? `key-${(keys += 1)}` : key;
  const headers = new Headers({
    ...(has ? { 'content-type': 'application/json' } : {}),
    ...(method === 'POST' && idempotency !== null ? { 'idempotency-key': idempotency } : {}),
    ...as.headers,
    ...sent.headers,
  });
  const bytes = raw ?? (body === undefined ? null : JSON.stringify(body));
  return new Request(`${origin}${path}`, { method, headers, body: bytes });
}

export type ApiOptions = {
  readonly store?: Store;
  readonly beside?: Beside;
  readonly hooks?: readonly Hook[];
  readonly limits?: Partial<Limits>;
  readonly streams?: Partial<StreamPace>;
  readonly change?: Partial<ApiDeps>;
};

/** The API on a loop on which this plan has just been declared. */
export async function apiOn(plan: Plan, options: ApiOptions = {}): Promise<Api> {
  const loop = await loopOn(plan, options.store === undefined ? {} : { store: options.store });
  const beside = options.beside ?? (await openBeside({ ledger: ':memory:' }));
  const { ledger } = loop.deps;
  const identity: IdentityDeps = { beside, now: ledger.now, newId: ledger.newId };
  const limits = { recentMs: 900_000, idleMs: 7_200_000, ageMs: 43_200_000 };
  const provider = {
    issuer: 'https://login.example.test',
    clientId: 'interlock',
    clientSecret: null,
    personClaim: 'preferred_username',
    scope: 'openid profile',
    publicOrigin: origin,
  };
  const rings: string[] = [];
  const troubles: { error: unknown; where: string }[] = [];
  const deps: ApiDeps = {
    ledger,
    beside,
    questions: questionsHere(ledger),
    door: oidcDoor(identity, { provider, limits }),
    hooks: options.hooks ?? [],
    ack: { publicUrl: origin, secret: 'x'.repeat(32), validMinutes: 720 },
    ring: async (cutoverId) => void rings.push(cutoverId),
    decided: (_cutoverId, version) => void loop.resume(version),
    trouble: (error, where) => void troubles.push({ error, where }),
    limits: { calls: 100_000, heavy: 100_000, unproven: 100_000, ...options.limits },
    ...(options.streams === undefined ? {} : { streams: options.streams }),
    ...options.change,
  };
  const app = addApi(new Hono(), deps);
  const by = { name: 'test', origin: 'test' };
  return {
    loop,
    app,
    deps,
    identity,
    routes: declaredRoutes(deps),
    rings,
    troubles,
    person: async (id, agoMs = 0) => {
      const who = {
        person: id,
        issuer: 'oidc:test',
        subject: `sub-of-${id}`,
        strength: 'test',
        authenticatedAt: ledger.now() - agoMs,
      };
      const expiresAt = ledger.now() + limits.ageMs;
      const { secret } = await openSession(identity, { who, expiresAt }, by);
      const cookie = `__Host-interlock-session=${secret}`;
      return { headers: { cookie, origin, 'sec-fetch-site': 'same-origin' } };
    },
    machine: async (wanted = {}) => {
      const { secret } = await createToken(
        identity,
        {
          name: 'test',
          source: 'board',
          scopes: ['report', 'read'],
          cutovers: [plan.cutoverId],
          expiresAt: ledger.now() + 86_400_000,
          ...wanted,
        },
        by,
      );
      return { headers: { authorization: `Bearer ${secret}` } };
    },
    ask: async (path, sent) => app.request(requestOf(path, sent)),
    close: () => beside.close(),
  };
}
