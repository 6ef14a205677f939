/** What only PostgreSQL can get wrong: a server that loses commits, roles, locks, connections that end. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { declare, depsOn, report } from '../../tests/support/ledger.ts';
import { findServer, type Postgres, startPostgres } from '../../tests/support/postgres.ts';
import { emptyDatabase, freshDatabase, postgresUrl } from '../../tests/support/supplied.ts';
import { handle } from '../handle.ts';
import { verify } from '../verify.ts';
import { openPostgresStore } from './postgres.ts';
import { migratePostgres } from './postgresMigrate.ts';
import { assertDurableServer } from './postgresServer.ts';

const good = {
  fsync: 'on',
  full_page_writes: 'on',
  synchronous_commit: 'on',
  replica: false,
  read_only: 'off',
  encoding: 'UTF8',
};

/** What the last of the statements answers, on a connection of its own. */
async function asOwner(url: string, ...statements: readonly string[]): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  let rows: unknown[] = [];
  for (const statement of statements) ({ rows } = await client.query(statement));
  await client.end();
  return rows;
}
const nameOf = (url: string): string => new URL(url).pathname.slice(1);

describe('the server', () => {
  it.each([
    [{ fsync: 'off' }, /fsync is off/],
    [{ full_page_writes: 'off' }, /full_page_writes is off/],
    [{ synchronous_commit: 'off' }, /synchronous_commit is off/],
    [{ replica: true }, /it is a replica/],
    [{ read_only: 'on' }, /it is read-only/],
    [{ encoding: 'SQL_ASCII' }, /SQL_ASCII/],
  ])('is refused with %j', (change, message) => {
    expect(() => assertDurableServer({ ...good, ...change })).toThrow(message);
  });

  it.each(['on', 'local', 'remote_write', 'remote_apply'])(
    'is accepted when commits wait: %s',
    (waits) => {
      expect(() => assertDurableServer({ ...good, synchronous_commit: waits })).not.toThrow();
    },
  );

  it('is refused with every reason at once', () => {
    expect(() => assertDurableServer({ ...good, fsync: 'off', replica: true })).toThrow(
      /it is a replica.*; fsync is off/,
    );
  });
});

describe('a server of its own', () => {
  let server: Postgres;
  /** A connection made after the server has read its settings again has them, and every other one from its next command on. */
  const set = async (setting: string, to: 'on' | 'off') => {
    await asOwner(server.url, `alter system set ${setting} = ${to}`, 'select pg_reload_conf()');
    await expect.poll(() => asOwner(server.url, `show ${setting}`)).toEqual([{ [setting]: to }]);
  };
  beforeAll(async () => {
    server = await startPostgres();
    await migratePostgres(server.url);
  });
  afterAll(() => server.stop());

  it.each(['fsync', 'full_page_writes'])(
    'that turns %s off is refused at the next write and at the start',
    async (setting) => {
      const store = await openPostgresStore(server.url);
      const id = setting.replaceAll('_', '-');
      await handle(depsOn(store), id, declare(id));
      await set(setting, 'off');
      await expect(handle(depsOn(store), id, report('r-1'))).rejects.toMatchObject({
        code: 'not_durable',
      });
      await expect(openPostgresStore(server.url)).rejects.toThrow(new RegExp(`${setting} is off`));
      await set(setting, 'on');
      expect((await handle(depsOn(store), id, report('r-1'))).events[0]?.version).toBe(2);
      await store.close();
    },
  );

  it('that is started again is used again, and what was acknowledged is there', async () => {
    const store = await openPostgresStore(server.url);
    await handle(depsOn(store), 'again', declare('again'));
    await server.restart();
    const outcome = await handle(depsOn(store), 'again', report('r-1'));
    expect(outcome.events[0]?.version).toBe(2);
    await store.close();
  });

  it('that is gone is told as unreachable', async () => {
    const store = await openPostgresStore(server.url);
    await server.stop();
    await expect(store.head('payments')).rejects.toMatchObject({
      name: 'StoreTrouble',
      code: 'unreachable',
    });
    await expect(store.transact('payments', async () => 1)).rejects.toMatchObject({
      code: 'unreachable',
      outcome: 'nothing_written',
    });
    await expect(openPostgresStore(server.url)).rejects.toMatchObject({ code: 'unreachable' });
    await store.close();
  });
});

describe('a replica', () => {
  it('is refused', async () => {
    const replica = await startPostgres({ standby: true });
    try {
      await expect(openPostgresStore(replica.url)).rejects.toThrow(/it is a replica/);
    } finally {
      await replica.stop();
    }
  });
});

describe('a database', () => {
  it('without tables is refused with the fix; migrated by six at once it is made once, and six write to it', async () => {
    const url = await emptyDatabase();
    await expect(openPostgresStore(url)).rejects.toMatchObject({
      code: 'wrong_schema',
      message: expect.stringContaining('run `interlock migrate`'),
    });
    const taken = await Promise.all(Array.from({ length: 6 }, () => migratePostgres(url)));
    expect(taken.filter((steps) => steps.length > 0)).toHaveLength(1);
    const stores = await Promise.all(Array.from({ length: 6 }, () => openPostgresStore(url)));
    const [first] = stores;
    if (first === undefined) throw new Error('six were opened');
    await handle(depsOn(first), 'payments', declare());
    await Promise.all(
      stores.map((store, index) =>
        handle(depsOn(store, `s${index}`), 'payments', report(`r-${index}`)),
      ),
    );
    expect(await verify(first)).toEqual({ ok: true, firstBroken: null, events: 7 });
    await Promise.all(stores.map((store) => store.close()));
  });

  it('C2: on which commits do not wait, or that is read-only, or not in UTF-8, is refused', async () => {
    const url = await freshDatabase();
    await asOwner(url, `alter database ${nameOf(url)} set synchronous_commit = off`);
    await expect(openPostgresStore(url)).rejects.toThrow(/synchronous_commit is off/);
    const other = await emptyDatabase();
    await asOwner(other, `alter database ${nameOf(other)} set default_transaction_read_only = on`);
    await expect(openPostgresStore(other)).rejects.toMatchObject({ code: 'not_durable' });
    const name = `ascii_${nameOf(other)}`;
    await asOwner(
      other,
      'set default_transaction_read_only = off',
      `create database ${name} encoding 'SQL_ASCII' template template0`,
    );
    const ascii = new URL(other);
    ascii.pathname = name;
    await expect(openPostgresStore(ascii.href)).rejects.toThrow(/SQL_ASCII/);
  });

  it('that is not there, or that does not let the user in, is told as unreachable', async () => {
    const url = new URL(await postgresUrl());
    url.pathname = 'nowhere';
    await expect(openPostgresStore(url.href)).rejects.toMatchObject({ code: 'unreachable' });
    await expect(openPostgresStore('postgres://localhost/x?host=/nowhere')).rejects.toMatchObject({
      code: 'unreachable',
    });
    const empty = await freshDatabase();
    const nobody = `nobody_${nameOf(empty)}`;
    await asOwner(empty, `create role ${nobody} login`);
    const login = new URL(empty);
    login.username = nobody;
    await expect(openPostgresStore(login.href)).rejects.toMatchObject({ code: 'unreachable' });
  });
});

describe('the lock of a cutover', () => {
  it('is waited for when another session holds it, and other cutovers go on', async () => {
    const url = await freshDatabase();
    const store = await openPostgresStore(url);
    for (const id of ['payments', 'billing']) await handle(depsOn(store), id, declare(id));
    const other = new pg.Client({ connectionString: url });
    await other.connect();
    await other.query("select pg_advisory_lock(hashtextextended('interlock:payments', 0))");
    let written = false;
    const writing = handle(depsOn(store), 'payments', report('r-1')).then(() => (written = true));
    expect((await handle(depsOn(store), 'billing', report('r-1'))).events[0]?.version).toBe(2);
    expect(written).toBe(false);
    await other.query("select pg_advisory_unlock(hashtextextended('interlock:payments', 0))");
    await writing;
    expect((await store.head('payments'))?.version).toBe(2);
    await other.end();
    await store.close();
  });

  it('holds one connection however many writers of one cutover wait in this process', async () => {
    const url = await freshDatabase();
    const store = await openPostgresStore(url);
    await handle(depsOn(store), 'payments', declare());
    const other = new pg.Client({ connectionString: url });
    await other.connect();
    await other.query("select pg_advisory_lock(hashtextextended('interlock:payments', 0))");
    const writing = Array.from({ length: 30 }, (_, index) =>
      handle(depsOn(store, `w${index}`), 'payments', report(`r-${index}`)),
    );
    expect((await store.head('payments'))?.version).toBe(1);
    await other.query("select pg_advisory_unlock(hashtextextended('interlock:payments', 0))");
    expect((await Promise.all(writing)).at(-1)?.events[0]?.version).toBe(31);
    await other.end();
    await store.close();
  });
});

describe('connections', () => {
  const endAll = (url: string) =>
    asOwner(
      url,
      'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
    );

  it('that were ended while idle are replaced', async () => {
    const url = await freshDatabase();
    const store = await openPostgresStore(url);
    await handle(depsOn(store), 'payments', declare());
    await endAll(url);
    await expect
      .poll(() =>
        store.head('payments').then(
          (head) => head?.version,
          () => 'trouble',
        ),
      )
      .toBe(1);
    expect((await handle(depsOn(store), 'payments', report('r-1'))).events[0]?.version).toBe(2);
    await store.close();
  });

  it('that end inside a transaction leave nothing behind, and the next command goes through', async () => {
    const url = await freshDatabase();
    const store = await openPostgresStore(url);
    await handle(depsOn(store), 'payments', declare());
    const work = store.transact('payments', async (transaction) => {
      await endAll(url);
      await transaction.head('payments');
    });
    await expect(work).rejects.toMatchObject({ name: 'StoreTrouble', code: 'unreachable' });
    expect((await handle(depsOn(store), 'payments', report('r-1'))).events[0]?.version).toBe(2);
    await store.close();
  });

  it('that end right before the commit leave its outcome unknown', async () => {
    const url = await freshDatabase();
    const store = await openPostgresStore(url);
    await handle(depsOn(store), 'payments', declare());
    const work = store.transact('payments', () => endAll(url));
    await expect(work).rejects.toMatchObject({
      name: 'StoreTrouble',
      code: 'unreachable',
      outcome: 'unknown',
    });
    await store.close();
  });

  it('that the server does not grant are told as busy', async () => {
    const url = await freshDatabase();
    const login = new URL(url);
    login.username = `one_${nameOf(url)}`;
    await asOwner(
      url,
      `create role ${login.username} login in role interlock_app connection limit 1`,
    );
    const store = await openPostgresStore(login.href);
    await handle(depsOn(store), 'payments', declare());
    const reading = store.transact('payments', async (transaction) => transaction.head('payments'));
    const beside = store.head('payments');
    const answers = await Promise.allSettled([reading, beside]);
    expect(answers.map((answer) => answer.status).sort()).toEqual(['fulfilled', 'rejected']);
    const [refused] = answers.filter((answer) => answer.status === 'rejected');
    expect(refused?.reason).toMatchObject({ name: 'StoreTrouble', code: 'busy' });
    await store.close();
  });
});

describe('the test server', () => {
  it('is looked for on the path first, then in the newest of Debian’s folders, and may not be there', async () => {
    const root = await mkdtemp(join(tmpdir(), 'interlock-find-'));
    const put = async (...parts: readonly string[]) => {
      const folder = join(root, ...parts);
      await mkdir(folder, { recursive: true });
      for (const name of ['initdb', 'postgres']) await writeFile(join(folder, name), '');
      return folder;
    };
    await put('debian', '9', 'bin');
    const newest = await put('debian', '16', 'bin');
    const onPath = await put('path');
    const debian = join(root, 'debian');
    expect(findServer('/nowhere', join(root, 'nowhere'))).toBeNull();
    expect(findServer('/nowhere', debian)).toBe(newest);
    expect(findServer(`/nowhere:${onPath}`, debian)).toBe(onPath);
    await rm(root, { recursive: true });
  });
});
