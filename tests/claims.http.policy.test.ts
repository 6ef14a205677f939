/**
 * C45 and C46 over the routes themselves: the matrix of callers and routes is generated from the router, a route without
 * a policy stops the start, and no page of another site, no stale login and no token decides anything.
 */
import { Hono } from 'hono';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { handle } from '../ledger/handle.ts';
import { addApi } from '../service/http/app.ts';
import { assertDeclared, doors } from '../service/http/policies.ts';
import type { Policy } from '../service/http/policy.ts';
import { listTokens, revokeToken } from '../service/identity/tokens.ts';
import { type Api, apiOn, type As, nobody, origin, requestOf } from './support/api.ts';
import { actor } from './support/build.ts';
import { night } from './support/lateNight.ts';

const plan = night;
let api: Api;
let callers: Readonly<Record<string, As>>;

beforeAll(async () => {
  api = await apiOn(plan);
  await api.loop.run();
  const revoked = await api.machine({ name: 'revoked' });
  const [made] = await listTokens(api.identity);
  await revokeToken(api.identity, made?.token ?? '', { name: 'test', origin: 'test' });
  callers = {
    nobody,
    'a token that reads': await api.machine({ scopes: ['read'] }),
    'a token that reports': await api.machine({ scopes: ['report'] }),
    'a token about another cutover': await api.machine({ cutovers: ['elsewhere'] }),
    'a revoked token': revoked,
    'a stranger with a session': await api.person('stranger'),
    'an operator': await api.person('operator'),
    'the lead': await api.person('lead'),
    'the lead, long after logging in': await api.person('lead', 3_600_000),
  };
});
afterAll(() => api.close());

/** Who gets past the guard, written here from DESIGN.md and not from the code. */
const gets: Readonly<Record<Policy['who'], readonly string[]>> = {
  anyone: [],
  readers: ['a token that reads', 'an operator', 'the lead', 'the lead, long after logging in'],
  reporters: ['a token that reports', 'an operator', 'the lead', 'the lead, long after logging in'],
  people: ['an operator', 'the lead', 'the lead, long after logging in'],
  deciders: ['an operator', 'the lead'],
};
/** Where no cutover is named, nobody can be a stranger to it. */
const elsewhere: Readonly<Record<string, readonly string[]>> = {
  '/cutovers GET': ['a token about another cutover', 'a stranger with a session'],
  '/cutovers POST': ['a stranger with a session'],
};

const parts: Readonly<Record<string, string>> = {
  cutover: plan.cutoverId,
  packet: '99',
  other: '98',
  person: 'operator',
  report: 'none',
};
const filled = (path: string): string =>
  path.replaceAll(/:(\w+)/g, (_all, name: string) => parts[name] ?? 'x');

/** Every place that the router knows, whatever registered it. */
const places = (): { method: string; path: string }[] => {
  const seen = new Map(
    api.app.routes
      .filter(({ method }) => method !== 'ALL')
      .map(({ method, path }) => [`${path} ${method}`, { method, path }]),
  );
  return [...seen.values()];
};

describe('C45: the policy table', () => {
  it('lets each caller into each route exactly as it says', async () => {
    const wrong: string[] = [];
    let asked = 0;
    for (const { method, path } of places()) {
      const name = `${path} ${method}`;
      const declared = api.routes.find(
        (one) =>
          one.method.toUpperCase() === method && one.path.replaceAll(/\{(\w+)\}/g, ':$1') === path,
      );
      const who = declared?.policy.who ?? 'anyone';
      if (who === 'anyone') {
        expect(doors.map((line) => `${line.path} ${line.method}`)).toContain(name);
        continue;
      }
      const letIn = [...gets[who], ...(elsewhere[name] ?? [])];
      for (const [caller, as] of Object.entries(callers)) {
        const sent = method === 'POST' ? { as, body: {} } : { as };
        const response = await api.ask(filled(path), sent);
        await response.body?.cancel();
        asked += 1;
        const isIn = response.status !== 401 && response.status !== 403;
        if (isIn !== letIn.includes(caller)) wrong.push(`${caller}: ${name}: ${response.status}`);
      }
    }
    expect(wrong).toEqual([]);
    expect(asked).toBeGreaterThanOrEqual(Object.keys(callers).length * 15);
  });

  it.each<[string, (base: Hono) => Hono]>([
    ['GET', (base) => base.get('/secret', (context) => context.text('x'))],
    ['all methods', (base) => base.all('/secret', (context) => context.text('x'))],
    ['a method of its own', (base) => base.on('PURGE', '/cutovers', (c) => c.text('x'))],
  ])('stops the start over a route for %s without a policy', async (_name, add) => {
    expect(() => addApi(add(new Hono()), api.deps)).toThrow(/has no policy/);
  });

  it('stops the start over a policy without a route, and over two policies for one', () => {
    const line = { method: 'GET', path: '/a', policy: { who: 'readers' } } as const;
    const route = { method: 'GET', path: '/a', basePath: '/', handler: () => undefined };
    expect(() => assertDeclared([], [line])).toThrow(/is no route/);
    expect(() => assertDeclared([{ ...route }], [line, line])).toThrow(/two policies/);
    expect(() => assertDeclared([{ ...route }], [line])).not.toThrow();
  });

  it('has no route that executes, recommends, posts or adopts by itself', () => {
    const names = places().map(({ path }) => path);
    expect(
      names.filter((name) => /execute|step|recommend|post\b|deploy|run\b/i.test(name)),
    ).toEqual([]);
  });

  it('lists to each caller the cutovers that they are concerned with, and no others', async () => {
    const place = 'elsewhere';
    const others = {
      ...plan,
      cutoverId: place,
      people: plan.people.filter(({ id }) => id !== 'operator'),
      authority: plan.authority.map((row) => ({
        ...row,
        holders: row.holders.map((holder) =>
          holder.person === 'operator' ? { ...holder, person: 'dev' } : holder,
        ),
      })),
      checkpoints: plan.checkpoints.map((item) => ({ ...item, approvedOwner: 'dev' })),
    };
    const command = { type: 'DeclareCutover', plan: others, actor: actor() } as const;
    expect((await handle(api.deps.ledger, place, command)).rejection).toBeNull();
    const List = z.object({ cutovers: z.array(z.looseObject({ cutover: z.string() })) });
    const seen: Record<string, unknown> = {};
    for (const [name, as] of Object.entries(callers)) {
      const response = await api.ask('/cutovers', { as });
      const listed = List.safeParse(await response.json());
      seen[name] = listed.success
        ? listed.data.cutovers.map(({ cutover }) => cutover)
        : response.status;
    }
    expect(seen).toEqual({
      nobody: 401,
      'a token that reads': ['payments'],
      'a token that reports': 403,
      'a token about another cutover': [place],
      'a revoked token': 401,
      'a stranger with a session': [],
      'an operator': ['payments'],
      'the lead': [place, 'payments'],
      'the lead, long after logging in': [place, 'payments'],
    });
  });
});

describe('C46: a change', () => {
  const writes = (): string[] =>
    api.routes.filter(({ method }) => method === 'post').map(({ path }) => path);
  const foreign: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
    ['says nothing of where it comes from', {}],
    ['comes from another origin', { origin: 'https://elsewhere.example' }],
    ['comes from nowhere', { origin: 'null' }],
    ['comes from a lookalike', { origin: `${origin}.elsewhere.example` }],
    ['comes from plain http', { origin: origin.replace('https', 'http') }],
    ['comes from another port', { origin: `${origin}:8443` }],
    ['is cross-site', { origin, 'sec-fetch-site': 'cross-site' }],
    ['is same-site', { origin, 'sec-fetch-site': 'same-site' }],
    ['was typed into the address bar', { origin, 'sec-fetch-site': 'none' }],
    ['is a form', { origin, 'content-type': 'application/x-www-form-urlencoded' }],
    ['is a form with files', { origin, 'content-type': 'multipart/form-data; boundary=x' }],
    ['is a form of plain text', { origin, 'content-type': 'text/plain' }],
  ];

  it.each(foreign)(
    'that %s is refused on every route that changes something',
    async (_name, sent) => {
      const { cookie = '' } = callers['the lead']?.headers ?? {};
      const before = (await api.loop.state()).version;
      for (const path of writes()) {
        const place = filled(path.replaceAll(/\{(\w+)\}/g, ':$1'));
        const response = await api.ask(place, {
          as: { headers: { cookie } },
          body: {},
          headers: sent,
        });
        expect([place, response.status]).toEqual([place, 403]);
        expect(await response.text()).toContain('cross_site');
      }
      expect((await api.loop.state()).version).toBe(before);
    },
  );

  it('is made by no GET', async () => {
    const before = (await api.loop.state()).version;
    for (const { method, path } of places()) {
      if (method !== 'GET') continue;
      const as = callers['the lead'] ?? nobody;
      const response = await api.app.request(requestOf(filled(path), { as }));
      await response.body?.cancel();
    }
    expect((await api.loop.state()).version).toBe(before);
  });

  it('by a login that is too old says how to log in again', async () => {
    const as = callers['the lead, long after logging in'] ?? nobody;
    const response = await api.ask(`/cutovers/${plan.cutoverId}/packets/1/adopt`, { as, body: {} });
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toContain('max_age=900');
    expect(await response.json()).toMatchObject({ code: 'login_too_old' });
  });

  it.each(['adopt', 'decline', 'acknowledge'])(
    'named %s is never made by a token',
    async (deed) => {
      const as = await api.machine({ cutovers: 'any' });
      const path = `/cutovers/${plan.cutoverId}/packets/1/${deed}`;
      const response = await api.ask(path, {
        as,
        body: {},
        headers: { 'if-match': `"${'0'.repeat(64)}"` },
      });
      expect(response.status).toBe(403);
      expect(await response.json()).toMatchObject({ code: 'machine_may_not_decide' });
    },
  );

  it('with a token and a session both is believed as neither', async () => {
    const both = { ...(await api.machine()).headers, ...callers['the lead']?.headers };
    const response = await api.ask('/cutovers', { as: { headers: both } });
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({ code: 'two_credentials' });
  });
});
