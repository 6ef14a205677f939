/**
 * Other safe timelines that hold exactly as few as the best one, each better on one thing a release lead may care about
 * more tonight: an earlier finish, fewer people woken, fewer handovers, fewer moves, a smaller slip. Each is the least disturbance under
 * that wish; one that buys nothing, or equals another, is not offered.
 */
import type { Id } from '../ledger/vocabulary.ts';
import { exact } from './exact.ts';
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
  'earliest_finish' | 'fewer_woken' | 'fewer_handovers' | 'fewest_moves' | 'smallest_slip';

export type Alternative = { readonly trade: Trade; readonly result: Resequenced };

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

type Ask = (problem: Problem) => Resequenced | null;
type Find = (problem: Problem, best: Resequenced, ask: Ask) => Resequenced | null;

/** Solves a narrowed problem; null when that would cost a hold or could not be proven. */
const asker =
  (best: Resequenced, budget: Budget): Ask =>
  (problem) => {
    const result = exact(problem, budget, listSchedule(problem));
    return result.proven && holdsAlike(result, best) ? result : null;
  };

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

/** Does without as many of the possible owners in question as it can, one after the other. */
function without(
  problem: Problem,
  refusals: readonly ((item: OpenCheckpoint, person: Id) => boolean)[],
  ask: Ask,
): Resequenced | null {
  let found: Resequenced | null = null;
  let left = problem;
  for (const refuses of refusals) {
    const narrowed = withOpen(left, (item) => ({
      ...item,
      candidates: item.candidates.filter(({ person }) => !refuses(item, person)),
    }));
    const result = ask(narrowed);
    if (result === null) continue;
    found = result;
    left = narrowed;
  }
  return found;
}

function fewerWoken(problem: Problem, best: Resequenced, ask: Ask): Resequenced | null {
  const owners = new Map(best.placements.map(({ checkpoint, owner }) => [checkpoint, owner]));
  const sleeping = (item: OpenCheckpoint, person: Id): boolean =>
    item.candidates.some((candidate) => candidate.newlyWoken && candidate.person === person);
  const woken = problem.open.flatMap((item) => {
    const owner = owners.get(item.id);
    return owner !== undefined && sleeping(item, owner) ? [owner] : [];
  });
  const others = new Set(
    problem.open.flatMap(({ candidates }) =>
      candidates
        .filter(({ person, newlyWoken }) => newlyWoken && !woken.includes(person))
        .map(({ person }) => person),
    ),
  );
  if (woken.length === 0) return null;
  // Nobody else is woken instead; then each of those woken is done without where that costs no hold.
  const refusals = [...new Set(woken)]
    .toSorted()
    .map((one) => (_: OpenCheckpoint, person: Id) => person === one || others.has(person));
  return without(problem, refusals, ask);
}

function fewerHandovers(problem: Problem, best: Resequenced, ask: Ask): Resequenced | null {
  const changed = problem.open.filter(({ id, preferredOwner }) =>
    best.placements.some(({ checkpoint, owner }) => checkpoint === id && owner !== preferredOwner),
  );
  const rest = new Set(changed.map(({ id }) => id));
  const refusals = changed
    .toSorted((one, other) => one.rank - other.rank)
    .map(
      (kept) =>
        ({ id, preferredOwner }: OpenCheckpoint, person: Id): boolean =>
          (id === kept.id || !rest.has(id)) && person !== preferredOwner,
    );
  return without(problem, refusals, ask);
}

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
    trade: 'fewer_woken',
    measure: (_, result) => valueOf(result, 'newly_woken'),
    find: fewerWoken,
  },
  {
    trade: 'fewer_handovers',
    measure: (_, result) => valueOf(result, 'owner_changes'),
    find: fewerHandovers,
  },
  { trade: 'fewest_moves', measure: movesIn, find: fewestMoves },
  { trade: 'smallest_slip', measure: greatestSlip, find: smallestSlip },
];

/** Distinct timelines, five at most, that hold as few as `best` and are strictly better in what they are named for. */
export function alternatives(problem: Problem, budget: Budget, best: Resequenced): Alternative[] {
  const ask = asker(best, budget);
  const known = new Set([JSON.stringify(best.placements)]);
  const offered: Alternative[] = [];
  for (const { trade, measure, find } of trades) {
    const result = find(problem, best, ask);
    if (result === null || measure(problem, result) >= measure(problem, best)) continue;
    const key = JSON.stringify(result.placements);
    // Its holds are explained by the night as it is, not by the wish.
    const told = outcome(problem, result.placements);
    if (!known.has(key)) offered.push({ trade, result: { ...told, conflicts: result.conflicts } });
    known.add(key);
  }
  return offered;
}
