/** A timeline in the solver's ticks: for asking the solver about a proposal, whoever made it. */
import type { Placement, ResequencingBody } from '../ledger/proposal.ts';
import type { PlacedTicks, Problem, Resequenced } from '../solver/problem.ts';

/** The placements in whole ticks; a start between two counts as the later one, which is the careful reading. */
export const placedTicks = (problem: Problem, placements: readonly Placement[]): PlacedTicks[] => {
  const durations = new Map(problem.open.map(({ id, duration }) => [id, duration]));
  return placements.map(({ checkpoint, startAt, owner }) => {
    const start = Math.ceil((startAt - problem.originAt) / problem.tickMs);
    return { checkpoint, start, end: start + (durations.get(checkpoint) ?? 0), owner };
  });
};

/** The proposal as a result of the solver, with nothing claimed as proven. */
export const resultFrom = (problem: Problem, body: ResequencingBody): Resequenced => ({
  placements: placedTicks(problem, body.placements),
  held: body.unplaced.map(({ checkpoint, behind, causes }) => ({ checkpoint, behind, causes })),
  levels: body.quality.levels,
  provenLevels: 0,
  proven: false,
  conflicts: 0,
});
