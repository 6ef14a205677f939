import { describe, expect, it } from 'vitest';
import { randomNight } from '../tests/support/nights.ts';
import { wouldBreak } from './dryRun.ts';
import { finished } from '../tests/support/finished.ts';
import { findingTimelines } from './timelines.ts';

const timelines = (...of: Parameters<typeof findingTimelines>) => finished(findingTimelines(...of));

describe('the timelines an agent may choose from', () => {
  const nights = Array.from({ length: 120 }, (_, seed) => randomNight(seed));

  it('break no rule, hold alike, and begin with the least disturbance', () => {
    let others = 0;
    for (const [seed, { state, now }] of nights.entries()) {
      const [first, ...rest] = timelines(state, now);
      expect(first?.trade).toBe('least_disturbance');
      for (const { trade, body } of [...(first === undefined ? [] : [first]), ...rest]) {
        expect(wouldBreak(body, state, now), `seed ${seed} ${trade}`).toEqual([]);
        expect(body.unplaced.length, `seed ${seed} ${trade}`).toBe(first?.body.unplaced.length);
      }
      expect(rest.length).toBeLessThanOrEqual(5);
      others += rest.length;
    }
    expect(others).toBeGreaterThan(nights.length / 4);
  });

  it('are the same when asked twice', () => {
    for (const { state, now } of nights.slice(0, 20)) {
      expect(timelines(state, now)).toEqual(timelines(state, now));
    }
  });
});
