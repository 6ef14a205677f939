/** The contract of the store port, run on every store: order, expected versions, locks, keys, snapshots, closing. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { chain } from '../ledger/chain.ts';
import type { EventBody, LedgerEvent } from '../ledger/events.ts';
import { handle } from '../ledger/handle.ts';
import { load, snapshotOf } from '../ledger/load.ts';
import { type Store, VersionMoved } from '../ledger/store.ts';
import { StoreTrouble } from '../ledger/trouble.ts';
import { nightAt } from './support/build.ts';
import { declare, depsOn, report } from './support/ledger.ts';
import { kinds, type Place } from './support/stores.ts';

const started = (runId: string): EventBody => ({
  type: 'RunStarted',
  runId,
  nowAt: nightAt,
  graphVersion: 'g',
});
const after = (head: LedgerEvent | null, ...bodies: readonly EventBody[]): LedgerEvent[] =>
  chain(head, bodies, { cutoverId: 'payments', recordedAt: nightAt });

describe.each(kinds)('the store contract on $name', (kind) => {
  let place: Place;
  let store: Store;
  beforeEach(async () => {
    place = await kind.fresh();
    store = await place.open();
  });
  afterEach(async () => {
    await store.close();
    await place.remove();
  });
  const append = (expected: number, events: readonly LedgerEvent[]) =>
    store.transact('payments', (transaction) => transaction.append('payments', expected, events));

  it('knows nothing of a cutover that has no events', async () => {
    expect(await store.head('payments')).toBeNull();
    expect(await store.read('payments', { after: 0 })).toEqual([]);
    expect(await store.findReport('payments', 'board', 'r-1')).toBeNull();
    expect(await store.snapshot('payments')).toBeNull();
    expect(await store.cutovers()).toEqual([]);
  });

  it('reads back what was appended, byte for byte, from any position, at most as many as asked', async () => {
    const events = after(null, started('a'), started('b'), started('c'));
    await append(0, events);
    expect(await store.read('payments', { after: 0 })).toEqual(events);
    expect(await store.read('payments', { after: 1, limit: 1 })).toEqual([events[1]]);
    expect(await store.read('payments', { after: 3 })).toEqual([]);
    expect(await store.head('payments')).toEqual({ version: 3, hash: events[2]?.hash });
  });

  it('appends a thousand events in one commit', async () => {
    const events = after(
      null,
      ...Array.from({ length: 1_000 }, (_, index) => started(`r-${index}`)),
    );
    await append(0, events);
    expect(await store.read('payments', { after: 0 })).toEqual(events);
  });

  it.each([1, 3, 4])('refuses the expected version %i at version 2', async (expected) => {
    const events = after(null, started('a'), started('b'), started('c'));
    await append(0, events.slice(0, 2));
    await expect(append(expected, events.slice(expected))).rejects.toThrow(VersionMoved);
    expect((await store.head('payments'))?.version).toBe(2);
  });

  it('refuses events that leave a gap, repeat a version, link wrongly or name another cutover', async () => {
    const [a, b, c] = after(null, started('a'), started('b'), started('c'));
    if (a === undefined || b === undefined || c === undefined) throw new Error('three were made');
    await append(0, [a]);
    for (const wrong of [
      [c],
      [a],
      [b, b],
      [{ ...b, previousHash: b.hash }],
      [{ ...b, cutoverId: 'other' }],
    ]) {
      await expect(append(1, wrong)).rejects.toThrow(/does not follow/);
    }
    expect((await store.head('payments'))?.version).toBe(1);
  });

  it('appends all events of a command or none', async () => {
    await handle(depsOn(store), 'payments', declare());
    const work = store.transact('payments', async (transaction) => {
      const head = await transaction.head('payments');
      const events = chain(head, [started('a'), started('b')], {
        cutoverId: 'payments',
        recordedAt: nightAt,
      });
      await transaction.append('payments', 1, events);
      expect((await transaction.head('payments'))?.version).toBe(3);
      expect(await transaction.read('payments', { after: 1 })).toEqual(events);
      throw new Error('changed my mind');
    });
    await expect(work).rejects.toThrow('changed my mind');
    expect((await store.head('payments'))?.version).toBe(1);
    expect(
      await append(1, after((await store.read('payments', { after: 0 }))[0] ?? null, started('c'))),
    ).toBeUndefined();
  });

  const request = { caller: 'token:t', key: 'k-1', digest: 'a'.repeat(64) };
  const answer = { status: 202, headers: '[]', body: 'taken' };
  const keepAnswer = (key: typeof request, at = nightAt) =>
    store.transact('payments', (transaction) => transaction.keepAnswer(key, answer, at));

  it('keeps what a request was answered with in the commit of what it led to, or neither', async () => {
    const once = (fails: boolean) =>
      store.transact('payments', async (transaction) => {
        await transaction.append('payments', 0, after(null, started('a')));
        await transaction.keepAnswer(request, answer, nightAt);
        expect(await transaction.answered(request)).toMatchObject(answer);
        if (fails) throw new Error('changed my mind');
      });
    await expect(once(true)).rejects.toThrow('changed my mind');
    expect([await store.head('payments'), await store.answered(request)]).toEqual([null, null]);
    await once(false);
    expect(await store.answered(request)).toEqual({ ...answer, digest: request.digest });
    expect(await store.answered({ ...request, key: 'k-2' })).toBeNull();
    expect(await store.answered({ ...request, caller: 'token:u' })).toBeNull();
  });

  it('answers a request once: whoever answers second is told to look again', async () => {
    await keepAnswer(request);
    await expect(keepAnswer({ ...request, digest: 'b'.repeat(64) })).rejects.toThrow(VersionMoved);
    expect(await store.answered(request)).toMatchObject({ digest: request.digest });
  });

  it('takes up a request that an older build began and never answered', async () => {
    await place.sql(
      'insert into request_keys (caller, key, digest, claimed_until, created_at) values (?, ?, ?, ?, ?)',
      [request.caller, request.key, request.digest, nightAt, nightAt],
    );
    expect(await store.answered(request)).toBeNull();
    await keepAnswer(request);
    expect(await store.answered(request)).toMatchObject(answer);
  });

  it('forgets answers kept before an instant, and no others', async () => {
    await keepAnswer(request, nightAt - 1);
    await keepAnswer({ ...request, key: 'k-2' }, nightAt);
    await store.forgetAnswers(nightAt);
    expect(await store.answered(request)).toBeNull();
    expect(await store.answered({ ...request, key: 'k-2' })).toMatchObject(answer);
  });

  it('shows nobody what is not committed', async () => {
    const events = after(null, started('a'));
    const other = await place.open();
    await store.transact('payments', async (transaction) => {
      await transaction.append('payments', 0, events);
      expect(await other.head('payments')).toBeNull();
    });
    expect((await other.head('payments'))?.version).toBe(1);
    await other.close();
  });

  it('keeps cutovers apart and lists them by id', async () => {
    const deps = depsOn(store);
    for (const id of ['zeta', 'alpha', 'mid.1']) await handle(deps, id, declare(id));
    await handle(deps, 'mid.1', report('r-1'));
    expect(await store.cutovers()).toEqual(['alpha', 'mid.1', 'zeta']);
    expect((await store.head('mid.1'))?.version).toBe(2);
    expect((await store.head('zeta'))?.version).toBe(1);
    expect(await store.findReport('zeta', 'board', 'r-1')).toBeNull();
    expect((await store.findReport('mid.1', 'board', 'r-1'))?.version).toBe(2);
  });

  it('knows the newest position of every cutover, and nothing of those that have no event', async () => {
    expect(await store.heads()).toEqual([]);
    const deps = depsOn(store);
    // By bytes, as both databases sort: a capital comes before every small letter, a dot before a digit.
    const ids = ['a', 'a-b', 'a.1', 'a1', 'b', 'z9'];
    for (const id of ids.toReversed()) await handle(deps, id, declare(id));
    await handle(deps, 'a1', report('r-1'));
    await handle(deps, 'a1', report('r-2'));
    await store.transact('empty', async (transaction) => transaction.head('empty'));
    const heads = await Promise.all(
      (await store.cutovers()).map(async (cutoverId) => ({
        cutoverId,
        version: (await store.head(cutoverId))?.version,
      })),
    );
    expect(heads.map(({ version }) => version)).toEqual([1, 1, 1, 3, 1, 1]);
    expect(await store.heads()).toEqual(heads);
    expect(await store.cutovers()).toEqual(['a-b', 'a.1', 'a', 'a1', 'b', 'z9'].toSorted());
  });

  it('runs the writers of one cutover one after another, without a gap or a lost event', async () => {
    const other = await place.open();
    await handle(depsOn(store), 'payments', declare());
    const writers = [
      depsOn(store, 'a'),
      depsOn(store, 'b'),
      depsOn(other, 'c'),
      depsOn(other, 'd'),
    ];
    const outcomes = await Promise.all(
      writers.flatMap((deps, writer) =>
        Array.from({ length: 15 }, (_, index) =>
          handle(deps, 'payments', report(`w${writer}-${index}`)),
        ),
      ),
    );
    const versions = outcomes.flatMap(({ events }) => events.map((event) => event.version));
    expect(versions.sort((left, right) => left - right)).toEqual(
      Array.from({ length: 60 }, (_, index) => index + 2),
    );
    expect(await load(store, 'payments')).toEqual(await load(other, 'payments'));
    await other.close();
  });

  it('gives one report one effect when it arrives many times at once', async () => {
    const other = await place.open();
    await handle(depsOn(store), 'payments', declare());
    const outcomes = await Promise.all(
      Array.from({ length: 12 }, (_, index) =>
        handle(depsOn(index % 2 === 0 ? store : other, `p${index}`), 'payments', report('same')),
      ),
    );
    expect(outcomes.filter((outcome) => !outcome.repeated)).toHaveLength(1);
    expect(new Set(outcomes.map((outcome) => outcome.events[0]?.hash)).size).toBe(1);
    expect((await store.head('payments'))?.version).toBe(2);
    await other.close();
  });

  it('lets only one of two appends at the same expected version through', async () => {
    const [event] = after(null, started('a'));
    if (event === undefined) throw new Error('one was made');
    const other = await place.open();
    const attempts = await Promise.allSettled(
      [store, other].map((one) =>
        one.transact('payments', (transaction) => transaction.append('payments', 0, [event])),
      ),
    );
    expect(attempts.map((attempt) => attempt.status).sort()).toEqual(['fulfilled', 'rejected']);
    const [lost] = attempts.filter((attempt) => attempt.status === 'rejected');
    expect(lost?.reason).toBeInstanceOf(VersionMoved);
    await other.close();
  });

  it('refuses whoever would wait for the transaction it is in', async () => {
    await store.transact('payments', async () => {
      await expect(store.head('payments')).rejects.toThrow(/use the transaction itself/);
      await expect(store.transact('payments', async () => 1)).rejects.toThrow(
        /use the transaction/,
      );
    });
    expect(await store.head('payments')).toBeNull();
  });

  it('refuses a row whose bytes are not what was written', async () => {
    await handle(depsOn(store), 'payments', declare());
    await handle(depsOn(store), 'payments', report('r-1'));
    await place.unguard();
    await place.sql("update events set source_event_id = 'r-2' where version = 2");
    await expect(store.read('payments', { after: 0 })).rejects.toMatchObject({
      code: 'broken_row',
    });
    await expect(store.findReport('payments', 'board', 'r-2')).rejects.toThrow(
      /event 2: its report key/,
    );
    expect(await store.read('payments', { after: 0, limit: 1 })).toHaveLength(1);
  });

  it('saves a snapshot over the one before and gives it back', async () => {
    const deps = depsOn(store);
    const first = await handle(deps, 'payments', declare());
    const second = await handle(deps, 'payments', report('r-1'));
    for (const { state } of [first, second]) {
      if (state === null) throw new Error('it was declared');
      await store.saveSnapshot('payments', snapshotOf(state));
      expect(await store.snapshot('payments')).toEqual(snapshotOf(state));
    }
  });

  it('takes a snapshot that is not one for none', async () => {
    const { state } = await handle(depsOn(store), 'payments', declare());
    if (state === null) throw new Error('it was declared');
    await store.saveSnapshot('payments', snapshotOf(state));
    for (const text of ['{', '{}', 'null', '[]', '"x"']) {
      await place.sql('update snapshots set state = ?', [text]);
      expect(await store.snapshot('payments')).toBeNull();
    }
  });

  it('finishes what has begun when it is closed, and says that it is closed to what comes after', async () => {
    const work = handle(depsOn(store), 'payments', declare());
    const closing = store.close();
    expect((await work).events).toHaveLength(1);
    await closing;
    await expect(store.head('payments')).rejects.toMatchObject({
      name: 'StoreTrouble',
      code: 'closed',
    });
    await expect(store.transact('payments', async () => 1)).rejects.toBeInstanceOf(StoreTrouble);
    await store.close();
    const again = await place.open();
    expect((await again.head('payments'))?.version).toBe(1);
    await again.close();
  });

  it('may be opened by several at once on an empty place', async () => {
    const stores = await Promise.all(Array.from({ length: 5 }, () => place.open()));
    expect(await Promise.all(stores.map((one) => one.cutovers()))).toEqual([[], [], [], [], []]);
    await Promise.all(stores.map((one) => one.close()));
  });

  it('refuses tables of a newer build', async () => {
    await place.sql("insert into migrations (version, name) values (99, 'from the future')");
    await expect(place.open()).rejects.toMatchObject({ code: 'wrong_schema' });
  });
});
