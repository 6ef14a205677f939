/**
 * Lengths of time as people write them: `90` (minutes), `1.5h`, `2h 30m`, `45s`, `30-45m`, `at least 30m`,
 * `at most 5m`, `unknown, assume 20m`. It refuses negative, fractional-second and endless lengths.
 */
import type { Duration } from '../../ledger/plan.ts';
import { Seconds } from '../../ledger/vocabulary.ts';

/** A parsed value, or why there is none. */
export type Parsed<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly message: string };

const units: Readonly<Record<string, number>> = { d: 86_400, h: 3_600, m: 60, s: 1 };
const unitWords: Readonly<Record<string, string>> = {
  day: 'd',
  days: 'd',
  hour: 'h',
  hours: 'h',
  hrs: 'h',
  hr: 'h',
  minute: 'm',
  minutes: 'm',
  mins: 'm',
  min: 'm',
  second: 's',
  seconds: 's',
  secs: 's',
  sec: 's',
};

const refuse = (message: string): Parsed<never> => ({ ok: false, message });

/** Lower case, unit words as their letter, ISO 8601 `PT1H30M` as `1h30m`. */
function plain(text: string): string {
  const iso = /^p(?:(\d+)d)?(?:t((?:[\d.]+[hms])+))?$/.exec(text.trim().toLowerCase());
  if (iso !== null && text.length > 1) {
    return `${iso[1] === undefined ? '' : `${iso[1]}d`}${iso[2] ?? ''}`;
  }
  return text
    .trim()
    .toLowerCase()
    .replaceAll(/[a-z]+/g, (word) => unitWords[word] ?? word);
}

const amountForm = /^(?:\d+(?:\.\d+)?\s*[dhms]\s*)+$/;

function toSeconds(text: string): number | null {
  if (/^\d+(\.\d+)?$/.test(text)) return Math.round(Number(text) * 60 * 1_000) / 1_000;
  if (!amountForm.test(text)) return null;
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)\s*([dhms])/g)];
  const total = parts.reduce(
    (sum, [, count, unit]) => sum + Number(count) * (units[unit ?? 's'] ?? 0),
    0,
  );
  return Math.round(total * 1_000) / 1_000;
}

/** Whole seconds of one plain length. A bare number counts minutes. */
export function parseSeconds(given: string | number): Parsed<number> {
  const text = plain(String(given));
  if (/^[-−+]/.test(text)) return refuse(`"${given}" has a sign; a length is never negative`);
  const seconds = toSeconds(text);
  if (seconds === null) return refuse(`"${given}" is not a length of time`);
  if (!Number.isInteger(seconds)) return refuse(`"${given}" is not a whole number of seconds`);
  if (!Seconds.safeParse(seconds).success) return refuse(`"${given}" is longer than 30 days`);
  return { ok: true, value: seconds };
}

/** Whole minutes of one plain length. */
export function parseMinutes(given: string | number): Parsed<number> {
  const seconds = parseSeconds(given);
  if (!seconds.ok) return seconds;
  return seconds.value % 60 === 0
    ? { ok: true, value: seconds.value / 60 }
    : refuse(`"${given}" is not a whole number of minutes`);
}

const withSeconds = (text: string, make: (seconds: number) => Duration): Parsed<Duration> => {
  const parsed = parseSeconds(text);
  return parsed.ok ? { ok: true, value: make(parsed.value) } : parsed;
};

function parseRange(low: string, high: string): Parsed<Duration> {
  const unit = /[dhms]\s*$/.exec(high)?.[0] ?? '';
  const lowText = /[dhms]\s*$/.test(low) ? low : `${low}${unit}`;
  const [least, greatest] = [parseSeconds(lowText), parseSeconds(high)];
  if (!least.ok) return least;
  if (!greatest.ok) return greatest;
  if (least.value > greatest.value) return refuse(`the range ${low}-${high} runs backwards`);
  return {
    ok: true,
    value: { kind: 'range', seconds: least.value, maxSeconds: greatest.value },
  };
}

/** A checkpoint's duration: exact, at least, at most, a range, or unknown with an assumption. */
export function parseDuration(given: string | number): Parsed<Duration> {
  if (typeof given === 'number') {
    return withSeconds(String(given), (seconds) => ({ kind: 'exact', seconds }));
  }
  const text = plain(given);
  const unknown = /^unknown\b[\s,;:]*(?:assumed?)?\s*(.*)$/.exec(text);
  if (unknown !== null) {
    const assumed = unknown[1] ?? '';
    if (assumed === '') return refuse('an unknown duration needs an assumption to plan on');
    return withSeconds(assumed, (assumedSeconds) => ({ kind: 'unknown', assumedSeconds }));
  }
  const floor = /^(?:at least|>=)\s*(.+)$/.exec(text)?.[1] ?? /^(.+) or more$/.exec(text)?.[1];
  if (floor !== undefined) return withSeconds(floor, (seconds) => ({ kind: 'floor', seconds }));
  const ceiling = /^(?:at most|up to|<=)\s*(.+)$/.exec(text)?.[1];
  if (ceiling !== undefined) {
    return withSeconds(ceiling, (seconds) => ({ kind: 'ceiling', seconds }));
  }
  const range = /^(\d[^-–]*?)\s*(?:-|–|to)\s*(\d.*)$/.exec(text);
  if (range !== null) return parseRange(range[1] ?? '', range[2] ?? '');
  return withSeconds(text, (seconds) => ({ kind: 'exact', seconds }));
}

/** What a duration may look like, for a fix. */
export const durationForms =
  'write minutes (90) or text such as "1.5h", "2h 30m", "45s", "30-45m", "at least 30m", "at most 5m", "unknown, assume 20m"';
export const lengthForms = 'write minutes (90) or text such as "1.5h", "2h 30m", "45s"';
