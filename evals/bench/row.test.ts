/** The arithmetic of the benchmark table. */
import { describe, expect, it } from 'vitest';
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
  it('runs both in turn, as often as asked, and divides the medians', async () => {
    const order: string[] = [];
    const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
    const row = await besides(
      { name: 'sleep', goal: 'at most 9x', rounds: 10 },
      async (round) => {
        order.push(`ours ${round}`);
        await sleep(30);
      },
      async (round) => {
        order.push(`reference ${round}`);
        await sleep(10);
      },
    );
    expect(order.slice(0, 3)).toEqual(['ours 0', 'reference 0', 'ours 1']);
    expect(order).toHaveLength(20);
    expect(row.ratio).toBeCloseTo(row.ours.p50 / row.reference.p50);
    expect(row.ours.p50).toBeGreaterThanOrEqual(29);
    expect(row.reference.p50).toBeGreaterThanOrEqual(9);
    expect(row.ratio).toBeGreaterThan(1);
  });
});
