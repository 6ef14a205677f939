import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDuration, parseMinutes, parseSeconds } from './durations.ts';

describe('plain lengths', () => {
  it.each([
    [90, 5_400],
    ['90', 5_400],
    ['1.5h', 5_400],
    ['2h 30m', 9_000],
    ['2h30m', 9_000],
    ['45s', 45],
    ['1d', 86_400],
    ['2 hours 5 minutes', 7_500],
    ['PT1H30M', 5_400],
    ['P1DT1S', 86_401],
    ['0', 0],
    [0.5, 30],
    ['720h', 2_592_000],
  ])('%s is %i seconds', (given, seconds) => {
    expect(parseSeconds(given)).toEqual({ ok: true, value: seconds });
  });

  it.each([
    ['', 'not a length'],
    ['soon', 'not a length'],
    ['-5m', 'never negative'],
    ['+5m', 'never negative'],
    ['1.0001m', 'whole number of seconds'],
    ['721h', 'longer than 30 days'],
    ['5m later', 'not a length'],
    ['1:30', 'not a length'],
    ['P', 'not a length'],
  ])('"%s" is refused', (given, why) => {
    const parsed = parseSeconds(given);
    expect(parsed).toMatchObject({ ok: false });
    expect(parsed.ok ? '' : parsed.message).toContain(why);
  });

  it('minutes are whole', () => {
    expect(parseMinutes('90m')).toEqual({ ok: true, value: 90 });
    expect(parseMinutes('90s')).toMatchObject({ ok: false });
  });

  it('any number of hours, minutes and seconds reads back as their sum', () => {
    fc.assert(
      fc.property(fc.nat(99), fc.nat(599), fc.nat(5_999), (hours, minutes, seconds) => {
        const parsed = parseSeconds(`${hours}h ${minutes}m ${seconds}s`);
        expect(parsed).toEqual({ ok: true, value: hours * 3_600 + minutes * 60 + seconds });
      }),
    );
  });

  it('no text makes it throw or answer out of bounds', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const parsed = parseSeconds(text);
        if (parsed.ok) expect(parsed.value).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});

describe('durations', () => {
  it.each([
    [40, { kind: 'exact', seconds: 2_400 }],
    ['40m', { kind: 'exact', seconds: 2_400 }],
    ['30-45m', { kind: 'range', seconds: 1_800, maxSeconds: 2_700 }],
    ['30m-1h', { kind: 'range', seconds: 1_800, maxSeconds: 3_600 }],
    ['15m-2d', { kind: 'range', seconds: 900, maxSeconds: 172_800 }],
    ['30 to 45 minutes', { kind: 'range', seconds: 1_800, maxSeconds: 2_700 }],
    ['at least 30m', { kind: 'floor', seconds: 1_800 }],
    ['12h or more', { kind: 'floor', seconds: 43_200 }],
    ['at most 5m', { kind: 'ceiling', seconds: 300 }],
    ['up to 5m', { kind: 'ceiling', seconds: 300 }],
    ['unknown, assume 20m', { kind: 'unknown', assumedSeconds: 1_200 }],
    ['unknown; assumed 90', { kind: 'unknown', assumedSeconds: 5_400 }],
  ])('%s', (given, value) => {
    expect(parseDuration(given)).toEqual({ ok: true, value });
  });

  it.each(['45-30m', 'unknown', 'at least', 'unknown, assume long', '-30m', 'tba'])(
    '"%s" is refused',
    (given) => {
      expect(parseDuration(given).ok).toBe(false);
    },
  );
});
