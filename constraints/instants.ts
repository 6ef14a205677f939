/**
 * Reads written instants, and reads them again to judge a reading somebody else made. It never picks one of
 * several meanings, never asks a clock and never uses the machine's own zone: whatever is in doubt is returned as
 * candidates for a human.
 */
import { Temporal } from 'temporal-polyfill';
import type { ReadinessCode } from '../ledger/codes.ts';
import type { Reading } from '../ledger/facts.ts';
import { Instant, type Interval, minuteMs } from '../ledger/vocabulary.ts';
import { takeApart, type WrittenDate, type WrittenInstant } from './instantText.ts';
import { isZone, type Meaning, resolve } from './instantZones.ts';

/** An instant more than this far before the window opens or after it closes is not of this night. */
export const slackMs = 720 * minuteMs;
const longest = 200;

const unreadable: Meaning = { candidates: [], trouble: 'no_number' };
const ascending = (some: readonly number[]): number[] =>
  [...new Set(some)].toSorted((one, other) => one - other);
const fits = (at: number, window: Interval): boolean =>
  window.opensAt <= at && at <= window.closesAt;

/** What a text is read against. */
type Ground = { readonly zone: string; readonly window: Interval };

const dayOf = (at: number, zone: string): Temporal.PlainDate =>
  Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone).toPlainDate();

/** The window's days in the zone, with `margin` days before and after. */
function daysAround({ zone, window }: Ground, margin: number): Temporal.PlainDate[] {
  const first = dayOf(window.opensAt, zone).subtract({ days: margin });
  const count = first.until(dayOf(window.closesAt, zone)).days + margin;
  return Array.from({ length: count + 1 }, (_, index) => first.add({ days: index }));
}

const all = (meanings: readonly Meaning[]): number[] =>
  ascending(meanings.flatMap((meaning) => meaning.candidates));

/** One meaning is the meaning; several make the text name more than one instant. */
function single(meanings: readonly Meaning[]): Meaning {
  const [only] = meanings;
  if (only === undefined) return unreadable;
  return meanings.length === 1 ? only : { candidates: all(meanings), trouble: 'no_number' };
}

/** A time without a date belongs to the window: the one day on which it fits. */
function withoutDate(parts: WrittenInstant, ground: Ground): Meaning {
  const { weekday } = parts;
  const meanings = daysAround(ground, weekday === null ? 1 : 7)
    .filter((day) => weekday === null || day.dayOfWeek === weekday)
    .map((day) => resolve(day, parts, ground.zone));
  const inside = meanings.filter((meaning) =>
    meaning.candidates.some((at) => fits(at, ground.window)),
  );
  if (inside.length > 0) return single(inside);
  const before = all(meanings).filter((at) => at < ground.window.opensAt);
  const after = all(meanings).filter((at) => at > ground.window.closesAt);
  return { candidates: [...before.slice(-1), ...after.slice(0, 1)], trouble: 'outside_window' };
}

function calendarDays(date: WrittenDate, { zone, window }: Ground): Temporal.PlainDate[] {
  const years =
    date.year === null
      ? ascending([dayOf(window.opensAt, zone).year, dayOf(window.closesAt, zone).year])
      : [date.year];
  return years.flatMap((year) => {
    const day = Temporal.PlainDate.from({ year, month: date.month, day: 1 });
    return date.day >= 1 && date.day <= day.daysInMonth ? [day.with({ day: date.day })] : [];
  });
}

/** The day on which that weekday falls within three days of a date. */
function nearestWeekday(day: Temporal.PlainDate, weekday: number): Temporal.PlainDate {
  const ahead = (weekday - day.dayOfWeek + 7) % 7;
  return day.add({ days: ahead > 3 ? ahead - 7 : ahead });
}

function withDate(parts: WrittenInstant, ground: Ground): Meaning {
  const { weekday, dates } = parts;
  const days = (dates ?? []).flatMap((date) => calendarDays(date, ground));
  const agreeing = days.filter((day) => weekday === null || day.dayOfWeek === weekday);
  if (weekday !== null && days.length > 0 && agreeing.length === 0) {
    const both = days.flatMap((day) => [day, nearestWeekday(day, weekday)]);
    const meanings = both.map((day) => resolve(day, parts, ground.zone));
    return { candidates: all(meanings), trouble: 'weekday_date_disagree' };
  }
  const meanings = agreeing.map((day) => resolve(day, parts, ground.zone));
  const inside = meanings.filter((meaning) =>
    meaning.candidates.some((at) => fits(at, ground.window)),
  );
  return single(inside.length > 0 ? inside : meanings);
}

const between = /\s+(?:or|and|to)\s+|\s*[-/\u2013\u2014]\s*(?=\d{1,2}:\d{2})/i;

/** Two instants or more with words between that leave open which is meant: each is what it could mean. */
function severalIn(text: string, zone: string, window: Interval): Meaning {
  const parts = text.replace(/^between\s+/i, '').split(between);
  const meanings = parts.length < 2 ? [] : parts.map((part) => meaningOf(part, zone, window));
  const isEach = meanings.every(({ candidates }) => candidates.length > 0);
  return isEach ? single(meanings) : unreadable;
}

/**
 * Every instant a text could mean, and what is wrong with it if that is not exactly one. Nothing is wrong
 * exactly when there is one candidate and no trouble.
 */
export function meaningOf(text: string, zone: string, window: Interval): Meaning {
  if (text.length > longest) return unreadable;
  const parts = takeApart(text.trim());
  if (parts === null) return severalIn(text.trim(), zone, window);
  const ground = { zone: parts.namedZone ?? zone, window };
  if (parts.times.length === 0 || !isZone(ground.zone)) return unreadable;
  const read = parts.dates === null ? withoutDate : withDate;
  const { candidates, trouble } = single(
    parts.times.map((time) => read({ ...parts, times: [time] }, ground)),
  );
  const known = candidates.filter((at) => Instant.safeParse(at).success);
  return known.length === 0 ? unreadable : { candidates: known, trouble };
}

/** The reading of a text: `at` is set exactly when it names one instant beyond doubt; else all candidates are kept. */
export function readInstant(text: string, zone: string, window: Interval): Reading {
  const { candidates, trouble } = meaningOf(text, zone, window);
  const [only] = candidates;
  const at = trouble === null && candidates.length === 1 && only !== undefined ? only : null;
  return { text: text.slice(0, longest), zone, at, candidates: [...candidates] };
}

/**
 * Why a reading cannot be relied on, or null. The text is read again, so that an instant which disagrees with
 * its own text is caught whoever filled it in.
 */
export function troubleOf(reading: Reading, window: Interval): ReadinessCode | null {
  const { candidates, trouble } = meaningOf(reading.text, reading.zone, window);
  if (trouble !== null) return trouble;
  const [only] = candidates;
  if (only === undefined || reading.at !== only) return 'not_structured';
  return only < window.opensAt - slackMs || only > window.closesAt + slackMs
    ? 'outside_window'
    : null;
}
