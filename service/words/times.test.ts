import { describe, expect, it } from 'vitest';
import { fullTimeText, minutesText, shiftText, spanText, timeText, zoneText } from './times.ts';

const at = (text: string): number => Date.parse(text);

describe('times in words', () => {
  it('shows the local time of the cutover, with its weekday', () => {
    expect(timeText(at('2026-11-08T02:40:00Z'), 'Europe/London')).toBe('Sun 02:40');
    expect(timeText(at('2026-11-08T02:40:00Z'), 'Asia/Kolkata')).toBe('Sun 08:10');
    expect(timeText(at('2026-11-08T02:40:10Z'), 'UTC')).toBe('Sun 02:40:10');
  });

  it('tells the two 01:30s of a clock change apart by their offset', () => {
    expect(fullTimeText(at('2026-10-25T00:30:00Z'), 'Europe/London')).toBe(
      '2026-10-25 01:30 Europe/London (+01:00)',
    );
    expect(fullTimeText(at('2026-10-25T01:30:00Z'), 'Europe/London')).toBe(
      '2026-10-25 01:30 Europe/London (+00:00)',
    );
  });

  it('says the offset of a time that clocks show twice, and of no other', () => {
    const shown = ['00:59', '00:00', '01:59', '02:00'].map((time) =>
      timeText(at(`2026-10-25T${time}:00Z`), 'Europe/London'),
    );
    expect(shown).toEqual([
      'Sun 01:59 (+01:00)',
      'Sun 01:00 (+01:00)',
      'Sun 01:59 (+00:00)',
      'Sun 02:00',
    ]);
    expect(timeText(at('2026-10-24T23:59:00Z'), 'Europe/London')).toBe('Sun 00:59');
    expect(timeText(at('2026-03-29T01:30:00Z'), 'Europe/London')).toBe('Sun 02:30');
    expect(timeText(at('2026-04-04T15:15:00Z'), 'Australia/Lord_Howe')).toBe('Sun 01:45 (+10:30)');
  });

  it('names the day of a span once, and the offsets of a zone', () => {
    const zone = 'Europe/London';
    const [from, to] = [at('2026-10-24T22:30:00Z'), at('2026-10-25T01:10:00Z')];
    expect(spanText(from, to, zone)).toBe('Sat 24 Oct 23:30 to Sun 25 Oct 01:10 (+00:00)');
    expect(spanText(at('2026-10-25T00:30:00Z'), to, zone)).toBe(
      'Sun 25 Oct 01:30 (+01:00) to 01:10 (+00:00)',
    );
    expect(spanText(to, to, 'UTC')).toBe('Sun 25 Oct 01:10');
    expect(zoneText(zone, from, to)).toBe('Europe/London (UTC+01:00, then UTC+00:00)');
    expect(zoneText('Asia/Kolkata', from, to)).toBe('Asia/Kolkata (UTC+05:30)');
    expect(zoneText('UTC', from, to)).toBe('UTC');
  });

  it('says how long and how far', () => {
    expect(minutesText(0)).toBe('0 min');
    expect(minutesText(95)).toBe('1 h 35 min');
    expect(minutesText(-60)).toBe('-1 h');
    expect(shiftText(0, 35 * 60_000)).toBe('+35 min');
    expect(shiftText(35 * 60_000, 0)).toBe('-35 min');
    expect(shiftText(5, 5)).toBe('same time');
  });
});
