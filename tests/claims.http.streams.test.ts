/**
 * C48, streams: over real sockets. What is sent has no gap and no repeat however often the line is cut, a session that
 * is ended loses its stream within seconds even when nobody reads it, and slots come back.
 */
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { endSessions, openSessions } from '../service/identity/sessions.ts';
import { graceMs, standardPace } from '../service/http/streams.ts';
import { type Listening, listen } from '../service/listen.ts';
import { type Api, apiOn, type As, origin } from './support/api.ts';
import { minute } from './support/build.ts';
import { eventually } from './support/fleet.ts';
import { forecast, night } from './support/lateNight.ts';
import { scaled, takeYourTime } from './support/scale.ts';

takeYourTime();

const path = `/cutovers/${night.cutoverId}/events`;
let api: Api;
let server: Listening;
let lead: As;

beforeEach(async () => {
  api = await apiOn(night, {
    streams: { lookMs: 5, aliveMs: 40, callerMs: 50, perCaller: 3, atOnce: 4 },
  });
  server = await listen(api.app, { host: '127.0.0.1', port: 0 });
  lead = await api.person('lead');
});
afterEach(async () => {
  await server.stop(0);
  await api.close();
});

type Message = { readonly id: number | null; readonly event: string; readonly data: string };

const messageIn = (block: string): Message => {
  const field = (name: string): string => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1] ?? '';
  const id = field('id');
  return { id: id === '' ? null : Number(id), event: field('event'), data: field('data') };
};

/** An open stream: what came so far, and a way to hang up. */
async function open(as: As, headers: Record<string, string> = {}) {
  const cut = new AbortController();
  const response = await fetch(`${server.url}${path}`, {
    headers: { ...as.headers, ...headers },
    signal: cut.signal,
  });
  let text = '';
  const ended = (async () => {
    for await (const part of response.body ?? []) text += new TextDecoder().decode(part);
  })().catch(() => undefined);
  return {
    status: response.status,
    text: () => text,
    messages: (): Message[] =>
      text
        .split('\n\n')
        .slice(0, -1)
        .filter((block) => /^(id|event|data|retry):/m.test(block))
        .map(messageIn),
    hangUp: async () => {
      cut.abort();
      await ended;
    },
    ended,
  };
}

const positions = (messages: readonly Message[]): number[] =>
  messages.flatMap(({ id, event }) => (id === null || event === 'at' ? [] : [id]));

describe('C48: a stream', () => {
  it('goes on from the last id without a gap or a repeat, wherever it is cut', async () => {
    const seen: number[] = [];
    let last = 0;
    // 10,000 at depth 10.
    const total = scaled(1) > 1 ? scaled(1_000) : 300;
    const reading = fc.sample(fc.integer({ min: 1, max: Math.floor(total / 15) }), total);
    const told = (async () => {
      for (let count = 0; count < total; count += 1) {
        await api.loop.report([forecast('rollback', minute(40 + (count % 30)))]);
        if (count % 10 === 0) await pause(5);
      }
    })();
    let cuts = 0;
    while (last < total + 1) {
      const stream = await open(lead, { 'last-event-id': String(last) });
      const wanted = Math.min(reading[cuts] ?? 1, total + 1 - last);
      await eventually('events', async () => positions(stream.messages()).length >= wanted);
      await stream.hangUp();
      // Whatever came after the cut is lost to this client.
      const came = positions(stream.messages()).slice(0, wanted);
      seen.push(...came);
      last = came.at(-1) ?? last;
      cuts += 1;
    }
    await told;
    expect(cuts).toBeGreaterThan(5);
    const { version } = await api.loop.state();
    expect(seen).toEqual(Array.from({ length: version }, (_, index) => index + 1));
  });

  it('begins now without an id, says where that is, and shows that it lives', async () => {
    const { version } = await api.loop.state();
    const stream = await open(lead);
    await eventually('a sign of life', async () => stream.text().includes(': alive'));
    expect(stream.messages()).toEqual([
      { id: version, event: 'at', data: JSON.stringify({ version }) },
    ]);
    await api.loop.report([forecast('rollback', minute(50))]);
    await eventually('the report', async () => positions(stream.messages()).length === 1);
    expect(stream.messages().at(-1)).toMatchObject({ id: version + 1, event: 'ReportReceived' });
    await stream.hangUp();
  });

  it.each(['-1', '1.5', 'x', '999999', '0x1'])('refuses to begin after "%s"', async (id) => {
    const stream = await open(lead, { 'last-event-id': id });
    expect(stream.status).toBe(400);
    await stream.ended;
    expect(stream.text()).toContain('last_event_unknown');
  });

  it('is taken away within 5 seconds when the session is ended, with the reason', async () => {
    const stream = await open(lead);
    const by = { name: 'test', origin: 'test' };
    await endSessions(api.identity, { person: 'lead' }, by);
    await stream.ended;
    // Here the next look comes at once; at the standard pace it and the grace after it make up the time.
    expect(standardPace.callerMs + graceMs).toBeLessThan(5_000);
    expect(stream.messages().at(-1)).toMatchObject({
      event: 'end',
      data: '{"because":"session_ended"}',
    });
    expect(await openSessions(api.identity)).toEqual([]);
    expect((await open(lead)).status).toBe(401);
  });

  it('is taken away from somebody who does not read it, too, and the slot comes back', async () => {
    for (let count = 0; count < 700; count += 1) {
      const text = 'x'.repeat(20_000);
      await api.loop.report([forecast('rollback', minute(40 + (count % 30)))], { text });
    }
    const { port } = new URL(server.url);
    const socket = connect(Number(port), '127.0.0.1');
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    socket.pause();
    const headers = Object.entries({ ...lead.headers, 'last-event-id': '0' });
    const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`).join('');
    socket.write(`GET ${path} HTTP/1.1\r\nhost: x\r\n${lines}\r\n`);
    const three = async (as: As): Promise<boolean> => {
      const all = [await open(as), await open(as), await open(as)];
      await Promise.all(all.map((stream) => stream.hangUp()));
      return all.every(({ status }) => status === 200);
    };
    await eventually('three more are one too many', async () => !(await three(lead)));
    await endSessions(api.identity, { person: 'lead' }, { name: 'test', origin: 'test' });
    const again = await api.person('lead');
    await eventually('three are free again', () => three(again));
    socket.destroy();
  });

  it('is refused to a page of another origin', async () => {
    const foreign = [
      { origin: 'https://elsewhere.example' },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
    ];
    for (const headers of foreign) {
      const stream = await open({ headers: { ...lead.headers, ...headers } });
      expect(stream.status).toBe(403);
    }
    const own = await open({ headers: { ...lead.headers, origin } });
    expect(own.status).toBe(200);
    await own.hangUp();
  });

  it('is capped for one caller and for all, and every slot comes back', async () => {
    const operator = await api.person('operator');
    for (let round = 0; round < 3; round += 1) {
      const held = await eventually('all four slots', async () => {
        const all = [await open(lead), await open(lead), await open(lead), await open(operator)];
        if (all.every(({ status }) => status === 200)) return all;
        await Promise.all(all.map((stream) => stream.hangUp()));
        return null;
      });
      expect((await open(lead)).status).toBe(429);
      expect((await open(operator)).status).toBe(429);
      await Promise.all(held.map((stream) => stream.hangUp()));
    }
  });

  it('counts the slots of a person in all their browsers, and those of a token that is called like them apart', async () => {
    const again = await api.person('lead');
    const held = [await open(lead), await open(again), await open(again)];
    expect(held.map(({ status }) => status)).toEqual([200, 200, 200]);
    for (const browser of [lead, again]) {
      const refused = await fetch(`${server.url}${path}`, { headers: browser.headers });
      expect([refused.status, await refused.json()]).toEqual([
        429,
        expect.objectContaining({ detail: 'you hold 3 streams already' }),
      ]);
    }
    const token = await open(await api.machine({ name: 'lead' }));
    expect(token.status).toBe(200);
    await Promise.all([...held, token].map((stream) => stream.hangUp()));
  });

  it('holds no slot for HEAD', async () => {
    for (let count = 0; count < 10; count += 1) {
      const response = await fetch(`${server.url}${path}`, {
        method: 'HEAD',
        headers: lead.headers,
      });
      expect(response.status).toBe(200);
    }
  });
});
