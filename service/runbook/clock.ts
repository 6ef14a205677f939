/**
 * Reads the times of one file: in the cutover's zone, against its window, each with its original text kept by its
 * place in the plan. What cannot be read is written down as a finding, with every instant it could mean.
 */
import { Temporal } from 'temporal-polyfill';
import { readInstant, troubleOf } from '../../constraints/instants.ts';
import type { ReadinessCode } from '../../ledger/codes.ts';
import type { Reading } from '../../ledger/facts.ts';
import type { Plan } from '../../ledger/plan.ts';
import { type Instant, type Interval, secondMs } from '../../ledger/vocabulary.ts';
import { lengthForms, parseSeconds } from './durations.ts';
import type { FilePath, Finding } from './problems.ts';
import type { SpanText } from './scalars.ts';

/** Everything that reading one file needs and gathers: findings, and the texts behind the instants. */
export type Desk = {
  readonly zone: string;
  /** Stands in for a window that could not be read, so that the rest of the file is still looked at. */
  readonly window: Interval;
  readonly findings: Finding[];
  readonly originals: Plan['originals'];
};

/** Where a time stands: in the file, and in the plan (null: it is no part of a plan). */
export type Place = { readonly file: FilePath; readonly plan: string | null };

const dayMs = 86_400 * secondMs;

/** `2026-11-28T22:30+00:00`, as a person would have to write it. */
const isoText = (at: Instant, zone: string): string => {
  const local = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone);
  return local.toString({
    timeZoneName: 'never',
    smallestUnit: local.second === 0 ? 'minute' : 'second',
  });
};

const troubles: Readonly<Partial<Record<ReadinessCode, string>>> = {
  no_number: 'names no time',
  weekday_date_disagree: 'names a weekday that its date is not',
  zone_out_of_season: 'names a zone label that is not in use on that date',
  clock_change: 'falls into a change of the clocks',
  outside_window: 'is not inside the command window',
};

function fixOf({ candidates }: Reading, desk: Desk): string {
  if (candidates.length === 0) {
    return 'write ISO 8601 with an offset, such as "2026-11-28T22:30+00:00", or "22:30" for a time inside the window';
  }
  return `write the one you mean: ${candidates.map((at) => `"${isoText(at, desk.zone)}"`).join(' or ')}`;
}

/** The instant, or null with a finding. `within` is where a bare "22:30" is looked for; times may lie outside it. */
export function instantAt(
  text: string,
  place: Place,
  { desk, within }: { desk: Desk; within: Interval },
): Instant | null {
  const reading = readInstant(text, desk.zone, within);
  if (reading.at === null) {
    const trouble = troubleOf(reading, within);
    const why = (trouble === null ? undefined : troubles[trouble]) ?? 'is not clearly one instant';
    desk.findings.push({
      path: place.file,
      message: `"${text}" ${why}`,
      fix: fixOf(reading, desk),
    });
    return null;
  }
  if (place.plan !== null) {
    desk.originals.push({ path: place.plan, text, zone: reading.zone });
  }
  return reading.at;
}

/** An instant inside the window, unless its text carries a date. */
export const instant = (text: string, place: Place, desk: Desk): Instant | null =>
  instantAt(text, place, { desk, within: desk.window });

const inner = (place: Place, key: string, planKey: string): Place => ({
  file: [...place.file, key],
  plan: place.plan === null ? null : `${place.plan}/${planKey}`,
});

/** The end of a span: a bare time is the first one after its start. */
export function endAfter(
  startAt: Instant,
  text: string,
  at: { place: Place; desk: Desk },
): Instant | null {
  const within = { opensAt: startAt + 1, closesAt: startAt + dayMs };
  return instantAt(text, at.place, { desk: at.desk, within });
}

export type SpanParts = {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly for?: string | number | undefined;
};

function refuse(desk: Desk, place: Place, words: { message: string; fix: string }): null {
  desk.findings.push({ path: place.file, ...words });
  return null;
}

function lengthMs(given: string | number, place: Place, desk: Desk): number | null {
  const length = parseSeconds(given);
  return length.ok
    ? length.value * secondMs
    : refuse(desk, place, { message: length.message, fix: lengthForms });
}

/** The interval of {from, to} or {from, for}; with no keys at all, the whole command window. */
export function intervalOf(
  parts: SpanParts,
  place: Place,
  { desk, within = desk.window }: { desk: Desk; within?: Interval },
): Interval | null {
  if (parts.from === undefined) {
    if (parts.to === undefined && parts.for === undefined) return desk.window;
    const fix = 'write "from" too, or neither for the whole command window';
    return refuse(desk, place, { message: 'a span has an end but no "from"', fix });
  }
  if ((parts.to === undefined) === (parts.for === undefined)) {
    const message = 'a span needs either "to" or "for"';
    return refuse(desk, place, { message, fix: 'write one of the two' });
  }
  const opensAt = instantAt(parts.from, inner(place, 'from', 'opensAt'), { desk, within });
  if (opensAt === null) return null;
  const end = inner(place, parts.to === undefined ? 'for' : 'to', 'closesAt');
  const size = parts.for === undefined ? null : lengthMs(parts.for, end, desk);
  const endAt = size === null ? null : opensAt + size;
  const closesAt =
    parts.to === undefined ? endAt : endAfter(opensAt, parts.to, { place: end, desk });
  if (closesAt === null) return null;
  return closesAt > opensAt
    ? { opensAt, closesAt }
    : refuse(desk, end, {
        message: `the span ends at or before its start ${isoText(opensAt, desk.zone)}`,
        fix: 'write an end that comes later',
      });
}

const spanForms = [
  /^(.+?)\s+(?:to|until)\s+(.+)$/i,
  /^(.+?)\s*\.\.\s*(.+)$/,
  /^(.+?)\s*\/\s*(.+)$/,
];
const bareForm = /^(\d{1,2}:\d{2}(?::\d{2})?)\s*[-–]\s*(\d{1,2}:\d{2}(?::\d{2})?)$/;

/** The interval of a span as text or as an object. */
export function spanOf(given: SpanText, place: Place, desk: Desk): Interval | null {
  if (typeof given !== 'string') return intervalOf(given, place, { desk });
  if (given.trim() === 'window') return desk.window;
  const found = [bareForm, ...spanForms].map((form) => form.exec(given.trim())).find(Boolean);
  if (found === undefined || found === null) {
    return refuse(desk, place, {
      message: `"${given}" is not a span of time`,
      fix: 'write "22:00 to 06:00", "window", or {from: …, to: …}',
    });
  }
  const before = desk.findings.length;
  const parts = { from: found[1] ?? '', to: found[2] ?? '' };
  const interval = intervalOf(parts, place, { desk });
  // The text has no keys of its own: what was found stands where the text stands.
  const moved = desk.findings.splice(before).map((finding) => ({ ...finding, path: place.file }));
  desk.findings.push(...moved);
  return interval;
}
