/**
 * What the holds and the packet of a run are judged against: its clean resequencing, taken at the instant that all
 * proposals of the run reason about.
 */
import type { CutoverState, Run } from '../ledger/cutover.ts';
import type { Checkpoint } from '../ledger/plan.ts';
import type { Proposal } from '../ledger/proposal.ts';
import type { AgentName, Id } from '../ledger/vocabulary.ts';
import { byRank, isOpen, type Night, sceneOf } from './scene.ts';
import { ownEarliestAt } from './times.ts';

export type CleanRun = {
  readonly run: Run;
  readonly scene: Night;
  readonly checkpoints: ReadonlyMap<Id, Checkpoint>;
  /** Open checkpoints that the clean resequencing holds, by rank. */
  readonly unplaced: ReadonlyMap<Id, Checkpoint>;
};

/** The newest proposal of one agent in the open run, when the gate found it clean. */
export function cleanProposal(state: CutoverState, agent: AgentName): Proposal | null {
  const attempt = state.run?.attempts[agent];
  return attempt?.clean === true ? attempt.proposal : null;
}

/** The open run with its clean resequencing; null when there is none. */
export function cleanRunOf(state: CutoverState): CleanRun | null {
  const body = cleanProposal(state, 'resequencing')?.body;
  if (state.run === null || body?.agent !== 'resequencing') return null;
  const { plan } = state.situation;
  const held = new Set(body.unplaced.map(({ checkpoint }) => checkpoint));
  const unplaced = plan.checkpoints
    .filter(({ id }) => held.has(id) && isOpen(state.situation, id))
    .toSorted(byRank);
  return {
    run: state.run,
    scene: sceneOf(body, state, state.run.nowAt),
    checkpoints: new Map(plan.checkpoints.map((item) => [item.id, item])),
    unplaced: new Map(unplaced.map((item) => [item.id, item])),
  };
}

/** The earliest instant at which a checkpoint's own start rule lets it start, from the run's `nowAt` on. */
export const earliestAt = ({ scene }: CleanRun, checkpoint: Checkpoint): number =>
  Math.max(scene.now, ownEarliestAt(scene, checkpoint) ?? scene.now);
