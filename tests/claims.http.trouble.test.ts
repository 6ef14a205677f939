/**
 * C18 through the HTTP API: a store that is full, locked or out of connections answers 503 and acknowledges nothing,
 * nothing is half-written, and the same request succeeds once the trouble is over.
 */
import { readFileSync } from 'node:fs';
import SqliteFile from 'better-sqlite3';
import pg from 'pg';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { openPostgresBeside, openPostgresStore } from '../ledger/stores/postgres.ts';
import { openSqliteBeside, openSqliteStore } from '../ledger/stores/sqlite.ts';
import { attemptsPerCommand } from '../ledger/handle.ts';
import { type Store, VersionMoved } from '../ledger/store.ts';
import { verify } from '../ledger/verify.ts';
import { problemOf } from '../service/http/problem.ts';
import { type Api, apiOn, type As } from './support/api.ts';
import { night } from './support/lateNight.ts';
import { kinds, type Place } from './support/stores.ts';

const path = `/cutovers/${night.cutoverId}/reports`;
const [sqlite, postgres] = kinds;
const undo: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).toReversed()) await step();
});

const report = (id: string, text = 'x') => ({
  id,
  source: 'board',
  by: 'operator',
  occurred: '2026-11-07T21:00:00+00:00',
  text,
  facts: [{ forecast: { checkpoint: 'rollback', at: '2026-11-07T23:10:00+00:00' } }],
});

/** Sends the report under one key until the trouble begins, through it, and after it; the ledger has each once. */
async function outlast(
  { api, board }: { api: Api; board: As },
  trouble: {
    begin: () => Promise<unknown>;
    end: () => Promise<unknown>;
    body: (id: string) => object;
  },
): Promise<void> {
  const send = (id: string): Promise<Response> =>
    api.ask(path, { as: board, body: trouble.body(id), key: `key-${id}` });
  expect((await send('before')).status).toBe(202);
  const { version } = await api.loop.state();
  await trouble.begin();
  const refused = await send('during');
  expect(refused.status).toBe(503);
  expect(refused.headers.get('retry-after')).toBe('1');
  expect(await refused.json()).toMatchObject({
    status: 503,
    code: expect.stringMatching(/^ledger_/),
  });
  await trouble.end();
  expect((await api.loop.state()).version).toBe(version);
  expect((await send('during')).status).toBe(202);
  const events = await api.loop.events();
  const ids = events.flatMap(({ body }) =>
    body.type === 'ReportReceived' ? [body.report.sourceEventId] : [],
  );
  expect(ids).toEqual(['before', 'during']);
  expect(await verify(api.loop.deps.ledger.store)).toMatchObject({ ok: true });
}

async function place(kind = sqlite): Promise<Place> {
  const made = await kind?.fresh();
  if (made === undefined) throw new Error('no such store');
  undo.push(() => made.remove());
  return made;
}

describe('trouble of our own', () => {
  it.each([{ code: 'SQLITE_ERROR' }, 'a word', null, new Error('secret')])(
    'thrown as %o is answered with a problem and told of, without its words',
    async (thrown) => {
      const fail = (): never => {
        throw thrown;
      };
      const questions = { status: fail, whatIf: fail };
      const api = await apiOn(night, { change: { questions } });
      undo.push(() => api.close());
      const as = await api.person('lead');
      const response = await api.ask(`/cutovers/${night.cutoverId}/status`, { as });
      const text = await response.text();
      expect([response.status, JSON.parse(text).code]).toEqual([500, 'interlock_failed']);
      expect(text).not.toMatch(/SQLITE|word|secret/);
      expect(api.troubles).toMatchObject([
        { error: expect.any(Error), where: 'GET /cutovers/:cutover/status' },
      ]);
    },
  );

  it('in a thread that thinks comes back with its kind and its place', async () => {
    const { answerTask } = await import('../service/askThread.ts');
    const told = await answerTask({ ledger: ':memory:', about: 'status', cutoverId: 'nobody' });
    expect(told).toMatchObject({
      is: 'failure',
      error: { name: 'Error', stack: expect.stringContaining('questions.ts') },
    });
    expect(structuredClone(told)).toEqual(told);
  });
});

describe('C18: a ledger in which others are first again and again', () => {
  it('answers 503 and writes nothing, after as many attempts as are stated, and takes the same request later', async () => {
    const store = await openSqliteStore(':memory:');
    let attempts: number | null = null;
    const contested: Store = {
      ...store,
      transact: (cutoverId, work) => {
        if (attempts === null) return store.transact(cutoverId, work);
        attempts += 1;
        return Promise.reject(new VersionMoved(`${cutoverId}: others were first`));
      },
    };
    const api = await apiOn(night, { store: contested });
    undo.push(
      () => store.close(),
      () => api.close(),
    );
    const board = await api.machine();
    await outlast(
      { api, board },
      {
        begin: async () => (attempts = 0),
        end: async () => {
          expect(attempts).toBe(attemptsPerCommand);
          attempts = null;
        },
        body: (id) => report(id),
      },
    );
  });

  it('is told by its own name, with what to do', () => {
    const told = problemOf(new VersionMoved('payments: expected 7, it is at 8'));
    expect(told).toMatchObject({
      status: 503,
      code: 'ledger_moved',
      headers: { 'retry-after': '1' },
    });
    expect(told.fix).toContain('with the same Idempotency-Key');
    expect(JSON.stringify(told)).not.toContain('expected 7');
  });
});

describe('C18: a ledger file', () => {
  async function onFile(busyLimitMs = 200) {
    const { address } = await place();
    const files: SqliteFile.Database[] = [];
    const pragma = Reflect.get(SqliteFile.prototype, 'pragma');
    const spy = vi.spyOn(SqliteFile.prototype, 'pragma').mockImplementation(function remember(
      this: SqliteFile.Database,
      ...given
    ) {
      if (!files.includes(this)) files.push(this);
      return pragma.apply(this, given);
    });
    const store = await openSqliteStore(address, { busyLimitMs });
    const beside = await openSqliteBeside(address, { busyLimitMs });
    spy.mockRestore();
    undo.push(
      () => store.close(),
      () => beside.close(),
    );
    const api = await apiOn(night, { store, beside });
    return { api, board: await api.machine(), address, files };
  }

  it('that is full', async () => {
    const on = await onFile();
    const limit = (pages: (now: number) => number) => async () => {
      for (const file of on.files) {
        const now = Number(file.pragma('page_count', { simple: true }));
        file.pragma(`max_page_count = ${pages(now)}`);
      }
    };
    await outlast(on, {
      begin: limit((now) => now),
      end: limit(() => 1_000_000),
      body: (id) => report(id, 'x'.repeat(4_000)),
    });
  });

  it('that another process has locked', async () => {
    const on = await onFile();
    const other = new SqliteFile(on.address);
    undo.push(async () => other.close());
    await outlast(on, {
      begin: async () => other.exec('begin immediate'),
      end: async () => other.exec('rollback'),
      body: (id) => report(id),
    });
  });
});

/** Commits that the write-ahead log of a file holds: its frames that name the size of the file after a commit. */
function commitsIn(log: string): number {
  const bytes = readFileSync(log);
  const frame = 24 + bytes.readUInt32BE(8);
  let commits = 0;
  for (let at = 32; at + frame <= bytes.length; at += frame) {
    const current = bytes.subarray(at + 8, at + 16).equals(bytes.subarray(16, 24));
    if (current && bytes.readUInt32BE(at + 4) > 0) commits += 1;
  }
  return commits;
}

describe('C49: an acknowledged report', () => {
  it('costs one durable commit, its answer under the Idempotency-Key included', async () => {
    const { address } = await place();
    const store = await openSqliteStore(address);
    const beside = await openSqliteBeside(address);
    undo.push(
      () => store.close(),
      () => beside.close(),
    );
    const api = await apiOn(night, { store, beside });
    const board = await api.machine();
    const send = (id: string): Promise<Response> =>
      api.ask(path, { as: board, body: report(id), key: `key-${id}` });
    expect((await send('first')).status).toBe(202);
    const before = commitsIn(`${address}-wal`);
    for (const id of ['a', 'b', 'c']) expect((await send(id)).status).toBe(202);
    expect(commitsIn(`${address}-wal`) - before).toBe(3);
    expect((await send('a')).headers.get('idempotency-replayed')).toBe('true');
    expect(commitsIn(`${address}-wal`) - before).toBe(3);
  });
});

describe('C18: a PostgreSQL', () => {
  it('that gives no more connections', async () => {
    const { address } = await place(postgres);
    const login = new URL(address);
    login.username = `few${login.pathname.slice(1).replaceAll(/\W/g, '_')}`;
    const owner = new pg.Client({ connectionString: address });
    await owner.connect();
    undo.push(() => owner.end());
    await owner.query(
      `create role ${login.username} login in role interlock_app connection limit 3`,
    );
    const store = await openPostgresStore(login.href);
    const beside = await openPostgresBeside(login.href);
    undo.push(
      () => store.close(),
      () => beside.close(),
    );
    const api = await apiOn(night, { store, beside });
    const others: pg.Client[] = [];
    await outlast(
      { api, board: await api.machine() },
      {
        begin: async () => {
          await owner.query(
            'select pg_terminate_backend(pid) from pg_stat_activity where usename = $1',
            [login.username],
          );
          while (others.length < 3) {
            const client = new pg.Client({ connectionString: login.href });
            client.on('error', () => undefined);
            await client.connect().then(
              () => others.push(client),
              () => undefined,
            );
          }
        },
        end: () => Promise.all(others.map((client) => client.end())),
        body: (id) => report(id),
      },
    );
  });
});
