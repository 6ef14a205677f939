/**
 * The holds agent: the register of everything the clean timeline does not place, with the smallest reason why, what
 * would release it, and what one exception of a named human would buy. It lifts nothing.
 */
import type { Cause, Hold } from '../ledger/holds.ts';
import type { ResequencingBody } from '../ledger/proposal.ts';
import { holdFrom, holdsWanted, type HoldWanted } from '../tools/holdTables.ts';
import { type Agent, cleanBody, deterministicMind, type Slice } from './agent.ts';
import { withSource } from './holdCauses.ts';

function holdOf(wanted: HoldWanted, timeline: ResequencingBody, { state }: Slice): Hold {
  if (wanted.stands !== null) {
    const causes = wanted.stands.map((cause) => withSource(cause, state));
    return holdFrom(wanted, causes, state);
  }
  const unplaced = timeline.unplaced.find(({ checkpoint }) => checkpoint === wanted.checkpoint);
  const causes: readonly Cause[] = unplaced?.causes ?? [];
  return holdFrom(wanted, causes, state);
}

export const holdsAgent: Agent = {
  name: 'holds',
  propose: async (slice) => {
    const timeline = cleanBody(slice.state, 'resequencing');
    if (timeline === null) throw new Error(`${slice.state.cutoverId}: holds need a clean timeline`);
    const holds = holdsWanted(slice.state).map((wanted) => holdOf(wanted, timeline, slice));
    return { body: { agent: 'holds', holds }, mind: deterministicMind };
  },
};
