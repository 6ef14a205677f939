/**
 * One person's part of a packet, and what differs between two packets.
 */
import type { PacketRecord } from '../../ledger/cutover.ts';
import type { DiffLine } from '../../ledger/diff.ts';
import type { PersonalOrders } from '../../ledger/views.ts';
import { holdWords } from '../words/codes.ts';
import { deltaLineText } from '../words/deltas.ts';
import { releaseText } from '../words/holds.ts';
import type { Names } from '../words/names.ts';
import { shiftText, timeText } from '../words/times.ts';
import type { View } from './renderPacket.ts';
import { table, wrap } from './screen.ts';

/** The orders of one person: their lines, what changed for them, what holds them. */
export function renderOrders(orders: PersonalOrders, { names }: View): string {
  const rows = orders.lines.map((line) => [
    names.checkpoint(line.checkpoint),
    line.as,
    line.startAt === null ? 'HELD' : timeText(line.startAt, names.zone),
    line.endAt === null ? '' : timeText(line.endAt, names.zone),
    line.stillNeeded.map((need) => `${need.kind} ${need.subject}`).join(', '),
  ]);
  return [
    `Packet ${orders.version}, check code ${orders.checkCode}: orders for ${names.person(orders.person)}`,
    rows.length === 0
      ? 'Nothing in this packet is theirs.'
      : table(
          [
            { head: 'Checkpoint', width: 38 },
            { head: 'As', width: 10 },
            { head: 'Start', width: 12 },
            { head: 'End', width: 12 },
            { head: 'Still needed', width: 24 },
          ],
          rows,
        ),
    ...(orders.delta?.lines.map((line) => wrap(`changed: ${deltaLineText(line, names)}`)) ?? []),
    ...orders.holds.map((hold) =>
      wrap(
        `held: ${names.checkpoint(hold.checkpoint)}, ${holdWords[hold.holdClass]}; released when ${releaseText(hold.release, names)}`,
      ),
    ),
    orders.mustAcknowledge
      ? `To acknowledge: interlock ack ${orders.checkCode} --as ${orders.person}`
      : 'No acknowledgement is needed.',
  ].join('\n');
}

function diffLineText(line: DiffLine, names: Names): string {
  const name = names.checkpoint(line.checkpoint);
  const at = (instant: number | null): string =>
    instant === null ? 'no time' : timeText(instant, names.zone);
  switch (line.kind) {
    case 'added':
    case 'removed':
      return `${name}: ${line.kind} (${at(line.line.startAt)})`;
    case 'held':
      return `${name}: held, was ${at(line.from.startAt)}`;
    case 'released':
      return `${name}: released, at ${at(line.to.startAt)}`;
    case 'moved': {
      const { from, to } = line;
      const shift =
        from.startAt === null || to.startAt === null
          ? ''
          : ` (${shiftText(from.startAt, to.startAt)})`;
      return `${name}: ${at(from.startAt)} -> ${at(to.startAt)}${shift}, end ${at(from.endAt)} -> ${at(to.endAt)}`;
    }
    case 'owner': {
      const who = (person: string | null): string =>
        person === null ? 'nobody' : names.person(person);
      return `${name}: owner ${who(line.from)} -> ${who(line.to)}`;
    }
  }
}

/** What is different from one packet to another. */
export function renderDiff(
  lines: readonly DiffLine[],
  { from, to, view }: { from: PacketRecord; to: PacketRecord; view: View },
): string {
  const title = `From packet ${from.packet.version} (${from.checkCode}) to packet ${to.packet.version} (${to.checkCode}):`;
  if (lines.length === 0) return `${title}\nno time, owner or hold differs.`;
  return [title, ...lines.map((line) => wrap(diffLineText(line, view.names)))].join('\n');
}
