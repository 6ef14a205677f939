/**
 * The best safe timeline, with proof: only the region that the night's facts touch is decided again, part by part, level
 * by level, from a safe schedule known before. Work is counted in conflicts; when they are spent, the best found
 * comes back with the levels proven so far.
 */
import type { Schedule } from './exact/costs.ts';
import { membersOf } from './exact/domains.ts';
import { compareLevels, levelsOf } from './levels.ts';
import { outcome, proofOf } from './listSchedule.ts';
import type { Hint } from './exact/model.ts';
import type { Budget, PlacedTicks, Problem, Resequenced } from './problem.ts';
import {
  brokenPairs,
  type Field,
  fieldOf,
  incumbentOf,
  keepsDomains,
  partsOf,
  swappedPairs,
} from './exact/region.ts';
import {
  boundOf,
  type Climb,
  climbFinish,
  climbLevels,
  settleLeast,
  startClimb,
} from './exact/stages.ts';
import { orderFor, usual, type Wish } from './exact/wish.ts';

/** Any timetable known before, only used when it is safe; and the wish, if there is one. */
type Warm = Pick<Resequenced, 'placements'> & { readonly wish?: Wish };

/** Everything of one call: the field, a safe schedule, what is decided again, the searches of its parts. */
type Run = {
  readonly field: Field;
  readonly safe: Schedule;
  readonly incumbent: Schedule;
  readonly inside: boolean[];
  readonly climbs: Map<string, Climb>;
  readonly budget: Budget;
  /** The levels in the order in which they are brought down; the finish comes after them. */
  readonly order: readonly number[];
  conflicts: number;
};

type Part = { readonly members: readonly number[]; readonly climb: Climb };

function scheduleFrom({ members, indexOf }: Field, placements: readonly PlacedTicks[]): Schedule {
  const choice = members.map(() => -1);
  const start = members.map(() => 0);
  for (const run of placements) {
    const index = indexOf.get(run.checkpoint) ?? -1;
    const choices = members[index]?.choices ?? [];
    choice[index] = choices.findIndex(({ person }) => person === run.owner);
    start[index] = run.start;
  }
  return { choice, start };
}

/** Holding everything is always safe. */
const allHeld = ({ members }: Field): Schedule => ({
  choice: members.map(() => -1),
  start: members.map(() => 0),
});

function safeFrom(field: Field, warm: Warm): Schedule {
  const schedule = scheduleFrom(field, warm.placements);
  let isSafe =
    keepsDomains(field, schedule) &&
    schedule.choice.filter((choice) => choice >= 0).length === warm.placements.length;
  brokenPairs(field, schedule, () => {
    isSafe = false;
  });
  return isSafe ? schedule : allHeld(field);
}

/** What is decided again at first: all that is held or broken, and all that the safe schedule changes. */
function startRun(problem: Problem, budget: Budget, warm: Warm): Run {
  const field = fieldOf(problem, membersOf(problem));
  const safe = safeFrom(field, warm);
  const incumbent = incumbentOf(field);
  const changes = field.members.map(
    (_, index) =>
      safe.choice[index] !== incumbent.choice[index] ||
      safe.start[index] !== incumbent.start[index],
  );
  const isUsed = safe.choice.some((choice) => choice >= 0);
  const inside = incumbent.choice.map((choice, index) => {
    const choices = field.members[index]?.choices ?? [];
    const kept = choices[choice];
    const isOpen = kept === undefined || kept.newlyWoken || (isUsed && changes[index] === true);
    return choices.length > 0 && isOpen;
  });
  const order = orderFor(warm.wish);
  const run: Run = {
    field,
    safe,
    incumbent,
    inside,
    budget,
    order,
    climbs: new Map(),
    conflicts: 0,
  };
  brokenPairs(field, incumbent, (one, other) => {
    for (const index of [one, other]) {
      if (field.members[index]?.choices.length !== 0) inside[index] = true;
    }
  });
  return run;
}

/** The searches of the region as it is now, each started where its part is safe. */
function partsNow(run: Run): Part[] {
  const { field, safe } = run;
  return partsOf(field, run.inside).map((members) => {
    const key = members.join(' ');
    const known = run.climbs.get(key);
    if (known !== undefined) return { members, climb: known };
    const own = members.flatMap((index) => field.members[index] ?? []);
    const best = {
      choice: members.map((index) => safe.choice[index] ?? -1),
      start: members.map((index) => safe.start[index] ?? 0),
    };
    const hint: Hint = new Map(
      own.flatMap(({ checkpoint, choices }, at) => {
        const owner = choices[best.choice[at] ?? -1]?.person;
        return owner === undefined ? [] : [[checkpoint.id, owner] as const];
      }),
    );
    const climb = startClimb(field.problem, own, { hint, limit: 0, best });
    run.climbs.set(key, climb);
    return { members, climb };
  });
}

/** Works on one part with what is left of the budget. */
function work(run: Run, { climb }: Part, task: (climb: Climb) => boolean): boolean {
  const { search } = climb.model;
  const before = search.conflicts;
  search.limit = before + Math.max(0, run.budget.conflicts - run.conflicts);
  const isDone = task(climb);
  run.conflicts += search.conflicts - before;
  return isDone;
}

/** The best of the parts; everything else as the incumbent has it. */
function whole({ incumbent }: Run, parts: readonly Part[]): Schedule {
  const choice = [...incumbent.choice];
  const start = [...incumbent.start];
  for (const { members, climb } of parts) {
    for (const [at, index] of members.entries()) {
      choice[index] = climb.best.choice[at] ?? -1;
      start[index] = climb.best.start[at] ?? 0;
    }
  }
  return { choice, start };
}

/** Pulls in what the schedule contradicts outside the region; false when nothing is. */
function pull({ field, inside }: Run, schedule: Schedule): boolean {
  const pulled = new Set<number>();
  const meet = (one: number, other: number): void => {
    for (const index of [one, other]) if (inside[index] !== true) pulled.add(index);
  };
  brokenPairs(field, schedule, meet);
  swappedPairs(field, schedule, meet);
  for (const index of pulled) inside[index] = true;
  return pulled.size > 0;
}

/** When everything outside is over. */
const outsideFinish = ({ field, inside, incumbent }: Run): number =>
  field.members.reduce(
    (latest, { checkpoint }, index) =>
      inside[index] === true || (incumbent.choice[index] ?? -1) < 0
        ? latest
        : Math.max(latest, (incumbent.start[index] ?? 0) + checkpoint.duration),
    -Infinity,
  );

/** Settles the finish of the whole, then the least of all optima; false when the work is spent before. */
function settle(run: Run, parts: readonly Part[]): boolean {
  const endOf = ({ climb }: Part): number => {
    const isAny = climb.best.choice.some((choice) => choice >= 0);
    return isAny ? (climb.values[8] ?? 0) : -Infinity;
  };
  let finish = outsideFinish(run);
  for (const part of parts.toSorted((one, other) => endOf(other) - endOf(one))) {
    if (endOf(part) > finish) {
      const enough = finish;
      if (!work(run, part, (climb) => climbFinish(climb, enough))) return false;
    }
    finish = Math.max(finish, endOf(part));
  }
  if (finish === -Infinity) return true;
  return parts.every((part) => work(run, part, (climb) => settleLeast(climb, finish)));
}

function placementsOf({ members }: Field, { choice, start }: Schedule): PlacedTicks[] {
  return members.flatMap(({ checkpoint, choices }, index) => {
    const owner = choices[choice[index] ?? -1]?.person;
    const at = start[index] ?? 0;
    return owner === undefined
      ? []
      : [{ checkpoint: checkpoint.id, start: at, end: at + checkpoint.duration, owner }];
  });
}

/** What a level of the whole cannot be less than, given the least values before it. */
function wholeBound(run: Run, parts: readonly Part[], level: number): number {
  const bounds = parts.map(({ climb }) => boundOf(climb, level));
  if (level === 8) return Math.max(outsideFinish(run), ...bounds);
  const lost = run.field.members.filter(({ choices }) => choices.length === 0);
  const forced = [
    lost.filter(({ checkpoint }) => checkpoint.protected).length,
    lost.length,
    lost.filter(({ checkpoint }) => checkpoint.wasPlaced).length,
  ];
  return bounds.reduce((sum, bound) => sum + bound, forced[level] ?? 0);
}

/** The answer once the work is spent: the better of two safe schedules, with the levels the parts prove. */
function spent(run: Run, parts: readonly Part[]): Resequenced {
  const { field, safe } = run;
  const { problem } = field;
  const reached = whole(run, parts);
  let isSafe = true;
  brokenPairs(field, reached, () => {
    isSafe = false;
  });
  const known = placementsOf(field, safe);
  const found = isSafe ? placementsOf(field, reached) : known;
  const valuesOf = (placements: readonly PlacedTicks[]): number[] => {
    const values = levelsOf(problem, placements);
    return run.order.map((level) => values[level] ?? 0);
  };
  const isBetter = compareLevels(valuesOf(found), valuesOf(known)) < 0;
  const result = outcome(problem, isBetter ? found : known);
  // Under a wish nothing is said of how far the proof went: the levels stand in another order.
  if (run.order !== usual) {
    return { ...result, ...proofOf(result.levels, 0, 0), conflicts: run.conflicts };
  }
  const least = parts.reduce((fewest, { climb }) => Math.min(fewest, climb.proven), 8);
  const open = result.levels.findIndex(
    (value, level) => level >= least || value > wholeBound(run, parts, level),
  );
  const count = Math.max(result.provenLevels, open);
  const forced = result.provenLevels === count ? (result.bound ?? 0) : 0;
  const bound = Math.max(forced, wholeBound(run, parts, count));
  const proof = proofOf(result.levels, count, bound);
  return { ...result, ...proof, conflicts: run.conflicts };
}

/** The least disturbance possible, proven, or the best found within the budget. */
export function exact(problem: Problem, budget: Budget, warm: Warm): Resequenced {
  const run = startRun(problem, budget, warm);
  for (;;) {
    const parts = partsNow(run);
    if (!parts.every((part) => work(run, part, (climb) => climbLevels(climb, run.order))))
      return spent(run, parts);
    if (pull(run, whole(run, parts))) continue;
    const isSettled = settle(run, parts);
    if (pull(run, whole(run, parts))) {
      run.climbs.clear();
      if (!isSettled) return spent(run, parts);
      continue;
    }
    if (!isSettled && parts.some(({ climb }) => climb.proven < 8)) return spent(run, parts);
    const result = outcome(problem, placementsOf(run.field, whole(run, parts)));
    const count = isSettled ? result.levels.length : 8;
    const proof = proofOf(result.levels, count, wholeBound(run, parts, 8));
    return { ...result, ...proof, conflicts: run.conflicts };
  }
}
