/**
 * The embedded mode: a link that works once and not for long, a Host that must be ours (DNS rebinding), and a warning
 * that nobody can overlook. C46 holds here too. What an actor carries into the ledger is held at the end (C26).
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { UsageError } from '../service/cli/answer.ts';
import { end, link, list } from '../service/cli/session.ts';
import { ConfigError, readIdentity } from '../service/config.ts';
import { actorOf } from '../service/identity/actor.ts';
import type { IdentityDeps } from '../service/identity/audit.ts';
import type { Caller } from '../service/identity/caller.ts';
import type { Door } from '../service/identity/door.ts';
import { embeddedDoor, linkFor, loopback } from '../service/identity/embeddedDoor.ts';
import { needsRecentLogin } from '../service/identity/recent.ts';
import { openBeside } from '../service/openBeside.ts';
import { checkpoint, nightAt, plan } from './support/build.ts';
import { cookieHeader, type Jar, keepCookies } from './support/provider.ts';

const port = 8_080;
const origin = `http://${loopback}:${port}`;
const limits = { recentMs: 900_000, idleMs: 3_600_000, ageMs: 7_200_000 };
let at = nightAt;
let deps: IdentityDeps;
let door: Door;

beforeEach(async () => {
  at = nightAt;
  let ids = 0;
  const beside = await openBeside({ ledger: ':memory:' });
  deps = { beside, now: () => at, newId: (what) => `${what}-${(ids += 1)}` };
  door = embeddedDoor(deps, { limits, port: () => port });
});
afterEach(() => deps.beside.close());

const ask = (url: string, jar: Jar, init: RequestInit = {}): Request => {
  const headers = new Headers({
    host: new URL(url).host,
    ...Object.fromEntries(new Headers(init.headers)),
  });
  if (jar.size > 0) headers.set('cookie', cookieHeader(jar));
  return new Request(url, { ...init, headers });
};
async function visit(url: string, jar: Jar, init: RequestInit = {}): Promise<Response> {
  const response = await door.routes.request(ask(url, jar, init));
  keepCookies(jar, response);
  return response;
}
async function loggedIn(): Promise<Jar> {
  const jar: Jar = new Map();
  await visit(await linkFor(deps, 'lead', origin), jar);
  return jar;
}

describe('the link of the embedded mode', () => {
  it('opens a session for its person, once', async () => {
    const url = await linkFor(deps, 'lead', origin);
    const jar: Jar = new Map();
    const response = await visit(url, jar);
    expect(response.status).toBe(303);
    expect(response.headers.get('location')).toBe('/');
    expect(response.headers.get('referrer-policy')).toBe('no-referrer');
    expect(response.headers.getSetCookie().at(-1)).toMatch(/HttpOnly; SameSite=Lax$/);
    expect(await door.authenticate(ask(origin, jar))).toEqual({
      kind: 'person',
      person: 'lead',
      issuer: 'embedded',
      authenticatedAt: nightAt,
      session: expect.stringMatching(/^session-/),
    });
    const second: Jar = new Map();
    expect((await visit(url, second)).status).toBe(403);
    expect(second.size).toBe(0);
  });

  it('is not used up by a program that only looks (HEAD), and says what to do once it is', async () => {
    const url = await linkFor(deps, 'lead', origin);
    const looked = await visit(url, new Map(), { method: 'HEAD' });
    expect([looked.status, looked.headers.getSetCookie()]).toEqual([405, []]);
    expect((await visit(url, new Map())).status).toBe(303);
    expect(await (await visit(url, new Map())).json()).toMatchObject({
      code: 'link_spent',
      fix: expect.stringContaining('interlock link --as PERSON'),
      errors: [],
    });
  });

  it('opens nothing after ten minutes, and nothing when it is bent', async () => {
    const url = await linkFor(deps, 'lead', origin);
    const jar: Jar = new Map();
    expect((await visit(`${url.slice(0, -1)}${url.endsWith('A') ? 'B' : 'A'}`, jar)).status).toBe(
      403,
    );
    at = nightAt + 600_000;
    expect((await visit(url, jar)).status).toBe(403);
    expect(jar.size).toBe(0);
  });

  it('C46: deciding needs a new link after a while', async () => {
    const jar = await loggedIn();
    const recent = async () =>
      needsRecentLogin(await door.authenticate(ask(origin, jar)), {
        now: at,
        recentMs: door.recentMs,
      });
    at = nightAt + limits.recentMs;
    expect(await recent()).toBeNull();
    at += 1;
    expect((await recent())?.code).toBe('login_too_old');
    expect((await visit(`${origin}/login`, jar)).status).toBe(401);
  });

  it.each([
    ['127.0.0.1:8080', true],
    ['localhost:8080', true],
    ['LOCALHOST:8080', true],
    ['[::1]:8080', true],
    ['elsewhere.example:8080', false],
    ['127.0.0.1:8081', false],
    ['127.0.0.1', false],
    ['127.0.0.1.elsewhere.example:8080', false],
    ['localhost.:8080', false],
    ['', false],
  ])('C46: a request for the host "%s" is answered: %s (DNS rebinding)', async (host, answered) => {
    const { Hono } = await import('hono');
    const jar = await loggedIn();
    const app = new Hono().use(door.guard).get('/', (context) => context.text('in'));
    const request = ask(origin, jar, { headers: { host } });
    expect((await app.request(request)).status).toBe(answered ? 200 : 421);
    expect(await door.authenticate(request)).toMatchObject(
      answered ? { kind: 'person' } : { kind: 'anonymous', because: 'wrong_host' },
    );
  });

  it('C46: a change of another site does not count, and logging out ends the session', async () => {
    const jar = await loggedIn();
    const change = (from: string) =>
      door.authenticate(ask(origin, jar, { method: 'POST', headers: { origin: from } }));
    expect(await change('http://localhost:8081')).toMatchObject({ because: 'cross_site' });
    expect(await change(origin)).toMatchObject({ kind: 'person' });
    const kept = new Map(jar);
    const away = { method: 'POST', headers: { origin: 'http://elsewhere.example' } };
    expect((await visit(`${origin}/logout`, jar, away)).status).toBe(403);
    expect(
      (await visit(`${origin}/logout`, jar, { method: 'POST', headers: { origin } })).status,
    ).toBe(303);
    expect(await door.authenticate(ask(origin, kept))).toMatchObject({ because: 'session_ended' });
  });
});

describe('interlock link and interlock session', () => {
  it('say loudly that the embedded mode is not for a network, and make no link to anywhere else', async () => {
    const { text } = await link(deps, { as: 'lead', url: `${origin}/` });
    expect(text).toContain('THIS IS NOT FOR A NETWORK');
    const jar: Jar = new Map();
    expect((await visit(text.split('\n').at(-1) ?? '', jar)).status).toBe(303);
    for (const url of [
      'http://10.0.0.1:8080',
      'https://interlock.example',
      'here',
      'http://localhost.elsewhere.example',
    ]) {
      await expect(link(deps, { as: 'lead', url }), url).rejects.toBeInstanceOf(UsageError);
    }
    await expect(link(deps, { as: 'No One', url: origin })).rejects.toBeInstanceOf(UsageError);
  });

  it('show who is logged in and end all of it', async () => {
    expect((await list(deps)).text).toBe('Nobody is logged in.');
    const jar = await loggedIn();
    expect((await list(deps)).text).toMatch(
      /^session-\d+ · lead · embedded · logged in 2026-11-07 22:00/,
    );
    expect((await end(deps, 'lead')).exit).toBe(0);
    expect((await end(deps, 'lead')).exit).toBe(4);
    expect(await door.authenticate(ask(origin, jar))).toMatchObject({ because: 'session_ended' });
  });
});

describe('the settings of identities', () => {
  const oidc = {
    INTERLOCK_OIDC_ISSUER: 'https://login.example/realm',
    INTERLOCK_OIDC_CLIENT_ID: 'interlock',
    INTERLOCK_URL: 'https://interlock.example',
  };
  it('mean the embedded mode when there are none', () => {
    expect(readIdentity({})).toEqual({
      provider: null,
      limits: { recentMs: 900_000, idleMs: 7_200_000, ageMs: 43_200_000 },
    });
  });
  it('name a provider, the claim of the person and the limits', () => {
    const given = { ...oidc, INTERLOCK_OIDC_PERSON_CLAIM: 'sub', INTERLOCK_RECENT_MINUTES: '5' };
    expect(readIdentity(given)).toMatchObject({
      provider: {
        personClaim: 'sub',
        publicOrigin: 'https://interlock.example',
        clientSecret: null,
      },
      limits: { recentMs: 300_000 },
    });
  });
  it.each([
    [{ INTERLOCK_OIDC_CLIENT_ID: undefined }, /INTERLOCK_OIDC_CLIENT_ID/],
    [{ INTERLOCK_URL: undefined }, /INTERLOCK_URL/],
    [{ INTERLOCK_URL: 'https://interlock.example/path' }, /INTERLOCK_URL/],
    [{ INTERLOCK_URL: 'http://interlock.example' }, /INTERLOCK_URL: must be https/],
    [{ INTERLOCK_OIDC_ISSUER: 'http://login.example' }, /INTERLOCK_OIDC_ISSUER: must be https/],
    [{ INTERLOCK_OIDC_ISSUER: 'ftp://login.example' }, /INTERLOCK_OIDC_ISSUER/],
    [{ INTERLOCK_OIDC_SCOPE: 'profile' }, /INTERLOCK_OIDC_SCOPE: must contain openid/],
    [{ INTERLOCK_RECENT_MINUTES: '0' }, /INTERLOCK_RECENT_MINUTES/],
    [{ INTERLOCK_SESSION_HOURS: '1000' }, /INTERLOCK_SESSION_HOURS/],
  ])('stop the start and name what is wrong: %o', (change, told) => {
    expect(() => readIdentity({ ...oidc, ...change })).toThrow(ConfigError);
    expect(() => readIdentity({ ...oidc, ...change })).toThrow(told);
  });
});

describe('C26: who acts on a cutover', () => {
  const night = { plan: plan([checkpoint('cut')]), origin: '192.0.2.1' };
  const lead: Caller = {
    kind: 'person',
    person: 'lead',
    issuer: 'oidc:https://login.example',
    authenticatedAt: nightAt,
    session: 'session-1',
  };
  const machine: Caller = {
    kind: 'machine',
    token: 'token-1',
    source: 'board',
    scopes: ['report', 'read'],
    cutovers: 'any',
  };

  it('a person acts under issuer, subject, time of login and origin, with no role of their own', () => {
    expect(actorOf(lead, night)).toEqual({
      kind: 'person',
      issuer: 'oidc:https://login.example',
      subject: 'lead',
      role: null,
      authenticatedAt: nightAt,
      origin: '192.0.2.1, session-1',
    });
  });

  it('a token acts as a machine whatever it is called, so that the ledger refuses its decisions', () => {
    for (const token of ['token-1', 'lead', 'release-lead']) {
      expect(actorOf({ ...machine, token }, night)).toMatchObject({
        kind: 'machine',
        authenticatedAt: null,
      });
    }
  });

  it('a person that the plan does not know, and nobody, act on nothing', () => {
    expect(actorOf({ ...lead, person: 'stranger' }, night)).toMatchObject({
      status: 403,
      code: 'person_unknown',
    });
    expect(actorOf({ kind: 'anonymous' }, night)).toMatchObject({
      status: 403,
      code: 'login_needed',
    });
  });

  it('no token and nobody passes the question for a recent login', () => {
    const now = { now: nightAt, recentMs: Number.MAX_SAFE_INTEGER };
    expect(needsRecentLogin(machine, now)).toMatchObject({
      status: 403,
      code: 'machine_may_not_decide',
    });
    expect(needsRecentLogin({ kind: 'anonymous' }, now)).toMatchObject({ status: 401 });
    expect(needsRecentLogin(lead, now)).toBeNull();
  });
});
