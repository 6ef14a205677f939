/**
 * Notices in words: closed templates over one person's own lines. What each channel puts around them is the
 * channel's business (service/notices); no other sentence reaches a notice.
 */
import type { PersonalLine, PersonalOrders } from '../../ledger/views.ts';
import type { Interval } from '../../ledger/vocabulary.ts';
import { holdWords } from './codes.ts';
import { deltaLineText } from './deltas.ts';
import type { Names } from './names.ts';
import { dayTimeText, spanText, zoneText } from './times.ts';

type Personal = {
  readonly version: number;
  readonly checkCode: string;
  readonly cutover: string;
  readonly rehearsal: boolean;
  readonly window: Interval;
  readonly replaces: number | null;
  readonly since: number | null;
  readonly delta: { readonly lines: Parameters<typeof deltaLineText>[0][] } | null;
  readonly orders: PersonalOrders;
  readonly names: Names;
};

/** `v3 K7QF-2M9D: your orders changed`; the first one has nothing that it could have changed. */
export function noticeTitle({ version, checkCode, since, delta }: Personal): string {
  const isOwn = delta?.lines.some(({ as }) => as === 'owner') ?? true;
  const whose = isOwn ? 'your orders' : 'what you observe';
  const what = since === null ? whose : delta === null ? 'your orders stand' : `${whose} changed`;
  return `v${version} ${checkCode}: ${what}`;
}

/** Whose orders of which cutover, since an address may be of several people, and in which zone its times are. */
export const noticePlace = ({ cutover, rehearsal, window, names, orders }: Personal): string =>
  `${rehearsal ? 'REHEARSAL. ' : ''}To ${names.person(orders.person)}. ${cutover}. All times are ${zoneText(names.zone, window.opensAt, window.closesAt)}.`;

/** What to do with what came before; empty when nothing did. */
export const noticeReplaces = ({ version, replaces }: Personal): string =>
  replaces === null || replaces >= version
    ? ''
    : `This replaces v${replaces}: act on v${version} only.`;

/** What changed, one line each; says so when nothing did. */
export const changeLines = ({ delta, names, since }: Personal): readonly string[] =>
  delta === null
    ? since === null
      ? []
      : [`nothing: your lines are as in v${since}`]
    : delta.lines.map((line) => deltaLineText(line, names));

type Orders = Pick<Personal, 'orders' | 'names'>;

function whenText({ startAt, endAt, state }: PersonalLine, { zone }: Names): string {
  if (startAt === null) return 'HELD, no time';
  const isOn = state === 'in_progress' ? 'running since ' : '';
  const when = endAt === null ? dayTimeText(startAt, zone) : spanText(startAt, endAt, zone);
  return `${isOn}${when}`;
}

function lineText(line: PersonalLine, { orders, names }: Orders, marks: readonly string[]): string {
  const hold = orders.holds.find(({ checkpoint }) => checkpoint === line.checkpoint);
  const notes = [
    ...marks,
    ...(hold === undefined
      ? []
      : [`${holdWords[hold.holdClass]}${line.as === 'owner' ? ': do not start' : ''}`]),
    ...line.stillNeeded.map(({ kind, subject }) => `still needs ${kind}: ${subject}`),
  ];
  const noted = notes.length === 0 ? '' : ` (${notes.join('; ')})`;
  return `${whenText(line, names)} - ${names.checkpoint(line.checkpoint)}${noted}`;
}

/** `Sun 8 Nov 01:23 to 02:03 - Schema migration`, with what it still needs; a held line says why it has no time. */
export const orderLines = (personal: Orders): readonly string[] =>
  personal.orders.lines.map((line) =>
    lineText(line, personal, line.as === 'observer' ? ['you observe'] : []),
  );

/** Their own lines, without those that they observe. */
export const ownLines = (personal: Orders): readonly string[] =>
  personal.orders.lines
    .filter(({ as }) => as === 'owner')
    .map((line) => lineText(line, personal, []));

/** Said in place of lines when none is theirs any more. */
export const noOrders = 'You have no open checkpoint in this packet.';

export type Section = { readonly heading: string; readonly lines: readonly string[] };

/** All that a person is told, in the order in which it matters: what is theirs, what they observe, what changed. */
export function noticeSections(personal: Personal): readonly Section[] {
  const own = ownLines(personal);
  const observed = personal.orders.lines
    .filter(({ as }) => as === 'observer')
    .map((line) => lineText(line, personal, []));
  const lost = personal.delta?.lines.some(({ as }) => as === 'owner') ?? false;
  const sections = [
    {
      heading: 'Your orders now',
      lines: own.length === 0 && (lost || observed.length === 0) ? [noOrders] : own,
    },
    { heading: 'You observe', lines: observed },
    {
      heading: `Changed for you since v${personal.since ?? 0}`,
      lines: personal.since === null ? [] : changeLines(personal),
    },
  ];
  return sections.filter(({ lines }) => lines.length > 0);
}

/** What their calendar calls it: the one checkpoint that is theirs, or how many. */
export function calendarTitle({ orders, names, cutover, version, checkCode }: Personal): string {
  const own = orders.lines.filter(({ as, startAt }) => as === 'owner' && startAt !== null);
  const [only] = own;
  const what =
    own.length === 1 && only !== undefined
      ? names.checkpoint(only.checkpoint)
      : `${own.length === 0 ? 'no' : own.length} checkpoints of yours`;
  return `${what} - ${cutover} (v${version} ${checkCode})`;
}
