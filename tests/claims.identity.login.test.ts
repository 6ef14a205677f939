/**
 * Logging in at a real OpenID provider on loopback: C46 (`__Host-` cookies, recent auth_time, sessions that end at once,
 * changes from other sites), and that an answer or an id token which is not exactly right lets nobody in.
 */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Instant } from '../ledger/vocabulary.ts';
import type { IdentityDeps } from '../service/identity/audit.ts';
import type { Door } from '../service/identity/door.ts';
import { oidcDoor } from '../service/identity/oidcDoor.ts';
import { needsRecentLogin } from '../service/identity/recent.ts';
import { endSessions, markSeen, findSession } from '../service/identity/sessions.ts';
import { identitySettings } from '../service/identity/settings.ts';
import { openBeside } from '../service/openBeside.ts';
import {
  clientId,
  clientSecret,
  cookieHeader,
  type Jar,
  keepCookies,
  type LyingProvider,
  startLyingProvider,
  startProvider,
  type TestProvider,
  throughProvider,
} from './support/provider.ts';
import { kinds, type Place } from './support/stores.ts';

const publicOrigin = 'https://interlock.example';
const minuteMs = 60_000;
const sessionCookie = '__Host-interlock-session';
const loginCookie = '__Host-interlock-login';

const settingsFor = (issuer: string, change: Readonly<Record<string, string>> = {}) => {
  const { provider, limits } = identitySettings.parse({
    INTERLOCK_URL: publicOrigin,
    INTERLOCK_OIDC_ISSUER: issuer,
    INTERLOCK_OIDC_CLIENT_ID: clientId,
    INTERLOCK_OIDC_CLIENT_SECRET: clientSecret,
    ...change,
  });
  if (provider === null) throw new Error('a provider was set');
  return { provider, limits };
};

let ahead = 0;
async function depsAt(address: string): Promise<IdentityDeps> {
  const prefix = Math.random().toString(36).slice(2);
  let ids = 0;
  return {
    beside: await openBeside({ ledger: address }),
    now: () => Date.now() + ahead,
    newId: (kind) => `${kind}-${prefix}-${(ids += 1)}`,
  };
}

type Browser = { readonly door: Door; readonly ours: Jar; readonly theirs: Jar };
const browserAt = (door: Door): Browser => ({ door, ours: new Map(), theirs: new Map() });

async function visit(
  { door, ours }: Browser,
  path: string,
  init: RequestInit = {},
): Promise<Response> {
  const headers = new Headers(init.headers);
  if (ours.size > 0) headers.set('cookie', cookieHeader(ours));
  const response = await door.routes.request(`${publicOrigin}${path}`, { ...init, headers });
  keepCookies(ours, response);
  return response;
}

/** Goes to /login and through the provider; the address at which it comes back, not yet visited. */
async function sentBack(browser: Browser, login = '/login'): Promise<string> {
  const sent = await visit(browser, login);
  expect(sent.status).toBe(303);
  const back = await throughProvider(sent.headers.get('location') ?? '', browser.theirs);
  expect(back.origin).toBe(publicOrigin);
  return `${back.pathname}${back.search}`;
}
const logIn = async (browser: Browser, login?: string): Promise<Response> =>
  visit(browser, await sentBack(browser, login));

const callerOf = ({ door, ours }: Browser, init: RequestInit = {}) => {
  const headers = new Headers(init.headers);
  if (ours.size > 0) headers.set('cookie', cookieHeader(ours));
  return door.authenticate(new Request(publicOrigin, { ...init, headers }));
};

describe.each(kinds)('a login on $name', (kind) => {
  let place: Place;
  let deps: IdentityDeps;
  let provider: TestProvider;
  let browser: Browser;

  beforeAll(async () => {
    provider = await startProvider(publicOrigin);
  });
  afterAll(() => provider.stop());
  beforeEach(async () => {
    ahead = 0;
    Object.assign(provider.screen, { account: 'lead', loggedInAgo: 0 });
    place = await kind.fresh();
    deps = await depsAt(place.address);
    browser = browserAt(oidcDoor(deps, settingsFor(provider.issuer)));
  });
  afterEach(async () => {
    await deps.beside.close();
    await place.remove();
  });

  it('C46: opens a session in a __Host- cookie that is Secure, HttpOnly and SameSite, and goes where it was asked to', async () => {
    const before = Math.floor(Date.now() / 1_000) * 1_000;
    const response = await logIn(browser, '/login?return_to=%2Fcutovers%3Fx%3D1');
    expect(response.status).toBe(303);
    expect(response.headers.get('location')).toBe('/cutovers?x=1');
    expect(response.headers.get('cache-control')).toBe('no-store');
    const set =
      response.headers
        .getSetCookie()
        .find((line) => line.startsWith(`${sessionCookie}=`) && !/Max-Age=0/.test(line)) ?? '';
    expect(set).toMatch(
      /^__Host-interlock-session=[\w-]{43}; Max-Age=43200; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
    );
    expect([...browser.ours.keys()]).toEqual([sessionCookie]);
    const caller = await callerOf(browser);
    expect(caller).toMatchObject({
      kind: 'person',
      person: 'lead',
      issuer: `oidc:${provider.issuer}`,
    });
    expect(caller.kind === 'person' ? caller.authenticatedAt : 0).toBeGreaterThanOrEqual(before);
  });

  it('C46: survives a restart, is seen by every process, and ends in all of them at once', async () => {
    await logIn(browser);
    await deps.beside.close();
    deps = await depsAt(place.address);
    const again = { ...browser, door: oidcDoor(deps, settingsFor(provider.issuer)) };
    const caller = await callerOf(again);
    expect(caller).toMatchObject({ kind: 'person', person: 'lead' });
    const other = await depsAt(place.address);
    expect(await endSessions(other, { person: 'lead' }, { name: 'duty', origin: 'test' })).toEqual(
      caller.kind === 'person' ? [caller.session] : [],
    );
    await other.beside.close();
    expect(await callerOf(again)).toEqual({ kind: 'anonymous', because: 'session_ended' });
  });

  it('C46: ends when idle too long, and at its age however busy', async () => {
    await logIn(browser);
    const secret = browser.ours.get(sessionCookie) ?? '';
    ahead = 119 * minuteMs;
    expect((await callerOf(browser)).kind).toBe('person');
    const seen = async () => {
      const session = await findSession(deps, secret);
      if (session === null) throw new Error('it is open');
      await markSeen(deps, session);
    };
    await seen();
    ahead += 119 * minuteMs;
    expect((await callerOf(browser)).kind).toBe('person');
    await seen();
    ahead += 121 * minuteMs;
    expect(await callerOf(browser)).toEqual({ kind: 'anonymous', because: 'session_expired' });
    for (ahead = 0; ahead < 12 * 60 * minuteMs; ahead += 100 * minuteMs) await seen();
    ahead = 12 * 60 * minuteMs + 1_000;
    await seen();
    expect(await callerOf(browser)).toEqual({ kind: 'anonymous', because: 'session_expired' });
  });

  it('C46: logging out ends the session here and at the provider; a new login ends the one before', async () => {
    await logIn(browser);
    const first = new Map(browser.ours);
    await logIn(browser);
    expect(await callerOf({ ...browser, ours: first })).toMatchObject({ because: 'session_ended' });
    expect((await callerOf(browser)).kind).toBe('person');
    const second = new Map(browser.ours);
    const refused = await visit(browser, '/logout', {
      method: 'POST',
      headers: { origin: 'https://elsewhere.example' },
    });
    expect(refused.status).toBe(403);
    const out = await visit(browser, '/logout', {
      method: 'POST',
      headers: { origin: publicOrigin },
    });
    expect(out.headers.get('location')).toContain(`${provider.issuer}/session/end?`);
    expect(out.headers.get('location')).toContain(encodeURIComponent(`${publicOrigin}/`));
    expect(browser.ours.size).toBe(0);
    expect(await callerOf({ ...browser, ours: second })).toMatchObject({
      because: 'session_ended',
    });
  });

  it('C46: deciding needs a login of the last minutes; one that is too old says so with max_age, and logging in again mends it', async () => {
    provider.screen.loggedInAgo = 1_200;
    await logIn(browser);
    const at = { now: deps.now(), recentMs: browser.door.recentMs };
    const old = needsRecentLogin(await callerOf(browser), at);
    expect(old).toMatchObject({ status: 401, code: 'login_too_old' });
    expect(old?.fix).toContain('/login?max_age=900');
    expect(old?.headers['www-authenticate']).toContain(
      'error="insufficient_user_authentication", max_age=900',
    );
    provider.screen.loggedInAgo = 0;
    await logIn(browser, '/login');
    expect(needsRecentLogin(await callerOf(browser), at)?.code).toBe('login_too_old');
    await logIn(browser, '/login?max_age=900');
    expect(needsRecentLogin(await callerOf(browser), at)).toBeNull();
  });

  it('counts once, for the browser that began it, and not after its time', async () => {
    const back = await sentBack(browser);
    const stranger = { ...browser, ours: new Map() };
    expect((await visit(stranger, back)).status).toBe(403);
    expect(stranger.ours.size).toBe(0);
    const kept = new Map(browser.ours);
    expect((await visit(browser, back)).status).toBe(303);
    const replay = { ...browser, ours: new Map(kept) };
    expect(await (await visit(replay, back)).json()).toMatchObject({
      code: 'login_unknown',
      status: 403,
    });
    expect((await callerOf(replay)).kind).toBe('anonymous');
    const late = browserAt(browser.door);
    const lateBack = await sentBack(late);
    ahead = 11 * minuteMs;
    expect(await (await visit(late, lateBack)).json()).toMatchObject({ code: 'login_unknown' });
  });

  it('is not used up by a program that only looks at the address it comes back to (HEAD)', async () => {
    const back = await sentBack(browser);
    const looked = await visit(browser, back, { method: 'HEAD' });
    expect([looked.status, await looked.text()]).toEqual([405, '']);
    expect(looked.headers.getSetCookie()).toEqual([]);
    expect(await callerOf(browser)).toEqual({ kind: 'anonymous' });
    expect((await visit(browser, back)).status).toBe(303);
    expect(await callerOf(browser)).toMatchObject({ kind: 'person', person: 'lead' });
  });

  it('is refused when anything in the answer was changed or belongs to another login', async () => {
    const other = browserAt(browser.door);
    const otherBack = new URL(await sentBack(other), publicOrigin);
    for (const bend of [
      (url: URL) => url.searchParams.set('state', 'x'),
      (url: URL) => url.searchParams.delete('state'),
      (url: URL) => url.searchParams.set('code', 'x'),
      (url: URL) => url.searchParams.delete('code'),
      (url: URL) => url.searchParams.set('iss', 'https://elsewhere.example'),
      (url: URL) => url.searchParams.set('code', otherBack.searchParams.get('code') ?? ''),
      (url: URL) => (url.search = otherBack.search),
      (url: URL) => (url.search = ''),
    ]) {
      const back = new URL(await sentBack(browser), publicOrigin);
      bend(back);
      const response = await visit(browser, `${back.pathname}${back.search}`);
      expect(await response.json(), bend.toString()).toMatchObject({
        status: 403,
        code: 'login_failed',
      });
      expect((await callerOf(browser)).kind).toBe('anonymous');
    }
  });

  it('tells somebody unknown clearly, and writes the refusal down', async () => {
    provider.screen.account = 'Not An Id';
    const response = await logIn(browser);
    expect(response.status).toBe(403);
    expect(response.headers.get('content-type')).toBe('application/problem+json');
    const told = await response.json();
    expect(told).toMatchObject({ code: 'person_unknown' });
    expect(JSON.stringify(told)).toContain('preferred_username');
    provider.screen.account = null;
    const closed = await logIn(browserAt(browser.door));
    expect(JSON.stringify(await closed.json())).toContain('access_denied');
    const kept = await place.sql(
      "select actor, detail from identity_audit where action = 'login_refused' order by at, id",
    );
    expect(kept).toHaveLength(2);
    expect(kept[0]?.['actor']).toBe(`Not An Id at ${provider.issuer}`);
  });

  it('C39: keeps no secret of a cookie, a code or a login in the clear', async () => {
    const back = new URL(await sentBack(browser), publicOrigin);
    const login = browser.ours.get(loginCookie) ?? '';
    const begun = JSON.stringify(await place.sql('select * from logins'));
    expect(begun.length).toBeGreaterThan(2);
    expect(begun).not.toContain(login);
    await visit(browser, `${back.pathname}${back.search}`);
    const secret = browser.ours.get(sessionCookie) ?? '';
    const kept = JSON.stringify([
      await place.sql('select * from logins'),
      await place.sql('select * from sessions'),
      await place.sql('select * from identity_audit'),
    ]);
    expect(kept).toContain('"person":"lead"');
    for (const canary of [secret, login, back.searchParams.get('code') ?? '', clientSecret]) {
      expect(canary.length).toBeGreaterThan(20);
      expect(kept).not.toContain(canary);
    }
  });
});

describe('a login', () => {
  let deps: IdentityDeps;
  beforeEach(async () => {
    ahead = 0;
    deps = await depsAt(':memory:');
  });
  afterEach(() => deps.beside.close());

  it.each([
    ['https://elsewhere.example/', '/'],
    ['//elsewhere.example/', '/'],
    ['/\\elsewhere.example', '/'],
    ['/.//elsewhere.example', '/'],
    ['/x/..//elsewhere.example', '/'],
    ['javascript:alert(1)', '/'],
    ['http://interlock.example/x', '/'],
    ['http://[', '/'],
    ['/cutovers/payments#top', '/cutovers/payments'],
    ['cutovers', '/cutovers'],
  ])('goes to a place of our own afterwards: %s', async (wanted, to) => {
    const { ownPath } = await import('../service/identity/door.ts');
    expect(ownPath(wanted, publicOrigin)).toBe(to);
  });

  it('says when the provider cannot be asked, and works as soon as it can', async () => {
    const gone = await startProvider(publicOrigin);
    await gone.stop();
    const browser = browserAt(oidcDoor(deps, settingsFor(gone.issuer)));
    const response = await visit(browser, '/login');
    expect(await response.json()).toMatchObject({ status: 502, code: 'provider_unreachable' });
    expect(browser.ours.size).toBe(0);
    expect(await (await visit(browser, '/login?max_age=soon')).json()).toMatchObject({
      status: 400,
    });
  });
});

describe('an id token', () => {
  let deps: IdentityDeps;
  let liar: LyingProvider;
  beforeAll(async () => {
    ahead = 0;
    liar = await startLyingProvider();
    deps = await depsAt(':memory:');
  });
  afterAll(async () => {
    await deps.beside.close();
    await liar.stop();
  });

  /** Logs in at the liar, whose code is always good. */
  async function outcome(): Promise<{ status: number; browser: Browser }> {
    const browser = browserAt(oidcDoor(deps, settingsFor(liar.issuer)));
    const sent = new URL(
      (await visit(browser, '/login?max_age=900')).headers.get('location') ?? '',
    );
    liar.nonce = sent.searchParams.get('nonce') ?? '';
    const state = sent.searchParams.get('state') ?? '';
    const { status } = await visit(browser, `/login/callback?code=any&state=${state}`);
    return { status, browser };
  }
  const seconds = () => Math.floor(Date.now() / 1_000);

  it('that is honest lets its person in', async () => {
    const { status, browser } = await outcome();
    expect(status).toBe(303);
    expect(await callerOf(browser)).toMatchObject({ kind: 'person', person: 'lead' });
  });

  it.each([
    ['a day ahead', () => seconds() + 86_400],
    ['between two milliseconds', () => seconds() - 1.000_01],
  ])('C46: of a provider whose clock is %s counts from now on at the latest', async (_what, at) => {
    liar.lie = { claims: { auth_time: at() } };
    const { status, browser } = await outcome();
    liar.lie = {};
    expect(status).toBe(303);
    const caller = await callerOf(browser);
    if (caller.kind !== 'person') throw new Error('nobody was let in');
    expect(Instant.parse(caller.authenticatedAt)).toBeLessThanOrEqual(deps.now());
    const later = { now: deps.now() + 900_001, recentMs: 900_000 };
    expect(needsRecentLogin(caller, later)?.code).toBe('login_too_old');
  });

  it.each([
    ['of another issuer', () => ({ claims: { iss: 'https://elsewhere.example' } })],
    ['for another client', () => ({ claims: { aud: 'somebody-else' } })],
    [
      'for two clients, authorised for the other',
      () => ({ claims: { aud: [clientId, 'b'], azp: 'b' } }),
    ],
    ['without an audience', () => ({ claims: { aud: undefined } })],
    ['of another login', () => ({ claims: { nonce: 'another' } })],
    ['without a nonce', () => ({ claims: { nonce: undefined } })],
    ['that has expired', () => ({ claims: { exp: seconds() - 600 } })],
    ['without an end', () => ({ claims: { exp: undefined } })],
    ['without a subject', () => ({ claims: { sub: undefined } })],
    ['without the time of the login', () => ({ claims: { auth_time: undefined } })],
    ['with a time of the login that is no number', () => ({ claims: { auth_time: 'now' } })],
    [
      'whose login is older than was asked for',
      () => ({ claims: { auth_time: seconds() - 1_000 } }),
    ],
    ['signed by a stranger', () => ({ signedBy: 'a stranger' as const })],
    ['signed by nobody', () => ({ signedBy: 'nobody' as const })],
    ['signed with the client secret', () => ({ signedBy: 'the client secret' as const })],
    [
      'without the claim that names the person',
      () => ({ claims: { preferred_username: undefined } }),
    ],
    ['with a person that is no id', () => ({ claims: { preferred_username: 'LEAD' } })],
    ['with a person like a record key', () => ({ claims: { preferred_username: 'constructor' } })],
    ['with a person and a blank', () => ({ claims: { preferred_username: 'lead ' } })],
    ['with a list of persons', () => ({ claims: { preferred_username: ['lead'] } })],
  ])('%s lets nobody in', async (_what, lie) => {
    liar.lie = lie();
    const { status, browser } = await outcome();
    expect(status).toBe(403);
    expect(await callerOf(browser)).toEqual({ kind: 'anonymous' });
  });
});

describe('C46: a change with a session cookie', () => {
  const json = 'application/json';
  it.each<[string, boolean, Readonly<Record<string, string>>]>([
    ['POST', true, { origin: publicOrigin, 'sec-fetch-site': 'same-origin', 'content-type': json }],
    ['POST', true, { origin: publicOrigin, 'content-type': json }],
    ['POST', true, { 'sec-fetch-site': 'same-origin', 'content-type': json }],
    ['DELETE', true, { origin: publicOrigin }],
    ['POST', false, { 'content-type': json }],
    ['POST', false, { origin: 'null', 'content-type': json }],
    ['POST', false, { origin: 'https://elsewhere.example', 'content-type': json }],
    [
      'POST',
      false,
      { origin: 'https://interlock.example.elsewhere.example', 'content-type': json },
    ],
    ['POST', false, { origin: 'http://interlock.example', 'content-type': json }],
    ['POST', false, { origin: `${publicOrigin}:8443`, 'content-type': json }],
    ['POST', false, { origin: publicOrigin, 'sec-fetch-site': 'cross-site', 'content-type': json }],
    ['POST', false, { origin: publicOrigin, 'sec-fetch-site': 'same-site', 'content-type': json }],
    ['POST', false, { origin: publicOrigin, 'sec-fetch-site': 'none', 'content-type': json }],
    ['POST', false, { origin: publicOrigin, 'content-type': 'text/plain' }],
    ['POST', false, { origin: publicOrigin, 'content-type': 'text/plain;charset=UTF-8' }],
    ['POST', false, { origin: publicOrigin, 'content-type': 'application/x-www-form-urlencoded' }],
    ['POST', false, { origin: publicOrigin, 'content-type': 'Multipart/Form-Data; boundary=x' }],
    ['PUT', false, { origin: 'https://elsewhere.example' }],
    ['PATCH', false, {}],
    ['DELETE', false, {}],
    ['GET', true, { origin: 'https://elsewhere.example', 'sec-fetch-site': 'cross-site' }],
    ['HEAD', true, {}],
    ['OPTIONS', true, {}],
  ])('%s counts: %s, with %o', async (method, counts, headers) => {
    const { isCrossSite } = await import('../service/identity/crossSite.ts');
    const { authenticateWith } = await import('../service/identity/authenticate.ts');
    const { openSession } = await import('../service/identity/sessions.ts');
    const request = new Request(publicOrigin, { method, headers });
    expect(isCrossSite(request, publicOrigin)).toBe(!counts);
    ahead = 0;
    const deps = await depsAt(':memory:');
    const { limits } = settingsFor('https://login.example');
    const who = {
      person: 'lead',
      issuer: 'oidc:x',
      subject: 's',
      strength: '',
      authenticatedAt: deps.now(),
    };
    const expiresAt = deps.now() + limits.ageMs;
    const { secret } = await openSession(
      deps,
      { who, expiresAt },
      { name: 'lead', origin: 'test' },
    );
    const rules = { origin: publicOrigin, cookies: { secure: true }, limits };
    const caller = (more: Readonly<Record<string, string>>) =>
      authenticateWith(
        deps,
        rules,
      )(new Request(publicOrigin, { method, headers: { ...headers, ...more } }));
    const cookie = `${sessionCookie}=${secret}`;
    expect(await caller({ cookie })).toMatchObject(
      counts ? { kind: 'person' } : { kind: 'anonymous', because: 'cross_site' },
    );
    const both = { cookie, authorization: `Bearer interlock_token_${secret}` };
    expect(await caller(both)).toEqual({ kind: 'anonymous', because: 'two_credentials' });
    for (const wrong of [`interlock-embedded-session=${secret}`, `interlock-session=${secret}`]) {
      expect(await caller({ cookie: wrong })).toEqual({ kind: 'anonymous' });
    }
    await deps.beside.close();
  });
});
