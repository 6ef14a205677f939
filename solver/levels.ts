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

/** The lanes of a checkpoint: whom it was given to, and its room. Two that share one are a lane pair. */
export const lanesOf = (checkpoint: OpenCheckpoint): readonly string[] =>
  checkpoint.room === null
    ? [`owner:${checkpoint.preferredOwner}`]
    : [`owner:${checkpoint.preferredOwner}`, `room:${checkpoint.room}`];

/** Members of each lane in the order they had. */
export function lanes(problem: Problem): readonly (readonly OpenCheckpoint[])[] {
  const byLane = new Map<string, OpenCheckpoint[]>();
  for (const checkpoint of problem.open.toSorted(byIncumbent)) {
    for (const lane of lanesOf(checkpoint)) {
      byLane.set(lane, [...(byLane.get(lane) ?? []), checkpoint]);
    }
  }
  return [...byLane.keys()].toSorted().map((lane) => byLane.get(lane) ?? []);
}

/** How often a later member of a lane starts before an earlier one; a pair that shares two lanes counts once. */
function inversions(problem: Problem, starts: ReadonlyMap<Id, number>): number {
  const inverted = new Set<string>();
  for (const lane of lanes(problem)) {
    const placed = lane.filter((member) => starts.has(member.id));
    const at = placed.map((member) => starts.get(member.id) ?? 0);
    for (const [index, earlier] of placed.entries()) {
      for (let next = index + 1; next < placed.length; next += 1) {
        if ((at[index] ?? 0) > (at[next] ?? 0)) inverted.add(`${earlier.id} ${placed[next]?.id}`);
      }
    }
  }
  return inverted.size;
}

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
    count(placedOpen, (checkpoint) => checkpoint.protected && movement(checkpoint) > 0),
    inversions(problem, starts),
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
