/**
 * Instants and durations as people read them on a bridge call: in the cutover's zone, with the weekday, and UTC
 * on demand. Where clocks show a time twice, its offset is said too. The process zone is never used.
 */
import { Temporal } from 'temporal-polyfill';
import { minuteMs } from '../../ledger/vocabulary.ts';

const weekdays = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const two = (value: number): string => String(value).padStart(2, '0');

const inZone = (at: number, zone: string): Temporal.ZonedDateTime =>
  Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone);

/** Whether clocks show this time twice, because they are put back. */
function isTwice(local: Temporal.ZonedDateTime): boolean {
  const [earlier, later] = (['earlier', 'later'] as const).map((disambiguation) =>
    local.toPlainDateTime().toZonedDateTime(local.timeZoneId, { disambiguation }),
  );
  return earlier?.epochMilliseconds !== later?.epochMilliseconds;
}

/** `02:40`, with seconds only when there are some; `01:30 (+00:00)` where clocks show it twice. */
function clockText(local: Temporal.ZonedDateTime): string {
  const seconds = local.second === 0 ? '' : `:${two(local.second)}`;
  const offset = isTwice(local) ? ` (${local.offset})` : '';
  return `${two(local.hour)}:${two(local.minute)}${seconds}${offset}`;
}

const weekdayOf = ({ dayOfWeek }: Temporal.ZonedDateTime): string => weekdays[dayOfWeek - 1] ?? '';

/** `Sun 02:40`, as it is read out on a bridge call. */
export function timeText(at: number, zone: string): string {
  const local = inZone(at, zone);
  return `${weekdayOf(local)} ${clockText(local)}`;
}

const dayText = (local: Temporal.ZonedDateTime): string =>
  `${weekdayOf(local)} ${local.day} ${months[local.month - 1] ?? ''}`;

/** `Sun 8 Nov 02:40`, for whoever reads it elsewhere or another day. */
export function dayTimeText(at: number, zone: string): string {
  const local = inZone(at, zone);
  return `${dayText(local)} ${clockText(local)}`;
}

/** `Sun 8 Nov 02:40 to 03:10`; the day is said again only when it is another one. */
export function spanText(from: number, to: number, zone: string): string {
  const [start, end] = [inZone(from, zone), inZone(to, zone)];
  const isSameDay = start.toPlainDate().equals(end.toPlainDate());
  const until = isSameDay ? clockText(end) : `${dayText(end)} ${clockText(end)}`;
  return from === to ? dayTimeText(from, zone) : `${dayTimeText(from, zone)} to ${until}`;
}

/** `Europe/London (UTC+01:00)`; when clocks are changed in between, `Europe/London (UTC+01:00, then UTC+00:00)`. */
export function zoneText(zone: string, from: number, to: number): string {
  const offsets = new Set([from, to].map((at) => `UTC${inZone(at, zone).offset}`));
  return zone === 'UTC' ? zone : `${zone} (${[...offsets].join(', then ')})`;
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
