/**
 * The outbox and its relay on both stores. C10: commits out of order, and nothing is skipped. C40: a notice is in the
 * ledger exactly when the adoption that queues it is. The receiver is a real server that has an effect once per id.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { LedgerEvent } from '../ledger/events.ts';
import type { Store } from '../ledger/store.ts';
import { webhookSink } from '../service/notices/webhook.ts';
import { checkpoint, minute, person, plan } from './support/build.ts';
import { scaled, takeYourTime } from './support/scale.ts';
import { type Receiver, startReceiver, webhookSecret } from './support/sinks.ts';
import { type NoticeNight, noticeNight } from './support/sinksNight.ts';
import { kinds, type Place } from './support/stores.ts';

takeYourTime();

/** Numbers in [0, 1) that are the same in every run. */
function sequence(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

const until = async (isSo: () => boolean): Promise<void> => {
  for (let waited = 0; !isSo(); waited += 5) {
    if (waited > 120_000) throw new Error('it never became so');
    await pause(5);
  }
};

/** Each adoption has exactly one notice for each delta of its packet, in its own commit, and there is no other notice. */
function queuedExactly(events: readonly LedgerEvent[]): void {
  const prepared = new Map<string, readonly string[]>();
  const expected: string[] = [];
  const queued: string[] = [];
  for (const { body } of events) {
    if (body.type === 'PacketPrepared') {
      prepared.set(
        body.packet.packetId,
        body.packet.deltas.map((delta) => delta.person),
      );
    }
    if (body.type === 'PacketAdopted') {
      expected.push(...(prepared.get(body.packetId) ?? []).map((who) => `${body.packetId} ${who}`));
    }
    if (body.type === 'NoticeQueued') queued.push(`${body.packetId} ${body.person}`);
  }
  expect(queued).toEqual(expected);
}

describe.each(kinds)('on $name', (kind) => {
  let place: Place;
  let store: Store;
  let receiver: Receiver;
  beforeAll(async () => {
    place = await kind.fresh();
    store = await place.open();
  });
  afterAll(async () => {
    await store.close();
    await place.remove();
  });
  beforeEach(async () => {
    receiver = await startReceiver();
  });
  afterEach(() => receiver.close());

  const nightOf = (cutoverId: string): Promise<NoticeNight> =>
    noticeNight(
      plan([checkpoint('cut')], {
        cutoverId,
        notices: 'on',
        people: [
          person('lead'),
          person('operator', { contacts: [{ channel: 'webhook', address: receiver.url }] }),
        ],
      }),
      { store },
    );
  const sink = () => webhookSink({ secrets: [webhookSecret], privateNetworks: ['127.0.0.1'] });
  const relayOn = (night: NoticeNight, name = 'relay-1') =>
    night.relay([sink()], {
      relay: name,
      windowSeconds: 0,
      sweepMs: 5,
      audience: { allow: [{ channel: 'webhook', address: receiver.url }], testRecipients: [] },
    });

  it('C40: an adoption that does not commit leaves no notice, and one that does leaves each of its own', async () => {
    const night = await nightOf(`atomic-${kind.name.toLowerCase()}`);
    await night.adopt({});
    const failing = night.adopt({ cut: { startAt: minute(30), endAt: minute(60) } }, () =>
      Promise.reject(new Error('the commit is lost')),
    );
    await expect(failing).rejects.toThrow('the commit is lost');
    expect(await night.of('NoticeQueued')).toHaveLength(1);
    await night.adopt({ cut: { startAt: minute(40), endAt: minute(70) } });
    queuedExactly(await night.events());
    const relay = relayOn(night);
    await relay.drain(night.cutoverId);
    expect(receiver.effects.map(({ data }) => data.version)).toEqual([2]);
    await relay.stop();
  });

  it('two relays at once never send one notice twice', async () => {
    const night = await nightOf(`pair-${kind.name.toLowerCase()}`);
    const relays = [relayOn(night, 'one'), relayOn(night, 'other')];
    for (let version = 1; version <= 12; version += 1) {
      await night.adopt({ cut: { startAt: minute(version), endAt: minute(version + 30) } });
      await Promise.all(relays.map((relay) => relay.drain(night.cutoverId)));
      night.clock.at += 1_000;
      await until(() => receiver.effects.at(-1)?.data.version === version);
    }
    await Promise.all(relays.map((relay) => relay.drain(night.cutoverId)));
    expect(receiver.received).toHaveLength(12);
    expect(await night.of('NoticeSent')).toHaveLength(12);
    await Promise.all(relays.map((relay) => relay.stop()));
  });
});

describe('C10: the relay never skips, whatever order PostgreSQL commits in', () => {
  const postgres = kinds.find(({ name }) => name === 'PostgreSQL');
  if (postgres === undefined) throw new Error('no PostgreSQL to test on');
  let place: Place;
  let store: Store;
  let receiver: Receiver;
  beforeAll(async () => {
    place = await postgres.fresh();
    store = await place.open();
    receiver = await startReceiver();
  });
  afterAll(async () => {
    await receiver.close();
    await store.close();
    await place.remove();
  });

  const gate = (): { readonly open: Promise<void>; readonly release: () => void } => {
    let release = (): void => undefined;
    const open = new Promise<void>((resolve) => (release = resolve));
    return { open, release };
  };

  it('an early transaction that commits last is sent, in one case and in 200 random interleavings', async () => {
    const owner = person('operator', { contacts: [{ channel: 'webhook', address: receiver.url }] });
    const nights = await Promise.all(
      ['a', 'b', 'c'].map((cutoverId) =>
        noticeNight(
          plan([checkpoint('cut')], { cutoverId, notices: 'on', people: [person('lead'), owner] }),
          { store },
        ),
      ),
    );
    const [first] = nights;
    if (first === undefined) throw new Error('no night');
    const relay = first.relay(
      [webhookSink({ secrets: [webhookSecret], privateNetworks: ['127.0.0.1'] })],
      {
        windowSeconds: 0,
        sweepMs: 2,
        audience: { allow: [{ channel: 'webhook', address: receiver.url }], testRecipients: [] },
      },
    );
    relay.start();
    let sent = 0;
    const random = sequence(10);
    for (let round = 0; round < scaled(200); round += 1) {
      first.clock.at += 1_000;
      // Everyone appends, in some order, and holds the transaction open; then they commit in another order.
      const held = nights
        .map((night) => ({ night, order: random(), last: random(), ...gate() }))
        .toSorted((one, other) => one.order - other.order);
      const begun: { commit: () => Promise<unknown>; last: number }[] = [];
      for (const { night, open, release, last } of held) {
        const appended = gate();
        const done = night.adopt(
          { cut: { startAt: minute(round), endAt: minute(round + 30) } },
          async () => {
            appended.release();
            await open;
          },
        );
        await appended.open;
        begun.push({ commit: () => (release(), done), last });
      }
      expect(receiver.effects).toHaveLength(sent);
      for (const { commit } of begun.toSorted((one, other) => one.last - other.last)) {
        await commit();
        sent += 1;
        const due = sent;
        // The ones that are still open must not keep the relay from what is committed, nor be passed over.
        if (random() < 0.7) await until(() => receiver.effects.length === due);
      }
      const due = sent;
      await until(() => receiver.effects.length === due);
    }
    await relay.stop();
    expect(sent).toBe(3 * scaled(200));
    for (const night of nights) queuedExactly(await night.events());
  });
});
