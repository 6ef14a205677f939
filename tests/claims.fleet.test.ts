/**
 * Workers as processes of their own on both databases: C12 (a paused worker that wakes changes nothing), a drain on
 * SIGTERM, and the whole way from a report to a packet with nothing but a ledger.
 */
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { judge } from '../constraints/judge.ts';
import { handle } from '../ledger/handle.ts';
import { extendLease, takeLease } from '../ledger/lease.ts';
import { load } from '../ledger/load.ts';
import { Fenced, type Store } from '../ledger/store.ts';
import { verify } from '../ledger/verify.ts';
import { wakeCrashPoints } from '../service/crashPoint.ts';
import { decisionFaults } from './support/audit.ts';
import {
  declareTonight,
  eventsOf,
  eventually,
  fleetPlan,
  type Half,
  lateBy,
  ledgerOn,
  startHalf,
  typesOf,
} from './support/fleet.ts';
import { kinds, type Place } from './support/stores.ts';
import { builtFolder } from './support/supplied.ts';
import { isDeep, takeYourTime } from './support/scale.ts';

takeYourTime();
/** Workers that are stopped past their lease, on each store: fifty on both together in a deep run. */
const pausedRounds = isDeep() ? 25 : 1;
let built: string;
beforeAll(async () => {
  built = await builtFolder();
});

describe.each(kinds)('workers on $name', (kind) => {
  let place: Place;
  let store: Store;
  const halves: Half[] = [];
  beforeEach(async () => {
    place = await kind.fresh();
    store = await place.open();
  });
  afterEach(async () => {
    for (const half of halves.splice(0)) {
      half.signal('SIGKILL');
      await half.ended;
    }
    await store.close();
    await place.remove();
  });
  const start = (environment: Readonly<Record<string, string>> = {}): Half => {
    const half = startHalf(built, 'work', {
      INTERLOCK_LEDGER: place.address,
      ...environment,
    });
    halves.push(half);
    return half;
  };
  const report = (cutoverId: string, id: string, minutes: number) =>
    handle(ledgerOn(store), cutoverId, { type: 'ReceiveReport', body: lateBy(id, minutes) });
  /** The packet that waits on all that was reported. */
  const packetOf = (cutoverId: string) =>
    eventually(`a packet of ${cutoverId}`, async () => {
      const state = await load(store, cutoverId);
      const rests = state !== null && state.unruled.length === 0 && state.run?.attempts !== null;
      return rests && state.pending?.request != null ? state.pending.record.packet : null;
    });

  it('a declared cutover gets packet 1 and a report the next, with no ring at all', async () => {
    await declareTonight(ledgerOn(store), fleetPlan('payments'));
    const half = start();
    await eventually('packet 1', async () => (await load(store, 'payments'))?.current);
    await report('payments', 'late', 20);
    expect((await packetOf('payments')).version).toBe(2);
    // A run is counted when it is over: its packet waits some time before that.
    await eventually(
      'its figures',
      async () =>
        (await half.figure('interlock_cutovers_waiting')) === 0 &&
        (await half.figure('interlock_report_to_packet_seconds_count')) > 0,
    );
    const url = await half.url;
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    await expect.poll(async () => (await fetch(`${url}/readyz`)).status).toBe(200);
    expect(await half.figure('interlock_report_to_packet_seconds_count')).toBe(1);
    expect(await half.stop()).toBe(0);
    expect(decisionFaults(await eventsOf(store, 'payments'), judge)).toEqual([]);
  });

  it('C12: a worker that is stopped past its lease and wakes up changes nothing', async () => {
    for (let round = 0; round < pausedRounds; round += 1) {
      const cutoverId = `paused-${round}`;
      await declareTonight(ledgerOn(store), fleetPlan(cutoverId));
      const points = ['lease.taken', 'run.begins', 'node.holds', 'node.packet', 'node.gate'];
      const point = points[round % points.length] ?? '';
      const paused = start({ INTERLOCK_CRASH: `${point}:1:stop` });
      await paused.stopped();
      const other = start();
      await eventually('packet 1 by another', async () => (await load(store, cutoverId))?.current);
      await report(cutoverId, 'late', 20);
      await packetOf(cutoverId);
      const before = (await store.head(cutoverId))?.version ?? 0;
      paused.signal('SIGCONT');
      // Awake again, it comes to the end of its work, with or without a trouble to tell, and sweeps.
      await eventually('the paused one to answer', () =>
        paused.url.then((url) => fetch(`${url}/healthz`)).then(({ ok }) => ok),
      );
      expect(await paused.stop()).toBe(0);
      // The relay of the other one settles its notices meanwhile; nothing else may have moved.
      const since = typesOf(await store.read(cutoverId, { after: before }));
      expect(since.filter((type) => !type.startsWith('Notice'))).toEqual([]);
      expect(await other.stop()).toBe(0);
      expect(decisionFaults(await eventsOf(store, cutoverId), judge)).toEqual([]);
    }
    expect(await verify(store)).toMatchObject({ ok: true });
  });

  it.each(wakeCrashPoints)(
    'C13: killed at %s, with a table for a doorbell, the next worker answers the wake and repeats nothing',
    async (point) => {
      await declareTonight(ledgerOn(store), fleetPlan('payments'));
      const victim = start({ INTERLOCK_CRASH: `${point}:1` });
      expect(await victim.ended).toBe('SIGKILL');
      const unanswered = async () =>
        (await place.sql('select cutover_id from wakes where asked > answered')).length;
      expect(await unanswered()).toBe(1);
      const before = typesOf(await eventsOf(store, 'payments'));
      expect(before).toContain('PacketAdopted');
      const other = start();
      await eventually('an answered wake', async () => (await unanswered()) === 0);
      expect(await other.stop()).toBe(0);
      const after = typesOf(await eventsOf(store, 'payments'));
      expect(after.filter((type) => !type.startsWith('Notice'))).toEqual(
        before.filter((type) => !type.startsWith('Notice')),
      );
      expect(decisionFaults(await eventsOf(store, 'payments'), judge)).toEqual([]);
    },
  );

  it('C12: the fence is checked in the transaction that appends', async () => {
    await declareTonight(ledgerOn(store), fleetPlan('payments'));
    const term = { now: 1_000, ms: 100 };
    const first = await takeLease(store, 'payments', { holder: 'one', ...term });
    expect(first).toEqual({ epoch: 1 });
    expect(await takeLease(store, 'payments', { holder: 'two', ...term })).toBeNull();
    if (first === null) throw new Error('no lease');
    const fenced = { ...ledgerOn(store), fence: first };
    const command = { type: 'ReceiveReport', body: lateBy('one', 10) } as const;
    expect((await handle(fenced, 'payments', command)).rejection).toBeNull();
    const later = { now: 1_101, ms: 100 };
    expect(await takeLease(store, 'payments', { holder: 'two', ...later })).toEqual({ epoch: 2 });
    const before = await store.head('payments');
    const again = { type: 'ReceiveReport', body: lateBy('two', 15) } as const;
    await expect(handle(fenced, 'payments', again)).rejects.toBeInstanceOf(Fenced);
    expect(await store.head('payments')).toEqual(before);
    expect(await extendLease(store, 'payments', { fence: first, ...later })).toBe(false);
    await expect(place.sql('update leases set epoch = 1')).rejects.toThrow(/never shrinks/);
  });

  it('SIGTERM in the middle of a run ends it between two steps, and the next worker finishes', async () => {
    await declareTonight(ledgerOn(store), fleetPlan('payments'));
    const half = start({ INTERLOCK_CRASH: 'node.holds:1:stop' });
    await half.stopped();
    half.signal('SIGTERM');
    half.signal('SIGCONT');
    expect(await half.ended).toBe(0);
    start();
    await eventually('packet 1', async () => (await load(store, 'payments'))?.current);
    expect(
      typesOf(await eventsOf(store, 'payments')).filter((type) => type === 'RunStarted'),
    ).toHaveLength(1);
  });
});
