/**
 * One night of the two halves as processes, with everything that can be set up, and with secrets and personal data that
 * stand nowhere else put wherever text comes in. Then everything that was written or sent is searched for them (C39),
 * and what was counted and traced is held to what it should say.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { load } from '../ledger/load.ts';
import type { Store } from '../ledger/store.ts';
import { createToken } from '../service/identity/tokens.ts';
import { newId } from '../service/openLedger.ts';
import { openBeside } from '../service/openBeside.ts';
import { person } from './support/build.ts';
import { type Collector, startCollector } from './support/collector.ts';
import { type Endpoint, openEndpoint } from './support/endpoint.ts';
import type { WireFault } from './support/endpointFaults.ts';
import { obedient } from './support/endpointPolicy.ts';
import {
  declareTonight,
  eventsOf,
  eventually,
  fleetPlan,
  type Half,
  ledgerOn,
  startHalf,
  tonight,
  typesOf,
} from './support/fleet.ts';
import { type RedisServer, redisServer } from './support/redis.ts';
import { type Receiver, startReceiver } from './support/sinks.ts';
import { type SlackServer, startSlackServer } from './support/slackSink.ts';
import { type MailServer, startMailServer } from './support/smtp.ts';
import { kinds, type Place } from './support/stores.ts';
import { builtFolder } from './support/supplied.ts';

/** Values of settings. Nobody may ever see them. */
const secrets = {
  model: 'sk-canary-Zq81vXo0pLw7',
  slack: 'xoxb-canary-5521-Hh3kQ',
  mail: 'canaryMailPassword77',
  webhook: `whsec_${Buffer.from('canary of the webhooks, 32 bytes').toString('base64')}`,
  acks: 'canary-of-acknowledge-links-0123456789',
  hook: 'canary-of-a-hook-0123456789',
};
/** What people paste into free text, and nobody may keep. */
const pasted = {
  card: '4929 4212 3460 0821',
  cardInOne: '5425233430109903',
  account: 'GB33BUKB20201555555555',
  token: 'interlock_token_canaryCANARYcanaryCANARY',
  url: 'postgres://canary:canaryUrlPassword@db.example.test/x',
};
/** What the ledger keeps, because it is evidence, and no machine besides it is told. */
const personal = {
  address: 'canary.person@mail.example.test',
  phone: '+44 7700 900461',
};
/** Where people of the plan are reached. */
const contacts = {
  email: 'canary.lead@mail.example.test',
  phone: '+44 7700 900588',
  slack: 'U0CANARY1',
};

const forbidden = [
  ...Object.values(secrets),
  pasted.card,
  pasted.cardInOne,
  pasted.account,
  pasted.token,
  'canaryUrlPassword',
].flatMap((text) => [text, text.replaceAll(' ', ''), encodeURIComponent(text)]);
const alsoPersonal = [...Object.values(personal), contacts.email, contacts.phone].flatMap(
  (text) => [text, text.replaceAll(' ', '')],
);
const found = (where: string, what: readonly string[]): string[] =>
  what.filter((text) => where.includes(text));

const pastedText = Object.values(pasted).join(' and ');
const personalText = Object.values(personal).join(' or ');
/** Free text that a model is asked about. */
const reading = `replicate started at 00:10, ask ${personalText}.`;
const failing: WireFault = {
  name: 'a failure that repeats what it was told',
  wire: (response) => {
    response.writeHead(500, { 'content-type': 'application/json' });
    const message = `no ${secrets.model} for ${contacts.email}, ${pasted.card}`;
    response.end(JSON.stringify({ error: { message, type: 'server_error' } }));
  },
};

let place: Place;
let store: Store;
let redis: RedisServer;
let watcher: Redis;
let collector: Collector;
let endpoint: Endpoint;
let slack: SlackServer;
let mail: MailServer;
let receiver: Receiver;
const halves: Half[] = [];
const answers: string[] = [];
const exported: string[] = [];
const rung: string[] = [];
let figures = '';
let logs = '';

const cookies = new Map<string, string>();
let count = 0;
async function ask(path: string, init: RequestInit = {}): Promise<Response> {
  const url = `${await halves[0]?.url}${path}`;
  const headers = new Headers(init.headers);
  headers.set('origin', new URL(url).origin);
  headers.set('sec-fetch-site', 'same-origin');
  if (init.body !== undefined) headers.set('content-type', 'application/json');
  if (init.method === 'POST') headers.set('idempotency-key', `key-${(count += 1)}`);
  if (!headers.has('authorization')) {
    headers.set('cookie', [...cookies].map((pair) => pair.join('=')).join('; '));
  }
  const response = await fetch(url, { ...init, headers, redirect: 'manual' });
  for (const cookie of response.headers.getSetCookie()) {
    const [name = '', value = ''] = (cookie.split(';')[0] ?? '').split('=');
    cookies.set(name, value);
  }
  const copy = await response.clone().text();
  if (response.status >= 400) answers.push(copy);
  return response;
}

const state = async () => {
  const loaded = await load(store, 'payments');
  if (loaded === null) throw new Error('not declared');
  return loaded;
};
const pending = (least: number) =>
  eventually(`packet ${least}`, async () => {
    const { pending: one, unruled, run } = await state();
    const rests = unruled.length === 0 && run?.attempts !== null;
    return rests && one?.request != null && one.record.packet.version >= least ? one : null;
  });

async function walk(): Promise<void> {
  const built = await builtFolder();
  const environment = {
    INTERLOCK_LEDGER: place.address,
    INTERLOCK_HOME: join(dirname(place.address), 'home'),
    INTERLOCK_REDIS: redis.url,
    INTERLOCK_LOG: 'trace',
    INTERLOCK_SERVE_WORKS: 'off',
    INTERLOCK_MODEL: 'canary',
    OPENAI_BASE_URL: endpoint.baseUrl,
    OPENAI_API_KEY: secrets.model,
    INTERLOCK_SLACK_TOKEN: secrets.slack,
    INTERLOCK_SLACK_URL: slack.url,
    INTERLOCK_SMTP_URL: mail.url,
    INTERLOCK_MAIL_FROM: 'interlock@example.test',
    INTERLOCK_WEBHOOK_SECRETS: secrets.webhook,
    INTERLOCK_NOTICE_ALLOW: `email:*@mail.example.test slack:* webhook:${receiver.url}`,
    INTERLOCK_NOTICE_PRIVATE: '127.0.0.1',
    INTERLOCK_NOTICE_WINDOW_SECONDS: '0',
    INTERLOCK_PUBLIC_URL: 'http://127.0.0.1:1',
    INTERLOCK_ACK_SECRET: secrets.acks,
    INTERLOCK_HOOK_BOARD: secrets.hook,
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
  };
  halves.push(startHalf(built, 'serve', environment, '--as', 'lead'));
  halves.push(startHalf(built, 'work', environment));
  await eventually('packet 1', async () => (await state()).current);

  const link = await eventually(
    'the link',
    async () => /http:\S+\/link\/\S+/.exec(halves[0]?.printed() ?? '')?.[0],
  );
  expect((await ask(new URL(link).pathname)).status).toBe(303);
  const beside = await openBeside({ ledger: place.address });
  const { secret } = await createToken(
    { beside, now: () => Date.now(), newId },
    {
      name: 'test',
      source: 'board',
      scopes: ['report', 'read'],
      cutovers: ['payments'],
      expiresAt: Date.now() + 3_600_000,
    },
    { name: 'test', origin: 'test' },
  );
  await beside.close();
  const authorization = `Bearer ${secret}`;
  forbidden.push(secret);
  const report = async (id: string, minutes: number, say: string): Promise<unknown> => {
    const at = new Date(tonight(minutes)).toISOString();
    const response = await ask('/cutovers/payments/reports', {
      method: 'POST',
      headers: { authorization },
      body: JSON.stringify({
        id,
        source: 'board',
        by: 'operator',
        occurred: new Date().toISOString(),
        text: `${id}: ${pastedText}; ask ${personalText}`,
        facts: [{ revised: { checkpoint: 'rollback', at } }, { say }],
      }),
    });
    const told: unknown = await response.json();
    expect(response.status, JSON.stringify(told)).toBe(202);
    return told;
  };

  slack.mode = 'internal_error';
  mail.mode = 'not_now';
  receiver.mode = 500;
  expect(await report('first', 20, `${reading} Charged ${pastedText}`)).toMatchObject({
    redacted: 5,
  });
  const first = await pending(2);
  endpoint.misbehave(failing);
  const adopted = await ask(`/cutovers/payments/packets/${first.record.packet.packetId}/adopt`, {
    method: 'POST',
    body: '{}',
    headers: { 'if-match': `"${first.record.packetHash}"` },
  });
  expect(await adopted.json()).toMatchObject({ decision: 'adopted', current: { version: 2 } });
  await eventually('a notice that failed', async () =>
    typesOf(await eventsOf(store, 'payments')).includes('NoticeFailed'),
  );
  slack.mode = 'ok';
  mail.mode = 'take';
  receiver.mode = 204;
  await report('second', 30, `${reading} It failed.`);
  await pending(3);

  const say = (body: string, headers: Record<string, string> = { authorization }) =>
    ask('/cutovers/payments/reports', { method: 'POST', body, headers });
  expect((await say(`{"text": "${pastedText}`)).status).toBe(400);
  expect((await say(`${pastedText}`)).status).toBe(400);
  expect(
    (await say(JSON.stringify({ text: pastedText, [pasted.cardInOne]: pasted.account }))).status,
  ).toBe(422);
  expect((await say('{}', { authorization: `Bearer ${pasted.token}` })).status).toBe(401);
  expect((await ask(`/nowhere/${pasted.account}/${pasted.cardInOne}`)).status).toBe(404);
  expect((await ask(`/ack/${secrets.acks}`)).status).toBeGreaterThanOrEqual(400);
  for (const half of halves.toReversed()) {
    figures += await (await fetch(`${await half.url}/metrics`)).text();
  }
  for (const half of halves) expect(await half.stop()).toBe(0);
  logs = halves.map((half) => half.said()).join('\n');
  for (const words of [['status'], ['packet'], ['holds'], ['lineage'], ['notices']]) {
    const done = spawnSync(process.execPath, [join(built, 'service/main.js'), ...words, '--json'], {
      env: { PATH: process.env['PATH'], ...environment },
      encoding: 'utf8',
    });
    expect(done.status, `${words.join(' ')}: ${done.stderr}`).toBe(0);
    exported.push(done.stdout);
    logs += done.stderr;
  }
}

beforeAll(async () => {
  place = await (kinds[0] ?? expect.unreachable()).fresh();
  store = await place.open();
  redis = await redisServer();
  await redis.start();
  watcher = await new Redis(redis.url).monitor();
  watcher.on('monitor', (_time: string, words: string[]) => rung.push(words.join(' ')));
  [collector, endpoint, slack, mail, receiver] = await Promise.all([
    startCollector(),
    openEndpoint(obedient),
    startSlackServer(),
    startMailServer(),
    startReceiver(),
  ]);
  const reached = (id: string, channel: 'email' | 'slack' | 'webhook', address: string) =>
    person(id, {
      contacts: [
        { channel, address },
        { channel: 'phone', address: contacts.phone },
      ],
      working: [{ opensAt: tonight(-2_000), closesAt: tonight(2_000) }],
    });
  const plan = fleetPlan('payments', {
    notices: 'on',
    people: [
      reached('lead', 'email', contacts.email),
      reached('operator', 'slack', contacts.slack),
      reached('dev', 'webhook', receiver.url),
    ],
  });
  await declareTonight(ledgerOn(store), plan);
  await walk();
});

afterAll(async () => {
  for (const half of halves) {
    half.signal('SIGKILL');
    await half.ended;
  }
  watcher?.disconnect();
  await Promise.all([collector, endpoint, slack, mail, receiver].map((one) => one?.close()));
  await redis?.stop();
  await store?.close();
  await place?.remove();
});

describe('C39: no secret and nobody’s data', () => {
  it('the canaries were really there to be found', async () => {
    expect(endpoint.authorizations).toContain(`Bearer ${secrets.model}`);
    expect(slack.calls.length + mail.taken.length + receiver.received.length).toBeGreaterThan(3);
    const told = JSON.stringify(await eventsOf(store, 'payments'));
    expect(endpoint.asked.length).toBeGreaterThan(2);
    expect(found(told, alsoPersonal)).toEqual(
      expect.arrayContaining([personal.address, personal.phone, contacts.email]),
    );
    expect(told).toContain('[redacted]');
  });

  it('is in the log, at its most talkative', () => {
    const lines = logs.split('\n').filter((line) => line !== '');
    expect(lines.length).toBeGreaterThan(10);
    for (const line of lines) expect(() => JSON.parse(line)).not.toThrow();
    expect(logs).toContain('"route":"/ack/:token"');
    expect(found(logs, [...forbidden, ...alsoPersonal, contacts.slack])).toEqual([]);
  });

  it('is in a prompt', () => {
    const prompts = JSON.stringify(endpoint.asked);
    expect(prompts).toContain('replicate started at 00:10, ask •••');
    expect(found(prompts, [...forbidden, ...alsoPersonal, contacts.slack])).toEqual([]);
  });

  it('is in Redis, whose every command was heard', () => {
    expect(rung.join(' ')).toContain('payments');
    expect(found(rung.join('\n'), [...forbidden, ...alsoPersonal])).toEqual([]);
  });

  it('is in a trace', () => {
    expect(collector.spans.length).toBeGreaterThan(3);
    expect(found(collector.bytes(), [...forbidden, ...alsoPersonal])).toEqual([]);
  });

  it('is in the files: threads of the graph have none of it, the ledger has no secret', () => {
    const folders = [dirname(place.address), join(dirname(place.address), 'home')];
    const files = folders.flatMap((folder) =>
      readdirSync(folder, { withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(folder, entry.name)),
    );
    const threads = files.filter((file) => file.includes('checkpoints'));
    expect(threads.length).toBeGreaterThan(0);
    for (const file of files) {
      const bytes = readFileSync(file, 'latin1');
      expect(found(bytes, forbidden), file).toEqual([]);
      if (threads.includes(file)) expect(found(bytes, alsoPersonal), file).toEqual([]);
    }
  });

  it('is in an export; what people wrote is there word for word, less what nobody may keep', () => {
    const all = exported.join('\n');
    expect(all).toContain(personal.address);
    // Contacts of the plan are shown to those who have to call: they are why the plan has them.
    expect(found(all, forbidden)).toEqual([]);
  });

  it('is in an error that a caller is told', () => {
    expect(answers.length).toBeGreaterThanOrEqual(6);
    expect(found(answers.join('\n'), [...forbidden, ...alsoPersonal])).toEqual([]);
  });
});

describe('traces', () => {
  it('go from the report in one process to the packet in the other', () => {
    const reports = collector.spans.filter(({ name }) => name === 'report');
    expect(reports.map(({ service }) => service)).toEqual(['interlock-serve', 'interlock-serve']);
    for (const report of reports) {
      const run = collector.spans.find(({ parentSpanId }) => parentSpanId === report.spanId);
      expect(run).toMatchObject({
        name: 'run',
        service: 'interlock-work',
        traceId: report.traceId,
      });
      const commits = collector.spans.filter(({ parentSpanId }) => parentSpanId === run?.spanId);
      expect(commits.map(({ traceId }) => traceId)).toEqual(commits.map(() => report.traceId));
      expect(commits.map(({ words }) => words['packet.version'])).toContainEqual(
        expect.stringMatching(/^[23]$/),
      );
    }
  });

  it('go on to whoever is told of the packet, under the commit that made it', () => {
    const notices = collector.spans.filter(({ name }) => name === 'notice');
    const ofReport = notices.filter(({ words }) => words['packet.version'] === '2');
    expect(ofReport.length).toBeGreaterThan(0);
    for (const { traceId, parentSpanId, service, words } of ofReport) {
      const packet = collector.spans.find(({ spanId }) => spanId === parentSpanId);
      expect(packet).toMatchObject({ traceId, words: { 'packet.version': '2' } });
      expect(service).toBe('interlock-work');
      expect(words['notice.channel']).toMatch(/^(slack|email|webhook)$/);
      expect(words['notice.outcome']).toMatch(/^(sent|found|unreachable|refused_for_now|refused)$/);
    }
    const recorded = collector.spans.filter(({ name }) =>
      /^commit Notice(Sent|Failed)$/.test(name),
    );
    const ids = new Set(notices.map(({ spanId }) => spanId));
    expect(recorded.length).toBeGreaterThan(0);
    expect(recorded.filter(({ parentSpanId }) => !ids.has(parentSpanId ?? ''))).toEqual([]);
  });

  it('are of ids, numbers and closed words', () => {
    for (const { name, words, status } of collector.spans) {
      expect(name).toMatch(/^(report|run|notice|commit [A-Z][A-Za-z]+)$/);
      expect(status.message ?? 'Ok').toMatch(/^[A-Za-z]+$/);
      for (const [key, word] of Object.entries(words)) {
        expect(key).toMatch(
          /^(cutover\.id|report\.id|run\.reports|ledger\.(version|events)|packet\.version|notice\.(id|channel|attempt|outcome))$/,
        );
        expect(word).toMatch(/^[A-Za-z0-9._ -]*$/);
      }
    }
  });
});

describe('figures', () => {
  const named = [
    'interlock_runs_total{outcome="awaiting_decision"}',
    'interlock_run_seconds_count',
    'interlock_report_to_packet_seconds_count',
    'interlock_cutovers_waiting',
    'interlock_doorbell_up',
    'interlock_http_request_duration_seconds_count{method="POST",route="/cutovers/:cutover/reports",status="202"}',
    'process_cpu_seconds_total',
  ];
  it.each(named)('%s is there', (name) => {
    const line = figures.split('\n').find((one) => one.startsWith(`${name} `));
    expect(Number(line?.split(' ').at(-1))).toBeGreaterThanOrEqual(0);
  });

  it('count attempts to tell somebody', () => {
    const tried = /^interlock_notice_attempts_total\{channel="\w+",outcome="\w+"\} [1-9]/m;
    expect(figures).toMatch(tried);
  });

  it('have labels of closed words only: no cutover, person or place', () => {
    const lines = figures.split('\n').filter((line) => line.startsWith('interlock_'));
    const labels = lines.flatMap((line) => [...line.matchAll(/(\w+)="([^"]*)"/g)]);
    expect(labels.length).toBeGreaterThan(5);
    for (const [, name, value] of labels) {
      expect(name).toMatch(/^(outcome|kind|channel|method|route|status|le)$/);
      const closed = name === 'route' ? /^\/[a-z/:*.-]*$/ : /^([A-Za-z_]+|[\d.]+|\+Inf)$/;
      expect(value).toMatch(closed);
      expect(value).not.toMatch(/payments|nowhere/);
    }
    expect(lines.length).toBeLessThan(300);
  });
});
