/** What only SQLite can get wrong: flushing, the one write lock, several processes opening a new file. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import SqliteFile from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { declare, depsOn, report } from '../../tests/support/ledger.ts';
import { handle } from '../handle.ts';
import { verify } from '../verify.ts';
import { assertDurable, openSqliteStore } from './sqlite.ts';

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'interlock-sqlite-'));
  path = join(folder, 'ledger.db');
});
afterEach(async () => {
  vi.restoreAllMocks();
  await rm(folder, { recursive: true, force: true });
});

describe('reading', () => {
  it('lets everybody else have a turn between large events, though a file is read without waiting', async () => {
    const store = await openSqliteStore(path);
    await handle(depsOn(store), 'payments', declare());
    for (let index = 0; index < 8; index += 1) {
      const text = `${index} `.repeat(60_000);
      await handle(depsOn(store, `${index}`), 'payments', report(`r-${index}`, { text }));
    }
    let turns = 0;
    let next = setImmediate(function turn() {
      turns += 1;
      next = setImmediate(turn);
    });
    expect(await store.read('payments', { after: 0 })).toHaveLength(9);
    clearImmediate(next);
    expect(turns).toBeGreaterThanOrEqual(7);
    await store.close();
  });
});

/** The store, and every connection that it has. */
async function openWatched() {
  const pragma = vi.spyOn(SqliteFile.prototype, 'pragma');
  const store = await openSqliteStore(path);
  const files = pragma.mock.contexts.filter((file) => file instanceof SqliteFile);
  return { store, connections: [...new Set(files)] };
}

describe('flushing', () => {
  it('C2: is FULL on every connection of the store, as read back after it has written', async () => {
    const { store, connections } = await openWatched();
    await handle(depsOn(store), 'payments', declare());
    await handle(depsOn(store), 'payments', report('r-1'));
    const settings = connections.map((file) => ({
      journal: file.pragma('journal_mode', { simple: true }),
      synchronous: file.pragma('synchronous', { simple: true }),
    }));
    expect(settings).toEqual([
      { journal: 'wal', synchronous: 2 },
      { journal: 'wal', synchronous: 2 },
    ]);
    await store.close();
  });

  it('C2: is checked: a connection that the driver lowered to NORMAL by itself is refused', () => {
    const file = new SqliteFile(path);
    file.pragma('synchronous = FULL');
    file.pragma('journal_mode = WAL');
    file.exec('create table t (x)');
    file.pragma('synchronous = NORMAL');
    expect(() => assertDurable(file)).toThrow(/synchronous is 1, wanted wal and 2/);
    file.pragma('synchronous = FULL');
    expect(() => assertDurable(file)).not.toThrow();
    file.pragma('journal_mode = DELETE');
    expect(() => assertDurable(file)).toThrow(/journal_mode is delete/);
    file.close();
  });

  it('C2: is checked at the start: a store whose setting does not hold is not opened', async () => {
    // eslint-disable-next-line typescript/unbound-method -- applied to the file it was called on
    const pragma = SqliteFile.prototype.pragma;
    vi.spyOn(SqliteFile.prototype, 'pragma').mockImplementation(function (this: never, ...args) {
      if (args[0] === 'synchronous = FULL') return null;
      return pragma.apply(this, args);
    });
    const opening = openSqliteStore(path);
    await expect(opening).rejects.toMatchObject({ name: 'StoreTrouble', code: 'not_durable' });
    await expect(opening).rejects.toThrow(/would not survive a power cut/);
  });
});

describe('a place that cannot be a ledger', () => {
  it('is refused with its name: a missing folder, a folder, a file of something else', async () => {
    const missing = openSqliteStore(join(folder, 'no', 'ledger.db'));
    await expect(missing).rejects.toMatchObject({ code: 'unreachable' });
    await expect(missing).rejects.toThrow(/ledger\.db: cannot be opened/);
    await mkdir(join(folder, 'folder.db'));
    await expect(openSqliteStore(join(folder, 'folder.db'))).rejects.toMatchObject({
      code: 'unreachable',
    });
    await writeFile(
      join(folder, 'text.db'),
      'not a database at all, but long enough to be read as one'.repeat(40),
    );
    await expect(openSqliteStore(join(folder, 'text.db'))).rejects.toMatchObject({
      code: 'unreachable',
    });
  });
});

describe('the one write lock', () => {
  it('is waited for without stopping the event loop, and readers do not wait at all', async () => {
    const { store, connections } = await openWatched();
    // For so many milliseconds the driver waits by itself, and nobody has a turn.
    const stands = connections.map((file) => file.pragma('busy_timeout', { simple: true }));
    expect(stands).toEqual([5, 5]);
    await handle(depsOn(store), 'payments', declare());
    const other = new SqliteFile(path);
    other.exec('begin immediate');
    let written = false;
    const writing = handle(depsOn(store), 'payments', report('r-1')).then((outcome) => {
      written = true;
      return outcome;
    });
    // The lock is let go when others have had their turn again and again: who waits without them waits in vain.
    for (let turns = 0; turns < 20; turns += 1) await pause(5);
    expect(written).toBe(false);
    expect((await store.head('payments'))?.version).toBe(1);
    other.exec('commit');
    expect((await writing).events[0]?.version).toBe(2);
    other.close();
    await store.close();
  });

  it('is given up after the stated time, with nothing written, and the store goes on', async () => {
    const store = await openSqliteStore(path, { busyLimitMs: 50 });
    await handle(depsOn(store), 'payments', declare());
    const other = new SqliteFile(path);
    other.exec('begin immediate');
    await expect(handle(depsOn(store), 'payments', report('r-1'))).rejects.toMatchObject({
      code: 'busy',
      outcome: 'nothing_written',
    });
    other.exec('rollback');
    other.close();
    expect((await handle(depsOn(store), 'payments', report('r-1'))).repeated).toBe(false);
    await store.close();
  });
});

describe('a new file', () => {
  it('opened by eight at once is made once, and all of them write to it', async () => {
    const stores = await Promise.all(Array.from({ length: 8 }, () => openSqliteStore(path)));
    const [first] = stores;
    if (first === undefined) throw new Error('eight were opened');
    await handle(depsOn(first), 'payments', declare());
    await Promise.all(
      stores.map((store, index) =>
        handle(depsOn(store, `s${index}`), 'payments', report(`r-${index}`)),
      ),
    );
    expect(await verify(first)).toEqual({ ok: true, firstBroken: null, events: 9 });
    await Promise.all(stores.map((store) => store.close()));
  });

  it('is left without tables when making them failed, and is made whole the next time', async () => {
    // eslint-disable-next-line typescript/unbound-method -- applied to the file it was called on
    const exec = SqliteFile.prototype.exec;
    const failing = vi.spyOn(SqliteFile.prototype, 'exec').mockImplementation(function (
      this: never,
      text,
    ) {
      if (text.includes('create trigger events_follow_the_head')) throw new Error('power cut');
      return exec.call(this, text);
    });
    await expect(openSqliteStore(path)).rejects.toThrow('power cut');
    const file = new SqliteFile(path);
    expect(file.prepare('select count(*) from sqlite_master').pluck().get()).toBe(0);
    file.close();
    failing.mockRestore();
    const store = await openSqliteStore(path);
    await handle(depsOn(store), 'payments', declare());
    expect((await verify(store)).events).toBe(1);
    await store.close();
  });
});
