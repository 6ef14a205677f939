/** What only SQLite can get wrong: durability settings, the busy lock, replaced rows. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import SqliteFile from 'better-sqlite3';
import { afterAll, describe, expect, it } from 'vitest';
import { plan, checkpoint, actor } from '../../tests/support/build.ts';
import { digestOf } from '../canonical.ts';
import { chain } from '../chain.ts';
import { assertDurable, openSqliteStore } from './sqlite.ts';

const folder = mkdtempSync(join(tmpdir(), 'interlock-sqlite-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const night = plan([checkpoint('cut')]);
const first = chain(
  null,
  [
    {
      type: 'CutoverDeclared',
      plan: night,
      planDigest: digestOf('plan', night),
      actor: actor(),
      declaredByLead: true,
    },
  ],
  { cutoverId: 'payments', recordedAt: 1_800_000_000_000 },
);

describe('the SQLite store', () => {
  it('keeps events across openings', async () => {
    const file = join(folder, 'a.db');
    const store = await openSqliteStore(file);
    await store.transact('payments', (transaction) => transaction.append('payments', 0, first));
    await store.close();
    const again = await openSqliteStore(file);
    expect(await again.read('payments', { after: 0 })).toEqual(first);
    await again.close();
  });

  it('is refused when a commit is not flushed', () => {
    const file = new SqliteFile(join(folder, 'normal.db'));
    file.pragma('journal_mode = WAL');
    file.exec('create table t (x)');
    expect(() => assertDurable(file)).toThrow(/synchronous is 1/);
    file.close();
  });
});
