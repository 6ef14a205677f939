/**
 * Accept or hold for each fact in the answer to a report: whoever prefers to wait for the rulings is answered with them,
 * and nobody else is answered later.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Store } from '../ledger/store.ts';
import { openSqliteStore } from '../ledger/stores/sqlite.ts';
import { StoreTrouble } from '../ledger/trouble.ts';
import { type Api, apiOn, type As } from './support/api.ts';
import { minute } from './support/build.ts';
import { night, started } from './support/lateNight.ts';

const Answer = z.object({
  facts: z.array(z.string()),
  rulings: z.array(
    z.object({ factId: z.string(), ruling: z.string(), code: z.string().nullable() }),
  ),
});
const place = `/cutovers/${night.cutoverId}/reports`;
const stopping = new AbortController();
let api: Api;
let board: As;

beforeEach(async () => {
  api = await apiOn(night, { change: { stopping: stopping.signal } });
  await api.loop.run();
  api.loop.clock.at = minute(10);
  await api.loop.report([started('rollback', minute(0))]);
  board = await api.machine();
});
afterEach(() => api.close());

const iso = (at: number): string => new Date(at).toISOString();
/** One fact that counts, and one that disagrees with it. */
const both = (id: string) => ({
  id,
  source: 'board',
  by: 'operator',
  occurred: iso(minute(10)),
  facts: [
    { forecast: { checkpoint: 'rollback', at: iso(minute(70)) } },
    { finished: { checkpoint: 'rollback', at: iso(minute(80)) } },
  ],
});
const send = (body: unknown, prefer: string, more: { key?: string; path?: string } = {}) => {
  const { key, path = place } = more;
  return api.ask(path, {
    as: board,
    body,
    ...(key === undefined ? {} : { key }),
    headers: { prefer },
  });
};

describe('Prefer: wait', () => {
  it('answers with accept or hold for each fact, in the order of the report', async () => {
    const asked = send(both('b-1'), 'respond-async, wait=20');
    await expect.poll(async () => (await api.loop.state()).unruled.length).toBe(3);
    await api.loop.run();
    const response = await asked;
    expect([response.status, response.headers.get('preference-applied')]).toEqual([202, 'wait=20']);
    const { facts, rulings } = Answer.parse(await response.json());
    expect(rulings.map(({ factId }) => factId)).toEqual(facts);
    expect(rulings).toMatchObject([
      { ruling: 'accepted', code: null },
      { ruling: 'held', code: 'authorities_disagree' },
    ]);
  });

  it('is kept to in a batch, where a refused report has none', async () => {
    const [one] = both('b-1').facts;
    const reports = [
      both('b-1'),
      { ...both('b-1'), facts: [one] },
      { ...both('b-2'), facts: [one] },
    ];
    const asked = send({ reports }, 'wait=20', { path: `${place}/batch` });
    await expect.poll(async () => (await api.loop.state()).unruled.length).toBe(4);
    await api.loop.run();
    const told = z.object({ reports: z.array(Answer) }).parse(await (await asked).json());
    expect(told.reports.map(({ rulings }) => rulings.length)).toEqual([2, 0, 1]);
  });

  it('is kept to when the same request is sent again under its key', async () => {
    const first = await send(both('b-1'), '', { key: 'k-1' });
    expect(Answer.parse(await first.json()).rulings).toEqual([]);
    expect(first.headers.get('preference-applied')).toBeNull();
    await api.loop.run();
    const again = await send(both('b-1'), 'wait=20', { key: 'k-1' });
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect(Answer.parse(await again.json()).rulings).toHaveLength(2);
  });

  it('waits no longer than it says, nor than the service lives', async () => {
    const waited = await send(both('b-1'), 'wait=1');
    expect(waited.headers.get('preference-applied')).toBe('wait=1');
    expect(Answer.parse(await waited.json()).rulings).toEqual([]);
    const asked = send(both('b-2'), 'wait=20');
    stopping.abort();
    expect(Answer.parse(await (await asked).json()).rulings).toEqual([]);
  });

  it('that cannot be kept to, because the ledger is away by then, takes nothing back of what was kept', async () => {
    const open = await openSqliteStore(':memory:');
    let isAway = false;
    const read: Store['read'] = async (...given) => {
      if (isAway) throw new StoreTrouble('busy', 'another process writes');
      return open.read(...given);
    };
    const other = await apiOn(night, { store: { ...open, read } });
    const as = await other.machine();
    const ask = (prefer: string) =>
      other.ask(place, { as, body: both('b-1'), key: 'k-1', headers: { prefer } });
    isAway = true;
    for (const replayed of [null, 'true']) {
      const response = await ask('wait=20');
      expect([response.status, response.headers.get('idempotency-replayed')]).toEqual([
        202,
        replayed,
      ]);
      expect(response.headers.get('preference-applied')).toBeNull();
      expect(Answer.parse(await response.json())).toMatchObject({ rulings: [] });
    }
    expect(other.troubles.map(({ error }) => error)).toEqual([
      expect.any(StoreTrouble),
      expect.any(StoreTrouble),
    ]);
    isAway = false;
    await other.loop.run();
    expect(Answer.parse(await (await ask('wait=20')).json()).rulings).toHaveLength(2);
    await other.close();
    await open.close();
  });

  it('is not kept to, and the answer is as it was, where another build kept it in another shape', async () => {
    const open = await openSqliteStore(':memory:');
    const answered: Store['answered'] = async (request) => {
      const known = await open.answered(request);
      return known === null ? null : { ...known, body: known.body.replace('"redacted":0,', '') };
    };
    const other = await apiOn(night, { store: { ...open, answered } });
    const as = await other.machine();
    const ask = (prefer: string) =>
      other.ask(place, { as, body: both('b-1'), key: 'k-1', headers: { prefer } });
    const first = await (await ask('')).text();
    const again = await ask('wait=20');
    expect([again.status, again.headers.get('preference-applied')]).toEqual([202, null]);
    expect(await again.text()).toBe(first.replace('"redacted":0,', ''));
    await other.close();
    await open.close();
  });

  it.each([
    '',
    'wait',
    'wait=',
    'wait=-1',
    'wait=soon',
    'await=9',
    'wait=9999999',
    'return=minimal',
  ])('that says "%s" is not one: the answer comes at once', async (prefer) => {
    const response = await send(both('b-1'), prefer);
    expect([response.status, response.headers.get('preference-applied')]).toEqual([202, null]);
  });
});
