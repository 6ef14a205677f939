/**
 * The HTTP API, walked once from a report to an adopted packet, and what it says when a request is wrong. Every answer
 * is held against the schema that its route is described with.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type Api, apiOn, type As, nobody, type Sent } from './support/api.ts';
import { minute } from './support/build.ts';
import { night, started } from './support/lateNight.ts';

let api: Api;
let lead: As;
let board: As;
const at = `/cutovers/${night.cutoverId}`;

beforeEach(async () => {
  api = await apiOn(night);
  await api.loop.run();
  lead = await api.person('lead');
  board = await api.machine();
});
afterEach(() => api.close());

const Problem = z.object({
  status: z.int(),
  code: z.string(),
  detail: z.string().min(1),
  fix: z.string().min(1),
  errors: z.array(z.object({ field: z.string(), message: z.string(), fix: z.string() })),
});

type Told = {
  readonly status: number;
  readonly body: unknown;
  /** What stands at a path of keys: `current.version`. */
  readonly get: (path: string) => unknown;
};

const told = (status: number, body: unknown): Told => ({
  status,
  body,
  get: (path) =>
    path
      .split('.')
      .reduce<unknown>(
        (value, key) =>
          typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined,
        body,
      ),
});

/** Asks, and holds the answer against what the route is described to answer. */
async function ask(path: string, sent: Sent = {}): Promise<Told> {
  const response = await api.ask(path, sent);
  const text = await response.text();
  const body: unknown = text === '' ? null : JSON.parse(text);
  if (response.status >= 400) {
    expect(response.headers.get('content-type')).toBe('application/problem+json');
    expect(Problem.parse(body).status).toBe(response.status);
    return told(response.status, body);
  }
  const method = sent.method ?? (sent.body === undefined ? 'get' : 'post');
  const place = path.split('?')[0] ?? '';
  const route = api.routes.find(
    (one) =>
      one.method === method.toLowerCase() &&
      new RegExp(`^${one.path.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(place),
  );
  const schema = route?.answers[response.status]?.schema;
  // What is described, and nothing beside it: a schema that takes more leaves it out.
  expect(schema?.parse(body), `${method} ${place} answers ${response.status}`).toStrictEqual(body);
  return told(response.status, body);
}

const late = (id: string) => ({
  id,
  source: 'board',
  by: 'operator',
  occurred: new Date(api.loop.clock.at).toISOString(),
  facts: [{ forecast: { checkpoint: 'rollback', at: new Date(minute(70)).toISOString() } }],
});

describe('the walk over HTTP', () => {
  it('goes from a report to an adopted and acknowledged packet', async () => {
    expect((await ask('/cutovers', { as: lead })).get('cutovers.0.current.version')).toBe(1);
    api.loop.clock.at = minute(10);
    lead = await api.person('lead');
    await api.loop.report([started('rollback', minute(0))]);
    const report = await ask(`${at}/reports`, { as: board, body: late('b-1') });
    expect(report.status).toBe(202);
    expect(report.body).toMatchObject({ result: 'received', rejection: null });
    expect(api.rings).toEqual([night.cutoverId]);

    const ruling = String(report.get('ruling'));
    expect((await ask(ruling, { as: board })).get('facts.0.ruling')).toBeNull();
    expect((await ask(`${at}/status`, { as: lead })).get('current.stale')).toBe(true);
    await api.loop.run();
    expect((await ask(ruling, { as: board })).get('facts.0.ruling.ruling')).toBe('accepted');

    const status = await ask(`${at}/status`, { as: lead });
    const packetId = String(status.get('pending.record.packetId'));
    const packetHash = String(status.get('pending.record.packetHash'));
    const diff = await ask(`${at}/packets/pending/diff/current`, { as: lead });
    expect(diff.body).toMatchObject({
      changes: expect.arrayContaining([expect.objectContaining({ checkpoint: 'replicate' })]),
    });
    const adopted = await ask(`${at}/packets/${packetId}/adopt`, {
      as: lead,
      body: {},
      headers: { 'if-match': `"${packetHash}"` },
    });
    expect(adopted.body).toMatchObject({
      decision: 'adopted',
      by: 'lead',
      current: { version: 2 },
    });
    const orders = await ask(`${at}/orders/operator`, { as: lead });
    expect(orders.body).toMatchObject({ version: 2, mustAcknowledge: true });
    const operator = await api.person('operator');
    const ack = await ask(`${at}/packets/current/acknowledge`, { as: operator, body: {} });
    expect(ack.body).toMatchObject({ decision: 'acknowledged', by: 'operator' });
    expect((await ask(`${at}/holds`, { as: lead })).get('packet.version')).toBe(2);
    const lineage = await ask(`${at}/lineage`, { as: lead });
    expect(JSON.stringify(lineage.body)).toContain('"kind":"acknowledgement"');
  });

  it('says what reports would do while a packet waits, and writes nothing', async () => {
    api.loop.clock.at = minute(10);
    lead = await api.person('lead');
    await api.loop.report([started('rollback', minute(0))]);
    await ask(`${at}/reports`, { as: board, body: late('b-1') });
    await api.loop.run();
    const { version } = await api.loop.state();
    api.loop.clock.at = minute(11);
    const later = { forecast: { checkpoint: 'rollback', at: new Date(minute(90)).toISOString() } };
    const body = { reports: [{ ...late('if-1'), facts: [later] }] };
    const would = await ask(`${at}/what-if`, { as: lead, body });
    expect(would).toMatchObject({ status: 200, body: { rulings: [{ ruling: 'accepted' }] } });
    const end = { endAt: minute(90) };
    expect(would.get('packet.packet.lines')).toContainEqual(expect.objectContaining(end));
    expect((await api.loop.state()).version).toBe(version);
  });

  it('grants an exception, says where the ruling on it will stand, and the same again once it stands', async () => {
    const body = { checkpoint: 'rollback', relaxes: 'outside_boundary' };
    const sent = { as: lead, body, key: 'grant-1' };
    const granted = await ask(`${at}/exceptions`, sent);
    const ruling = String(granted.get('ruling'));
    expect((await ask(ruling, { as: lead })).get('facts.0.ruling')).toBeNull();
    await api.loop.run();
    expect((await ask(ruling, { as: lead })).get('facts.0.ruling.ruling')).toBe('held');
    await api.loop.deps.ledger.store.forgetAnswers(Number.MAX_SAFE_INTEGER);
    expect((await ask(`${at}/exceptions`, sent)).body).toEqual(granted.body);
    // Under the key of a grant another one would seem granted too.
    await api.loop.deps.ledger.store.forgetAnswers(Number.MAX_SAFE_INTEGER);
    const { version } = await api.loop.state();
    for (const change of [{ checkpoint: 'replicate' }, { until: '2026-11-08T04:00+00:00' }]) {
      const other = { ...sent, body: { ...sent.body, ...change } };
      expect(await ask(`${at}/exceptions`, other), JSON.stringify(change)).toMatchObject({
        status: 422,
        body: { code: 'idempotency_key_reused' },
      });
    }
    expect((await api.loop.state()).version).toBe(version);
  });

  it('is not sent again whole to who has it, though a proxy marked its tag as weak', async () => {
    const whole = await api.ask(`${at}/packets/1`, { as: lead });
    const tag = whole.headers.get('etag') ?? '';
    for (const known of [tag, `W/${tag}`, `"other", ${tag}`, '*']) {
      const headers = { 'if-none-match': known };
      expect((await api.ask(`${at}/packets/1`, { as: lead, headers })).status).toBe(304);
    }
    const headers = { 'if-none-match': '"other"' };
    expect((await api.ask(`${at}/packets/1`, { as: lead, headers })).status).toBe(200);
  });

  it('takes or refuses each report of a batch by itself, in order, and the same batch again adds nothing', async () => {
    await ask(`${at}/reports`, { as: board, body: late('known') });
    const other = { ...late('known'), text: 'otherwise' };
    const reports = [late('b-1'), late('known'), other, { ...late('b-2'), by: 'mallory' }];
    const sent = { as: board, body: { reports }, key: 'batch-1' };
    const answer = await ask(`${at}/reports/batch`, sent);
    expect(answer).toMatchObject({
      status: 202,
      body: {
        reports: [
          { result: 'received' },
          { result: 'known_already' },
          { result: 'refused', ruling: null, rejection: { code: 'source_event_reused' } },
          { result: 'received' },
        ],
      },
    });
    const { version } = await api.loop.state();
    expect((await ask(`${at}/reports/batch`, sent)).body).toEqual(answer.body);
    expect((await api.loop.state()).version).toBe(version);
    await api.loop.run();
    const ruled = await ask(String(answer.get('reports.3.ruling')), { as: board });
    expect(ruled.get('facts.0.ruling.code')).toBe('unmapped_reporter');
  });

  it('declines with a reason, and the one in force stays', async () => {
    api.loop.clock.at = minute(10);
    lead = await api.person('lead');
    await api.loop.report([started('rollback', minute(0))]);
    await ask(`${at}/reports`, { as: board, body: late('b-1') });
    await api.loop.run();
    const packet = await api.ask(`${at}/packets/pending`, { as: lead });
    const headers = { 'if-match': packet.headers.get('etag') ?? '' };
    const no = await ask(`${at}/packets/pending/decline`, { as: lead, body: {}, headers });
    expect(no).toMatchObject({ status: 422, body: { errors: [{ field: '/reason' }] } });
    const body = { reason: 'not tonight' };
    const done = await ask(`${at}/packets/pending/decline`, { as: lead, body, headers });
    expect(done.body).toMatchObject({ decision: 'declined', current: { version: 1 } });
  });
});

describe('a request that is wrong', () => {
  it.each<[string, Sent, number, string]>([
    ['/nowhere', {}, 404, 'no_such_place'],
    ['/cutovers', { method: 'PUT' }, 405, 'method_not_allowed'],
    ['/cutovers', { method: 'DELETE' }, 405, 'method_not_allowed'],
    [`/cutovers/${night.cutoverId}/status`, { body: {} }, 405, 'method_not_allowed'],
    [`/cutovers/${night.cutoverId}/status`, {}, 401, 'login_needed'],
    ['/cutovers/nothing/status', {}, 401, 'login_needed'],
  ])('%s %o is told %i %s', async (path, sent, status, code) => {
    expect(await ask(path, { as: nobody, ...sent })).toMatchObject({ status, body: { code } });
  });

  it('names the field and the fix', async () => {
    const body = { ...late('b-1'), facts: [{ forecst: { checkpoint: 'rollback' } }], extra: 1 };
    const answer = await ask(`${at}/reports`, { as: board, body });
    expect(answer.status).toBe(422);
    const fields = Problem.parse(answer.body).errors.map(({ field }) => field);
    expect(fields).toEqual(expect.arrayContaining(['/facts/0/forecst', '/extra']));
  });

  it('with anything in the query that is not known here is refused by name, on every route that reads', async () => {
    for (const route of api.routes.filter(({ method }) => method === 'get')) {
      const path = route.path
        .replace('{cutover}', night.cutoverId)
        .replace('{person}', 'lead')
        .replaceAll(/\{\w+\}/g, '1');
      const wrong = await ask(`${path}?pakket=2`, { as: lead });
      expect([path, wrong.status, wrong.get('errors.0.field')]).toEqual([path, 400, 'pakket']);
    }
    const twice = await ask(`${at}/holds?packet=1&packet=2`, { as: lead });
    expect(twice).toMatchObject({ status: 400, body: { errors: [{ field: 'packet' }] } });
  });

  it.each<[string, object, string]>([
    ['a key that was misspelt', { facts: [{ forecst: {} }] }, 'did you mean "forecast"'],
    ['too many facts', { facts: Array.from({ length: 201 }, () => ({ say: 'x' })) }, '200 items'],
    ['no facts', { facts: [] }, '1 items'],
    ['an id that is too long', { id: 'x'.repeat(201) }, '200 characters'],
    ['nothing that belongs there', { id: {} }, 'nothing that belongs here'],
  ])('with %s is told what is wrong, in words of ours', async (_name, change, words) => {
    const body = { ...late('b-1'), ...change };
    const answer = await ask(`${at}/reports`, { as: board, body });
    expect(answer.status).toBe(422);
    expect(JSON.stringify(answer.body).replaceAll('\\"', '"')).toContain(words);
    expect(JSON.stringify(answer.body)).not.toMatch(/Invalid|expected|the file/);
  });

  it('with a number that no number can be is told where, however little its route says of the place', async () => {
    for (const [runbook, field] of [
      ['{"zone": [0, 1E+999]}', '/runbook/zone/1'],
      [`{"zone": ${'9'.repeat(400)}.0}`, '/runbook/zone'],
      [`{"zone": ${'9'.repeat(250)}e99}`, '/runbook/zone'],
      ['{"__proto__": {"x": -1e999}}', '/runbook/__proto__/x'],
    ]) {
      const answer = await ask('/cutovers', { as: lead, raw: `{"runbook": ${runbook}}` });
      expect(answer.status).toBe(422);
      expect(answer.get('errors')).toMatchObject([{ field, message: 'the number is too large' }]);
    }
    expect(api.troubles).toEqual([]);
  });

  it('and refused by the ledger names its field too', async () => {
    expect((await ask(`${at}/reports`, { as: board, body: late('b-1') })).status).toBe(202);
    const other = { ...late('b-1'), text: 'otherwise' };
    expect(await ask(`${at}/reports`, { as: board, body: other })).toMatchObject({
      status: 409,
      body: { code: 'source_event_reused', errors: [{ field: '/id' }] },
    });
  });

  it.each<[string, Sent, number, string]>([
    ['form', { raw: 'a=b', headers: { 'content-type': 'text/plain' } }, 415, 'not_json'],
    ['half', { raw: '{"a":' }, 400, 'body_unreadable'],
    ['deep', { raw: '['.repeat(100_000) }, 400, 'body_unreadable'],
    ['latin', { raw: new Uint8Array([0x22, 0xff, 0x22]) }, 400, 'body_unreadable'],
    ['large', { raw: `"${'x'.repeat(1_100_000)}"` }, 413, 'body_too_large'],
    ['half a character', { raw: '{"id": "\\ud83d"}' }, 422, 'body_has_problems'],
    ['half a key', { raw: '{"facts": [{"\\ude00": 1}]}' }, 422, 'body_has_problems'],
    ['packed', { body: {}, headers: { 'content-encoding': 'gzip' } }, 415, 'encoding_unknown'],
    ['no key', { body: {}, key: null }, 400, 'idempotency_key_needed'],
    ['a key with a space', { body: {}, key: 'a b' }, 400, 'idempotency_key_needed'],
  ])(
    'C51: a body that is %s is refused and nothing is written',
    async (_name, sent, status, code) => {
      const before = (await api.loop.state()).version;
      expect(await ask(`${at}/reports`, { as: board, ...sent })).toMatchObject({
        status,
        body: { code },
      });
      expect((await api.loop.state()).version).toBe(before);
    },
  );

  it('a source speaks in its own name, and a person in theirs', async () => {
    const other = await ask(`${at}/reports`, { as: board, body: { ...late('1'), source: 'chat' } });
    expect(other).toMatchObject({ status: 403, body: { errors: [{ field: '/source' }] } });
    const own = { ...late('1'), source: 'interlock' };
    expect((await ask(`${at}/reports`, { as: lead, body: own })).get('errors.0.field')).toBe('/by');
    expect((await ask(`${at}/reports`, { as: lead, body: { ...own, by: 'lead' } })).status).toBe(
      202,
    );
  });
});

describe('a body that is wrong in more places than anybody reads', () => {
  it('is answered with the first hundred and how many there are', async () => {
    const wrong = { ...late('b-1'), facts: [{ nothing: 1 }] };
    const { status, body } = await ask(`${at}/reports/batch`, {
      as: board,
      body: { reports: Array.from({ length: 200 }, () => wrong) },
    });
    expect(status).toBe(422);
    expect(Problem.parse(body).errors).toHaveLength(100);
    expect(
      Number(/^the body has (\d+) problems/.exec(Problem.parse(body).detail)?.[1]),
    ).toBeGreaterThan(199);
  });
});

describe('an Idempotency-Key', () => {
  it('gets the same answer for the same body, and 422 for another', async () => {
    const body = late('b-1');
    const first = await api.ask(`${at}/reports`, { as: board, body, key: 'one' });
    const again = await api.ask(`${at}/reports`, { as: board, body, key: 'one' });
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect([again.status, await again.text()]).toEqual([first.status, await first.text()]);
    const other = { ...body, id: 'b-2' };
    expect(await ask(`${at}/reports`, { as: board, body: other, key: 'one' })).toMatchObject({
      status: 422,
      body: { code: 'idempotency_key_reused' },
    });
    const theirs = await api.machine();
    expect((await api.ask(`${at}/reports`, { as: theirs, body, key: 'one' })).status).toBe(200);
  });

  it('sent many times at once has one effect, and every sender gets its answer', async () => {
    const sent = { as: board, body: late('b-3'), key: 'many' };
    const answers = await Promise.all(
      Array.from({ length: 6 }, () => api.ask(`${at}/reports`, sent)),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
    expect(new Set(await Promise.all(answers.map((answer) => answer.text()))).size).toBe(1);
    expect(
      answers.filter(({ headers }) => headers.get('idempotency-replayed') === null),
    ).toHaveLength(1);
  });

  it('is not spent on what never reached the ledger', async () => {
    const wrong = { ...late('b-4'), source: 'not-mine' };
    expect(await ask(`${at}/reports`, { as: board, body: wrong, key: 'two' })).toMatchObject({
      status: 403,
    });
    const right = await api.ask(`${at}/reports`, { as: board, body: late('b-4'), key: 'two' });
    expect(right.status).toBe(202);
  });

  it('gives the answer of a decision again, when what it named is named otherwise by now', async () => {
    api.loop.clock.at = minute(10);
    lead = await api.person('lead');
    await api.loop.report([started('rollback', minute(0))]);
    await api.ask(`${at}/reports`, { as: board, body: late('b-5') });
    await api.loop.run();
    const { pending } = await api.loop.state();
    const sent = {
      as: lead,
      body: {},
      key: 'adopting',
      headers: { 'if-match': `"${pending?.record.packetHash}"` },
    };
    const first = await api.ask(`${at}/packets/pending/adopt`, sent);
    expect(first.status).toBe(200);
    const again = await api.ask(`${at}/packets/pending/adopt`, sent);
    expect([again.status, await again.text()]).toEqual([200, await first.text()]);
    expect(again.headers.get('idempotency-replayed')).toBe('true');
  });
});

describe('the description', () => {
  const Operation = z.looseObject({
    operationId: z.string(),
    summary: z.string().regex(/^[^`]+$/),
    security: z.array(z.record(z.string(), z.unknown())).min(1),
    responses: z.record(z.string(), z.looseObject({ content: z.looseObject({}).optional() })),
  });
  const Description = z.looseObject({
    openapi: z.literal('3.1.0'),
    paths: z.record(z.string(), z.record(z.string(), Operation)),
  });

  it('names every operation once, and what each answers with and in which form', async () => {
    const { paths } = Description.parse(await (await api.ask('/openapi.json')).json());
    const operations = Object.values(paths).flatMap((path) => Object.values(path));
    const names = operations.map(({ operationId }) => operationId);
    expect(new Set(names).size).toBe(api.routes.length);
    for (const { operationId, responses } of operations) {
      for (const [status, { content }] of Object.entries(responses)) {
        expect([operationId, status, content !== undefined]).toEqual([
          operationId,
          status,
          status !== '304',
        ]);
      }
    }
  });
});
