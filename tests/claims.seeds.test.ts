/**
 * C53: the same seed gives the same ledger, hash for hash, on every machine clock, in every order of nights and on both
 * databases. Ambient time, randomness and timers are what would break it.
 */
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Store } from '../ledger/store.ts';
import { minuteMs } from '../ledger/vocabulary.ts';
import { finished, forecast, lateNight, started } from './support/lateNight.ts';
import type { Loop } from './support/loop.ts';
import { actor, minute } from './support/build.ts';
import { between, dice, type Dice, oneOf } from './support/problems.ts';
import { isDeep, takeYourTime } from './support/scale.ts';
import { kinds } from './support/stores.ts';

takeYourTime();
afterEach(() => vi.restoreAllMocks());

const checkpoints = ['rollback', 'replicate', 'shift'] as const;
const acts = ['late', 'started', 'finished', 'talk', 'adopt', 'decline', 'forged'] as const;

async function act(loop: Loop, roll: Dice): Promise<void> {
  const what = oneOf(roll, acts);
  const checkpoint = oneOf(roll, checkpoints);
  const at = loop.clock.at;
  const pending = (await loop.state()).pending?.request != null;
  if (what === 'late')
    await loop.report([forecast(checkpoint, at + between(roll, 10, 90) * minuteMs)]);
  else if (what === 'started') await loop.report([started(checkpoint, at)]);
  else if (what === 'finished') await loop.report([finished(checkpoint, at)]);
  else if (what === 'talk' || !pending) {
    await loop.report([{ kind: 'statement', text: `word ${between(roll, 0, 9)}` }]);
  } else if (what === 'forged') {
    const binding = { ...(await loop.binding()), packetHash: 'f'.repeat(64) };
    await loop.give({ type: 'AdoptPacket', binding, actor: actor() });
  } else if (what === 'decline') {
    await loop.give({
      type: 'DeclinePacket',
      binding: await loop.binding(),
      actor: actor(),
      reason: 'no',
    });
  } else await loop.give({ type: 'AdoptPacket', binding: await loop.binding(), actor: actor() });
}

type Written = { readonly hash: string; readonly types: readonly string[] };

/** A night of this seed: four things happen, each followed by a run. */
async function nightOf(seed: number, store?: Store): Promise<Written> {
  const roll = dice(seed);
  const loop = await lateNight(store === undefined ? {} : { store });
  for (let step = 0; step < 4; step += 1) {
    loop.clock.at = Math.max(loop.clock.at, minute(0)) + between(roll, 1, 12) * minuteMs;
    await act(loop, roll);
    await loop.run();
  }
  const events = await loop.events();
  if (store === undefined) await loop.deps.ledger.store.close();
  return { hash: events.at(-1)?.hash ?? '', types: events.map(({ body }) => body.type) };
}

const seeds = Array.from({ length: isDeep() ? 1_000 : 8 }, (_, seed) => seed);

describe('C53: the same seed', () => {
  it(`gives the same ledger twice, another day and in another order (${seeds.length} seeds)`, async () => {
    const first = new Map<number, Written>();
    for (const seed of seeds) first.set(seed, await nightOf(seed));
    const now = Date.now.bind(Date);
    vi.spyOn(Date, 'now').mockImplementation(() => now() + 400 * 24 * 60 * minuteMs);
    for (const seed of seeds.toReversed())
      expect([seed, await nightOf(seed)]).toEqual([seed, first.get(seed)]);
    // Nights that were all alike would agree about nothing.
    const written = [...first.values()];
    expect(new Set(written.map(({ hash }) => hash)).size).toBeGreaterThan(seeds.length * 0.9);
    const types = new Set(written.flatMap((one) => one.types));
    for (const type of ['PacketAdopted', 'FactsRuled', 'PacketPrepared']) {
      expect([type, types.has(type)]).toEqual([type, true]);
    }
  });

  it('gives the same ledger on both databases', async () => {
    for (const seed of [1, 2, 3]) {
      const alone = await nightOf(seed);
      for (const kind of kinds) {
        const place = await kind.fresh();
        const store = await place.open();
        expect([kind.name, await nightOf(seed, store)]).toEqual([kind.name, alone]);
        await store.close();
        await place.remove();
      }
    }
  });
});
