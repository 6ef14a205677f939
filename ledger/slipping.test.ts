import { describe, expect, it } from 'vitest';
import { checkpoint, minute, nightAt, plan, reading } from '../tests/support/build.ts';
import { bench } from '../tests/support/packets.ts';
import type { Assertion } from './facts.ts';
import { clockCallsForRun, slips } from './slipping.ts';

const night = plan([checkpoint('cut')]);
const standing = (told: readonly Assertion[] = []) => {
  const ledger = bench(night);
  ledger.prepare();
  if (told.length > 0) {
    ledger.report(told);
    ledger.run();
    ledger.ruleAll();
  }
  return ledger.state();
};
const at = (minutes: number) => reading(minute(minutes));
const started: Assertion = { kind: 'actual_start', checkpoint: 'cut', at: at(0), owner: null };
const forecast: Assertion = { kind: 'forecast_finish', checkpoint: 'cut', at: at(45) };
const finished: Assertion = { kind: 'actual_finish', checkpoint: 'cut', at: at(30) };
const revised: Assertion = { kind: 'revised_start', checkpoint: 'cut', at: at(20) };

describe('the clock against the current packet', () => {
  it('passes nothing before there is one', () => {
    expect(slips(bench(night).state(), minute(300))).toEqual([]);
  });

  const table: readonly (readonly [
    string,
    readonly Assertion[],
    number,
    ReturnType<typeof slips>,
  ])[] = [
    ['a start at its instant is no slip', [], 0, []],
    [
      'a start not made is one a moment later',
      [],
      5,
      [{ checkpoint: 'cut', missed: 'start', byMinutes: 5 }],
    ],
    ['a revised start is waited for', [revised], 20, []],
    [
      '… and slips from there',
      [revised],
      21,
      [{ checkpoint: 'cut', missed: 'start', byMinutes: 1 }],
    ],
    ['work in progress is on time until its end', [started], 30, []],
    ['… and late after it', [started], 32, [{ checkpoint: 'cut', missed: 'end', byMinutes: 2 }]],
    ['a forecast moves that end', [started, forecast], 45, []],
    [
      '… and it slips from there',
      [started, forecast],
      46,
      [{ checkpoint: 'cut', missed: 'end', byMinutes: 1 }],
    ],
    ['finished work is never late', [started, finished], 300, []],
  ];
  it.each(table.map(([what, told, minutes, expected]) => ({ what, told, minutes, expected })))(
    '$what',
    ({ told, minutes, expected }) => {
      expect(slips(standing(told), minute(minutes))).toEqual(expected);
    },
  );

  it('counts whole minutes, and a part of one as none', () => {
    expect(slips(standing(), nightAt + 1)).toEqual([
      { checkpoint: 'cut', missed: 'start', byMinutes: 0 },
    ]);
  });

  it('skipped work is never late', () => {
    const skip: Assertion = {
      kind: 'checkpoint_altered',
      checkpoint: 'cut',
      change: { name: null, role: null, owner: null, duration: null, skipped: true },
    };
    expect(slips(standing([skip]), minute(300))).toEqual([]);
  });
});

describe('whether the clock calls for a run', () => {
  it('only past the tolerance', () => {
    expect(clockCallsForRun(standing(), minute(10))).toBe(false);
    expect(clockCallsForRun(standing(), minute(11))).toBe(true);
  });

  it('with no tolerance, from the first whole minute, and not again within a minute', () => {
    const strict = { ...night, policy: { ...night.policy, slipToleranceMinutes: 0 } };
    const ledger = bench(strict);
    ledger.prepare();
    expect(clockCallsForRun(ledger.state(), nightAt + 59_999)).toBe(false);
    expect(clockCallsForRun(ledger.state(), minute(1))).toBe(true);
    const looked = { ...ledger.state(), lastRunNowAt: minute(1) };
    expect(clockCallsForRun(looked, minute(2) - 1)).toBe(false);
    expect(clockCallsForRun(looked, minute(2))).toBe(true);
  });

  it('one late step among others on time is enough', () => {
    const two = plan([checkpoint('cut'), checkpoint('later', { approvedStartAt: minute(400) })]);
    const ledger = bench(two);
    ledger.prepare();
    expect(slips(ledger.state(), minute(11))).toHaveLength(1);
    expect(clockCallsForRun(ledger.state(), minute(11))).toBe(true);
    expect(clockCallsForRun({ ...ledger.state(), lastRunNowAt: null }, minute(11))).toBe(true);
  });
});
