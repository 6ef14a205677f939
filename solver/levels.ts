/**
 * The soft levels of a schedule, in the order they are minimised (SCHEDULING.md section 2). It only counts:
 * whether the schedule is safe is not asked here.
 */
import type { Id } from '../ledger/vocabulary.ts';
import type { OpenCheckpoint, PlacedTicks, Problem } from './problem.ts';

/** Checkpoints of one lane keep the order they had: by incumbent start, then rank, then id. */
export const byIncumbent = (one: OpenCheckpoint, other: OpenCheckpoint): number =>
  one.preferredStart - other.preferredStart ||
  one.rank - other.rank ||
  (one.id < other.id ? -1 : 1);

/** A lane: the checkpoints of one owner, or of one room, in the order they had. */
export type Lane = { readonly of: 'owner' | 'room'; readonly members: readonly OpenCheckpoint[] };

/** Every lane of the problem, owners' lanes first. Two checkpoints that share one are a lane pair. */
export function lanes(problem: Problem): readonly Lane[] {
  const gather = (of: Lane['of'], keyOf: (checkpoint: OpenCheckpoint) => Id | null): Lane[] => {
    const byKey = new Map<Id, OpenCheckpoint[]>();
    for (const checkpoint of problem.open.toSorted(byIncumbent)) {
      const key = keyOf(checkpoint);
      if (key !== null) byKey.set(key, byKey.get(key) ?? []);
      if (key !== null) byKey.get(key)?.push(checkpoint);
    }
    return [...byKey.values()].map((members) => ({ of, members }));
  };
  return [
    ...gather('owner', ({ preferredOwner }) => preferredOwner),
    ...gather('room', ({ room }) => room),
  ];
}

/** Pairs of one lane that stand the wrong way round. A room's lane leaves pairs of one owner to the owner's lane. */
function invertedIn(lane: Lane, starts: ReadonlyMap<Id, number>): number {
  const placed = lane.members.filter((member) => starts.has(member.id));
  const at = placed.map((member) => starts.get(member.id) ?? 0);
  const inverts = (earlier: number, later: number): boolean =>
    (at[earlier] ?? 0) > (at[later] ?? 0) &&
    (lane.of === 'owner' || placed[earlier]?.preferredOwner !== placed[later]?.preferredOwner);
  let inverted = 0;
  for (let later = 1; later < placed.length; later += 1) {
    for (let earlier = 0; earlier < later; earlier += 1) if (inverts(earlier, later)) inverted += 1;
  }
  return inverted;
}

/** Whether leaving the preferred start counts on the level of protected moves. */
export const countsMove = (checkpoint: OpenCheckpoint): boolean =>
  checkpoint.protected || checkpoint.moveCounts === true;

const count = <T>(list: readonly T[], holds: (item: T) => boolean): number =>
  list.filter(holds).length;

/** Distinct people who had nothing in the incumbent timeline and own something in this one. */
function newlyWoken(problem: Problem, owners: ReadonlyMap<Id, Id>): number {
  const woken = new Set<Id>();
  for (const checkpoint of problem.open) {
    const owner = owners.get(checkpoint.id);
    const candidate = checkpoint.candidates.find(({ person }) => person === owner);
    if (candidate?.newlyWoken === true) woken.add(candidate.person);
  }
  return woken.size;
}

/** One integer per name of `levelNames`, in ticks or counts; lower is better, earlier levels first. */
export function levelsOf(problem: Problem, placed: readonly PlacedTicks[]): number[] {
  const starts = new Map(placed.map(({ checkpoint, start }) => [checkpoint, start]));
  const owners = new Map(placed.map(({ checkpoint, owner }) => [checkpoint, owner]));
  const placedOpen = problem.open.filter(({ id }) => starts.has(id));
  const movement = (checkpoint: OpenCheckpoint): number =>
    Math.abs((starts.get(checkpoint.id) ?? 0) - checkpoint.preferredStart);
  const heldOpen = problem.open.filter(({ id }) => !starts.has(id));
  return [
    count(heldOpen, (checkpoint) => checkpoint.protected),
    heldOpen.length,
    count(problem.open, (checkpoint) => checkpoint.wasPlaced !== starts.has(checkpoint.id)),
    count(placedOpen, (checkpoint) => countsMove(checkpoint) && movement(checkpoint) > 0),
    lanes(problem).reduce((sum, lane) => sum + invertedIn(lane, starts), 0),
    count(placedOpen, ({ id, preferredOwner }) => owners.get(id) !== preferredOwner),
    newlyWoken(problem, owners),
    placedOpen.reduce((sum, checkpoint) => sum + checkpoint.weight * movement(checkpoint), 0),
    placed.length === 0 ? 0 : Math.max(...placed.map(({ end }) => end)),
  ];
}

/** Negative when `one` is better than `other`: the first level that differs decides. */
export function compareLevels(one: readonly number[], other: readonly number[]): number {
  for (const [index, value] of one.entries()) {
    const difference = value - (other[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
