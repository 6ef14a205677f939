/**
 * A wall-clock time on a known day becomes an instant: by its offset, by the label or zone it names, or by the
 * zone it is read in. A time inside a clock change and a label out of season are never settled here.
 */
import { Temporal } from 'temporal-polyfill';
import type { ReadinessCode } from '../ledger/codes.ts';
import { minuteMs } from '../ledger/vocabulary.ts';
import type { WrittenInstant } from './instantText.ts';
import { type LabelMeaning, zoneLabels } from './zoneLabels.ts';

/** Every instant a text could mean, in order, and why it is not exactly one. */
export type Meaning = {
  readonly candidates: readonly number[];
  readonly trouble: ReadinessCode | null;
};

/** Whether this is an IANA zone. */
export function isZone(zone: string): boolean {
  try {
    return Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(zone).timeZoneId !== '';
  } catch {
    return false;
  }
}

const offsetMs = (zone: string, at: number): number =>
  Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone).offsetNanoseconds / 1_000_000;

const distinct = (some: readonly number[]): number[] =>
  [...new Set(some)].toSorted((one, other) => one - other);

/** A wall clock in a zone: two instants where it shows the time twice; its two neighbours where it shows it never. */
function onTheWall(wall: Temporal.PlainDateTime, zone: string): Meaning {
  const candidates = distinct(
    (['earlier', 'later'] as const).map(
      (disambiguation) => wall.toZonedDateTime(zone, { disambiguation }).epochMilliseconds,
    ),
  );
  return { candidates, trouble: candidates.length > 1 ? 'clock_change' : null };
}

const asUtc = (wall: Temporal.PlainDateTime): number =>
  wall.toZonedDateTime('UTC').epochMilliseconds;

/** A label means its offset only in the season in which the clocks of its place show it. */
function byLabel(
  wall: Temporal.PlainDateTime,
  zone: string,
  { offsetMinutes, zone: place, yearRound }: LabelMeaning,
): Meaning {
  const literal = asUtc(wall) - offsetMinutes * minuteMs;
  const inSeason = offsetMs(place, literal) === offsetMinutes * minuteMs;
  if (inSeason || yearRound.includes(zone)) return { candidates: [literal], trouble: null };
  const meant = onTheWall(wall, place).candidates;
  return { candidates: distinct([literal, ...meant]), trouble: 'zone_out_of_season' };
}

/** The label's meaning in the zone the text is read in; all of its meanings where that zone settles nothing. */
function byLabels(wall: Temporal.PlainDateTime, zone: string, label: string): Meaning {
  const meanings = zoneLabels.get(label) ?? [];
  const here = meanings.filter(
    (meaning) => meaning.zone === zone || meaning.yearRound.includes(zone),
  );
  const read = (here.length === 0 ? meanings : here).map((meaning) => byLabel(wall, zone, meaning));
  const candidates = distinct(read.flatMap((meaning) => meaning.candidates));
  return { candidates, trouble: read.length > 1 ? 'no_number' : (read[0]?.trouble ?? null) };
}

/** An offset that is written out holds; a label or zone named beside it must agree with it. */
function byOffset(wall: Temporal.PlainDateTime, parts: WrittenInstant, minutes: number): Meaning {
  const at = asUtc(wall) - minutes * minuteMs;
  const beside =
    parts.label === null ? onNamedZone(wall, parts) : byLabels(wall, 'UTC', parts.label);
  if (beside === null || beside.candidates.includes(at)) return { candidates: [at], trouble: null };
  return { candidates: distinct([at, ...beside.candidates]), trouble: 'zone_out_of_season' };
}

const onNamedZone = (wall: Temporal.PlainDateTime, parts: WrittenInstant): Meaning | null =>
  parts.namedZone === null ? null : onTheWall(wall, parts.namedZone);

/** What the (one) time of a text means on one day. `zone` is read in where the text names no offset and no label. */
export function resolve(day: Temporal.PlainDate, parts: WrittenInstant, zone: string): Meaning {
  const [time] = parts.times;
  if (time === undefined) return { candidates: [], trouble: 'no_number' };
  const wall = day
    .toPlainDateTime()
    .add({ days: time.nextDay ? 1 : 0, milliseconds: time.milliseconds });
  if (parts.offsetMinutes !== null) return byOffset(wall, parts, parts.offsetMinutes);
  return parts.label === null ? onTheWall(wall, zone) : byLabels(wall, zone, parts.label);
}
