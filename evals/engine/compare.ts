/** Two packets compared line by line, from their times, owners and holds alone: never from the deltas they carry. */
import type { Packet, PacketLine } from '../../ledger/packet.ts';
import type { Plan } from '../../ledger/plan.ts';

const open = (line: PacketLine): boolean => line.state === 'planned' || line.state === 'held';
const placed = (line: PacketLine | undefined): line is PacketLine => line?.state === 'planned';

export type Step = {
  /** Still to come, and another start, owner or hold than before. */
  readonly changed: readonly string[];
  /** Placed before and after, at another start. */
  readonly moved: readonly string[];
  /** Pairs of one owner that are both placed before and after, and in the other order. */
  readonly orderFlips: number;
  /** Whom each change concerns: owners before and after; observers, unless it only changes hands. */
  readonly affected: ReadonlyMap<string, readonly string[]>;
  /** The same of every change of what is not over, also of one that is no other order: another end, a step taken out. */
  readonly concerned: ReadonlyMap<string, readonly string[]>;
};

function differs(was: PacketLine | undefined, is: PacketLine): boolean {
  return movesOrHolds(was, is) || (is.state !== 'held' && was?.owner !== is.owner);
}

function flips(before: ReadonlyMap<string, PacketLine>, lines: readonly PacketLine[]): number {
  const both = lines.filter((line) => placed(line) && placed(before.get(line.checkpoint)));
  const start = (line: PacketLine | undefined): number => line?.startAt ?? 0;
  return both.flatMap((one, index) =>
    both.slice(index + 1).filter((other) => {
      if (one.owner !== other.owner) return false;
      const was = start(before.get(one.checkpoint)) - start(before.get(other.checkpoint));
      return was * (start(one) - start(other)) < 0;
    }),
  ).length;
}

/** Another start or hold: what somebody who watches hears of. Who does it is between the two hands. */
const movesOrHolds = (was: PacketLine | undefined, is: PacketLine): boolean =>
  was === undefined ||
  (was.state === 'held') !== (is.state === 'held') ||
  (is.state !== 'held' && was.startAt !== is.startAt);

/** Whom a line is told to: its owner; without one, who was told before, else the approved owner. */
function ownersOf(was: PacketLine | undefined, is: PacketLine, approved: string): string[] {
  const before = was === undefined ? null : (was.owner ?? approved);
  return [...(before === null ? [] : [before]), is.owner ?? before ?? approved];
}

/** Any other standing, but for another owner alone. */
const stirs = (was: PacketLine | undefined, is: PacketLine): boolean =>
  was?.state !== is.state || was.startAt !== is.startAt || was.endAt !== is.endAt;

type Watched = (was: PacketLine | undefined, is: PacketLine) => boolean;

function affectedBy(
  changed: readonly PacketLine[],
  { before, plan }: { before: ReadonlyMap<string, PacketLine>; plan: Plan },
  watched: Watched,
): ReadonlyMap<string, readonly string[]> {
  const affected = new Map<string, string[]>();
  const known = new Map(plan.checkpoints.map((one) => [one.id, one]));
  for (const line of changed) {
    const { checkpoint } = line;
    const was = before.get(checkpoint);
    const planned = known.get(checkpoint);
    if (planned === undefined) continue;
    const people = new Set([
      ...ownersOf(was, line, planned.approvedOwner),
      ...(watched(was, line) ? planned.observers : []),
    ]);
    for (const person of people) {
      affected.set(person, [...(affected.get(person) ?? []), checkpoint]);
    }
  }
  return affected;
}

/** From the packet before to the one after it; nothing has changed when there is none before. */
export function compare(
  before: Pick<Packet, 'lines'> | null,
  after: Pick<Packet, 'lines'>,
  plan: Plan,
): Step {
  if (before === null) {
    return { changed: [], moved: [], orderFlips: 0, affected: new Map(), concerned: new Map() };
  }
  const old = new Map(before.lines.map((line) => [line.checkpoint, line]));
  const lines = after.lines.filter(open);
  const changed = lines.filter((line) => differs(old.get(line.checkpoint), line));
  const moved = changed.filter((line) => {
    const was = old.get(line.checkpoint);
    return placed(line) && placed(was) && was.startAt !== line.startAt;
  });
  const stirred = after.lines.filter((line) => {
    const was = old.get(line.checkpoint);
    return line.state !== 'done' && (stirs(was, line) || was?.owner !== line.owner);
  });
  const known = { before: old, plan };
  const ids = (list: readonly PacketLine[]): string[] => list.map(({ checkpoint }) => checkpoint);
  return {
    changed: ids(changed).toSorted(),
    moved: ids(moved),
    orderFlips: flips(old, lines),
    affected: affectedBy(changed, known, movesOrHolds),
    concerned: affectedBy(stirred, known, stirs),
  };
}
