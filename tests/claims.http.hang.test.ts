/**
 * The last line of C49 over the HTTP API: reports to a real `serve` are acknowledged while its model, its Redis and its
 * sink hang. C51, the fast tier: a flood is told 429 and when to come back, and slow headers are cut off.
 */
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { waiting } from '../service/askApart.ts';
import { listen } from '../service/listen.ts';
import { openBeside } from '../service/openBeside.ts';
import { openLedger } from '../service/openLedger.ts';
import { apiOn } from './support/api.ts';
import {
  declareTonight,
  fleetPlan,
  type Half,
  ledgerOn,
  startHalf,
  tonight,
} from './support/fleet.ts';
import { secretOf, signed } from './support/hookSenders.ts';
import { type Caller, personOn, post, sourceOn } from './support/httpCallers.ts';
import { lateReport } from './support/killNight.ts';
import { night } from './support/lateNight.ts';
import { builtFolder } from './support/supplied.ts';

const folder = mkdtempSync(join(tmpdir(), 'interlock-hang-'));
const ledger = join(folder, 'ledger.db');
const sockets = new Set<Socket>();
/** Takes every connection and never says a word. */
const silent: Server = createServer((socket) => {
  sockets.add(socket);
  socket.on('error', () => undefined);
});
/** The board, which signs its messages, in a file of hooks. */
function hooksFor(cutover: string): string {
  const board = {
    id: 'board',
    sender: 'standard',
    secrets: ['SECRET_OF_BOARD'],
    source: 'board',
    cutover,
    reporter: 'operator',
    facts: '/facts',
  };
  const file = join(folder, 'hooks.yaml');
  writeFileSync(file, JSON.stringify({ format: 'interlock-hooks/1', hooks: [board] }));
  return file;
}

let half: Half;
let board: Caller;
let lead: Caller;

beforeAll(async () => {
  silent.listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const address = silent.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const opened = await openLedger({ ledger });
  await declareTonight(ledgerOn(opened.ledger.store), fleetPlan('hanging'));
  await opened.close();
  const beside = await openBeside({ ledger });
  [board, lead] = [await sourceOn(beside, 'board'), await personOn(beside, 'lead')];
  await beside.close();
  half = startHalf(await builtFolder(), 'serve', {
    INTERLOCK_LEDGER: ledger,
    INTERLOCK_CHECKPOINTS: join(folder, 'checkpoints.db'),
    INTERLOCK_REDIS: `redis://127.0.0.1:${port}`,
    INTERLOCK_MODEL: 'silent',
    OPENAI_API_KEY: 'none',
    OPENAI_BASE_URL: `http://127.0.0.1:${port}/v1`,
    INTERLOCK_SLACK_TOKEN: 'none',
    INTERLOCK_SLACK_URL: `http://127.0.0.1:${port}/`,
    INTERLOCK_HOOKS: hooksFor('hanging'),
    SECRET_OF_BOARD: secretOf.standard,
  });
});
afterAll(() => {
  half.signal('SIGKILL');
  for (const socket of sockets) socket.destroy();
  silent.close();
  rmSync(folder, { recursive: true, force: true });
});

afterEach(() => vi.useRealTimers());

/** The windows in which requests are counted are as long as the test says, however long it takes. */
const byHand = () => vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'] });

it('C49: reports are acknowledged while model, Redis and sink hang', async () => {
  const url = await half.url;
  const took: number[] = [];
  for (let count = 0; count < 150; count += 1) {
    const at = performance.now();
    const said = lateReport('hanging', { id: `event-${count}`, minutes: count % 30 });
    const answer = await post(url, board, { ...said, key: `key-${count}` });
    took.push(performance.now() - at);
    expect(answer).toMatchObject({ status: 202 });
  }
  took.sort((one, other) => one - other);
  // 50 ms is the claim on a quiet machine; whatever hangs here would take seconds, and forever without an end.
  expect(took[75]).toBeLessThan(2_000);
});

it('C49: signed messages are acknowledged meanwhile too', async () => {
  const url = await half.url;
  for (let count = 0; count < 20; count += 1) {
    const id = `hung-${count}`;
    const at = new Date(tonight(count)).toISOString();
    const body = JSON.stringify({ facts: [{ revised: { checkpoint: 'rollback', at } }] });
    const headers = signed('standard', body, { now: Date.now(), id });
    const startedAt = performance.now();
    const response = await fetch(`${url}/hooks/board`, { method: 'POST', body, headers });
    expect([response.status, await response.json()]).toMatchObject([200, { result: 'received' }]);
    // Five seconds is the claim on a quiet machine; whatever hangs here would take forever.
    expect(performance.now() - startedAt).toBeLessThan(30_000);
  }
});

it('C51: of many what-ifs at once a few are thought about, apart from the requests, and the rest told 503', async () => {
  const url = await half.url;
  const at = new Date(tonight(25)).toISOString();
  const occurred = new Date().toISOString();
  const facts = [{ revised: { checkpoint: 'rollback', at } }];
  const own = { source: 'interlock', by: 'lead', occurred, facts };
  const headers = lead(url);
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, count) =>
      fetch(`${url}/cutovers/hanging/what-if`, {
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/json' },
        body: JSON.stringify({ reports: [{ ...own, id: `if-${count}` }] }),
      }),
    ),
  );
  const bodies = await Promise.all(answers.map((answer) => answer.text()));
  const refused = answers.filter(({ status }) => status === 503);
  expect(answers.filter(({ status }) => status === 200).length).toBeGreaterThanOrEqual(
    waiting.what_if,
  );
  expect(answers.filter(({ status }) => status === 200).length + refused.length).toBe(20);
  expect(refused.length).toBeGreaterThan(0);
  expect(refused[0]?.headers.get('retry-after')).toBe('5');
  expect(bodies.some((body) => body.includes('"code":"busy"'))).toBe(true);
  expect(bodies.some((body) => body.includes('"ruling":"accepted"'))).toBe(true);
  const status = await fetch(`${url}/cutovers/hanging/status`, { headers });
  expect([status.status, await status.json()]).toEqual([
    200,
    expect.objectContaining({ cutover: 'hanging' }),
  ]);
});

it('C51: a flood of one caller is told 429 and when to come back; others are not', async () => {
  byHand();
  const api = await apiOn(night, { limits: { calls: 50 } });
  const [one, other] = [await api.machine(), await api.machine()];
  const answers = await Promise.all(
    Array.from({ length: 120 }, () => api.ask('/cutovers', { as: one })),
  );
  const refused = answers.filter(({ status }) => status === 429);
  expect(refused).toHaveLength(70);
  expect(refused[0]?.headers.get('retry-after')).toBe('10');
  expect((await api.ask('/cutovers', { as: other })).status).toBe(200);
  await api.close();
});

it('C51: each report of a batch counts, and a batch that is too much is taken when it comes again', async () => {
  byHand();
  const api = await apiOn(night, { limits: { calls: 50 } });
  const as = await api.machine();
  const occurred = '2026-11-07T21:00:00+00:00';
  const report = (id: string) => ({
    id,
    source: 'board',
    by: 'operator',
    occurred,
    facts: [{ say: 'x' }],
  });
  const send = (name: string) =>
    api.ask(`/cutovers/${night.cutoverId}/reports/batch`, {
      as,
      key: name,
      body: { reports: Array.from({ length: 30 }, (_, index) => report(`${name}-${index}`)) },
    });
  expect((await send('first')).status).toBe(202);
  vi.advanceTimersByTime(3_000);
  const second = await send('second');
  expect([second.status, second.headers.get('retry-after')]).toEqual([429, '7']);
  const events = await api.loop.events();
  expect(events.filter(({ body }) => body.type === 'ReportReceived')).toHaveLength(30);
  vi.advanceTimersByTime(7_000);
  expect((await send('second')).status).toBe(202);
  await api.close();
});

it('C51: whoever sends headers slowly is cut off', async () => {
  const api = await apiOn(night);
  const server = await listen(api.app, { host: '127.0.0.1', port: 0 });
  const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
  socket.on('error', () => undefined);
  socket.resume();
  socket.write('GET /cutovers HTTP/1.1\r\nhost: x\r\n');
  const drip = setInterval(() => socket.write('x-a: b\r\n'), 500);
  await once(socket, 'close');
  clearInterval(drip);
  await server.stop(0);
  await api.close();
}, 60_000);
