/**
 * A person's orders as one calendar entry. Its UID is the same for a person and a cutover, its SEQUENCE the packet's
 * version, so that calendars replace what they have; it is cancelled when nothing placed is left. Instants are in UTC:
 * every calendar shows them in its owner's own zone.
 */
import { createHash } from 'node:crypto';
import ical, { ICalCalendarMethod, ICalEventStatus } from 'ical-generator';
import { calendarTitle, noticePlace, ownLines } from '../words/notices.ts';
import { marksOf } from './plainLetter.ts';
import type { Letter } from './letter.ts';
import type { Outgoing } from './sink.ts';

export type CalendarPart = { readonly method: 'REQUEST' | 'CANCEL'; readonly content: string };

/** The same for every version of one person's orders in one cutover; it names neither. */
export function calendarUid({ cutoverId, person }: Letter, domain: string): string {
  const name = createHash('sha256')
    .update(JSON.stringify([cutoverId, person]))
    .digest('hex');
  return `${name.slice(0, 32)}@${domain}`;
}

/** The entry; null when there is nothing to place and nothing to take away. */
export function calendarOf(outgoing: Outgoing, from: string): CalendarPart | null {
  const { letter, target, takenAway } = outgoing;
  const span = letter.placed ?? takenAway;
  if (span === null) return null;
  const method = letter.placed === null ? 'CANCEL' : 'REQUEST';
  const calendar = ical({
    prodId: { company: 'interlock', product: 'notices', language: 'EN' },
    method: ICalCalendarMethod[method],
  });
  calendar.createEvent({
    id: calendarUid(letter, from.slice(from.lastIndexOf('@') + 1)),
    sequence: letter.version,
    stamp: new Date(letter.preparedAt),
    start: new Date(span.startAt),
    // An end must come after its start (RFC 5545, 3.8.2.2); what takes no time has none.
    ...(span.endAt > span.startAt ? { end: new Date(span.endAt) } : {}),
    summary: [...marksOf(outgoing), calendarTitle(letter)].join(' '),
    description: [
      noticePlace(letter),
      `Packet v${letter.version}, check code ${letter.checkCode}.`,
      ...ownLines(letter),
    ].join('\n'),
    status: method === 'CANCEL' ? ICalEventStatus.CANCELLED : ICalEventStatus.CONFIRMED,
    organizer: { name: 'Interlock', email: from },
    attendees: [{ email: target.address, rsvp: false }],
  });
  return { method, content: calendar.toString() };
}
