/**
 * A person's orders as one calendar entry. Its UID is the same for a person and a cutover, its SEQUENCE the packet's
 * version, so that calendars replace what they have; it is cancelled when nothing placed is left.
 */
import { createHash } from 'node:crypto';
import ical, { ICalCalendarMethod, ICalEventStatus } from 'ical-generator';
import { noticeTitle, orderLines } from '../words/notices.ts';
import type { Letter } from './letter.ts';

export type CalendarPart = { readonly method: 'REQUEST' | 'CANCEL'; readonly content: string };

/** The same for every version of one person's orders in one cutover; it names neither. */
export function calendarUid({ cutoverId, person }: Letter, domain: string): string {
  const name = createHash('sha256')
    .update(JSON.stringify([cutoverId, person]))
    .digest('hex');
  return `${name.slice(0, 32)}@${domain}`;
}

/** The entry; null when there is nothing to place and nothing to cancel. */
export function calendarOf(
  letter: Letter,
  { from, to, sentBefore }: { from: string; to: string; sentBefore: boolean },
): CalendarPart | null {
  const placed = letter.orders.lines.flatMap(({ as, startAt, endAt }) =>
    as === 'owner' && startAt !== null && endAt !== null ? [{ startAt, endAt }] : [],
  );
  if (placed.length === 0 && !sentBefore) return null;
  const method = placed.length === 0 ? 'CANCEL' : 'REQUEST';
  const starts = placed.map(({ startAt }) => startAt);
  const ends = placed.map(({ endAt }) => endAt);
  const start = placed.length === 0 ? letter.preparedAt : Math.min(...starts);
  const end = placed.length === 0 ? letter.preparedAt : Math.max(...ends);
  const calendar = ical({
    prodId: { company: 'interlock', product: 'notices', language: 'EN' },
    method: ICalCalendarMethod[method],
  });
  calendar.createEvent({
    id: calendarUid(letter, from.slice(from.lastIndexOf('@') + 1)),
    sequence: letter.version,
    stamp: new Date(letter.preparedAt),
    start: new Date(start),
    end: new Date(end),
    summary: `${letter.cutover}: ${noticeTitle(letter)}`,
    description: [`v${letter.version} ${letter.checkCode}`, ...orderLines(letter)].join('\n'),
    status: method === 'CANCEL' ? ICalEventStatus.CANCELLED : ICalEventStatus.CONFIRMED,
    organizer: { name: 'Interlock', email: from },
    attendees: [{ email: to, rsvp: false }],
  });
  return { method, content: calendar.toString() };
}
