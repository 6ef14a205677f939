import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { assertHeld, takeLease } from '../../ledger/lease.ts';
import type { Store } from '../../ledger/store.ts';
import { openSqliteStore } from '../../ledger/stores/sqlite.ts';
import { holding } from './hold.ts';
import { leaseTerms } from './leaseTerms.ts';

const cutoverId = 'night';
const leaseMs = 1_000;
let store: Store;

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  store = await openSqliteStore(':memory:');
});
afterEach(async () => {
  vi.useRealTimers();
  await store.close();
});

/** A worker that thinks for `ms` in one piece, while another would take whatever lease is over, and then writes. */
function thinker(ms: number) {
  const terms = leaseTerms(leaseMs);
  return () =>
    holding({ store, holder: 'one', terms }, cutoverId, async (fence) => {
      vi.setSystemTime(Date.now() + ms);
      await takeLease(store, cutoverId, { holder: 'two', now: Date.now(), ms: leaseMs });
      await store.transact(cutoverId, (transaction) => assertHeld(transaction, cutoverId, fence));
      return 'done';
    });
}

/** Works again and again, as a sweep has it, and says how often a lease was lost before the work was done. */
async function lossesOf(work: () => Promise<string>, most: number): Promise<number> {
  for (let lost = 0; lost < most; lost += 1) {
    try {
      await work();
      return lost;
    } catch (error) {
      expect(error).toMatchObject({ name: 'Fenced' });
      vi.setSystemTime(Date.now() + leaseMs + 1);
    }
  }
  return most;
}

describe('who thinks for longer than a lease', () => {
  it.each([
    [500, 0],
    [1_500, 1],
    [3_500, 2],
    [100_000, 7],
  ])('for %i ms of 1,000, comes to an end after %i leases that were lost', async (ms, lost) => {
    expect(await lossesOf(thinker(ms), 20)).toBe(lost);
  });

  it('takes the next one as short as ever', async () => {
    const terms = leaseTerms(leaseMs);
    terms.lost(cutoverId);
    const lengths = [terms.of(cutoverId), terms.of('another')];
    await holding({ store, holder: 'one', terms }, cutoverId, async () => undefined);
    expect([...lengths, terms.of(cutoverId)]).toEqual([2_000, 1_000, 1_000]);
  });

  it('takes none for longer than four minutes, unless each is to be longer', () => {
    const [usual, long] = [leaseTerms(leaseMs), leaseTerms(600_000)];
    for (let times = 0; times < 20; times += 1) [usual, long].forEach((one) => one.lost(cutoverId));
    expect([usual.of(cutoverId), long.of(cutoverId)]).toEqual([240_000, 600_000]);
  });
});
