/**
 * Takes a written instant apart into the words it is made of: weekday, date, time, offset, zone. It resolves
 * nothing; what it cannot account for to the last letter it refuses as unreadable.
 */
import { zoneLabels } from './zoneLabels.ts';

/** A calendar day as written; `year` is null when none is given. A day written `3/4/2026` has two readings. */
export type WrittenDate = {
  readonly year: number | null;
  readonly month: number;
  readonly day: number;
};
/** A wall-clock time; `nextDay` for 24:00. */
export type WrittenTime = { readonly nextDay: boolean; readonly milliseconds: number };

export type WrittenInstant = {
  /** Monday is 1, as in ISO 8601. */
  readonly weekday: number | null;
  /** Every day the written date could be (none, when it is no day at all); null when no date is written. */
  readonly dates: readonly WrittenDate[] | null;
  readonly times: readonly WrittenTime[];
  /** Minutes ahead of UTC, when an offset is written out. */
  readonly offsetMinutes: number | null;
  readonly label: string | null;
  /** An IANA zone named in the text itself. */
  readonly namedZone: string | null;
};

const months = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ');
const monthWord =
  '(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\\.?';
const weekdays = 'mon tue wed thu fri sat sun'.split(' ');
const weekdayWord = /\b(mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?\b\.?,?/i;
const year = '((?:19|20)\\d{2})(?![\\d:])';
const isoDate = /\b((?:19|20)\d{2})-(\d{2})-(\d{2})(?:T|\b)/i;
const dayFirst = new RegExp(
  `\\b(\\d{1,2})(?:st|nd|rd|th)?\\s+(?:of\\s+)?${monthWord},?(?:\\s+${year})?`,
  'i',
);
const monthFirst = new RegExp(
  `\\b${monthWord}\\s+(\\d{1,2})(?:st|nd|rd|th)?(?![\\d:]),?(?:\\s+${year})?`,
  'i',
);
const slashed = new RegExp(`\\b(\\d{1,2})[/.](\\d{1,2})[/.]${year}`);
/** An IANA zone, or any zone in brackets as Temporal writes it. */
const namedZone =
  /\[([A-Za-z_+/-]+)\]|\b((?:Africa|America|Antarctica|Asia|Atlantic|Australia|Etc|Europe|Indian|Pacific)\/[A-Za-z_]+(?:\/[A-Za-z_]+)?(?:[+-]\d{1,2})?)/;
const clock = /(?<![\d:])(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?(?![\d:])\s*([ap]m\b)?/gi;
const signed = /(?:\b(?:UTC|GMT)\s*|(?<=[\d])\s*)([+-])(\d{1,2})(?::?(\d{2}))?(?![\d:])/;
const capitals = /\b[A-Z]{1,4}\b/g;
/** Words that add nothing to an instant. Anything else that is left over makes the text unreadable. */
const filler =
  /^(?:at|on|by|from|until|around|about|circa|ca|approx|approximately|the|of|today|tonight|hrs?|hours|h|local|time|t|~|,|\.|;|\(|\)|\s)*$/i;

const number = (text: string | undefined): number => Number(text ?? '0');

/** A text that shrinks as its parts are recognised. */
type Cut<T> = { readonly value: T; readonly rest: string };

function cut<T>(rest: string, pattern: RegExp, read: (match: RegExpExecArray) => T): Cut<T | null> {
  const match = pattern.exec(rest);
  if (match === null) return { value: null, rest };
  const left = `${rest.slice(0, match.index)} ${rest.slice(match.index + match[0].length)}`;
  return { value: read(match), rest: left };
}

const monthOf = (word: string | undefined): number =>
  months.indexOf((word ?? '').slice(0, 3).toLowerCase()) + 1;
const yearOf = (word: string | undefined): number | null =>
  word === undefined ? null : Number(word);

function cutDates(rest: string): Cut<readonly WrittenDate[] | null> {
  const iso = cut(rest, isoDate, (match) => [
    { year: number(match[1]), month: number(match[2]), day: number(match[3]) },
  ]);
  if (iso.value !== null) return iso;
  const numeric = cut(rest, slashed, (match) => {
    const [first, second] = [number(match[1]), number(match[2])];
    const both = [
      { year: number(match[3]), month: second, day: first },
      { year: number(match[3]), month: first, day: second },
    ];
    return (first === second ? both.slice(1) : both).filter((date) => date.month <= 12);
  });
  if (numeric.value !== null) return numeric;
  const european = cut(rest, dayFirst, (match) => [
    { year: yearOf(match[3]), month: monthOf(match[2]), day: number(match[1]) },
  ]);
  if (european.value !== null) return european;
  return cut(rest, monthFirst, (match) => [
    { year: yearOf(match[3]), month: monthOf(match[1]), day: number(match[2]) },
  ]);
}

function timeOf(match: RegExpExecArray | RegExpMatchArray): WrittenTime | null {
  const [, hourText, minuteText, secondText, fraction, half] = match;
  const [written, minute, second] = [number(hourText), number(minuteText), number(secondText)];
  if (minute > 59 || second > 59) return null;
  if (half !== undefined && (written < 1 || written > 12)) return null;
  const hour = half === undefined ? written : (written % 12) + (/p/i.test(half) ? 12 : 0);
  if (hour > 24 || (hour === 24 && minute + second > 0)) return null;
  const thousandths = number((fraction ?? '').padEnd(3, '0').slice(0, 3));
  return {
    nextDay: hour === 24,
    milliseconds: (((hour % 24) * 60 + minute) * 60 + second) * 1_000 + thousandths,
  };
}

function cutLabel(rest: string): Cut<string | null> {
  const words = [...rest.matchAll(capitals)].filter((match) => zoneLabels.has(match[0]));
  const [only] = words;
  if (only === undefined || words.length > 1) return { value: null, rest };
  return {
    value: only[0],
    rest: `${rest.slice(0, only.index)} ${rest.slice(only.index + only[0].length)}`,
  };
}

/** After an ISO date a minus is an offset; after any other date it is more likely a range. */
const offsetAllowed = (text: string, sign: string, match: string): boolean =>
  sign === '+' || isoDate.test(text) || /UTC|GMT/.test(match);

function cutOffset(text: string, rest: string): Cut<number | null> {
  const found = cut(rest, signed, (match) => {
    const [whole, sign, hours, minutes] = match;
    // Every zone west of Greenwich lies whole quarters of an hour behind: 02:10-02:25 is from one time to another.
    const isRange = sign === '-' && number(minutes) % 15 !== 0;
    // "00:10 +1" is the next day to who writes rotas, and an hour to who writes clocks: it is read as neither.
    const isBare = hours?.length === 1 && minutes === undefined && !/UTC|GMT/.test(whole);
    if (isRange || isBare || !offsetAllowed(text, sign ?? '', whole)) return null;
    if (number(hours) > 14 || number(minutes) > 59) return null;
    return (sign === '-' ? -1 : 1) * (number(hours) * 60 + number(minutes));
  });
  return found.value === null ? { value: null, rest } : found;
}

const hourAlone = /(?<![\d:.])(\d{1,2})\s*([ap]m)\b/gi;

/** The parts of a written instant, or null when some of it is none of them. */
export function takeApart(text: string): WrittenInstant | null {
  const zone = cut(
    text.replaceAll(hourAlone, '$1:00$2'),
    namedZone,
    (match) => match[1] ?? match[2] ?? null,
  );
  const date = cutDates(zone.rest);
  const offset = cutOffset(text, date.rest.replace(/(\d)Z\b/, '$1 Z'));
  const times = [...offset.rest.matchAll(clock)].map(timeOf);
  const day = cut(
    offset.rest.replaceAll(clock, ' '),
    weekdayWord,
    (match) => weekdays.indexOf((match[1] ?? '').slice(0, 3).toLowerCase()) + 1,
  );
  const label = cutLabel(day.rest);
  if (!filler.test(label.rest)) return null;
  const readable = times.filter((time) => time !== null);
  if (readable.length < times.length) return null;
  return {
    weekday: day.value,
    dates: date.value,
    times: readable,
    offsetMinutes: offset.value,
    label: label.value,
    namedZone: zone.value,
  };
}
