import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { describe, expect, it } from 'vitest';
import type { Interval } from '../ledger/vocabulary.ts';
import { minuteMs } from '../ledger/vocabulary.ts';
import { readInstant, slackMs, troubleOf } from './instants.ts';

const utc = (text: string): number => Temporal.Instant.from(text).epochMilliseconds;
const shown = (at: number): string => Temporal.Instant.fromEpochMilliseconds(at).toString();
const window = (from: string, to: string): Interval => ({ opensAt: utc(from), closesAt: utc(to) });

/** Saturday to Sunday; London is on GMT. */
const night = window('2026-11-07T22:00Z', '2026-11-08T06:00Z');
/** The clocks go back at 01:00Z. */
const autumn = window('2026-10-24T21:00Z', '2026-10-25T06:00Z');
/** The clocks go forward at 01:00Z. */
const spring = window('2026-03-28T22:00Z', '2026-03-29T06:00Z');
/** London is on BST. */
const summer = window('2026-07-11T21:00Z', '2026-07-12T05:00Z');
/** Two days long. */
const weekend = window('2026-11-07T00:00Z', '2026-11-09T00:00Z');

const london = 'Europe/London';

describe('a text that names one instant', () => {
  it.each([
    ['2026-11-08T02:10Z', night, '2026-11-08T02:10:00Z'],
    ['2026-11-08T02:10:30Z', night, '2026-11-08T02:10:30Z'],
    ['2026-11-08T02:10:30.123456Z', night, '2026-11-08T02:10:30.123Z'],
    ['2026-11-08T02:10:30,5Z', night, '2026-11-08T02:10:30.5Z'],
    ['2026-11-08t02:10', night, '2026-11-08T02:10:00Z'],
    ['2026-11-08T03:10+01:00', night, '2026-11-08T02:10:00Z'],
    ['2026-11-08T03:10+0100', night, '2026-11-08T02:10:00Z'],
    ['2026-11-07T21:10-05:00', night, '2026-11-08T02:10:00Z'],
    ['2026-11-08T07:40+05:30', night, '2026-11-08T02:10:00Z'],
    ['2026-11-08T16:10+14:00', night, '2026-11-08T02:10:00Z'],
    ['2026-11-08T03:09+00:59', night, '2026-11-08T02:10:00Z'],
    ['2026-11-07 11:10 pm', night, '2026-11-07T23:10:00Z'],
    ['2026-11-08 1:10 am', night, '2026-11-08T01:10:00Z'],
    ['2026-11-08T03:10+01:00[Europe/Berlin]', night, '2026-11-08T02:10:00Z'],
    ['2026-11-08 03:10 Europe/Berlin', night, '2026-11-08T02:10:00Z'],
    ['2026-11-08 02:10', night, '2026-11-08T02:10:00Z'],
    ['2026-11-08, 02:10', night, '2026-11-08T02:10:00Z'],
    ['02:10', night, '2026-11-08T02:10:00Z'],
    ['2:10', night, '2026-11-08T02:10:00Z'],
    ['  02:10  ', night, '2026-11-08T02:10:00Z'],
    ['23:10', night, '2026-11-07T23:10:00Z'],
    ['02:10Z', night, '2026-11-08T02:10:00Z'],
    ['02:10 UTC', night, '2026-11-08T02:10:00Z'],
    ['03:10 UTC+1', night, '2026-11-08T02:10:00Z'],
    ['01:10 UTC-1', night, '2026-11-08T02:10:00Z'],
    ['03:10 +01:00', night, '2026-11-08T02:10:00Z'],
    ['03:10 +01', night, '2026-11-08T02:10:00Z'],
    ['03:10 +1:00', night, '2026-11-08T02:10:00Z'],
    ['02:10 GMT', night, '2026-11-08T02:10:00Z'],
    ['03:10 CET', night, '2026-11-08T02:10:00Z'],
    ['21:10 EST', night, '2026-11-08T02:10:00Z'],
    ['18:10 PST', night, '2026-11-08T02:10:00Z'],
    ['19:10 MST', night, '2026-11-08T02:10:00Z'],
    ['11:10 JST', night, '2026-11-08T02:10:00Z'],
    ['02:10 BST', summer, '2026-07-12T01:10:00Z'],
    ['03:10 CEST', summer, '2026-07-12T01:10:00Z'],
    ['21:10 EDT', summer, '2026-07-12T01:10:00Z'],
    ['18:10 PDT', summer, '2026-07-12T01:10:00Z'],
    ['00:00', night, '2026-11-08T00:00:00Z'],
    ['24:00', night, '2026-11-08T00:00:00Z'],
    ['2026-11-07 24:00', night, '2026-11-08T00:00:00Z'],
    ['2:10 am', night, '2026-11-08T02:10:00Z'],
    ['2am', night, '2026-11-08T02:00:00Z'],
    ['11:30pm', night, '2026-11-07T23:30:00Z'],
    ['12:10 am', night, '2026-11-08T00:10:00Z'],
    ['around 02:10', night, '2026-11-08T02:10:00Z'],
    ['at 02:10 hrs today', night, '2026-11-08T02:10:00Z'],
    ['Sun 8 Nov 02:10', night, '2026-11-08T02:10:00Z'],
    ['Sunday, 8 November 2026 at 02:10 GMT', night, '2026-11-08T02:10:00Z'],
    ['Sun. 8th of Nov. 2026, 02:10', night, '2026-11-08T02:10:00Z'],
    ['November 8, 2026 02:10', night, '2026-11-08T02:10:00Z'],
    ['Nov 8 02:10', night, '2026-11-08T02:10:00Z'],
    ['8 Sept 02:10', window('2026-09-07T22:00Z', '2026-09-08T06:00Z'), '2026-09-08T01:10:00Z'],
    ['Sun 02:10', night, '2026-11-08T02:10:00Z'],
    ['Sat 23:10', night, '2026-11-07T23:10:00Z'],
    ['Sunday 02:10', weekend, '2026-11-08T02:10:00Z'],
    ['08/11/2026 02:10', night, '2026-11-08T02:10:00Z'],
    ['11/08/2026 02:10', night, '2026-11-08T02:10:00Z'],
    ['8.11.2026 02:10', night, '2026-11-08T02:10:00Z'],
    ['13/11/2026 02:10', window('2026-11-12T22:00Z', '2026-11-13T06:00Z'), '2026-11-13T02:10:00Z'],
    ['01:30 BST', autumn, '2026-10-25T00:30:00Z'],
    ['01:30 GMT', autumn, '2026-10-25T01:30:00Z'],
    ['2026-10-25T01:30+00:00', autumn, '2026-10-25T01:30:00Z'],
    ['2026-10-25T01:30+01:00', autumn, '2026-10-25T00:30:00Z'],
    ['2026-10-25T01:30+01:00[Europe/London]', autumn, '2026-10-25T00:30:00Z'],
    ['2026-10-25T01:30+00:00 GMT', autumn, '2026-10-25T01:30:00Z'],
    ['00:59', autumn, '2026-10-24T23:59:00Z'],
    ['02:00', autumn, '2026-10-25T02:00:00Z'],
    ['00:59', spring, '2026-03-29T00:59:00Z'],
    ['02:00', spring, '2026-03-29T01:00:00Z'],
  ])('%s', (text, of, meant) => {
    const reading = readInstant(text, london, of);
    expect(reading.at === null ? null : shown(reading.at)).toBe(shown(utc(meant)));
    expect(reading.candidates).toEqual([reading.at]);
    expect(troubleOf(reading, of)).toBeNull();
  });

  it.each([
    ['02:10 MST', 'America/Phoenix', '2026-07-12T09:10:00Z'],
    ['02:10 EST', 'America/Panama', '2026-07-12T07:10:00Z'],
    ['02:10 GMT', 'UTC', '2026-07-12T02:10:00Z'],
    ['02:10 IST', 'Asia/Kolkata', '2026-07-11T20:40:00Z'],
    ['02:10 CST', 'Asia/Shanghai', '2026-07-11T18:10:00Z'],
    ['02:10 CST', 'America/Regina', '2026-07-12T08:10:00Z'],
  ])('a label that the zone it is read in settles: %s in %s', (text, zone, meant) => {
    const of = window('2026-07-11T15:00Z', '2026-07-12T14:00Z');
    const reading = readInstant(text, zone, of);
    expect(reading.at).toBe(utc(meant));
  });

  it('takes the year of a new-year night from the side of midnight the day lies on', () => {
    const of = window('2026-12-31T22:00Z', '2027-01-01T06:00Z');
    expect(readInstant('31 Dec 23:10', london, of).at).toBe(utc('2026-12-31T23:10Z'));
    expect(readInstant('1 Jan 02:10', london, of).at).toBe(utc('2027-01-01T02:10Z'));
    expect(readInstant('Fri 1 Jan 02:10', london, of).at).toBe(utc('2027-01-01T02:10Z'));
  });
});

describe('a text in doubt keeps every candidate', () => {
  it.each([
    ['to be agreed', night, 'no_number', []],
    ['accordingly', night, 'no_number', []],
    ['TBD', night, 'no_number', []],
    ['shortly', night, 'no_number', []],
    ['', night, 'no_number', []],
    ['8 Nov', night, 'no_number', []],
    ['Sunday', night, 'no_number', []],
    ['02:10 tomorrow', night, 'no_number', []],
    ['not before 02:10', night, 'no_number', []],
    ['25:10', night, 'no_number', []],
    ['24:01', night, 'no_number', []],
    ['02:60', night, 'no_number', []],
    ['02:10:60', night, 'no_number', []],
    ['13:10 pm', night, 'no_number', []],
    ['0:10 am', night, 'no_number', []],
    ['02:10 XYZ', night, 'no_number', []],
    ['00:10 +1', night, 'no_number', []],
    ['00:10+1', night, 'no_number', []],
    ['2026-11-07 00:10 +1', night, 'no_number', []],
    ['02:10 -1', night, 'no_number', []],
    ['02:10 GMT BST', night, 'no_number', []],
    ['2026-02-30T02:10Z', night, 'no_number', []],
    ['30 Feb 02:10', night, 'no_number', []],
    ['0 Nov 2026 02:10', night, 'no_number', []],
    ['13/13/2026 02:10', night, 'no_number', []],
    ['02:10-02:30', night, 'no_number', ['2026-11-08T02:10:00Z', '2026-11-08T02:30:00Z']],
    ['1999-11-08T02:10Z', night, 'no_number', []],
    ['2026-11-08T02:10+15:00', night, 'no_number', []],
    ['2026-11-08T02:10+01:60', night, 'no_number', []],
    ['2026-11-08 02:10 Europe/Atlantis', night, 'no_number', []],
    ['2026-11-08 02:10 8 Nov', night, 'no_number', []],
    ['02:10 or 02:40', night, 'no_number', ['2026-11-08T02:10:00Z', '2026-11-08T02:40:00Z']],
    [
      'between 02:10 and 2:40am',
      night,
      'no_number',
      ['2026-11-08T02:10:00Z', '2026-11-08T02:40:00Z'],
    ],
    ['02:10/02:40', night, 'no_number', ['2026-11-08T02:10:00Z', '2026-11-08T02:40:00Z']],
    [
      '7 Nov 23:50 or Sun 00:10 or 00:30 GMT',
      night,
      'no_number',
      ['2026-11-07T23:50:00Z', '2026-11-08T00:10:00Z', '2026-11-08T00:30:00Z'],
    ],
    ['02:10 or 02:10', night, 'no_number', ['2026-11-08T02:10:00Z']],
    ['02:10 or later', night, 'no_number', []],
    ['02:10 to be agreed', night, 'no_number', []],
    ['02:10 or', night, 'no_number', []],
    ['or 02:10', night, 'no_number', []],
    [
      '2026-11-08 02:10-02:25',
      night,
      'no_number',
      ['2026-11-08T02:10:00Z', '2026-11-08T02:25:00Z'],
    ],
    ['02:10 02:40', night, 'no_number', ['2026-11-08T02:10:00Z', '2026-11-08T02:40:00Z']],
    ['02:10', weekend, 'no_number', ['2026-11-07T02:10:00Z', '2026-11-08T02:10:00Z']],
    [
      '03/04/2026 02:10',
      window('2026-01-01T00:00Z', '2026-01-02T00:00Z'),
      'no_number',
      ['2026-03-04T02:10:00Z', '2026-04-03T01:10:00Z'],
    ],
    [
      '02:10 IST',
      night,
      'no_number',
      [
        '2026-11-07T20:40:00Z',
        '2026-11-08T00:10:00Z',
        '2026-11-08T01:10:00Z',
        '2026-11-08T02:10:00Z',
      ],
    ],
    [
      'Sun 9 Nov 02:10',
      night,
      'weekday_date_disagree',
      ['2026-11-08T02:10:00Z', '2026-11-09T02:10:00Z'],
    ],
    [
      'Thu 8 Nov 02:10',
      night,
      'weekday_date_disagree',
      ['2026-11-05T02:10:00Z', '2026-11-08T02:10:00Z'],
    ],
    [
      'Wed 2026-11-08 02:10',
      night,
      'weekday_date_disagree',
      ['2026-11-08T02:10:00Z', '2026-11-11T02:10:00Z'],
    ],
    ['02:10 BST', night, 'zone_out_of_season', ['2026-11-08T01:10:00Z', '2026-11-08T02:10:00Z']],
    [
      '8 Nov 02:10 CEST',
      night,
      'zone_out_of_season',
      ['2026-11-08T00:10:00Z', '2026-11-08T01:10:00Z'],
    ],
    ['02:10 GMT', summer, 'zone_out_of_season', ['2026-07-12T01:10:00Z', '2026-07-12T02:10:00Z']],
    ['02:10 CET', summer, 'zone_out_of_season', ['2026-07-12T00:10:00Z', '2026-07-12T01:10:00Z']],
    [
      '2026-11-08T02:10+02:00[Europe/Berlin]',
      night,
      'zone_out_of_season',
      ['2026-11-08T00:10:00Z', '2026-11-08T01:10:00Z'],
    ],
    [
      '2026-11-08T02:10+01:00 GMT',
      night,
      'zone_out_of_season',
      ['2026-11-08T01:10:00Z', '2026-11-08T02:10:00Z'],
    ],
    ['01:30', autumn, 'clock_change', ['2026-10-25T00:30:00Z', '2026-10-25T01:30:00Z']],
    ['2026-10-25T01:00', autumn, 'clock_change', ['2026-10-25T00:00:00Z', '2026-10-25T01:00:00Z']],
    ['2026-10-25T01:59', autumn, 'clock_change', ['2026-10-25T00:59:00Z', '2026-10-25T01:59:00Z']],
    ['01:30', spring, 'clock_change', ['2026-03-29T00:30:00Z', '2026-03-29T01:30:00Z']],
    ['2026-03-29T01:00', spring, 'clock_change', ['2026-03-29T00:00:00Z', '2026-03-29T01:00:00Z']],
    ['01:30 BST', spring, 'zone_out_of_season', ['2026-03-29T00:30:00Z', '2026-03-29T01:30:00Z']],
    ['21:00', night, 'outside_window', ['2026-11-07T21:00:00Z', '2026-11-08T21:00:00Z']],
    ['Mon 02:10', night, 'outside_window', ['2026-11-02T02:10:00Z', '2026-11-09T02:10:00Z']],
  ])('%s', (text, of, trouble, candidates) => {
    const reading = readInstant(text, london, of);
    expect(reading.at).toBeNull();
    expect(reading.candidates.map(shown)).toEqual(candidates);
    expect(troubleOf(reading, of)).toBe(trouble);
  });

  it('cannot read in a zone that does not exist', () => {
    expect(troubleOf(readInstant('02:10', 'Mars/Olympus', night), night)).toBe('no_number');
  });
});

describe('a bare time belongs to the window', () => {
  it.each([
    ['22:00', '2026-11-07T22:00:00Z'],
    ['06:00', '2026-11-08T06:00:00Z'],
  ])('its opening and its close both fit: %s', (text, meant) => {
    expect(readInstant(text, london, night).at).toBe(utc(meant));
  });
  it.each(['21:59', '06:01'])('a minute outside does not fit: %s', (text) => {
    expect(troubleOf(readInstant(text, london, night), night)).toBe('outside_window');
  });
});

describe('far outside the window', () => {
  const at = (instant: number) => readInstant(shown(instant), london, night);
  it.each([
    ['12 hours before it opens', night.opensAt - slackMs, null],
    ['a millisecond more before', night.opensAt - slackMs - 1, 'outside_window'],
    ['12 hours after it closes', night.closesAt + slackMs, null],
    ['a millisecond more after', night.closesAt + slackMs + 1, 'outside_window'],
  ])('%s', (_, instant, trouble) => {
    expect(at(instant).at).toBe(instant);
    expect(troubleOf(at(instant), night)).toBe(trouble);
  });
  it('the slack is twelve hours', () => {
    expect(slackMs).toBe(12 * 60 * minuteMs);
  });
});

describe('a reading that somebody else made', () => {
  const honest = readInstant('02:10', london, night);
  it('is refused when its instant is not what its text says', () => {
    expect(troubleOf({ ...honest, at: utc('2026-11-08T02:11Z') }, night)).toBe('not_structured');
  });
  it('is refused when it keeps silent about a text that is clear', () => {
    expect(troubleOf({ ...honest, at: null }, night)).toBe('not_structured');
  });
  it('is refused when it settles by itself what is in doubt', () => {
    const doubtful = readInstant('01:30', london, autumn);
    const settled = { ...doubtful, at: doubtful.candidates[0] ?? null };
    expect(troubleOf(settled, autumn)).toBe('clock_change');
  });
  it('is judged by its text, whatever candidates it lists', () => {
    expect(troubleOf({ ...honest, candidates: [] }, night)).toBeNull();
  });
});

describe('readInstant', () => {
  it('keeps the text and the zone as they were given', () => {
    const { text, zone } = readInstant(' 02:10 ', london, night);
    expect([text, zone]).toEqual([' 02:10 ', london]);
  });

  it('reads a text of 200 letters and refuses a longer one, of which it keeps the beginning', () => {
    const padded = `02:10${' '.repeat(195)}`;
    expect(readInstant(padded, london, night).at).toBe(utc('2026-11-08T02:10Z'));
    const long = readInstant(`${padded} `, london, night);
    expect([long.at, long.text.length]).toEqual([null, 200]);
  });

  it('has two candidates exactly where Temporal refuses a wall clock time', () => {
    const minutes = fc.integer({ min: 0, max: 24 * 60 - 1 });
    const days = fc.constantFrom('2026-10-25', '2026-03-29', '2026-07-12');
    fc.assert(
      fc.property(days, minutes, (day, minuteOfDay) => {
        const text = `${day}T${String(Math.floor(minuteOfDay / 60)).padStart(2, '0')}:${String(minuteOfDay % 60).padStart(2, '0')}`;
        const refused = (() => {
          try {
            Temporal.PlainDateTime.from(text).toZonedDateTime(london, { disambiguation: 'reject' });
            return false;
          } catch {
            return true;
          }
        })();
        expect(readInstant(text, london, night).candidates).toHaveLength(refused ? 2 : 1);
      }),
      { numRuns: 300 },
    );
  });

  it('reads back every instant it is shown in ISO, in any zone', () => {
    const zones = fc.constantFrom(
      london,
      'America/New_York',
      'Asia/Kolkata',
      'Pacific/Apia',
      'UTC',
    );
    const instants = fc.integer({ min: utc('2025-01-01T00:00Z'), max: utc('2027-01-01T00:00Z') });
    fc.assert(
      fc.property(instants, zones, (at, zone) => {
        const zoned = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone);
        expect(readInstant(shown(at), zone, night).at).toBe(at);
        expect(readInstant(zoned.toString(), london, night).at).toBe(at);
      }),
      { numRuns: 300 },
    );
  });

  it('never throws, and never sets an instant without exactly that one candidate', () => {
    const words = fc.constantFrom(
      '02:10',
      '8',
      'Nov',
      'Sun',
      '2026-11-08',
      'BST',
      '+1',
      'at',
      'or',
      '[',
      'T',
      '3/4/2026',
      'Z',
      '-02',
      'pm',
      'Europe/Paris',
    );
    const texts = fc.oneof(
      fc.string(),
      fc.array(words, { maxLength: 6 }).map((some) => some.join(' ')),
    );
    fc.assert(
      fc.property(texts, (text) => {
        const reading = readInstant(text, london, night);
        if (reading.at !== null) expect(reading.candidates).toEqual([reading.at]);
      }),
      { numRuns: 1_000 },
    );
  });

  it('reads the same whatever zone the process runs in', () => {
    const texts = ['01:30', '02:10', 'Sun 25 Oct 01:30 BST', '25/10/2026 02:10', '23:10'];
    const own = process.env['TZ'];
    const zones = ['UTC', 'America/New_York', 'Asia/Kolkata'];
    const read = zones.map((zone) => {
      process.env['TZ'] = zone;
      const hour = new Date(autumn.opensAt).getHours();
      return { hour, readings: texts.map((text) => readInstant(text, london, autumn)) };
    });
    if (own === undefined) delete process.env['TZ'];
    else process.env['TZ'] = own;
    expect(read.map(({ hour }) => hour)).toEqual([21, 17, 2]);
    expect(read[1]?.readings).toEqual(read[0]?.readings);
    expect(read[2]?.readings).toEqual(read[0]?.readings);
  });
});
