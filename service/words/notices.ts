/**
 * Notices in words: closed templates over one person's own lines. What each channel puts around them is the
 * channel's business (service/notices); no other sentence reaches a notice.
 */
import type { PersonalLine, PersonalOrders } from '../../ledger/views.ts';
import { holdWords } from './codes.ts';
import { deltaLineText } from './deltas.ts';
import type { Names } from './names.ts';
import { timeText } from './times.ts';

type Personal = {
  readonly version: number;
  readonly checkCode: string;
  readonly cutover: string;
  readonly rehearsal: boolean;
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

/** Which cutover, and in which zone its times are. */
export const noticePlace = ({ cutover, rehearsal, names }: Personal): string =>
  `${rehearsal ? 'REHEARSAL. ' : ''}${cutover}. All times are ${names.zone}.`;

/** What to do with what came before; empty when nothing did. */
export const noticeReplaces = ({ version, replaces }: Personal): string =>
  replaces === null || replaces >= version
    ? ''
    : `This replaces v${replaces}: act on v${version} only.`;

/** The heading over what changed; empty when there is nothing to compare with. */
export const changesHeading = ({ since }: Personal): string =>
  since === null ? '' : `Changed for you since v${since}`;

/** What changed, one line each; says so when nothing did. */
export const changeLines = ({ delta, names, since }: Personal): readonly string[] =>
  delta === null
    ? since === null
      ? []
      : [`nothing: your lines are as in v${since}`]
    : delta.lines.map((line) => deltaLineText(line, names));

function whenText(line: PersonalLine, names: Names): string {
  if (line.startAt === null) return 'HELD, no time';
  const end = line.endAt === null ? '' : ` to ${timeText(line.endAt, names.zone)}`;
  const isOn = line.state === 'in_progress' ? 'running since ' : '';
  return `${isOn}${timeText(line.startAt, names.zone)}${end}`;
}

/** `Sun 01:23 to Sun 02:03  Schema migration`, with what it still needs; a held line says why it has no time. */
export function orderLines({
  orders,
  names,
}: Pick<Personal, 'orders' | 'names'>): readonly string[] {
  return orders.lines.map((line) => {
    const hold = orders.holds.find(({ checkpoint }) => checkpoint === line.checkpoint);
    const notes = [
      ...(line.as === 'observer' ? ['you observe'] : []),
      ...(hold === undefined
        ? []
        : [`${holdWords[hold.holdClass]}${line.as === 'owner' ? ': do not start' : ''}`]),
      ...line.stillNeeded.map(({ kind, subject }) => `still needs ${kind} ${subject}`),
    ];
    const noted = notes.length === 0 ? '' : ` (${notes.join('; ')})`;
    return `${whenText(line, names)}  ${names.checkpoint(line.checkpoint)}${noted}`;
  });
}

/** Said in place of lines when none is theirs any more. */
export const noOrders = 'You have no open checkpoint in this packet.';
