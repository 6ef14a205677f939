/**
 * C51, the bounded flood: strangers, liars, slow senders, quitters and one caller who sends far too much, all at once on
 * loopback against a real `serve`. It answers each of them with a refusal that says what to do, goes on taking the
 * reports of those who keep to the limits, and its memory stays flat. Six seconds here, sixty at depth 10.
 */
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openBeside } from '../service/openBeside.ts';
import { openLedger } from '../service/openLedger.ts';
import { declareTonight, fleetPlan, type Half, ledgerOn, startHalf } from './support/fleet.ts';
import { type Caller, sourceOn } from './support/httpCallers.ts';
import { lateReport } from './support/killNight.ts';
import { scaled, takeYourTime } from './support/scale.ts';
import { builtFolder } from './support/supplied.ts';

takeYourTime();

const folder = mkdtempSync(join(tmpdir(), 'interlock-flood-'));
const ledger = join(folder, 'ledger.db');
const floodMs = scaled(6) * 1_000;
let half: Half;
let greedy: Caller;
let modest: Caller;

beforeAll(async () => {
  const opened = await openLedger({ ledger });
  await declareTonight(ledgerOn(opened.ledger.store), fleetPlan('flooded'));
  await opened.close();
  const beside = await openBeside({ ledger });
  [greedy, modest] = [await sourceOn(beside, 'board'), await sourceOn(beside, 'board')];
  await beside.close();
  half = startHalf(await builtFolder(), 'serve', {
    INTERLOCK_LEDGER: ledger,
    INTERLOCK_CHECKPOINTS: join(folder, 'checkpoints.db'),
    INTERLOCK_QUIET_MS: '700',
  });
});
afterAll(() => {
  half.signal('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

let sent = 0;

/** Sends one report; the status, or 0 where the line was cut. */
async function report(url: string, from: Caller, more: Readonly<Record<string, unknown>> = {}) {
  sent += 1;
  const said = lateReport('flooded', { id: `event-${sent}`, minutes: sent % 30 });
  const response = await fetch(`${url}${said.path}`, {
    method: 'POST',
    headers: {
      ...from(url),
      'content-type': 'application/json',
      'idempotency-key': `key-${sent}`,
    },
    body: JSON.stringify({ ...said.body, ...more }),
  }).catch(() => null);
  await response?.text().catch(() => undefined);
  return response?.status ?? 0;
}

/** What a flood is made of; each does one thing and says how it was answered. */
const floods: readonly ((url: string) => Promise<number>)[] = [
  (url) => report(url, greedy),
  (url) => report(url, greedy, { text: 'x'.repeat(500_000) }),
  (url) => report(url, greedy, { text: 'x'.repeat(1_200_000) }),
  (url) => report(url, greedy, { facts: Array.from({ length: 20_000 }, () => ({ no: 1 })) }),
  (url) => report(url, () => ({ authorization: `Bearer ilk_${'0'.repeat(40)}${sent}` })),
  async (url) => {
    const places = ['/cutovers', `/cutovers/${'x'.repeat(900)}/status`, `/${sent}`, '/link/guess'];
    const response = await fetch(`${url}${places[sent % places.length]}`).catch(() => null);
    await response?.text().catch(() => undefined);
    return response?.status ?? 0;
  },
  async (url) => {
    const response = await fetch(`${url}/cutovers/flooded/events`, {
      headers: { ...greedy(url), 'last-event-id': '0' },
      signal: AbortSignal.timeout(300),
    }).catch(() => null);
    await response?.text().catch(() => undefined);
    return response?.status ?? 0;
  },
  async (url) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    socket.on('error', () => undefined);
    socket.write('POST /cutovers/flooded/reports HTTP/1.1\r\nhost: x\r\ncontent-length: 9000\r\n');
    await pause(200);
    socket.destroy();
    await once(socket, 'close');
    return 0;
  },
];

type Sample = { readonly rss: number; readonly heap: number };

const sample = async (): Promise<Sample> => ({
  rss: await half.figure('process_resident_memory_bytes'),
  heap: await half.figure('nodejs_heap_size_used_bytes'),
});

const mb = (bytes: number): number => Math.round(bytes / 1_048_576);

it('C51: a flood is refused, the others are served, and memory stays flat', async () => {
  const url = await half.url;
  const until = Date.now() + floodMs;
  const answers = new Map<number, number>();
  /** On a slow machine it goes on until both limits were met. */
  const goesOn = (): boolean =>
    Date.now() < until || (Date.now() < until + 60_000 && !(answers.has(429) && answers.has(413)));
  const flooding = Array.from({ length: 24 }, async (_, worker) => {
    for (let round = worker; goesOn(); round += 1) {
      const status = (await floods[round % floods.length]?.(url)) ?? 0;
      answers.set(status, (answers.get(status) ?? 0) + 1);
    }
  });
  const served: number[] = [];
  const samples: Sample[] = [];
  while (goesOn()) {
    served.push(await report(url, modest));
    samples.push(await sample());
    await pause(500);
  }
  await Promise.all(flooding);
  const last = samples.slice(Math.floor(samples.length * 0.75));
  const early = samples.slice(
    Math.floor(samples.length * 0.25),
    Math.floor(samples.length * 0.5) + 1,
  );
  // What is alive shows when the collector has just run.
  const alive = (some: readonly Sample[]): number => Math.min(...some.map(({ heap }) => heap));
  let [settled, looks] = [alive(last), 0];
  // On a busy machine it has not run since: what is not alive is gone once it has, what leaked stays.
  for (; mb(settled - alive(early)) >= 48 && looks < 120; looks += 1) {
    await report(url, modest);
    settled = Math.min(settled, (await sample()).heap);
    await pause(500);
  }
  const most = (some: readonly Sample[]): number => Math.max(...some.map(({ rss }) => rss));
  const total = [...answers.values()].reduce((sum, one) => sum + one, 0);
  const told = [...answers]
    .toSorted(([one], [other]) => one - other)
    .map(([status, count]) => `${status}: ${count}`);
  process.stderr.write(
    `flood of ${floodMs / 1_000} s: ${total} requests (${told.join(', ')}), ${served.length} served; ` +
      `heap alive ${mb(alive(early))} then ${mb(settled)} MB, resident ${mb(most(early))} then ${mb(most(last))} MB\n`,
  );
  expect(served.filter((status) => status !== 202)).toEqual([]);
  expect(answers.get(429)).toBeGreaterThan(0);
  expect(answers.get(413)).toBeGreaterThan(0);
  expect([...answers.keys()].filter((status) => status >= 500 && status !== 503)).toEqual([]);
  expect(mb(settled) - mb(alive(early))).toBeLessThan(48);
  expect(mb(most(last)) - mb(most(early))).toBeLessThan(160);
});

/** What is answered to the head of a request and so much of its body, and no more of it. */
async function headOfAnswer(
  port: number,
  { length, sent: bytes }: Record<'length' | 'sent', number>,
) {
  const socket = connect(port, '127.0.0.1');
  const head = `POST /cutovers/flooded/reports HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\ncontent-type: application/json\r\n`;
  socket.write(`${head}content-length: ${length}\r\n\r\n${'x'.repeat(bytes)}`);
  const [chunk] = await once(socket, 'data');
  socket.destroy();
  return String(chunk).toLowerCase();
}

it('C51: a refusal before the whole body has come says that it is the last on its connection', async () => {
  const port = Number(new URL(await half.url).port);
  const cut = await headOfAnswer(port, { length: 9_000, sent: 10 });
  expect(cut).toMatch(/^http\/1.1 4\d\d /);
  expect(cut).toContain('connection: close');
  const whole = await headOfAnswer(port, { length: 10, sent: 10 });
  expect(whole).toMatch(/^http\/1.1 4\d\d /);
  expect(whole).not.toContain('connection: close');
});
