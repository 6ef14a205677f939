/**
 * The problem read raw, for oracles: which starts a checkpoint may have, whether a whole timetable is safe, what it
 * costs. Written from solver/problem.ts alone; it shares nothing with the solver.
 */
import type { Id } from '../ledger/vocabulary.ts';
import type {
  Edge,
  FixedCheckpoint,
  OpenCheckpoint,
  PlacedTicks,
  Problem,
  Spacing,
} from '../solver/problem.ts';

type Run = {
  readonly id: Id;
  readonly rank: number;
  readonly protected: boolean;
  readonly start: number;
  readonly end: number;
  readonly owner: Id | null;
  readonly room: Id | null;
};

const fixedRun = (item: FixedCheckpoint): Run[] =>
  item.start === null || item.end === null ? [] : [{ ...item, start: item.start, end: item.end }];

const clash = (one: Run, other: Run): boolean => one.start < other.end && other.start < one.end;

function edgeKept(edge: Edge, from: Run, to: Run): boolean {
  const gap = {
    finish_to_start: to.start - from.end,
    start_to_start: to.start - from.start,
    finish_to_finish: to.end - from.end,
  }[edge.type];
  const waived = edge.greatestWaivedTo !== undefined && to.start <= edge.greatestWaivedTo;
  return gap >= edge.least && (edge.greatest === null || gap <= edge.greatest || waived);
}

function spacingKept(spacing: Spacing, one: Run, other: Run): boolean {
  const spared = (run: Run): boolean =>
    (spacing.waived ?? []).some(({ member, to }) => member === run.id && run.start <= to);
  if (spared(one) || spared(other)) return true;
  const oneFirst =
    one.start < other.start ||
    (one.start === other.start &&
      (one.rank < other.rank || (one.rank === other.rank && one.id < other.id)));
  const [first, second] = oneFirst ? [one, other] : [other, one];
  return second.start >= first.end + spacing.gap;
}

/** Whether two runs, of which at least the first is open, may stand beside each other. */
export function pairKept(problem: Problem, one: Run, other: Run): boolean {
  const ordered = !one.protected || !other.protected || one.rank === other.rank;
  const [low, high] = one.rank < other.rank ? [one, other] : [other, one];
  return (
    !(one.owner !== null && one.owner === other.owner && clash(one, other)) &&
    !(one.room !== null && one.room === other.room && clash(one, other)) &&
    (ordered || low.start <= high.start) &&
    problem.edges.every(
      (edge) =>
        (edge.from !== one.id || edge.to !== other.id || edgeKept(edge, one, other)) &&
        (edge.from !== other.id || edge.to !== one.id || edgeKept(edge, other, one)),
    ) &&
    problem.spacings.every(
      (spacing) =>
        !spacing.members.includes(one.id) ||
        !spacing.members.includes(other.id) ||
        spacingKept(spacing, one, other),
    )
  );
}

export const runOf = (checkpoint: OpenCheckpoint, owner: Id, start: number): Run => ({
  id: checkpoint.id,
  rank: checkpoint.rank,
  protected: checkpoint.protected,
  start,
  end: start + checkpoint.duration,
  owner,
  room: checkpoint.room,
});

/** Every start from 0 to `horizon` that limits and started work leave to a checkpoint under one owner. */
export function startsOf(
  problem: Problem,
  checkpoint: OpenCheckpoint,
  at: { readonly person: Id; readonly horizon: number },
): number[] {
  const candidate = checkpoint.candidates.find(({ person }) => person === at.person);
  if (candidate === undefined || checkpoint.blockers.length > 0) return [];
  const limits = [...checkpoint.limits, ...candidate.limits];
  const fixed = problem.fixed.flatMap(fixedRun);
  const starts: number[] = [];
  for (let start = 0; start <= at.horizon; start += 1) {
    const run = runOf(checkpoint, at.person, start);
    const isAllowed =
      (!checkpoint.exceptionOnly || start === checkpoint.preferredStart) &&
      limits.every((limit) =>
        limit.starts.some(({ first, last }) => first <= start && start <= last),
      ) &&
      fixed.every((work) => startedKept(problem, run, work));
    if (isAllowed) starts.push(start);
  }
  return starts;
}

/** Edges bind what follows started work, never what came before it. */
const startedKept = (problem: Problem, run: Run, work: Run): boolean =>
  pairKept({ ...problem, edges: problem.edges.filter(({ to }) => to === run.id) }, run, work);

/** What a timetable of safe pairs costs on each level. */
export function costOf(problem: Problem, placed: readonly PlacedTicks[]): number[] {
  const at = new Map(placed.map((run) => [run.checkpoint, run]));
  const on = problem.open.filter(({ id }) => at.has(id));
  const moved = ({ id, preferredStart }: OpenCheckpoint): number =>
    Math.abs((at.get(id)?.start ?? 0) - preferredStart);
  const size = (list: readonly unknown[]): number => list.length;
  const pairs = on.flatMap((one) =>
    on.filter((other) => {
      const shares =
        one.preferredOwner === other.preferredOwner ||
        (one.room !== null && one.room === other.room);
      const cameFirst =
        one.preferredStart < other.preferredStart ||
        (one.preferredStart === other.preferredStart &&
          (one.rank < other.rank || (one.rank === other.rank && one.id < other.id)));
      return shares && cameFirst && (at.get(one.id)?.start ?? 0) > (at.get(other.id)?.start ?? 0);
    }),
  );
  const woken = on.flatMap(({ id, candidates }) =>
    candidates.filter(({ person, newlyWoken }) => newlyWoken && person === at.get(id)?.owner),
  );
  return [
    size(problem.open.filter((item) => item.protected && !at.has(item.id))),
    problem.open.length - size(on),
    size(problem.open.filter(({ id, wasPlaced }) => wasPlaced !== at.has(id))),
    size(on.filter((item) => item.protected && moved(item) > 0)),
    size(pairs),
    size(on.filter(({ id, preferredOwner }) => at.get(id)?.owner !== preferredOwner)),
    new Set(woken.map(({ person }) => person)).size,
    on.reduce((sum, item) => sum + item.weight * moved(item), 0),
    placed.length === 0 ? 0 : Math.max(...placed.map(({ end }) => end)),
  ];
}

type Option = PlacedTicks | null;

const runFrom = (checkpoint: OpenCheckpoint, { owner, start }: PlacedTicks): Run =>
  runOf(checkpoint, owner, start);

/** Whether placements, one per open checkpoint or null for held, are safe together. */
export function isSafe(problem: Problem, options: readonly Option[]): boolean {
  const runs = problem.open.flatMap((checkpoint, index) => {
    const option = options[index] ?? null;
    return option === null ? [] : [runFrom(checkpoint, option)];
  });
  const placed = new Set(runs.map(({ id }) => id));
  const open = new Set(problem.open.map(({ id }) => id));
  return (
    problem.edges.every(({ from, to }) => !placed.has(to) || !open.has(from) || placed.has(from)) &&
    problem.separations.every(({ members }) => {
      const owners = runs.filter(({ id }) => members.includes(id)).map(({ owner }) => owner);
      return new Set(owners).size === owners.length;
    }) &&
    runs.every((one, index) =>
      runs.slice(index + 1).every((other) => pairKept(problem, one, other)),
    )
  );
}

/** Negative when `one` is the better: levels, then placed before held, then starts, then owners, in id order. */
function compare(problem: Problem, one: readonly Option[], other: readonly Option[]): number {
  const list = (options: readonly Option[]): number[] => {
    const placed = options.filter((option) => option !== null);
    const order = problem.open.map((checkpoint, index) => {
      const owner = options[index]?.owner;
      return checkpoint.candidates.findIndex(({ person }) => person === owner);
    });
    return [
      ...costOf(problem, placed),
      ...options.map((option) => (option === null ? 1 : 0)),
      ...options.map((option) => option?.start ?? 0),
      ...order,
    ];
  };
  const left = list(one);
  const right = list(other);
  const at = left.findIndex((value, index) => value !== right[index]);
  return at < 0 ? 0 : (left[at] ?? 0) - (right[at] ?? 0);
}

/** The least of all optima by trying every timetable: for tiny problems only. */
export function bestOfAll(problem: Problem, horizon: number): readonly PlacedTicks[] {
  const choices = problem.open.map((checkpoint): Option[] => [
    null,
    ...checkpoint.candidates.flatMap(({ person }) =>
      startsOf(problem, checkpoint, { person, horizon }).map((start) => ({
        checkpoint: checkpoint.id,
        start,
        end: start + checkpoint.duration,
        owner: person,
      })),
    ),
  ]);
  let best: readonly Option[] = problem.open.map(() => null);
  const visit = (taken: readonly Option[]): void => {
    if (taken.length === choices.length) {
      if (isSafe(problem, taken) && compare(problem, taken, best) < 0) best = taken;
      return;
    }
    for (const option of choices[taken.length] ?? []) visit([...taken, option]);
  };
  visit([]);
  return best.filter((option) => option !== null);
}
