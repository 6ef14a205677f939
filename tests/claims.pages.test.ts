/**
 * Pages in a real browser, with hostile markup in every text that they show (C47): nothing runs, nothing leaves, and no
 * page breaches its own content security policy. The last part shows that the watching would have seen it.
 */
import { createServer, type Server } from 'node:http';
import { Hono } from 'hono';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Store } from '../ledger/store.ts';
import { openSqliteStore } from '../ledger/stores/sqlite.ts';
import { addApi } from '../service/http/app.ts';
import { embeddedDoor } from '../service/identity/embeddedDoor.ts';
import { listen, type Listening } from '../service/listen.ts';
import { ackToken } from '../service/notices/ackLink.ts';
import { openBeside } from '../service/openBeside.ts';
import { questionsHere } from '../service/questions.ts';
import type { Beside } from '../ledger/stores/beside.ts';
import { plainName } from '../service/words/plainName.ts';
import { startBrowser, type Watched, watchedPage } from './support/browser.ts';
import { checkpoint, minute, nightAt, person, plan } from './support/build.ts';
import { hostileMarkup } from './support/hostileMarkup.ts';
import { ackSettings, type NoticeNight, noticeNight } from './support/sinksNight.ts';

let browser: Browser;
let server: Listening;
let store: Store;
let beside: Beside;
let port = 0;
const clock = { at: nightAt - 3_600_000 };

beforeAll(async () => {
  browser = await startBrowser();
  store = await openSqliteStore(':memory:');
  beside = await openBeside({ ledger: ':memory:' });
  const { ledger } = await noticeNight(plan([checkpoint('cut')], { cutoverId: 'usual' }), {
    store,
  });
  const own = { ...ledger, now: () => clock.at };
  const limits = { recentMs: 900_000, idleMs: 7_200_000, ageMs: 43_200_000 };
  const app = addApi(new Hono(), {
    ledger: own,
    beside,
    questions: questionsHere(own),
    door: embeddedDoor({ ...own, beside }, { limits, port: () => port }),
    hooks: [],
    ack: ackSettings,
    ring: async () => undefined,
    decided: () => undefined,
    trouble: (error) => {
      throw error;
    },
    limits: { calls: 100_000, heavy: 100_000, unproven: 100_000 },
  });
  server = await listen(app, { host: '127.0.0.1', port: 0 });
  port = Number(new URL(server.url).port);
});
afterAll(async () => {
  await browser?.close();
  await server?.stop(0);
  await beside?.close();
  await store?.close();
});

/** A night in which every name is this text, and its first packet current. */
async function nightOf(text: string, cutoverId: string): Promise<NoticeNight> {
  const people = ['lead', 'operator', 'dev'].map((id) => person(id, { name: text }));
  const night = await noticeNight(
    plan([checkpoint('cut', { name: text }), checkpoint('check', { name: text, role: 'ops' })], {
      cutoverId,
      name: text,
      notices: 'on',
      people,
      roles: [
        { id: 'release-lead', name: text },
        { id: 'ops', name: text },
      ],
      sources: [{ id: 'board', name: text, rank: 1, facts: ['all'], reporters: 'any_mapped' }],
    }),
    { store },
  );
  night.clock.at = clock.at;
  await night.adopt({});
  return night;
}

async function linkOf(night: NoticeNight): Promise<string> {
  const { current, outbox } = await night.state();
  const notice = outbox['operator'];
  if (current === null || notice === undefined) throw new Error('nobody is told anything');
  const { packetId, version } = current.packet;
  const { cutoverId, clock: at } = night;
  const claim = { cutoverId, person: 'operator', packetId, version, issuedAt: at.at };
  return ackToken({ ...claim, noticeId: notice.noticeId }, ackSettings);
}

/** Elements and attributes that our own page is made of. */
const ours =
  /^(html|head|meta|title|style|body|h1|p|ul|li|form|input|button)( (lang|charset|name|content|method|action|type|value))*$/;
const shapes = `[...document.querySelectorAll('*')].map((one) =>
  [one.localName, ...[...one.attributes].map(({ name }) => name).sort()].join(' '))`;

/** That the page shows the text as text, and is made of nothing but our own elements. */
async function showsAsText({ page }: Watched, text: string): Promise<void> {
  const shown = await page.evaluate('document.body.textContent');
  expect(String(shown).replaceAll(/\s+/g, ' ')).toContain(plainName(text));
  const made = (await page.evaluate(shapes)) as string[];
  expect(made.filter((one) => !ours.test(one))).toEqual([]);
}

const nothing = { ran: [], foreign: [], breaches: [] };
const seen = ({ ran, foreign, breaches }: Watched) => ({ ran, foreign, breaches });

describe('C47: hostile text in the pages we serve', () => {
  it('there are sixty texts, and no two alike', () => {
    expect(new Set(hostileMarkup).size).toBe(60);
  });

  it('the page behind an acknowledge link, before, after, and when a newer packet is current', async () => {
    const watched = await watchedPage(browser, server.url);
    const { page } = watched;
    for (const [index, text] of hostileMarkup.entries()) {
      const night = await nightOf(text, `night-${index}`);
      const first = `${server.url}/ack/${await linkOf(night)}`;
      expect((await page.goto(first))?.status()).toBe(200);
      await showsAsText(watched, text);
      await night.adopt({ cut: { startAt: minute(30), endAt: minute(60) } });
      expect((await page.goto(first))?.status()).toBe(409);
      await showsAsText(watched, text);
      const second = `${server.url}/ack/${await linkOf(night)}`;
      await page.goto(second);
      await Promise.all([page.waitForURL(second), page.click('button')]);
      expect(await page.title()).toContain('acknowledged');
      await showsAsText(watched, text);
    }
    await page.waitForTimeout(500);
    expect(seen(watched)).toEqual(nothing);
    await page.close();
  });

  it('whatever is answered to hostile paths, links and logins', async () => {
    const watched = await watchedPage(browser, server.url);
    const few = ['/', '/link/', '/docs/', '/cutovers/', '/hooks/'];
    for (const [index, text] of hostileMarkup.entries()) {
      for (const place of ['/ack/', few[index % few.length] ?? '']) {
        const answer = await watched.page.goto(`${server.url}${place}${encodeURIComponent(text)}`);
        expect(answer?.headers()['x-content-type-options']).toBe('nosniff');
        expect(answer?.headers()['content-security-policy']).toContain("frame-ancestors 'none'");
      }
    }
    expect(seen(watched)).toEqual(nothing);
    await watched.page.close();
  });

  it('the documentation, as it is and when it is asked to load or show something else', async () => {
    const watched = await watchedPage(browser, server.url);
    const { page } = watched;
    await page.goto(`${server.url}/docs`);
    await page.waitForSelector('.opblock');
    expect(seen(watched)).toEqual(nothing);
    for (const asked of [
      '?url=https://attacker.example/openapi.json',
      '?configUrl=https://attacker.example/config.json',
      `?url=data:application/json,${encodeURIComponent('{"openapi":"3.1.0","info":{"title":"<img src=x onerror=ran(1)>","version":"1"}}')}`,
      ...[7, 59].map((index) => `#/${encodeURIComponent(hostileMarkup[index] ?? '')}`),
    ]) {
      await page.goto('about:blank');
      await page.goto(`${server.url}/docs${asked}`);
      await page.waitForSelector('.opblock');
      expect(await page.textContent('.info .title')).toContain('Interlock');
    }
    expect(seen(watched)).toEqual(nothing);
    await page.close();
  });

  it('none of them may be shown in a frame', async () => {
    const night = await nightOf('framed', 'framed');
    const places = ['/docs', '/login', `/ack/${await linkOf(night)}`];
    const frames = places.map((place) => `<iframe src="${server.url}${place}"></iframe>`).join('');
    const outer = await serve(() => ({ html: frames, policy: null }));
    const watched = await watchedPage(browser, server.url);
    await watched.page.route(`${outer.url}/**`, (route) => route.continue());
    await watched.page.goto(`${outer.url}/`);
    const shown = await Promise.all(
      watched.page
        .frames()
        .slice(1)
        .map((frame) => frame.textContent('body').catch(() => '')),
    );
    expect(shown).toHaveLength(places.length);
    expect(shown.join('')).not.toMatch(/Interlock|Acknowledge|link_needed/);
    await watched.page.close();
    await outer.close();
  });
});

type Served = { readonly html: string; readonly policy: string | null };

/** A server of pages that escape nothing. */
async function serve(pageAt: (path: string) => Served) {
  const careless: Server = createServer((request, response) => {
    const { html, policy } = pageAt(request.url ?? '/');
    response.setHeader('content-type', 'text/html; charset=utf-8');
    if (policy !== null) response.setHeader('content-security-policy', policy);
    response.end(`<!doctype html><title>t</title><body>${html}</body>`);
  });
  await new Promise<void>((resolve) => careless.listen(0, '127.0.0.1', resolve));
  const address = careless.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    close: () =>
      new Promise<void>((resolve) => {
        careless.closeAllConnections();
        careless.close(() => resolve());
      }),
  };
}

describe('the watching', () => {
  /** Shows every text unescaped, under a policy or none. */
  async function carelessly(policy: string | null) {
    const careless = await serve((path) => ({
      html: hostileMarkup[Number(path.slice(1))] ?? '',
      policy,
    }));
    const found = { ran: 0, foreign: 0, breaches: 0 };
    const watched = await watchedPage(browser, careless.url);
    for (const index of hostileMarkup.keys()) {
      const before = seen(watched);
      const counts = [before.ran.length, before.foreign.length, before.breaches.length] as const;
      await watched.page.goto(`${careless.url}/${index}`).catch(() => null);
      await watched.page.waitForTimeout(20);
      if (watched.ran.length > counts[0]) found.ran += 1;
      if (watched.foreign.length > counts[1]) found.foreign += 1;
      if (watched.breaches.length > counts[2]) found.breaches += 1;
    }
    await watched.page.close();
    await careless.close();
    return found;
  }

  it('sees them run and load on a page that escapes nothing', async () => {
    const found = await carelessly(null);
    expect(found.ran).toBeGreaterThanOrEqual(25);
    expect(found.foreign).toBeGreaterThanOrEqual(10);
  });

  it('sees our policy stop what an unescaped page would let through', async () => {
    const night = await nightOf('quiet', 'quiet');
    const page = await fetch(`${server.url}/ack/${await linkOf(night)}`);
    const found = await carelessly(page.headers.get('content-security-policy'));
    // A refresh is a navigation of the page itself, which no policy stops: escaping does.
    expect(found.ran).toBe(0);
    expect(found.foreign).toBeLessThanOrEqual(1);
    expect(found.breaches).toBeGreaterThanOrEqual(25);
  });
});
