/**
 * C51, the bounded flood: strangers, liars, slow senders, quitters and one caller who sends far too much, all at once on
 * loopback against a real `serve`. It answers each of them with a refusal that says what to do, goes on taking the
 * reports of those who keep to the limits, and its memory stays flat: what is alive after a second flood is what was
 * alive after the first, by the collector's own count. Twice three seconds here, twice thirty at depth 10.
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
import {
  declareTonight,
  eventually,
  fleetPlan,
  type Half,
  ledgerOn,
  startHalf,
} from './support/fleet.ts';
import { type Caller, sourceOn } from './support/httpCallers.ts';
import { lateReport } from './support/killNight.ts';
import { scaled, takeYourTime } from './support/scale.ts';
import { builtFolder } from './support/supplied.ts';

takeYourTime();

const folder = mkdtempSync(join(tmpdir(), 'interlock-flood-'));
const ledger = join(folder, 'ledger.db');
const floodMs = scaled(3) * 1_000;
const collector = new URL('support/collect.mjs', import.meta.url);
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
    NODE_OPTIONS: `--import=${collector.href}`,
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

const mb = (bytes: number): number => Math.round(bytes / 1_048_576);

const resident = async (): Promise<number> =>
  mb(await half.figure('process_resident_memory_bytes'));

/** What is alive in the process, MB: what is in use when the collector has just run. */
async function alive(): Promise<number> {
  const collections = (): number => half.said().split('collected what is not alive').length;
  const before = collections();
  half.signal('SIGUSR2');
  await eventually('a collection', async () => collections() > before);
  return mb(await half.figure('nodejs_heap_size_used_bytes'));
}

type Flooded = {
  /** How many requests of the flood were answered with each status; 0 where the line was cut. */
  readonly answers: ReadonlyMap<number, number>;
  /** How the reports of the one who keeps to the limits were answered meanwhile. */
  readonly served: readonly number[];
  /** The most memory that the process held meanwhile, MB. */
  readonly most: number;
  /** What was alive in it afterwards, MB. */
  readonly kept: number;
};

/** One flood; on a slow machine it goes on until both limits were met. */
async function flood(url: string): Promise<Flooded> {
  const until = Date.now() + floodMs;
  const answers = new Map<number, number>();
  const goesOn = (): boolean =>
    Date.now() < until || (Date.now() < until + 60_000 && !(answers.has(429) && answers.has(413)));
  const flooding = Array.from({ length: 24 }, async (_, worker) => {
    for (let round = worker; goesOn(); round += 1) {
      const status = (await floods[round % floods.length]?.(url)) ?? 0;
      answers.set(status, (answers.get(status) ?? 0) + 1);
    }
  });
  const served: number[] = [];
  let most = 0;
  while (goesOn()) {
    served.push(await report(url, modest));
    most = Math.max(most, await resident());
    await pause(500);
  }
  await Promise.all(flooding);
  return { answers, served, most, kept: await alive() };
}

it('C51: a flood is refused, the others are served, and memory stays flat', async () => {
  const url = await half.url;
  const [first, second] = [await flood(url), await flood(url)];
  for (const { answers, served, most, kept } of [first, second]) {
    const total = [...answers.values()].reduce((sum, one) => sum + one, 0);
    const told = [...answers]
      .toSorted(([one], [other]) => one - other)
      .map(([status, count]) => `${status}: ${count}`);
    process.stderr.write(
      `flood of ${floodMs / 1_000} s: ${total} requests (${told.join(', ')}), ${served.length} served; ` +
        `alive afterwards ${kept} MB, resident at most ${most} MB\n`,
    );
    expect(served.filter((status) => status !== 202)).toEqual([]);
    expect(answers.get(429)).toBeGreaterThan(0);
    expect(answers.get(413)).toBeGreaterThan(0);
    expect([...answers.keys()].filter((status) => status >= 500 && status !== 503)).toEqual([]);
  }
  expect(second.kept - first.kept).toBeLessThan(8);
  expect(second.most - first.most).toBeLessThan(160);
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
