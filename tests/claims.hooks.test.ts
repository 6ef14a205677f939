/**
 * C49, inbound webhooks: published vectors of each sender, every byte flipped, a body written again, the edges of the
 * time window, two secrets, one effect per id inside what was signed, and never a 4xx for our own fault. An answer is
 * given after the durable append, whoever else hangs.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serve } from '@hono/node-server';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LedgerEvent } from '../ledger/events.ts';
import type { Report } from '../ledger/facts.ts';
import { handle, type LedgerDeps } from '../ledger/handle.ts';
import type { Store } from '../ledger/store.ts';
import { StoreTrouble } from '../ledger/trouble.ts';
import { ruleFacts } from '../constraints/readiness.ts';
import { load } from '../ledger/load.ts';
import { ConfigError, readHooks } from '../service/config.ts';
import { hookRoutes } from '../service/hooks/routes.ts';
import { type Hook, HookProblem, hooksFrom } from '../service/hooks/settings.ts';
import { verify, windowMs } from '../service/hooks/verify.ts';
import { nightAt } from './support/build.ts';
import { secondsAt, secretOf, type Sender, senders, signed } from './support/hookSenders.ts';
import { declare, depsOn } from './support/ledger.ts';
import { kinds } from './support/stores.ts';

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const passes = (
  sender: Sender,
  [headers, bytes]: readonly [Record<string, string>, Uint8Array],
  { now = nightAt, secrets = [secretOf[sender]] } = {},
): boolean => verify({ sender, secrets }, { headers: new Headers(headers), bytes, now }) !== null;

const timed: readonly Sender[] = ['standard', 'slack'];

describe('C49: the published vector', () => {
  it('of Standard Webhooks passes', () => {
    const headers = {
      'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    };
    const how = { now: 1_614_265_330_000, secrets: ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'] };
    expect(passes('standard', [headers, bytesOf('{"test": 2432232314}')], how)).toBe(true);
    expect(passes('standard', [headers, bytesOf('{"test":2432232314}')], how)).toBe(false);
  });
  it('of Slack passes', () => {
    const body =
      'token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c';
    const headers = {
      'x-slack-request-timestamp': '1531420618',
      'x-slack-signature': 'v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503',
    };
    const how = { now: 1_531_420_618_000, secrets: ['8f742231b10e8888abcd99yyyzzz85a5'] };
    expect(passes('slack', [headers, bytesOf(body)], how)).toBe(true);
    expect(passes('slack', [headers, bytesOf(`${body} `)], how)).toBe(false);
  });
  it('of GitHub passes', () => {
    const headers = {
      'x-hub-signature-256':
        'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17',
    };
    const how = { secrets: ["It's a Secret to Everybody"] };
    expect(passes('github', [headers, bytesOf('Hello, World!')], how)).toBe(true);
    expect(passes('github', [headers, bytesOf('Hello, World')], how)).toBe(false);
  });
  it('of PagerDuty is HMAC-SHA256 of the body (RFC 4231, case 2), wherever it stands in the list', () => {
    const right = 'v1=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843';
    const body = bytesOf('what do ya want for nothing?');
    const how = { secrets: ['Jefe'] };
    for (const list of [right, `v1=00,${right}`, `${right}, v1=00`]) {
      expect(passes('pagerduty', [{ 'x-pagerduty-signature': list }, body], how)).toBe(true);
    }
    for (const list of [right.replace('v1', 'v0'), right.slice(3), right.slice(0, -1), '']) {
      expect(passes('pagerduty', [{ 'x-pagerduty-signature': list }, body], how)).toBe(false);
    }
  });
});

describe.each(senders)('C49: a message of %s', (sender) => {
  /** The replacement character is what a careless reader makes of any byte that is no UTF-8. */
  const text = '{"event_id": "Ev1", "text": "Caf\u00e9 \ufffd late",  "n": 1.0}';
  const headers = signed(sender, text);

  it('passes as it was signed', () => {
    expect(passes(sender, [headers, bytesOf(text)])).toBe(true);
  });

  it('fails with any one bit of its body flipped, cut or added to', () => {
    const bytes = bytesOf(text);
    for (let index = 0; index < bytes.length; index += 1) {
      for (let bit = 0; bit < 8; bit += 1) {
        const bent = Uint8Array.from(bytes);
        bent[index] = (bent[index] ?? 0) ^ (1 << bit);
        expect(passes(sender, [headers, bent]), `${index}.${bit}`).toBe(false);
      }
      expect(passes(sender, [headers, bytes.slice(0, index)])).toBe(false);
    }
    expect(passes(sender, [headers, bytesOf(`${text}\n`)])).toBe(false);
    expect(passes(sender, [headers, bytesOf(`\ufeff${text}`)])).toBe(false);
    // Bytes that are no UTF-8 in place of the replacement character.
    const at = Buffer.from(text).indexOf(Buffer.from('\ufffd'));
    const other = Buffer.concat([bytes.slice(0, at), Buffer.from([0xff]), bytes.slice(at + 3)]);
    expect(passes(sender, [headers, other])).toBe(false);
  });

  it('fails when its JSON was read and written again', () => {
    expect(passes(sender, [headers, bytesOf(JSON.stringify(JSON.parse(text)))])).toBe(false);
  });

  it('fails with any one character of any header changed or any header left out', () => {
    for (const [name, value] of Object.entries(headers)) {
      const { [name]: _gone, ...others } = headers;
      expect(passes(sender, [others, bytesOf(text)]), name).toBe(false);
      for (let index = 0; index < value.length; index += 1) {
        const swapped = value[index] === '1' ? '2' : '1';
        const bent = value.slice(0, index) + swapped + value.slice(index + 1);
        expect(passes(sender, [{ ...headers, [name]: bent }, bytesOf(text)]), bent).toBe(false);
      }
    }
  });

  it('passes under either of two secrets, and under no third', () => {
    const second = `${secretOf[sender]}${sender === 'standard' ? 'QUFB' : '-next'}`;
    const both = { secrets: [second, secretOf[sender]] };
    const byNext = signed(sender, text, { secret: second });
    expect(passes(sender, [headers, bytesOf(text)], both)).toBe(true);
    expect(passes(sender, [byNext, bytesOf(text)], both)).toBe(true);
    expect(passes(sender, [byNext, bytesOf(text)])).toBe(false);
  });
});

describe.each(timed)('C49: the time of a message of %s', (sender) => {
  const headers = signed(sender, '{}');
  const message = [headers, bytesOf('{}')] as const;
  it.each([
    [-windowMs - 1, false],
    [-windowMs, true],
    [0, true],
    [windowMs, true],
    [windowMs + 1, false],
  ])('%i ms from our clock counts: %s', (off, counts) => {
    expect(passes(sender, message, { now: nightAt + off })).toBe(counts);
  });
  it('is a plain whole number', () => {
    const name = sender === 'slack' ? 'x-slack-request-timestamp' : 'webhook-timestamp';
    const stamp = headers[name] ?? '';
    for (const bent of [
      '',
      `0${stamp}`,
      `+${stamp}`,
      `${stamp}.0`,
      `${stamp}e0`,
      'now',
      `-${stamp}`,
    ]) {
      expect(passes(sender, [{ ...headers, [name]: bent }, bytesOf('{}')]), bent).toBe(false);
    }
  });
});

it('C49: where the id of a Standard Webhook ends cannot be moved', () => {
  const now = nightAt;
  const seconds = secondsAt(now);
  const body = `${seconds}.{}`;
  const whole = signed('standard', body, { id: 'a' });
  const moved = { ...whole, 'webhook-id': `a.${seconds}` };
  expect(passes('standard', [whole, bytesOf(body)])).toBe(true);
  expect(passes('standard', [moved, bytesOf('{}')])).toBe(false);
});

const hook = (sender: Sender, change: Partial<Hook> = {}): Hook => ({
  id: sender,
  sender,
  secrets: [secretOf[sender]],
  source: 'board',
  cutover: 'payments',
  reporter: 'operator',
  rules: [],
  ...change,
});

type Answer = { readonly status: number; readonly body: unknown };

describe.each(kinds)('a hook on $name', (kind) => {
  let store: Store;
  let ledger: LedgerDeps;
  let remove: () => Promise<void>;
  let reopen: () => Promise<Store>;
  let rung: string[] = [];
  const troubles: unknown[] = [];

  beforeEach(async () => {
    const place = await kind.fresh();
    store = await place.open();
    remove = () => place.remove();
    reopen = () => place.open();
    rung = [];
    troubles.length = 0;
    ledger = { ...depsOn(store), now: () => nightAt };
    await handle(ledger, 'payments', declare());
  });
  afterEach(async () => {
    await store.close();
    await remove();
  });

  const appOf = (
    hooks: readonly Hook[],
    change: { ledger?: LedgerDeps; ring?: () => Promise<void> } = {},
  ) =>
    hookRoutes({
      ledger,
      hooks,
      ring: async (cutoverId) => void rung.push(cutoverId),
      trouble: (error) => troubles.push(error),
      ...change,
    });
  async function send(
    app: ReturnType<typeof hookRoutes>,
    sender: Sender,
    text: string | Uint8Array,
    headers = signed(sender, typeof text === 'string' ? text : Buffer.from(text).toString()),
  ): Promise<Answer> {
    const response = await app.request(`/hooks/${sender}`, { method: 'POST', body: text, headers });
    return { status: response.status, body: await response.json() };
  }
  const eventsOf = (): Promise<LedgerEvent[]> => store.read('payments', { after: 1 });
  const reports = async (): Promise<Report[]> =>
    (await eventsOf()).flatMap(({ body }) => (body.type === 'ReportReceived' ? [body.report] : []));
  const assertionsOf = async () =>
    (await reports()).flatMap(({ facts }) => facts.map((fact) => fact.assertion));

  const withFacts = hook('standard', { facts: '/data/facts' });
  const late = JSON.stringify({
    type: 'checkpoint.late',
    timestamp: '2026-11-07T22:10:00Z',
    data: { facts: [{ forecast: { checkpoint: 'cut', at: '2026-11-07T23:00Z' } }] },
  });

  it('puts the facts of a message into the ledger under the id that was signed, and rings', async () => {
    expect(await send(appOf([withFacts]), 'standard', late)).toEqual({
      status: 200,
      body: { result: 'received', version: 2 },
    });
    const [report, ...others] = await reports();
    expect(others).toEqual([]);
    expect(report).toMatchObject({
      source: 'board',
      sourceEventId: 'msg_1',
      reporter: 'operator',
      occurredAt: nightAt + 600_000,
      text: late,
    });
    expect(report?.facts).toHaveLength(1);
    expect(report?.facts[0]?.assertion).toMatchObject({
      kind: 'forecast_finish',
      checkpoint: 'cut',
      at: { at: nightAt + 3_600_000 },
    });
    expect(rung).toEqual(['payments']);
  });

  it('C49: has one effect per id, however often and however late it comes again; another body is refused and kept', async () => {
    let at = nightAt;
    const app = appOf([hook('standard'), hook('slack'), hook('pagerduty'), hook('github')], {
      ledger: { ...ledger, now: () => at },
    });
    const messages: Readonly<Record<Sender, readonly [string, string]>> = {
      standard: ['{"n":1}', '{"n":2}'],
      slack: ['{"event_id":"E1","n":1}', '{"event_id":"E1","n":2}'],
      pagerduty: ['{"event":{"id":"P1","n":1}}', '{"event":{"id":"P1","n":2}}'],
      github: ['{"n":1}', '{"n":2}'],
    };
    for (const sender of senders) {
      at = nightAt;
      const [first, second] = messages[sender];
      const results = [];
      for (const [text, after] of [
        [first, 0],
        [first, 0],
        [first, 3_600_000],
        [second, 3_600_000],
        [first, 7_200_000],
      ] as const) {
        at = nightAt + after;
        const headers = { ...signed(sender, text, { now: at }), 'x-github-delivery': String(at) };
        const { status, body } = await send(app, sender, text, headers);
        expect(status).toBe(200);
        results.push(body);
      }
      // GitHub signs no id: another body is another message.
      const other = sender === 'github' ? 'received' : 'refused';
      expect(
        results.map((body) => JSON.parse(JSON.stringify(body)).result),
        sender,
      ).toEqual(['received', 'known_already', 'known_already', other, 'known_already']);
    }
    const kept = await eventsOf();
    expect(kept.filter(({ body }) => body.type === 'ReportReceived')).toHaveLength(5);
    expect(kept.filter(({ body }) => body.type === 'ReportRefused')).toHaveLength(3);
  });

  it('C49: writes nothing for a message that is not signed rightly, and never says more than that', async () => {
    for (const sender of senders) {
      const right = signed(sender, '{}');
      for (const wrong of [
        {},
        signed(sender, '{ }'),
        signed(sender, '{}', { secret: `${secretOf.standard}QUFB` }),
      ]) {
        const { status, body } = await send(appOf([hook(sender)]), sender, '{}', wrong);
        expect(status).toBe(401);
        expect(JSON.stringify(body)).not.toContain(secretOf[sender]);
      }
      expect(Object.keys(right).length).toBeGreaterThan(0);
    }
    expect(await eventsOf()).toEqual([]);
    expect(rung).toEqual([]);
  });

  it('keeps what cannot be read as statements, word for word, that the rule book holds for a person', async () => {
    const long = `{"text": "${'no number, accordingly 😀 '.repeat(4_000)}"}`;
    const unreadable: readonly (string | Uint8Array)[] = [
      'not json',
      '',
      'null',
      '{"data":{"facts":"none"}}',
      '{"data":{"facts":[]}}',
      '[1,2]',
      '{"text":"\\ud800"}',
      '[['.repeat(20_000),
      `${'['.repeat(5_000)}${']'.repeat(5_000)}`,
      long,
    ];
    for (const [index, text] of unreadable.entries()) {
      const headers = signed('standard', String(text), { id: `m${index}` });
      const { status, body } = await send(appOf([withFacts]), 'standard', text, headers);
      expect([status, body], String(text).slice(0, 40)).toMatchObject([
        200,
        { result: 'received' },
      ]);
    }
    const kept = await reports();
    expect(kept).toHaveLength(unreadable.length);
    for (const [index, report] of kept.entries()) {
      const words = report.facts.map((fact) => fact.text).join('');
      expect(report.facts.every(({ assertion }) => assertion.kind === 'statement')).toBe(true);
      const said = String(unreadable[index]);
      expect(words).toBe(said === '' ? '(the message is empty)' : said);
    }
    const state = await load(store, 'payments');
    if (state === null) throw new Error('it is declared');
    expect(new Set(ruleFacts(state).map(({ ruling }) => ruling))).toEqual(new Set(['held']));
  });

  it('reads each fact on its own: one that cannot be read does not take the others with it', async () => {
    const text = JSON.stringify({
      data: {
        facts: [
          { finished: { checkpoint: 'cut', at: '2026-11-07T22:40Z' } },
          { vanished: { checkpoint: 'cut' } },
          { say: 'all quiet' },
          7,
        ],
      },
    });
    await send(appOf([withFacts]), 'standard', text);
    expect(await assertionsOf()).toMatchObject([
      { kind: 'actual_finish', checkpoint: 'cut' },
      { kind: 'statement', text: '{"vanished":{"checkpoint":"cut"}}' },
      { kind: 'statement', text: 'all quiet' },
      { kind: 'statement', text: '7' },
    ]);
  });

  it('finds reporter, cutover, sequence and meaning by its mapping; whoever is not mapped is held', async () => {
    const pager = hook('pagerduty', {
      reporter: { at: '/event/agent/id', people: { PX1: 'operator' } },
      cutover: { at: '/event/data/cutover', otherwise: 'payments' },
      sequence: '/event/n',
      rules: [
        { when: { '/event/event_type': 'pagey.ping' }, facts: [] },
        {
          when: { '/event/event_type': 'incident.resolved', '/event/data/urgent': true },
          facts: [{ finished: { checkpoint: '=/event/data/step', at: '=/event/occurred_at' } }],
        },
      ],
    });
    const message = (event: object): string =>
      JSON.stringify({ event: { occurred_at: '2026-11-07T22:40:00Z', ...event } });
    const app = appOf([pager]);
    const ping = message({ id: 'p0', event_type: 'pagey.ping' });
    expect(await send(app, 'pagerduty', ping)).toMatchObject({ body: { result: 'ignored' } });
    expect(await eventsOf()).toEqual([]);
    const resolved = { event_type: 'incident.resolved', data: { urgent: true, step: 'cut' }, n: 4 };
    await send(app, 'pagerduty', message({ ...resolved, id: 'p1', agent: { id: 'PX1' } }));
    await send(app, 'pagerduty', message({ ...resolved, id: 'p2', agent: { id: '__proto__' } }));
    const elsewhere = { ...resolved.data, urgent: 'true', cutover: 'nowhere' };
    await send(app, 'pagerduty', message({ ...resolved, id: 'p3', data: elsewhere }));
    const kept = await reports();
    expect(
      kept.map(({ reporter, sourceSequence, facts }) => [
        reporter,
        sourceSequence,
        facts[0]?.assertion.kind,
      ]),
    ).toEqual([
      ['operator', 4, 'actual_finish'],
      ['unmapped', 4, 'actual_finish'],
      ['unmapped', 4, 'statement'],
    ]);
    const state = await load(store, 'payments');
    if (state === null) throw new Error('it is declared');
    expect(ruleFacts(state).slice(1)).toMatchObject([
      { ruling: 'held', code: 'unmapped_reporter' },
      { ruling: 'held', code: 'unmapped_reporter' },
    ]);
  });

  it('answers the challenge of Slack, when it is signed', async () => {
    const text = '{"type":"url_verification","challenge":"abc"}';
    const app = appOf([hook('slack')]);
    expect(await send(app, 'slack', text)).toEqual({ status: 200, body: { challenge: 'abc' } });
    expect((await send(app, 'slack', text, {})).status).toBe(401);
    expect(await eventsOf()).toEqual([]);
  });

  it('C49: never says 4xx for our own fault: an undeclared cutover and a store in trouble are 503, and the message can come again', async () => {
    const nowhere = await send(appOf([hook('standard', { cutover: 'nowhere' })]), 'standard', '{}');
    expect(nowhere).toMatchObject({ status: 503, body: { code: 'cutover_not_declared' } });
    const canary = new Error('a canary of the store');
    for (const trouble of [
      new StoreTrouble('full', 'no room'),
      new StoreTrouble('busy', 'later'),
      canary,
    ]) {
      const failing: Store = { ...store, transact: () => Promise.reject(trouble) };
      const answer = await send(
        appOf([withFacts], { ledger: { ...ledger, store: failing } }),
        'standard',
        late,
      );
      expect(answer).toMatchObject({ status: 503, body: { code: 'not_taken' } });
      expect(JSON.stringify(answer)).not.toContain('canary');
    }
    expect(troubles).toHaveLength(3);
    expect(await eventsOf()).toEqual([]);
    expect(await send(appOf([withFacts]), 'standard', late)).toMatchObject({
      body: { result: 'received' },
    });
  });

  it('says with every refusal what its sender should do, and never to give up over trouble of ours', async () => {
    const app = appOf([hook('standard', { cutover: 'nowhere' })]);
    const large = 'x'.repeat(600_000);
    for (const [sender, text, headers, status, fix] of [
      ['slack', '{}', {}, 404, 'correct the id in the address, or set the hook up'],
      ['standard', '{}', {}, 401, 'sign the bytes as they are sent, with the secret of this hook'],
      ['standard', large, {}, 413, 'send less at once'],
      ['standard', '{}', signed('standard', '{}'), 503, 'send the same message again'],
    ] as const) {
      const response = await app.request(`/hooks/${sender}`, {
        method: 'POST',
        body: text,
        headers: { ...headers, 'content-length': String(text.length) },
      });
      expect(response.status).toBe(status);
      expect(response.headers.get('content-type')).toContain('application/problem+json');
      expect(await response.json()).toMatchObject({ fix: expect.stringContaining(fix) });
      expect(response.headers.get('retry-after')).toBe(status === 503 ? '30' : null);
    }
  });

  it('C49: answers after the durable append while the doorbell hangs or fails, over a real socket', async () => {
    const ring = () => new Promise<void>(() => undefined);
    const server = serve({
      fetch: appOf([withFacts], { ring }).fetch,
      hostname: '127.0.0.1',
      port: 0,
    });
    try {
      await new Promise((resolve) => server.once('listening', resolve));
      const address = server.address();
      if (address === null || typeof address === 'string') throw new Error('no port');
      const url = `http://127.0.0.1:${address.port}/hooks/standard`;
      const post = (text: string, id: string) =>
        fetch(url, { method: 'POST', body: text, headers: signed('standard', text, { id }) });
      expect((await post(late, 'r1')).status).toBe(200);
      const second = await reopen();
      expect(await second.findReport('payments', 'board', 'r1')).not.toBeNull();
      await second.close();
      expect((await post('x'.repeat(600_000), 'r2')).status).toBe(413);
    } finally {
      server.close();
    }
    const failing = () => Promise.reject(new Error('no doorbell'));
    const answer = await send(appOf([withFacts], { ring: failing }), 'standard', late);
    expect(answer.status).toBe(200);
    await expect.poll(() => troubles.length).toBe(1);
  });
});

describe('the settings of hooks', () => {
  const file = `format: interlock-hooks/1
hooks:
  - {id: board, sender: standard, secrets: [BOARD_SECRET], source: board, cutover: payments, reporter: operator, facts: /data/facts}
`;
  const inFile = <T>(text: string, work: (path: string) => T): T => {
    const folder = mkdtempSync(join(tmpdir(), 'interlock-hooks-'));
    try {
      const path = join(folder, 'hooks.yaml');
      writeFileSync(path, text);
      return work(path);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  };

  it('are none unless a file is named, and name secrets instead of holding them', () => {
    expect(readHooks({})).toEqual([]);
    const hooks = inFile(file, (path) =>
      readHooks({ INTERLOCK_HOOKS: path, BOARD_SECRET: secretOf.standard }),
    );
    expect(hooks).toEqual([hook('standard', { id: 'board', facts: '/data/facts' })]);
  });

  it('stop the start when they cannot be used', () => {
    const broken =
      (text: string, secret = secretOf.standard) =>
      () =>
        inFile(text, (path) => readHooks({ INTERLOCK_HOOKS: path, BOARD_SECRET: secret }));
    for (const text of [
      file.replace('standard', 'carrier-pigeon'),
      file.replace('source: board', 'source: interlock'),
      file.replace('[BOARD_SECRET]', '[]'),
      file.replace('[BOARD_SECRET]', '[A, B, C]'),
      file.replace('[BOARD_SECRET]', '[ANOTHER]'),
      file.replace('/data/facts', 'data.facts'),
      file.replace('reporter: operator, ', ''),
      `${file}  - {id: board, sender: slack, secrets: [BOARD_SECRET], source: chat, cutover: payments, reporter: operator}\n`,
      '[',
      '',
    ]) {
      expect(broken(text), text).toThrow(ConfigError);
    }
    expect(broken(file, 'whsec_!!!!AAAAAAAAAAAAAAAAAAAA')).toThrow(/whsec_/);
    expect(broken(file, 'whsec_short')).toThrow(/BOARD_SECRET/);
    expect(broken(file, 'a secret without its prefix')).toThrow(/whsec_/);
    expect(() => readHooks({ INTERLOCK_HOOKS: '/nowhere/hooks.yaml' })).toThrow(ConfigError);
    expect(() => hooksFrom(null, () => undefined)).toThrow(HookProblem);
  });

  it('C39: never tell a secret in what they complain about', () => {
    const leaky = () =>
      inFile(file.replace('standard', 'carrier-pigeon'), (path) =>
        readHooks({ INTERLOCK_HOOKS: path, BOARD_SECRET: secretOf.standard }),
      );
    expect(leaky).toThrow(ConfigError);
    expect(leaky).not.toThrow(secretOf.standard);
  });
});
