/**
 * The part of a night that has to be decided again. Everything outside keeps its incumbent place at no cost on any
 * level, so an optimum of the region that nothing outside contradicts is an optimum of the whole; what does contradict
 * it is pulled in. It also splits a region into parts that share nothing.
 */
import type { Id } from '../../ledger/vocabulary.ts';
import type { Schedule } from './costs.ts';
import type { Member } from './domains.ts';
import { boardOf } from '../board/board.ts';
import { lanes } from '../levels.ts';
import { lostIn } from '../listSchedule/incumbent.ts';
import { eachOverlap, eachPair, groupBy, type Meet } from './pairs.ts';
import type { Edge, Problem } from '../problem.ts';
import { allows } from '../board/ranges.ts';
import { greatestStart, isSpared, leastStart, ranksBefore } from '../board/started.ts';

/** A problem indexed for looking at pairs. */
export type Field = {
  readonly problem: Problem;
  /** What no timetable can place is left without choices. */
  readonly members: readonly Member[];
  readonly indexOf: ReadonlyMap<Id, number>;
  /** Edges among open checkpoints. */
  readonly edges: readonly { readonly edge: Edge; readonly from: number; readonly to: number }[];
  readonly guarded: readonly number[];
};

export function fieldOf(problem: Problem, all: readonly Member[]): Field {
  const indexOf = new Map(problem.open.map(({ id }, index) => [id, index]));
  const edges = problem.edges.flatMap((edge) => {
    const from = indexOf.get(edge.from);
    const to = indexOf.get(edge.to);
    return from === undefined || to === undefined ? [] : [{ edge, from, to }];
  });
  const rankOf = (index: number): number => problem.open[index]?.rank ?? 0;
  const guarded = [...problem.open.keys()]
    .filter((index) => problem.open[index]?.protected === true)
    .toSorted((one, other) => rankOf(one) - rankOf(other));
  const lost = lostIn(boardOf(problem));
  const members = all.map((member) =>
    lost.has(member.checkpoint.id) ? { ...member, choices: [] } : member,
  );
  return { problem, members, indexOf, edges, guarded };
}

/** The incumbent as a schedule; what it may not keep by its own limits is held. */
export function incumbentOf({ members }: Field): Schedule {
  const choice = members.map(({ checkpoint, choices }) => {
    const index = choices.findIndex(({ isPreferred }) => isPreferred);
    const starts = choices[index]?.starts ?? [];
    return checkpoint.wasPlaced && allows(starts, checkpoint.preferredStart) ? index : -1;
  });
  return { choice, start: members.map(({ checkpoint }) => checkpoint.preferredStart) };
}

/** Whether every placed start lies in its domain. */
export const keepsDomains = ({ members }: Field, { choice, start }: Schedule): boolean =>
  members.every(({ choices }, index) => {
    const at = choice[index] ?? -1;
    return at < 0 || allows(choices[at]?.starts ?? [], start[index] ?? 0);
  });

function brokenEdges(field: Field, { choice, start }: Schedule, meet: Meet<number>): void {
  const { members, edges } = field;
  for (const { edge, from, to } of edges) {
    if ((choice[to] ?? -1) < 0) continue;
    const before = members[from]?.checkpoint;
    const after = members[to]?.checkpoint;
    if (before === undefined || after === undefined) continue;
    const at = start[from] ?? 0;
    const run = { start: at, end: at + before.duration };
    const then = start[to] ?? 0;
    const isKept =
      (choice[from] ?? -1) >= 0 &&
      then >= leastStart(edge, run, after.duration) &&
      then <= greatestStart(edge, run, after.duration);
    if (!isKept) meet(from, to);
  }
}

/** Of ones with the same rank none is first: each is held against those ranked before all of them. */
function brokenOrder(
  { members, guarded }: Field,
  { choice, start }: Schedule,
  meet: Meet<number>,
): void {
  const startOf = (index: number): number => start[index] ?? 0;
  const latestOf = (list: readonly number[]): number =>
    list.reduce((latest, one) => (startOf(one) > startOf(latest) ? one : latest), list[0] ?? -1);
  let latest = -1;
  let rank = -Infinity;
  let equals: number[] = [];
  for (const index of guarded) {
    if ((choice[index] ?? -1) < 0) continue;
    const own = members[index]?.checkpoint.rank ?? 0;
    if (own > rank) {
      latest = latestOf(latest < 0 ? equals : [latest, ...equals]);
      equals = [];
      rank = own;
    }
    equals.push(index);
    if (latest >= 0 && startOf(index) < startOf(latest)) meet(latest, index);
  }
}

function usedTwice({ members }: Field, { choice, start }: Schedule, meet: Meet<number>): void {
  const placed = [...members.keys()].filter((index) => (choice[index] ?? -1) >= 0);
  const runs = {
    startOf: (index: number): number => start[index] ?? 0,
    lengthOf: (index: number): number => members[index]?.checkpoint.duration ?? 0,
  };
  const personOf = (index: number) => members[index]?.choices[choice[index] ?? -1]?.person;
  const roomOf = (index: number) => members[index]?.checkpoint.room;
  for (const key of [personOf, roomOf]) {
    for (const group of groupBy(placed, key).values()) eachOverlap(group, runs, meet);
  }
}

function brokenGroups(field: Field, { choice, start }: Schedule, meet: Meet<number>): void {
  const { problem, members, indexOf } = field;
  const placed = (ids: readonly Id[]): number[] =>
    ids.flatMap((id) => indexOf.get(id) ?? []).filter((index) => (choice[index] ?? -1) >= 0);
  const ownerOf = (index: number): Id | undefined =>
    members[index]?.choices[choice[index] ?? -1]?.person;
  for (const { members: ids } of problem.separations) {
    eachPair(placed(ids), (one, other) => {
      if (ownerOf(one) === ownerOf(other)) meet(one, other);
    });
  }
  for (const spacing of problem.spacings) {
    const inForce = placed(spacing.members).filter((index) => {
      const id = members[index]?.checkpoint.id ?? '';
      return !isSpared(spacing, { id, start: start[index] ?? 0 });
    });
    eachPair(inForce, (one, other) => {
      const first = members[one]?.checkpoint;
      const second = members[other]?.checkpoint;
      if (first === undefined || second === undefined) return;
      const later = (start[other] ?? 0) - (start[one] ?? 0);
      const isFirst = later > 0 || (later === 0 && ranksBefore(first, second));
      const lasts = isFirst ? first.duration : second.duration;
      if (Math.abs(later) < lasts + spacing.gap) meet(one, other);
    });
  }
}

/** Calls `meet` for each pair of open checkpoints that a schedule may not have as they stand. */
export function brokenPairs(field: Field, schedule: Schedule, meet: Meet<number>): void {
  brokenEdges(field, schedule, meet);
  brokenOrder(field, schedule, meet);
  usedTwice(field, schedule, meet);
  brokenGroups(field, schedule, meet);
}

/** Calls `meet` for each lane pair that stands the wrong way round. */
export function swappedPairs(field: Field, { choice, start }: Schedule, meet: Meet<number>): void {
  for (const { members } of lanes(field.problem)) {
    const placed = members.flatMap((checkpoint) => {
      const index = field.indexOf.get(checkpoint.id) ?? -1;
      return (choice[index] ?? -1) >= 0 ? [{ checkpoint, index, start: start[index] ?? 0 }] : [];
    });
    eachPair(placed, (one, other) => {
      if (one.start > other.start) meet(one.index, other.index);
    });
  }
}

/** Groups of members that share nothing a rule could tie: each can be decided alone. */
export function partsOf(field: Field, inside: readonly boolean[]): number[][] {
  const { members, problem, edges, guarded, indexOf } = field;
  const parent = members.map((_, index) => index);
  const root = (index: number): number => {
    let at = index;
    while ((parent[at] ?? at) !== at) {
      parent[at] = parent[parent[at] ?? at] ?? at;
      at = parent[at] ?? at;
    }
    return at;
  };
  const join = (one: number | undefined, other: number | undefined): void => {
    if (one === undefined || other === undefined) return;
    if (inside[one] === true && inside[other] === true) parent[root(other)] = root(one);
  };
  const joinAll = (list: readonly number[]): void => {
    const within = list.filter((index) => inside[index] === true);
    for (const index of within) join(within[0], index);
  };
  for (const { from, to } of edges) join(from, to);
  joinAll(guarded);
  for (const { members: ids } of [...problem.separations, ...problem.spacings]) {
    joinAll(ids.flatMap((id) => indexOf.get(id) ?? []));
  }
  const firstUse = new Map<string, number>();
  const use = (key: string, index: number): void => {
    if (!firstUse.has(key)) firstUse.set(key, index);
    join(firstUse.get(key), index);
  };
  for (const [index, { checkpoint, choices }] of members.entries()) {
    if (inside[index] !== true) continue;
    use(`person:${checkpoint.preferredOwner}`, index);
    for (const { person } of choices) use(`person:${person}`, index);
    if (checkpoint.room !== null) use(`room:${checkpoint.room}`, index);
  }
  const parts = new Map<number, number[]>();
  for (const index of members.keys()) {
    if (inside[index] !== true) continue;
    const part = parts.get(root(index));
    if (part === undefined) parts.set(root(index), [index]);
    else part.push(index);
  }
  return [...parts.values()];
}
