/**
 * Deltas and drivers in words: what changed for one person, and what fixed a start.
 */
import type { DeltaLine, Driver, PacketLine } from '../../ledger/packet.ts';
import type { Names } from './names.ts';
import { shiftText, timeText } from './times.ts';

type Change = DeltaLine['changes'][number];

function changeText(change: Change, line: DeltaLine, names: Names): string {
  const at = (instant: number | null): string =>
    instant === null ? 'no time' : timeText(instant, names.zone);
  const shift =
    line.fromStartAt === null || line.toStartAt === null
      ? ''
      : ` (${shiftText(line.fromStartAt, line.toStartAt)})`;
  switch (change) {
    case 'added':
      return line.toStartAt === null ? 'added' : `added at ${at(line.toStartAt)}`;
    case 'removed':
      return `taken out, was ${at(line.fromStartAt)}`;
    case 'start_moved':
      return `start ${at(line.fromStartAt)} -> ${at(line.toStartAt)}${shift}`;
    case 'end_moved':
      return `end ${at(line.fromEndAt)} -> ${at(line.toEndAt)}`;
    case 'owner_gained':
      return `now yours${line.fromOwner === null ? '' : `, was ${names.person(line.fromOwner)}'s`}`;
    case 'owner_lost':
      return `no longer yours${line.toOwner === null ? '' : `, now ${names.person(line.toOwner)}'s`}`;
    case 'held':
      return line.fromStartAt === null ? 'held' : `held, was ${at(line.fromStartAt)}`;
    case 'released':
      return `released, at ${at(line.toStartAt)}`;
  }
}

/** `Security approval: start Sun 01:40 -> Sun 02:15 (+35 min)`; observers are marked. */
export function deltaLineText(line: DeltaLine, names: Names): string {
  const changes = line.changes.map((change) => changeText(change, line, names)).join('; ');
  return `${names.checkpoint(line.checkpoint)}${line.as === 'observer' ? ' (observer)' : ''}: ${changes}`;
}

/** What fixed a start, as a short phrase. */
export function driverText(driver: Driver, names: Names): string {
  const subject = driver.subject ?? '';
  switch (driver.by) {
    case 'actual':
      return 'as it happened';
    case 'approved_start':
      return 'approved time';
    case 'revised_start':
      return 'revised time';
    case 'now':
      return 'now';
    case 'predecessor':
      return `after ${names.checkpoint(subject)}`;
    case 'owner_busy':
      return `owner busy with ${names.checkpoint(subject)}`;
    case 'owner_available':
      return `${names.person(subject)} available`;
    case 'room_busy':
      return `room taken by ${names.checkpoint(subject)}`;
    case 'boundary':
      return `boundary ${names.boundary(subject)}`;
    case 'window':
      return 'command window';
    case 'protected_order':
      return `protected order after ${names.checkpoint(subject)}`;
    case 'review_spacing':
      return `review spacing ${subject}`;
    case 'allowed_window':
      return 'allowed window';
    case 'authority':
      return `authority of ${names.person(subject)}`;
    case 'review_time':
      return 'time to decide';
    case 'chosen':
      return 'chosen among safe times';
  }
}

/** `60 min`, `critical`, or nothing when float does not apply. */
export function floatText(line: PacketLine): string {
  if (line.floatMinutes === null) return '';
  return line.critical ? 'critical' : `${line.floatMinutes} min`;
}
