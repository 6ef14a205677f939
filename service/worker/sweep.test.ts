import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { handle, type LedgerDeps } from '../../ledger/handle.ts';
import type { Store } from '../../ledger/store.ts';
import { openSqliteStore } from '../../ledger/stores/sqlite.ts';
import type { Id } from '../../ledger/vocabulary.ts';
import { declareTonight, fleetPlan, lateBy, ledgerOn } from '../../tests/support/fleet.ts';
import { startSweep } from './sweep.ts';

let store: Store;
let ledger: LedgerDeps;
let sweep: ReturnType<typeof startSweep> | null = null;

beforeEach(async () => {
  store = await openSqliteStore(':memory:');
  ledger = ledgerOn(store);
});
afterEach(async () => {
  await sweep?.stop();
  await store.close();
});

/** Sweeps without a doorbell that anybody hears; work on a cutover ends when it is let go, or with the sweep. */
function sweeping(atOnce: number) {
  const begun: Id[] = [];
  const letGo = new Map<Id, () => void>();
  sweep = startSweep({
    ledger,
    everyMs: 10,
    atOnce,
    ring: async () => undefined,
    work: (cutoverId, signal) => {
      begun.push(cutoverId);
      return new Promise((resolve) => {
        letGo.set(cutoverId, resolve);
        signal.addEventListener('abort', () => resolve());
      });
    },
    onLook: () => undefined,
    onTrouble: (_cutoverId, error) => {
      throw error;
    },
  });
  return { begun, end: (cutoverId: Id) => letGo.get(cutoverId)?.() };
}

describe('the sweep', () => {
  it('C14: works on what is found while other work goes on and on, and on nothing twice at a time', async () => {
    await declareTonight(ledger, fleetPlan('long'));
    const { begun, end } = sweeping(2);
    await expect.poll(() => begun).toEqual(['long']);
    await declareTonight(ledger, fleetPlan('short'));
    await handle(ledger, 'short', { type: 'ReceiveReport', body: lateBy('late', 20) });
    await expect.poll(() => begun).toEqual(['long', 'short']);
    end('short');
    // It has done nothing about it: what still waits is worked on again, and what is under way is not.
    await expect.poll(() => begun).toEqual(['long', 'short', 'short']);
  });

  it('works on no more at a time than it may', async () => {
    for (const cutoverId of ['one', 'two', 'three'])
      await declareTonight(ledger, fleetPlan(cutoverId));
    const { begun, end } = sweeping(2);
    await expect.poll(() => begun.length).toBe(2);
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(begun).toHaveLength(2);
    const third = ['one', 'two', 'three'].find((id) => !begun.includes(id));
    end(begun[0] ?? '');
    await expect.poll(() => begun).toContain(third);
  });
});
