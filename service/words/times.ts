/**
 * Instants and durations as people read them on a bridge call: in the cutover's zone, with the weekday, and UTC
 * on demand. The process zone is never used.
 */
import { Temporal } from 'temporal-polyfill';
import { minuteMs } from '../../ledger/vocabulary.ts';

const weekdays = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
const two = (value: number): string => String(value).padStart(2, '0');

const inZone = (at: number, zone: string): Temporal.ZonedDateTime =>
  Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone);

/** `Sun 02:40`, with seconds only when there are some. */
export function timeText(at: number, zone: string): string {
  const local = inZone(at, zone);
  const seconds = local.second === 0 ? '' : `:${two(local.second)}`;
  return `${weekdays[local.dayOfWeek - 1] ?? ''} ${two(local.hour)}:${two(local.minute)}${seconds}`;
}

/** `2026-11-08 02:40 Europe/London (+00:00)`. */
export function fullTimeText(at: number, zone: string): string {
  const local = inZone(at, zone);
  const date = `${local.year}-${two(local.month)}-${two(local.day)}`;
  return `${date} ${two(local.hour)}:${two(local.minute)} ${zone} (${local.offset})`;
}

/** `95 min` as `1 h 35 min`; a sign is kept. */
export function minutesText(minutes: number): string {
  const size = Math.abs(Math.round(minutes));
  const hours = Math.floor(size / 60);
  const rest = size % 60;
  const parts = [hours > 0 ? `${hours} h` : '', rest > 0 || hours === 0 ? `${rest} min` : ''];
  return `${minutes < 0 ? '-' : ''}${parts.filter((part) => part !== '').join(' ')}`;
}

/** How far `to` is from `from`: `+35 min`, `-1 h`, `same time`. */
export function shiftText(from: number, to: number): string {
  const minutes = Math.round((to - from) / minuteMs);
  if (minutes === 0) return 'same time';
  return minutes > 0 ? `+${minutesText(minutes)}` : minutesText(minutes);
}
