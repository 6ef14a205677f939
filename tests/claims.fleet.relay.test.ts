/**
 * C12 for notices: a process that sends is stopped past its claim, another one tells everybody, and the first one wakes
 * up. What is counted is counted in a real receiver: every request that reached it, not only those with an effect.
 */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { judge } from '../constraints/judge.ts';
import type { EventType } from '../ledger/events.ts';
import { load } from '../ledger/load.ts';
import type { Store } from '../ledger/store.ts';
import { decisionFaults } from './support/audit.ts';
import {
  declareTonight,
  eventsOf,
  eventually,
  fleetPlan,
  type Half,
  ledgerOn,
  startHalf,
  typesOf,
} from './support/fleet.ts';
import { isDeep, takeYourTime } from './support/scale.ts';
import { type Receiver, startReceiver, webhookSecret } from './support/sinks.ts';
import { kinds, type Place } from './support/stores.ts';
import { builtFolder } from './support/supplied.ts';

takeYourTime();

/** Between the claim and the wire: before the last look at the ledger, after it, and right after the claim. */
const points = ['notice.checked', 'notice.checking', 'notice.claimed'] as const;
const rounds = isDeep() ? 50 : 3;
const claimSeconds = 3;

describe('C12: a paused relay that wakes up sends nothing', () => {
  const [, postgres] = kinds;
  const halves: Half[] = [];
  let built: string;
  let place: Place;
  let store: Store;
  let receiver: Receiver;
  beforeAll(async () => {
    if (postgres === undefined) throw new Error('no PostgreSQL among the stores');
    built = await builtFolder();
    place = await postgres.fresh();
    store = await place.open();
    receiver = await startReceiver();
  });
  afterEach(async () => {
    for (const half of halves.splice(0)) {
      half.signal('SIGKILL');
      await half.ended;
    }
  });
  afterAll(async () => {
    await receiver?.close();
    await store?.close();
    await place?.remove();
  });

  const start = (environment: Readonly<Record<string, string>> = {}): Half => {
    const half = startHalf(built, 'work', {
      INTERLOCK_LEDGER: place.address,
      INTERLOCK_WEBHOOK_SECRETS: webhookSecret,
      INTERLOCK_NOTICE_PRIVATE: '127.0.0.1',
      INTERLOCK_NOTICE_ALLOW: `webhook:${receiver.url}`,
      INTERLOCK_NOTICE_CLAIM_SECONDS: String(claimSeconds),
      ...environment,
    });
    halves.push(half);
    return half;
  };
  const told = (cutoverId: string): number =>
    receiver.received.filter(({ body }) => body.includes(`"cutover":"${cutoverId}"`)).length;
  const count = async (cutoverId: string, type: EventType): Promise<number> =>
    typesOf(await eventsOf(store, cutoverId)).filter((one) => one === type).length;

  it.each(points.map((point, index) => [point, index] as const))(
    'stopped at %s',
    async (point, index) => {
      for (let round = index; round < rounds; round += points.length) {
        const cutoverId = `paused-${round}`;
        const webhook = { channel: 'webhook', address: receiver.url } as const;
        const tonight = fleetPlan(cutoverId, { notices: 'on' });
        const people = tonight.people.map((person) =>
          person.id === 'operator' ? { ...person, contacts: [webhook] } : person,
        );
        await declareTonight(ledgerOn(store), { ...tonight, people });
        const paused = start({ INTERLOCK_CRASH: `${point}:1:stop` });
        await paused.stopped();
        expect(told(cutoverId)).toBe(0);
        const other = start();
        const sent = () => count(cutoverId, 'NoticeSent');
        await eventually('another to send it', async () => (await sent()) > 0);
        const before = (await store.head(cutoverId))?.version ?? 0;
        expect(told(cutoverId)).toBe(1);
        paused.signal('SIGCONT');
        // It ends what it was at, with its claim lost, before it ends.
        expect([await paused.stop(), await other.stop()]).toEqual([0, 0]);
        expect(told(cutoverId)).toBe(1);
        expect(await store.read(cutoverId, { after: before })).toEqual([]);
        const state = await load(store, cutoverId);
        expect(state?.outbox['operator']?.told.webhook?.version).toBe(1);
        expect(decisionFaults(await eventsOf(store, cutoverId), judge)).toEqual([]);
      }
    },
  );
});
