import { describe, expect, it } from 'vitest';
import { fullTimeText, minutesText, shiftText, timeText } from './times.ts';

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

  it('says how long and how far', () => {
    expect(minutesText(0)).toBe('0 min');
    expect(minutesText(95)).toBe('1 h 35 min');
    expect(minutesText(-60)).toBe('-1 h');
    expect(shiftText(0, 35 * 60_000)).toBe('+35 min');
    expect(shiftText(35 * 60_000, 0)).toBe('-35 min');
    expect(shiftText(5, 5)).toBe('same time');
  });
});
