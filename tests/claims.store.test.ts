/**
 * What the stores promise when their database fails them: a PostgreSQL that crashes, or whose reply to a commit is lost,
 * loses and doubles nothing (C16); one that is full, busy or out of connections says so as trouble to be tried again,
 * writes nothing by halves and goes on (C18). And that what they acknowledge is on the disk, as the kernel sees it (C2).
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import SqliteFile from 'better-sqlite3';
import pg from 'pg';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { handle, type LedgerDeps, type Outcome } from '../ledger/handle.ts';
import type { Store } from '../ledger/store.ts';
import { openPostgresStore } from '../ledger/stores/postgres.ts';
import { migratePostgres } from '../ledger/stores/postgresMigrate.ts';
import { openSqliteStore } from '../ledger/stores/sqlite.ts';
import { StoreTrouble } from '../ledger/trouble.ts';
import { verify } from '../ledger/verify.ts';
import { sourceBugs } from './attacks/plantedSources.ts';
import { changedBuild } from './support/changedBuild.ts';
import { declare, depsOn, report } from './support/ledger.ts';
import { startLossyProxy } from './support/lossyProxy.ts';
import { startPostgres } from './support/postgres.ts';
import { reached } from './support/reached.ts';
import { isDeep, scaled, takeYourTime } from './support/scale.ts';
import { watchedCommand, watchedProcess } from './support/strace.ts';
import { builtFolder, freshDatabase } from './support/supplied.ts';

takeYourTime();

const writerProgram = fileURLToPath(new URL('support/writer.mjs', import.meta.url));

/** What a client knows: its key, the hash it was answered, and how often it was left without one. */
type Acknowledged = { readonly hash: string; readonly unknown: number; readonly repeated: boolean };

/** Reports under one key until there is an answer, as a client with an idempotency key does. */
async function untilAnswered(deps: LedgerDeps, key: string): Promise<Acknowledged> {
  for (let unknown = 0; ;) {
    let outcome: Outcome;
    try {
      outcome = await handle(deps, 'payments', report(key));
    } catch (error) {
      if (!(error instanceof StoreTrouble)) throw error;
      if (error.outcome === 'unknown') unknown += 1;
      await pause(10);
      continue;
    }
    expect(outcome.rejection).toBeNull();
    return { hash: outcome.events[0]?.hash ?? '', unknown, repeated: outcome.repeated };
  }
}

/** 0 lost, 0 doubled: the reports in the ledger are those acknowledged, each once, in a whole chain. */
async function nothingLostOrDoubled(
  store: Store,
  acknowledged: ReadonlyMap<string, Acknowledged>,
): Promise<void> {
  const stored = (await store.read('payments', { after: 0 })).flatMap(({ body, hash }) =>
    body.type === 'ReportReceived' ? [[body.report.sourceEventId, hash] as const] : [],
  );
  expect(stored).toHaveLength(acknowledged.size);
  expect(new Map(stored)).toEqual(
    new Map([...acknowledged].map(([key, { hash }]) => [key, hash] as const)),
  );
  expect(await verify(store)).toEqual({ ok: true, firstBroken: null, events: stored.length + 1 });
}

describe('C16: PostgreSQL', () => {
  it('crashes again and again under writers that try again: 0 lost, 0 doubled', async () => {
    const server = await startPostgres();
    try {
      await migratePostgres(server.url);
      const store = await openPostgresStore(server.url);
      await handle(depsOn(store), 'payments', declare());
      const acknowledged = new Map<string, Acknowledged>();
      let over = false;
      const writer = async (name: string): Promise<void> => {
        const deps = depsOn(store, name);
        for (let count = 0; !over; count += 1) {
          const key = `${name}-${count}`;
          acknowledged.set(key, await untilAnswered(deps, key));
        }
      };
      const writers = ['a', 'b', 'c', 'd'].map(writer);
      for (let crash = 0; crash < scaled(6); crash += 1) {
        const before = acknowledged.size;
        await expect.poll(() => acknowledged.size).toBeGreaterThan(before + 5);
        await server.restart();
        reached('fault', 'PostgreSQL crashes');
      }
      over = true;
      await Promise.all(writers);
      await nothingLostOrDoubled(store, acknowledged);
      await store.close();
    } finally {
      await server.stop();
    }
  });

  it('commits and the reply is lost: the client is told it is not known, asks again and learns the truth', async () => {
    const url = await freshDatabase();
    const direct = await openPostgresStore(url);
    await handle(depsOn(direct), 'payments', declare());
    const proxy = await startLossyProxy(url, (nth) => nth % 3 === 2);
    try {
      const store = await openPostgresStore(proxy.url);
      const acknowledged = new Map<string, Acknowledged>();
      const writer = async (name: string): Promise<void> => {
        const deps = depsOn(store, name);
        for (let count = 0; count < scaled(12); count += 1) {
          const key = `${name}-${count}`;
          acknowledged.set(key, await untilAnswered(deps, key));
        }
      };
      await Promise.all(['a', 'b', 'c'].map(writer));
      const all = [...acknowledged.values()];
      // A reply can be lost to a repeat too; an answer that came at the first attempt is never a repeat.
      const unknown = all.reduce((sum, one) => sum + one.unknown, 0);
      expect(unknown).toBeGreaterThan(0);
      // The reply to a snapshot's commit may be lost as well, and nobody needs it.
      expect(unknown).toBeLessThanOrEqual(proxy.lost());
      expect(all.filter(({ repeated }) => repeated)).toEqual(
        all.filter(({ unknown }) => unknown > 0),
      );
      await nothingLostOrDoubled(direct, acknowledged);
      await store.close();
    } finally {
      await proxy.close();
      await direct.close();
    }
  });
});

describe('C18: a store that cannot take a writer now', () => {
  let folder = '';
  afterEach(async () => {
    vi.restoreAllMocks();
    if (folder !== '') await rm(folder, { recursive: true, force: true });
  });
  const file = async (): Promise<string> => {
    folder = await mkdtemp(join(tmpdir(), 'interlock-full-'));
    return join(folder, 'ledger.db');
  };

  it('SQLite without room says `full`, writes nothing by halves, and goes on when there is room', async () => {
    const path = await file();
    const pragma = vi.spyOn(SqliteFile.prototype, 'pragma');
    const store = await openSqliteStore(path);
    await handle(depsOn(store), 'payments', declare());
    const connections = [...new Set(pragma.mock.contexts)].filter(
      (one) => one instanceof SqliteFile,
    );
    const pages = Number(connections[0]?.pragma('page_count', { simple: true }));
    for (const one of connections) one.pragma(`max_page_count = ${pages + 4}`);
    let written = 0;
    let trouble: unknown = null;
    while (trouble === null && written < 200) {
      const given = handle(depsOn(store, `n${written}`), 'payments', report(`r-${written}`));
      trouble = await given.then(
        () => null,
        (error: unknown) => error,
      );
      if (trouble === null) written += 1;
    }
    expect(trouble).toMatchObject({
      name: 'StoreTrouble',
      code: 'full',
      outcome: 'nothing_written',
    });
    expect((await store.head('payments'))?.version).toBe(written + 1);
    for (const one of connections) one.pragma(`max_page_count = ${pages + 1_000}`);
    const again = await handle(depsOn(store, 'again'), 'payments', report(`r-${written}`));
    expect(again).toMatchObject({ rejection: null, repeated: false });
    expect(await verify(store)).toEqual({ ok: true, firstBroken: null, events: written + 2 });
    await store.close();
  });

  it('SQLite held by another writer says `busy` after its limit, and goes on when it is let go', async () => {
    const path = await file();
    const store = await openSqliteStore(path, { busyLimitMs: 40 });
    await handle(depsOn(store), 'payments', declare());
    const other = new SqliteFile(path);
    other.exec('begin immediate');
    const attempts = await Promise.allSettled(
      [1, 2, 3].map((count) =>
        handle(depsOn(store, `w${count}`), 'payments', report(`r-${count}`)),
      ),
    );
    for (const attempt of attempts) {
      expect(attempt).toMatchObject({
        status: 'rejected',
        reason: { name: 'StoreTrouble', code: 'busy', outcome: 'nothing_written' },
      });
    }
    expect((await store.head('payments'))?.version).toBe(1);
    other.exec('rollback');
    other.close();
    expect((await handle(depsOn(store), 'payments', report('r-1'))).repeated).toBe(false);
    await store.close();
  });

  it('PostgreSQL without a connection says `busy`: what was refused is not there, what was answered is', async () => {
    const url = await freshDatabase();
    const owner = new pg.Client({ connectionString: url });
    await owner.connect();
    const login = new URL(url);
    login.username = `few_${login.pathname.slice(1)}`;
    await owner.query(
      `create role ${login.username} login in role interlock_app connection limit 2`,
    );
    const store = await openPostgresStore(login.href);
    const ids = Array.from({ length: 12 }, (_, index) => `release-${index}`);
    const attempts = await Promise.allSettled(
      ids.map((id) => handle(depsOn(store, id), id, declare(id))),
    );
    const refused = attempts.filter((attempt) => attempt.status === 'rejected');
    expect(refused.length).toBeGreaterThan(0);
    for (const { reason } of refused) {
      expect(reason).toMatchObject({
        name: 'StoreTrouble',
        code: 'busy',
        outcome: 'nothing_written',
      });
    }
    await owner.query(`alter role ${login.username} connection limit -1`);
    const answered = ids.filter((_, index) => attempts[index]?.status === 'fulfilled');
    expect(await store.cutovers()).toEqual(answered.toSorted());
    for (const id of ids) await handle(depsOn(store, id), id, declare(id));
    expect(await verify(store)).toMatchObject({ ok: true });
    expect(await store.cutovers()).toEqual(ids.toSorted());
    await owner.end();
    await store.close();
  });
});

/** Flushes as the kernel sees them: too dear and too much asked of a machine for every run. */
if (isDeep()) {
  describe('C2: strace sees', () => {
    const commits = scaled(20);

    /** How many of so many acknowledgements, written one after another, came without a flush of the log before them. */
    async function unflushedOn(built: string): Promise<number> {
      const folder = await mkdtemp(join(tmpdir(), 'interlock-flush-'));
      const address = join(folder, 'ledger.db');
      const store = await openSqliteStore(address);
      await handle(depsOn(store), 'payments', declare());
      await store.close();
      const { child, calls } = watchedCommand(process.execPath, writerProgram, built, address);
      child.stdin?.write(`payments flush 1 ${commits} 1\n`);
      const acks = (await calls()).reduce(
        (seen, { is, file, text }) => {
          if (is === 'sync' && file.endsWith('ledger.db-wal')) return { ...seen, flushed: true };
          if (!text.startsWith('ack ')) return seen;
          const unflushed = seen.unflushed + (seen.flushed ? 0 : 1);
          return { all: seen.all + 1, unflushed, flushed: false };
        },
        { all: 0, unflushed: 0, flushed: false },
      );
      await rm(folder, { recursive: true });
      expect(acks.all).toBe(commits);
      return acks.unflushed;
    }

    it(`a flush of the file before each of ${commits} acknowledgements`, async () => {
      expect(await unflushedOn(await builtFolder())).toBe(0);
    });

    it('that a build is lying which flushes when it likes', async () => {
      const { slips } = sourceBugs['SQLite flushes when it likes (NORMAL)'] ?? { slips: [] };
      const lying = changedBuild(await builtFolder(), slips);
      expect(await unflushedOn(lying.folder)).toBeGreaterThan(commits / 2);
      lying.remove();
    });

    it(`at least as many flushes of PostgreSQL as commits that it acknowledges, of ${commits}`, async () => {
      const server = await startPostgres();
      try {
        await migratePostgres(server.url);
        const [pid] = (await readFile(join(server.folder, 'data', 'postmaster.pid'), 'utf8')).split(
          '\n',
        );
        const flushesOf = async (work: () => Promise<void>): Promise<number> => {
          const watching = await watchedProcess(Number(pid));
          await work();
          const calls = await watching.calls();
          return calls.filter(({ is, file }) => is === 'sync' && file.includes('/pg_wal/')).length;
        };
        const store = await openPostgresStore(server.url);
        const ours = await flushesOf(async () => {
          await handle(depsOn(store), 'payments', declare());
          for (let index = 1; index < commits; index += 1) {
            await handle(depsOn(store, `${index}`), 'payments', report(`r-${index}`));
          }
        });
        expect(ours).toBeGreaterThanOrEqual(commits);
        await store.close();
        // A server that does not wait for its disk would be found out.
        const lying = await flushesOf(async () => {
          const client = new pg.Client({ connectionString: server.url });
          await client.connect();
          await client.query('create table lies (number int); set synchronous_commit = off');
          for (let index = 0; index < commits; index += 1) {
            await client.query('insert into lies values ($1)', [index]);
          }
          await client.end();
        });
        expect(lying).toBeLessThan(commits / 2);
      } finally {
        await server.stop();
      }
    });
  });
}
