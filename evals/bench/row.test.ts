/** The arithmetic of the benchmark table. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { besides, spreadOf } from './row.ts';

describe('a spread', () => {
  it('takes the middle and the 95th of a hundred times, in whatever order they came', () => {
    const times = Array.from({ length: 100 }, (_, index) => ((index * 37) % 100) + 1);
    expect(spreadOf(times)).toEqual({ p50: 51, p95: 96, p99: 100 });
    expect(spreadOf([7])).toEqual({ p50: 7, p95: 7, p99: 7 });
  });

  it('is refused where nothing was timed', () => {
    expect(() => spreadOf([])).toThrow('nothing was timed');
  });
});

describe('a row', () => {
  afterEach(() => vi.useRealTimers());

  it('runs both in turn, as often as asked, and divides the medians of all but the first tenth', async () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    const order: string[] = [];
    const row = await besides(
      { name: 'work', goal: 'at most 9x', rounds: 10 },
      async (round) => {
        order.push(`ours ${round}`);
        await vi.advanceTimersByTimeAsync(round === 0 ? 900 : 30);
      },
      async (round) => {
        order.push(`reference ${round}`);
        await vi.advanceTimersByTimeAsync(round === 0 ? 900 : 10);
      },
    );
    expect(order.slice(0, 3)).toEqual(['ours 0', 'reference 0', 'ours 1']);
    expect(order).toHaveLength(20);
    expect(row.ours).toEqual({ p50: 30, p95: 30, p99: 30 });
    expect(row.reference).toEqual({ p50: 10, p95: 10, p99: 10 });
    expect(row.ratio).toBe(3);
  });
});
