import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { handle } from '../../ledger/handle.ts';
import type { Store } from '../../ledger/store.ts';
import { openSqliteStore } from '../../ledger/stores/sqlite.ts';
import { declare, depsOn, report } from '../../tests/support/ledger.ts';
import { type CutoverRows, openCutoverRows } from './cutoverList.ts';

const ids = Array.from({ length: 40 }, (_, index) => `night-${String(index).padStart(2, '0')}`);
let store: Store;
let rows: CutoverRows;
let read: string[];
beforeEach(async () => {
  store = await openSqliteStore(':memory:');
  for (const id of ids) await handle(depsOn(store), id, declare(id));
  read = [];
  rows = openCutoverRows({
    ...store,
    read: (cutoverId, range) => {
      if (read.at(-1) !== cutoverId) read.push(cutoverId);
      return store.read(cutoverId, range);
    },
  });
});
afterEach(() => store.close());

const all = () => rows(() => true);

it('reads only what has moved since, however many ask at once', async () => {
  const [first, second] = await Promise.all([all(), all()]);
  expect(first.map(({ row }) => row.cutover)).toEqual(ids);
  expect(second).toEqual(first);
  expect(read).toEqual(ids);
  await handle(depsOn(store, 'later'), 'night-07', report('r-1'));
  const after = await all();
  expect(read).toEqual([...ids, 'night-07']);
  expect(after[7]?.row.version).toBe(2);
  expect(after.filter((_, index) => index !== 7)).toEqual(first.filter((_, index) => index !== 7));
});

it('lets others be served between two of them, and reads none that is not asked for', async () => {
  let turns = 0;
  let over = false;
  const others = (async () => {
    for (; !over; turns += 1) await setImmediate();
  })();
  await all();
  over = true;
  await others;
  expect(turns).toBeGreaterThanOrEqual(ids.length);
  read = [];
  await handle(depsOn(store, 'more'), 'night-04', report('r-1'));
  const one = await rows((id) => id === 'night-03');
  expect([one.map(({ row }) => row.cutover), read]).toEqual([['night-03'], []]);
});

it('goes on after a look that failed', async () => {
  let fails = true;
  const flaky = openCutoverRows({
    ...store,
    heads: () => (fails ? Promise.reject(new Error('away')) : store.heads()),
  });
  await expect(flaky(() => true)).rejects.toThrow('away');
  fails = false;
  expect(await flaky(() => true)).toHaveLength(ids.length);
});
