/**
 * Stopping: whatever is ill around it, a half of Interlock that is told to stop has stopped within its bound, says
 * that all is well (exit code 0), and has lost nothing: what was acknowledged is in the ledger, what was being sent is known.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { LedgerEvent } from '../ledger/events.ts';
import { handle } from '../ledger/handle.ts';
import type { Plan } from '../ledger/plan.ts';
import { openPostgresStore } from '../ledger/stores/postgres.ts';
import { openSqliteStore } from '../ledger/stores/sqlite.ts';
import { openBeside } from '../service/openBeside.ts';
import {
  declareTonight,
  eventsOf,
  eventually,
  fleetPlan,
  type Half,
  lateBy,
  ledgerOn,
  startHalf,
} from './support/fleet.ts';
import { post, sourceOn } from './support/httpCallers.ts';
import { lateReport } from './support/killNight.ts';
import { startLossyProxy } from './support/lossyProxy.ts';
import { type Manner, manners, type RudeServer, startRudeServer } from './support/rudeServer.ts';
import { noticeNight } from './support/sinksNight.ts';
import { webhookSecret } from './support/sinks.ts';
import { builtFolder, freshDatabase } from './support/supplied.ts';

/** Its own bound is five seconds; the rest is for a machine with much else to do. Without a bound it would be for ever. */
const stopLimitMs = 60_000;

let built: string;
let folder: string;
let half: Half | null = null;
const rude = new Map<string, RudeServer>();
beforeAll(async () => {
  built = await builtFolder();
});
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'interlock-stop-'));
});
afterEach(async () => {
  half?.signal('SIGKILL');
  await half?.ended;
  for (const server of rude.values()) server.close();
  rude.clear();
  rmSync(folder, { recursive: true, force: true });
});

const portOf = async (name: string, manner: Manner): Promise<number> => {
  const server = await startRudeServer(manner);
  rude.set(name, server);
  return server.port;
};

function reachable(plan: Plan, hook: number): Plan {
  const addresses = [
    { channel: 'slack' as const, address: 'U0123456' },
    { channel: 'email' as const, address: 'operator@example.test' },
    { channel: 'webhook' as const, address: `http://127.0.0.1:${hook}/` },
  ];
  const people = plan.people.map((person, index) => ({
    ...person,
    contacts: addresses.slice(index, index + 1),
  }));
  const all = plan.people.map(({ id }) => id);
  const checkpoints = plan.checkpoints.map((one) => ({ ...one, observers: all }));
  return { ...plan, people, checkpoints };
}

async function illSurroundings(manner: Manner): Promise<Record<string, string>> {
  const at = async (name: string): Promise<string> => `127.0.0.1:${await portOf(name, manner)}`;
  const webhook = await portOf('webhook', manner);
  const ledger = join(folder, 'ledger.db');
  const store = await openSqliteStore(ledger);
  const plan = reachable(fleetPlan('payments', { notices: 'on' }), webhook);
  const night = await noticeNight(plan, { store });
  night.clock.at = Date.now();
  await night.adopt({});
  const late = lateBy('late', 20);
  const words = 'rollback will start at some other time';
  await handle(ledgerOn(store), 'payments', {
    type: 'ReceiveReport',
    body: {
      ...late,
      assertions: [
        ...late.assertions,
        { text: words, assertion: { kind: 'statement', text: words } },
      ],
    },
  });
  await store.close();
  return {
    INTERLOCK_LEDGER: ledger,
    INTERLOCK_LOG: 'info',
    INTERLOCK_CHECKPOINTS: join(folder, 'threads.db'),
    INTERLOCK_REDIS: `redis://${await at('redis')}`,
    INTERLOCK_MODEL: 'rude',
    OPENAI_API_KEY: 'none',
    OPENAI_BASE_URL: `http://${await at('model')}/v1`,
    INTERLOCK_SLACK_TOKEN: 'none',
    INTERLOCK_SLACK_URL: `http://${await at('slack')}/`,
    INTERLOCK_SMTP_URL: `smtp://${await at('mail')}`,
    INTERLOCK_MAIL_FROM: 'interlock@example.test',
    INTERLOCK_WEBHOOK_SECRETS: webhookSecret,
    INTERLOCK_NOTICE_PRIVATE: '127.0.0.1',
    INTERLOCK_NOTICE_ALLOW: `slack:* email:*@example.test webhook:http://127.0.0.1:${webhook}/`,
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://${await at('collector')}`,
  };
}

/** Attempts whose end the ledger does not know: somebody would have to guess what became of them. */
function openAttempts(events: readonly LedgerEvent[]): string[] {
  const open = new Set<string>();
  for (const { body } of events) {
    if (body.type === 'NoticeAttempted') open.add(`${body.noticeId} ${body.channel}`);
    if (body.type === 'NoticeFailed' || body.type === 'NoticeSent') {
      open.delete(`${body.noticeId} ${body.channel}`);
    }
  }
  return [...open];
}

/** What has been left in the file by a half that is gone. */
async function leftIn(ledger: string) {
  const store = await openSqliteStore(ledger);
  try {
    const events = await eventsOf(store, 'payments');
    const lease = await store.transact('payments', (transaction) => transaction.lease('payments'));
    return { events, isHeld: lease !== null && lease.until > Date.now() };
  } finally {
    await store.close();
  }
}

const reasons = (events: readonly LedgerEvent[]): Map<string, string> =>
  new Map(
    events.flatMap(({ body }) =>
      body.type === 'NoticeFailed' ? [[body.channel, body.reason] as const] : [],
    ),
  );

const Line = z.object({ msg: z.string(), name: z.string().optional() });

/** What a half said of its own end, and by which name. */
const endOf = (said: string): string[] =>
  said
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => Line.parse(JSON.parse(line)))
    .filter(({ msg }) => msg === 'stopping' || msg === 'stopped')
    .map(({ msg, name }) => `${name?.replace(/-.*/, '')} ${msg}`);

/** Opens a stream and begins a request that it never ends; neither may keep the server. */
async function hangOn(url: string, ledger: string): Promise<() => void> {
  const beside = await openBeside({ ledger });
  const proof = (await sourceOn(beside, 'board'))(url);
  await beside.close();
  const stream = await fetch(`${url}/cutovers/payments/events`, { headers: proof });
  expect(stream.status).toBe(200);
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.on('error', () => undefined);
  const headers = `host: x\r\nauthorization: ${proof['authorization']}\r\nidempotency-key: k`;
  socket.write(`POST /cutovers/payments/reports HTTP/1.1\r\n${headers}\r\n`);
  socket.write('content-type: application/json\r\ncontent-length: 400\r\n\r\n{"id":');
  return () => {
    socket.destroy();
    void stream.body?.cancel().catch(() => undefined);
  };
}

describe('a half that is told to stop', () => {
  // On a file `serve` does all that `work` does.
  const cases = [
    ...manners.map((manner) => ['serve', manner] as const),
    ['work', 'silent'] as const,
  ];
  it.each(cases)('interlock %s ends well while all around it is %s', async (verb, manner) => {
    const environment = await illSurroundings(manner);
    const ledger = environment['INTERLOCK_LEDGER'] ?? '';
    half = startHalf(built, verb, environment);
    const url = await half.url;
    for (const name of ['redis', 'model', 'webhook', 'slack', 'mail']) {
      await eventually(`a call of ${name}`, async () => (rude.get(name)?.connections() ?? 0) > 0);
    }
    await eventually('a webhook handed over', async () => rude.get('webhook')?.isSpokenTo());
    const letGo = verb === 'serve' ? await hangOn(url, ledger) : () => undefined;
    expect(await Promise.race([half.stop(), pause(stopLimitMs, 'still there')])).toBe(0);
    letGo();
    expect(endOf(half.said())).toEqual([`${verb} stopping`, `${verb} stopped`]);
    const { events, isHeld } = await leftIn(ledger);
    expect(openAttempts(events)).toEqual([]);
    expect(isHeld).toBe(false);
    // Whether it may have arrived is told apart: a webhook was handed over, a letter never was.
    if (manner === 'silent') {
      expect(reasons(events).get('webhook')).toBe('no_answer');
      expect(reasons(events).get('email')).toBe('unreachable');
    }
  });
});

it('interlock serve ends well though its database answers no more, and what was acknowledged is there', async () => {
  const address = await freshDatabase();
  const proxy = await startLossyProxy(address, () => false);
  const store = await openPostgresStore(address);
  const beside = await openBeside({ ledger: address });
  await declareTonight(ledgerOn(store), fleetPlan('payments'));
  const board = await sourceOn(beside, 'board');
  half = startHalf(built, 'serve', { INTERLOCK_LEDGER: proxy.url, INTERLOCK_SERVE_WORKS: 'on' });
  const url = await half.url;
  const send = (id: string) =>
    post(url, board, { ...lateReport('payments', { id, minutes: 20 }), key: id });
  expect((await send('before'))?.status).toBe(202);
  proxy.hang();
  const lost = send('meanwhile');
  expect(await Promise.race([half.stop(), pause(stopLimitMs, 'still there')])).toBe(0);
  expect(await lost).toBeNull();
  const received = (await eventsOf(store, 'payments')).flatMap(({ body }) =>
    body.type === 'ReportReceived' ? [body.report.sourceEventId] : [],
  );
  expect(received).toEqual(['before']);
  await beside.close();
  await store.close();
  await proxy.close();
});

it('a half that is told to stop before it listens ends well too', async () => {
  const silent = await portOf('database', 'silent');
  half = startHalf(built, 'work', { INTERLOCK_LEDGER: `postgres://x@127.0.0.1:${silent}/x` });
  await eventually('a call', async () => (rude.get('database')?.connections() ?? 0) > 0);
  expect(await Promise.race([half.stop(), pause(stopLimitMs, 'still there')])).toBe(0);
});
