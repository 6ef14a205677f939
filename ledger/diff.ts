/**
 * What differs between two packets, as typed lines for the screen and the command line. It compares what is
 * ordered, not why: drivers and floats are read in the packet itself.
 */
import type { Packet, PacketLine } from './packet.ts';
import type { Id, Instant } from './vocabulary.ts';

type Times = { readonly startAt: Instant | null; readonly endAt: Instant | null };

export type DiffLine =
  | { readonly kind: 'added' | 'removed'; readonly checkpoint: Id; readonly line: PacketLine }
  | {
      readonly kind: 'held' | 'released';
      readonly checkpoint: Id;
      readonly from: Times;
      readonly to: Times;
    }
  | { readonly kind: 'moved'; readonly checkpoint: Id; readonly from: Times; readonly to: Times }
  | {
      readonly kind: 'owner';
      readonly checkpoint: Id;
      readonly from: Id | null;
      readonly to: Id | null;
    };

const timesOf = ({ startAt, endAt }: PacketLine): Times => ({ startAt, endAt });

function lineDiff(before: PacketLine, after: PacketLine): DiffLine[] {
  const { checkpoint } = after;
  const times = { from: timesOf(before), to: timesOf(after) };
  const wasHeld = before.state === 'held';
  const isHeld = after.state === 'held';
  const moved = before.startAt !== after.startAt || before.endAt !== after.endAt;
  const lines: DiffLine[] = [];
  if (wasHeld !== isHeld) lines.push({ kind: isHeld ? 'held' : 'released', checkpoint, ...times });
  else if (moved) lines.push({ kind: 'moved', checkpoint, ...times });
  if (!wasHeld && !isHeld && before.owner !== after.owner) {
    lines.push({ kind: 'owner', checkpoint, from: before.owner, to: after.owner });
  }
  return lines;
}

/** From `before` to `after`, in the order of `after`; what was removed comes last. No difference: empty. */
export function packetDiff(before: Packet, after: Packet): DiffLine[] {
  const known = new Map(before.lines.map((line) => [line.checkpoint, line]));
  const kept = new Set(after.lines.map((line) => line.checkpoint));
  return [
    ...after.lines.flatMap((line): DiffLine[] => {
      const old = known.get(line.checkpoint);
      return old === undefined
        ? [{ kind: 'added', checkpoint: line.checkpoint, line }]
        : lineDiff(old, line);
    }),
    ...before.lines.flatMap((line): DiffLine[] =>
      kept.has(line.checkpoint) ? [] : [{ kind: 'removed', checkpoint: line.checkpoint, line }],
    ),
  ];
}
