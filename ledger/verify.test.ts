/** What verification says, position by position; tampering through a database is in tests/store.tamper.test.ts. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { nightAt } from '../tests/support/build.ts';
import { declare, depsOn, report } from '../tests/support/ledger.ts';
import { chain } from './chain.ts';
import type { EventBody, LedgerEvent } from './events.ts';
import { handle } from './handle.ts';
import { foldVersion, load, snapshotOf } from './load.ts';
import type { Reader, Snapshot, Store } from './store.ts';
import { openSqliteStore } from './stores/sqlite.ts';
import { type BrokenWhat, verify, verifyCutover } from './verify.ts';

let store: Store;
let events: readonly LedgerEvent[];
beforeEach(async () => {
  store = await openSqliteStore(':memory:');
  const deps = depsOn(store);
  await handle(deps, 'payments', declare());
  for (const id of ['r-2', 'r-3', 'r-4']) await handle(deps, 'payments', report(id));
  events = await store.read('payments', { after: 0 });
});
afterEach(() => store.close());

/** A reader that hands over whatever it is given, unlike a store, which checks each row. */
const readerOf = (given: readonly LedgerEvent[], snapshot: Snapshot | null = null): Reader => ({
  head: async () => given.at(-1) ?? null,
  read: async (_cutoverId, { after, limit = given.length }) =>
    given.filter((event) => event.version > after).slice(0, limit),
  findReport: async () => null,
  snapshot: async () => snapshot,
  answered: async () => null,
});
const at = (version: number): LedgerEvent => {
  const event = events[version - 1];
  if (event === undefined) throw new Error(`there is no event ${version}`);
  return event;
};
const changed = (version: number, change: Partial<LedgerEvent>): LedgerEvent[] =>
  events.map((event) => (event.version === version ? { ...event, ...change } : event));
const brokenIn = async (given: readonly LedgerEvent[], snapshot: Snapshot | null = null) =>
  (await verifyCutover(readerOf(given, snapshot), 'payments')).firstBroken;
const broken = (version: number, what: BrokenWhat) => ({ cutoverId: 'payments', version, what });
const rechained = (bodies: readonly EventBody[], times: readonly number[]): LedgerEvent[] =>
  bodies.reduce<LedgerEvent[]>((before, body, index) => {
    const place = { cutoverId: 'payments', recordedAt: times[index] ?? nightAt };
    return [...before, ...chain(before.at(-1) ?? null, [body], place)];
  }, []);

describe('verify', () => {
  it('finds a whole ledger whole, with or without the head kept elsewhere', async () => {
    const whole = { ok: true, firstBroken: null, events: 4 };
    expect(await verify(store)).toEqual(whole);
    expect(await verify(store, { payments: at(4) })).toEqual(whole);
    expect(await verify(store, { payments: at(2) })).toEqual(whole);
  });

  it('counts the events of every cutover and stops at the first broken one', async () => {
    await handle(depsOn(store), 'billing', declare('billing'));
    expect(await verify(store)).toEqual({ ok: true, firstBroken: null, events: 5 });
    const kept = { payments: { version: 9, hash: at(1).hash } };
    expect(await verify(store, kept)).toEqual({
      ok: false,
      firstBroken: broken(5, 'missing'),
      events: 5,
    });
  });

  it('finds an empty store whole, unless a head says there was something', async () => {
    const empty = await openSqliteStore(':memory:');
    expect(await verify(empty)).toEqual({ ok: true, firstBroken: null, events: 0 });
    expect((await verify(empty, { payments: at(2) })).firstBroken).toEqual(broken(1, 'missing'));
    await empty.close();
  });

  it('names the first position that is missing', async () => {
    expect(await brokenIn(events.filter((event) => event.version !== 2))).toEqual(
      broken(2, 'missing'),
    );
    expect(await brokenIn(events.slice(1))).toEqual(broken(1, 'missing'));
  });

  it('names an event that says something else than it did', async () => {
    expect(await brokenIn(changed(3, { body: at(2).body }))).toEqual(broken(3, 'altered'));
    expect(await brokenIn(changed(3, { recordedAt: at(3).recordedAt + 1 }))).toEqual(
      broken(3, 'altered'),
    );
    expect(await brokenIn(changed(1, { cutoverId: 'other' }))).toEqual(broken(1, 'altered'));
    expect(await brokenIn(changed(4, { hash: at(3).hash }))).toEqual(broken(4, 'altered'));
  });

  it('names an event that does not link to the one before', async () => {
    expect(await brokenIn(changed(3, { previousHash: at(1).hash }))).toEqual(
      broken(3, 'wrong_link'),
    );
    const forged = chain(at(1), [at(3).body], {
      cutoverId: 'payments',
      recordedAt: at(2).recordedAt,
    });
    expect(await brokenIn([at(1), ...forged, at(3), at(4)])).toEqual(broken(3, 'wrong_link'));
  });

  it('names an event recorded before the one before it, and lets equal times pass', async () => {
    const bodies = events.map((event) => event.body);
    const later = nightAt + 1;
    expect(await brokenIn(rechained(bodies, [nightAt, later, later, later]))).toBeNull();
    expect(await brokenIn(rechained(bodies, [nightAt, later, nightAt, later]))).toEqual(
      broken(3, 'runs_backwards'),
    );
  });

  it('names a ledger that does not begin with a declaration', async () => {
    const bodies = events.slice(1).map((event) => event.body);
    expect(await brokenIn(rechained(bodies, []))).toEqual(broken(1, 'not_declared'));
  });

  it('finds another history in place of the one whose head was kept', async () => {
    const forged = rechained(
      events.map((event) => event.body),
      [nightAt, nightAt, nightAt, nightAt],
    );
    const found = await verifyCutover(readerOf(forged), 'payments', at(3));
    expect(found).toEqual({ ok: false, firstBroken: broken(3, 'head_differs'), events: 2 });
    expect((await verifyCutover(readerOf(forged), 'payments')).ok).toBe(true);
  });

  it('finds a cut tail only against the head that was kept', async () => {
    const cut = readerOf(events.slice(0, 2));
    expect((await verifyCutover(cut, 'payments')).ok).toBe(true);
    expect((await verifyCutover(cut, 'payments', at(4))).firstBroken).toEqual(broken(3, 'missing'));
  });

  it('compares the snapshot with the fold at its position', async () => {
    const state = await load(store, 'payments');
    if (state === null) throw new Error('it was declared');
    const snapshot = snapshotOf(state);
    expect(await brokenIn(events, snapshot)).toBeNull();
    const forged = snapshotOf({ ...state, lastPacketVersion: 7 });
    expect(await brokenIn(events, forged)).toEqual(broken(4, 'snapshot_differs'));
    expect(await brokenIn(events, { ...snapshot, state: forged.state })).toEqual(
      broken(4, 'snapshot_differs'),
    );
    expect(await brokenIn(events, { ...snapshot, headHash: at(1).hash })).toEqual(
      broken(4, 'snapshot_differs'),
    );
    expect(await brokenIn(events.slice(0, 2), snapshot)).toEqual(broken(3, 'snapshot_ahead'));
  });

  it('leaves a snapshot of another build alone, as load does', async () => {
    const state = await load(store, 'payments');
    if (state === null) throw new Error('it was declared');
    const other = {
      ...snapshotOf({ ...state, lastPacketVersion: 7 }),
      codeVersion: `not ${foldVersion}`,
    };
    expect(await brokenIn(events, other)).toBeNull();
  });
});
