/**
 * Exceptions that a human could grant, one at a time, and what each would buy and cost. It grants nothing: the
 * start it shows is conditional on the exception.
 */
import type { RelaxableCode } from '../../ledger/codes.ts';
import type { Cause } from '../../ledger/holds.ts';
import { type Id, type Instant, minuteMs } from '../../ledger/vocabulary.ts';
import { asIncumbent } from '../listSchedule/incumbent.ts';
import { instantOf } from '../normalise/ticks.ts';
import { relaxable } from '../normalise/scene.ts';
import type { PlacedTicks, Problem, Resequenced } from '../problem.ts';
import { withException } from './relax.ts';

/** What one exception without end would do. `releases` are checkpoints; whose holds these are, the register knows. */
export type Release = {
  readonly relaxes: RelaxableCode;
  readonly checkpoint: Id;
  readonly releases: readonly Id[];
  readonly moved: number;
  readonly movedMinutes: number;
  readonly newlyWoken: readonly Id[];
  readonly provisionalStartAt: Instant;
};

/** Any way to a timetable: the exact search within its budget, or the list schedule. */
export type Engine = (problem: Problem) => Resequenced;

type Asked = {
  readonly problem: Problem;
  readonly result: Resequenced;
  readonly checkpoint: Id;
  readonly engine: Engine;
};

const ownersOf = (placements: readonly PlacedTicks[]): ReadonlySet<Id> =>
  new Set(placements.map(({ owner }) => owner));

/** What the timetable would be under the exception, against the one there is; null when it releases nothing. */
function releaseBy(asked: Asked, relaxes: RelaxableCode, checkpoint: Id): Release | null {
  const { problem, result, engine } = asked;
  const after = engine(withException(asIncumbent(problem, result.placements), relaxes, checkpoint));
  const start = after.placements.find((run) => run.checkpoint === asked.checkpoint)?.start;
  if (start === undefined) return null;
  const before = new Map(result.placements.map((run) => [run.checkpoint, run.start]));
  const placed = new Set(after.placements.map((run) => run.checkpoint));
  if ([...before.keys()].some((id) => !placed.has(id))) return null;
  const shifts = after.placements
    .map((run) => Math.abs(run.start - (before.get(run.checkpoint) ?? run.start)))
    .filter((shift) => shift > 0);
  const awake = new Set([...(problem.awake ?? []), ...ownersOf(result.placements)]);
  const sleepers = new Set(
    problem.open.flatMap(({ candidates }) =>
      candidates.filter(({ newlyWoken }) => newlyWoken).map(({ person }) => person),
    ),
  );
  return {
    relaxes,
    checkpoint,
    releases: result.held.map((held) => held.checkpoint).filter((id) => placed.has(id)),
    moved: shifts.length,
    movedMinutes: Math.ceil(
      (shifts.reduce((sum, shift) => sum + shift, 0) * problem.tickMs) / minuteMs,
    ),
    newlyWoken: [...ownersOf(after.placements)]
      .filter((person) => sleepers.has(person) && !awake.has(person))
      .toSorted(),
    provisionalStartAt: instantOf(problem, start),
  };
}

/**
 * Every single exception that policy allows, among the rules of a conflict, that places the checkpoint while nothing
 * placed now is held. One that releases it is a member of every smallest conflict, so no other needs trying.
 */
export function releasesFor(asked: Asked, conflict: readonly Cause[]): Release[] {
  const allowed = new Set(asked.problem.exceptionKinds);
  const tried = new Set<string>();
  return conflict.flatMap(({ rule, checkpoint }) => {
    const relaxes = relaxable(rule);
    const key = `${rule} ${checkpoint}`;
    if (relaxes === null || !allowed.has(relaxes) || tried.has(key)) return [];
    tried.add(key);
    return releaseBy(asked, relaxes, checkpoint) ?? [];
  });
}
