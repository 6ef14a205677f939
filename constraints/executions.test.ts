import { describe, expect, it } from 'vitest';
import type { Packet } from '../ledger/packet.ts';
import type { Progress } from '../ledger/situation.ts';
import { checkpoint, minute } from '../tests/support/build.ts';
import { current, situated } from '../tests/support/timeline.ts';
import { intervalOf, startedOwner, startedWork, wholeTick } from './executions.ts';

const item = checkpoint('a');
const intervalAt = (known: Partial<Progress>, now: number, tickSeconds: 1 | 60 = 60) =>
  intervalOf(
    situated([item], { plan: { tickSeconds }, progress: { a: known } }).situation,
    item,
    now,
  );

describe('the interval of started work', () => {
  const running = { state: 'in_progress', actualStartAt: minute(5) } as const;
  it.each([
    ['planned', {}, null],
    ['skipped', { state: 'skipped', actualStartAt: minute(5) } as const, null],
    ['running to its planned end', running, [5, 35]],
    ['running to its forecast', { ...running, forecastFinishAt: minute(50) }, [5, 50]],
    [
      'running past an early forecast: to now',
      { ...running, forecastFinishAt: minute(6) },
      [5, 20],
    ],
    ['running from an unknown start', { state: 'in_progress' } as const, null],
    ['done', { ...running, state: 'done', actualFinishAt: minute(9) } as const, [5, 9]],
    [
      'done, with a forecast that no longer counts',
      {
        ...running,
        state: 'done',
        actualFinishAt: minute(9),
        forecastFinishAt: minute(50),
      } as const,
      [5, 9],
    ],
    ['done, from an unknown start', { state: 'done', actualFinishAt: minute(9) } as const, [9, 9]],
    ['done at an unknown instant', { ...running, state: 'done' } as const, null],
    ['running, although a finish is known', { ...running, actualFinishAt: minute(9) }, [5, 35]],
  ])('%s', (_name, known, span) => {
    const expected =
      span === null ? null : { startAt: minute(span[0] ?? 0), endAt: minute(span[1] ?? 0) };
    expect(intervalAt(known, minute(20))).toEqual(expected);
  });

  it('an expected end is rounded up to a whole tick, an actual one is not', () => {
    const forecast = { ...running, forecastFinishAt: minute(50) + 1 };
    expect(intervalAt(forecast, minute(20))?.endAt).toBe(minute(51));
    expect(intervalAt(forecast, minute(20), 1)?.endAt).toBe(minute(50) + 1_000);
    expect(intervalAt(running, minute(40) + 1)?.endAt).toBe(minute(41));
    const done = { ...running, state: 'done', actualFinishAt: minute(9) + 1 } as const;
    expect(intervalAt(done, minute(20))?.endAt).toBe(minute(9) + 1);
  });

  it('a whole tick counts from the epoch', () => {
    expect(wholeTick(60_000, 60)).toBe(60_000);
    expect(wholeTick(60_001, 60)).toBe(120_000);
    expect(wholeTick(60_001, 1)).toBe(61_000);
  });
});

describe('whom started work keeps busy', () => {
  const line = (owner: string | null): Partial<Packet['lines'][number]> => ({
    checkpoint: 'a',
    state: 'planned',
    startAt: minute(0),
    endAt: minute(30),
    owner,
  });
  it.each([
    ['who started it', { owner: 'dev' }, 'lead', 'dev'],
    ['the incumbent’s owner', {}, 'lead', 'lead'],
    ['the approved owner', {}, null, 'operator'],
  ])('%s', (_name, known, incumbent, owner) => {
    const state = current(situated([item], { progress: { a: known } }), [line(incumbent)]);
    expect(startedOwner(state, item)).toBe(owner);
  });

  it('is all started work of the plan, with its interval', () => {
    const state = situated([item, checkpoint('b')], {
      progress: { b: { state: 'in_progress', actualStartAt: minute(5) } },
    });
    const [only, ...others] = startedWork(state, minute(20));
    expect(only).toMatchObject({
      startAt: minute(5),
      endAt: minute(35),
      owner: 'operator',
      started: true,
    });
    expect(only?.checkpoint.id).toBe('b');
    expect(others).toEqual([]);
  });
});
