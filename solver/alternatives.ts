/**
 * Other safe timelines that hold exactly as few as the best one, each better on one thing a release lead may care about
 * more tonight: the earliest finish, fewest people woken, fewest handovers, fewest moves, the smallest slip. Each says
 * whether it is proven least in that; one that buys nothing, or equals another, is not offered.
 */
import { exact } from './exact.ts';
import type { Wish } from './exact/wish.ts';
import { listSchedule, outcome } from './listSchedule.ts';
import {
  type Budget,
  levelNames,
  type OpenCheckpoint,
  type Problem,
  type Resequenced,
  type StartRange,
  type Tick,
} from './problem.ts';
import { endless } from './board/started.ts';

export type Trade =
  'earliest_finish' | 'fewest_woken' | 'fewest_handovers' | 'fewest_moves' | 'smallest_slip';

export type Alternative = {
  readonly trade: Trade;
  /** No safe timeline with as few holds is better in what it is named for: proven, or the work was spent before. */
  readonly least: boolean;
  readonly result: Resequenced;
};

const valueOf = ({ levels }: Resequenced, level: (typeof levelNames)[number]): number =>
  levels[levelNames.indexOf(level)] ?? 0;

/** How far each placed checkpoint is from where it was, in ticks. */
const slipsIn = (problem: Problem, { placements }: Resequenced): number[] => {
  const wanted = new Map(problem.open.map(({ id, preferredStart }) => [id, preferredStart]));
  return placements.map(({ checkpoint, start }) =>
    Math.abs(start - (wanted.get(checkpoint) ?? start)),
  );
};

const movesIn = (problem: Problem, result: Resequenced): number =>
  slipsIn(problem, result).filter((slip) => slip > 0).length;

const greatestSlip = (problem: Problem, result: Resequenced): number =>
  Math.max(0, ...slipsIn(problem, result));

/** Placed and held alike: a trade is never paid for with a hold. */
const holdsAlike = (one: Resequenced, other: Resequenced): boolean =>
  one.levels.slice(0, 3).every((value, level) => value === other.levels[level]);

type Ask = (problem: Problem, wish?: Wish) => Resequenced | null;
type Find = (problem: Problem, best: Resequenced, ask: Ask) => Resequenced | null;

/** Solves a narrowed problem; null when what it finds would cost a hold. It notes when the work was spent. */
function asker(best: Resequenced, budget: Budget): { readonly ask: Ask; isSpent: boolean } {
  const asked = {
    isSpent: false,
    ask: (problem: Problem, wish?: Wish): Resequenced | null => {
      const { placements } = listSchedule(problem);
      const result = exact(problem, budget, wish ? { placements, wish } : { placements });
      if (!result.proven) asked.isSpent = true;
      return holdsAlike(result, best) ? result : null;
    },
  };
  return asked;
}

const withOpen = (problem: Problem, change: (item: OpenCheckpoint) => OpenCheckpoint): Problem => ({
  ...problem,
  open: problem.open.map(change),
});

/** The wish as one more limit on every start. */
const starting = (problem: Problem, range: (item: OpenCheckpoint) => StartRange): Problem =>
  withOpen(problem, (item) => ({
    ...item,
    limits: [
      ...item.limits,
      {
        cause: {
          rule: 'outside_window',
          checkpoint: item.id,
          subject: null,
          factId: null,
          at: null,
        },
        starts: [range(item)],
      },
    ],
  }));

/** Nothing ends after `to`. */
const endingBy = (problem: Problem, to: Tick): Problem =>
  starting(problem, ({ duration }) => ({ first: -endless, last: to - duration }));

/** Nothing is further than `slip` from where it was. */
const slippingBy = (problem: Problem, slip: Tick): Problem =>
  starting(problem, ({ preferredStart }) => ({
    first: preferredStart - slip,
    last: preferredStart + slip,
  }));

/** The least value that costs no hold, by halving; then the least disturbance that meets it. */
function least(
  between: { readonly low: number; readonly high: number },
  askFor: (most: number) => Resequenced | null,
  reached: (result: Resequenced) => number,
): Resequenced | null {
  let found: Resequenced | null = null;
  let { low, high } = between;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const result = askFor(middle);
    if (result === null) low = middle + 1;
    else {
      found = result;
      high = Math.min(middle, reached(result));
    }
  }
  return found;
}

const earliestFinish: Find = (problem, best, ask) =>
  least(
    { low: problem.now, high: valueOf(best, 'latest_finish') },
    (most) => ask(endingBy(problem, most)),
    (result) => valueOf(result, 'latest_finish'),
  );

const smallestSlip: Find = (problem, best, ask) =>
  least(
    { low: 0, high: greatestSlip(problem, best) },
    (most) => ask(slippingBy(problem, most)),
    (result) => greatestSlip(problem, result),
  );

/** Every move counts alike, before any order, owner or minute. */
const fewestMoves: Find = (problem, _best, ask) =>
  ask(withOpen(problem, (item) => ({ ...item, moveCounts: true })));

/** As few as can be on one level, right after the holds. */
const fewest =
  (wish: Wish): Find =>
  (problem, best, ask) =>
    valueOf(best, wish) === 0 ? null : ask(problem, wish);

const trades: readonly {
  readonly trade: Trade;
  readonly measure: (problem: Problem, result: Resequenced) => number;
  readonly find: Find;
}[] = [
  {
    trade: 'earliest_finish',
    measure: (_, result) => valueOf(result, 'latest_finish'),
    find: earliestFinish,
  },
  {
    trade: 'fewest_woken',
    measure: (_, result) => valueOf(result, 'newly_woken'),
    find: fewest('newly_woken'),
  },
  {
    trade: 'fewest_handovers',
    measure: (_, result) => valueOf(result, 'owner_changes'),
    find: fewest('owner_changes'),
  },
  { trade: 'fewest_moves', measure: movesIn, find: fewestMoves },
  { trade: 'smallest_slip', measure: greatestSlip, find: smallestSlip },
];

/**
 * Distinct timelines, five at most, that hold as few as `best` and are strictly better in what they are named for. Pauses
 * before each search, since one may take long.
 */
export function* findingAlternatives(
  problem: Problem,
  budget: Budget,
  best: Resequenced,
): Generator<null, Alternative[]> {
  const known = new Set([JSON.stringify(best.placements)]);
  const offered: Alternative[] = [];
  for (const { trade, measure, find } of trades) {
    yield null;
    const asked = asker(best, budget);
    const result = find(problem, best, asked.ask);
    if (result === null || measure(problem, result) >= measure(problem, best)) continue;
    const key = JSON.stringify(result.placements);
    // Its holds are explained by the night as it is, not by the wish.
    const told = outcome(problem, result.placements);
    const least = !asked.isSpent;
    if (!known.has(key)) {
      offered.push({ trade, least, result: { ...told, conflicts: result.conflicts } });
    }
    known.add(key);
  }
  return offered;
}
