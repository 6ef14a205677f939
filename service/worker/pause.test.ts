import { afterEach, expect, it, vi } from 'vitest';
import { lateNight } from '../../tests/support/lateNight.ts';
import { untilTheyPause } from './pause.ts';

afterEach(() => vi.useRealTimers());

it('C7: reports that never pause are looked at after the longest wait, though the clock is set back again and again', async () => {
  const loop = await lateNight();
  const { store } = loop.deps.ledger;
  const state = await loop.state();
  const newest = state.unruled.at(-1)?.receivedAt ?? 0;
  vi.useFakeTimers({ toFake: ['Date', 'performance'] });
  let looks = 0;
  const paused = await untilTheyPause(
    {
      store,
      now: () => newest,
      pace: { quietMs: 10, calmMs: Infinity, longestWaitMs: 200 },
      signal: new AbortController().signal,
      meanwhile: async () => {
        looks += 1;
        if (looks > 50) throw new Error('it waits for ever');
        vi.advanceTimersByTime(10);
        vi.setSystemTime(Date.now() - 3_600_000);
      },
    },
    state,
  );
  expect(paused).toBe(false);
  expect(looks).toBe(20);
});
