/**
 * What a packet orders, and whether two packets order the same. Started and finished work is not ordered any more;
 * a run whose result orders nothing new makes no packet.
 */
import { canonicalJson } from './canonical.ts';
import type { Hold } from './holds.ts';
import type { Packet, PacketLine } from './packet.ts';
import { type Id, minuteMs } from './vocabulary.ts';

const holdKey = ({ holdId, checkpoint, holdClass, behind, release, liftedBy }: Hold): string =>
  canonicalJson({ holdId, checkpoint, holdClass, behind, release, liftedBy });

const openOrder = (packet: Packet, open: ReadonlySet<Id>): string =>
  packet.lines.flatMap(({ checkpoint }) => (open.has(checkpoint) ? [checkpoint] : [])).join(' ');

function sameLine(before: PacketLine | undefined, next: PacketLine, toleranceMs: number): boolean {
  switch (next.state) {
    case 'planned':
    case 'held':
      return (
        before !== undefined &&
        (before.state === 'held') === (next.state === 'held') &&
        before.startAt === next.startAt &&
        before.endAt === next.endAt &&
        before.owner === next.owner
      );
    case 'in_progress':
      return (
        before !== undefined &&
        before.state !== 'held' &&
        Math.abs((before.endAt ?? 0) - (next.endAt ?? 0)) <= toleranceMs
      );
    case 'done':
      return before !== undefined && before.state !== 'held';
    case 'skipped':
      return before?.state === 'skipped';
  }
}

/**
 * Whether `next` changes no time, order, owner or hold of work still to be done. The end of work in progress may
 * differ by the runbook's slip tolerance.
 */
export function sameOrders(before: Packet, next: Packet, slipToleranceMinutes: number): boolean {
  const known = new Map(before.lines.map((line) => [line.checkpoint, line]));
  const toleranceMs = slipToleranceMinutes * minuteMs;
  const open = new Set(
    next.lines.flatMap((line) => (line.state === 'planned' ? [line.checkpoint] : [])),
  );
  const holds = (packet: Packet): string => packet.holds.map(holdKey).toSorted().join('\n');
  return (
    next.lines.every((line) => sameLine(known.get(line.checkpoint), line, toleranceMs)) &&
    openOrder(before, open) === openOrder(next, open) &&
    holds(before) === holds(next)
  );
}
