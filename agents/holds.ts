/**
 * The holds agent: the register of everything the clean timeline does not place, with the smallest reason why, what
 * would release it, and what one exception of a named human would buy. It lifts nothing.
 */
import type { Hold, Relaxation } from '../ledger/holds.ts';
import type { Id } from '../ledger/vocabulary.ts';
import { holdFrom, holdsWanted, type HoldWanted } from '../tools/holdTables.ts';
import { type Conflict, explainer } from '../tools/explain.ts';
import { type Agent, cleanBody, deterministicMind, type Slice } from './agent.ts';
import { withSource } from './holdCauses.ts';

type Draft = { readonly hold: Hold; readonly conflict: Conflict | null };

/** A relaxation in the words of the register: which of its holds the exception would end. */
const relaxationsOf = ({ releases }: Conflict, register: readonly Hold[]): Relaxation[] =>
  releases.map(({ releases: released, newlyWoken, ...offer }) => ({
    ...offer,
    untilAt: null,
    releases: register
      .filter(({ checkpoint }) => released.includes(checkpoint))
      .map(({ holdId }) => holdId),
    newlyWoken: [...newlyWoken],
  }));

function draftOf(
  wanted: HoldWanted,
  explain: (checkpoint: Id) => Conflict,
  { state }: Slice,
): Draft {
  if (wanted.stands !== null) {
    const causes = wanted.stands.map((cause) => withSource(cause, state));
    return { hold: holdFrom(wanted, causes, state), conflict: null };
  }
  const conflict = explain(wanted.checkpoint);
  return { hold: holdFrom(wanted, conflict.causes, state), conflict };
}

/** The register of the clean timeline of the open run. Throws when there is none. */
export function holdsIn(slice: Slice): Hold[] {
  const { state, now } = slice;
  const timeline = cleanBody(state, 'resequencing');
  if (timeline === null) throw new Error(`${state.cutoverId}: holds need a clean timeline`);
  const explain = explainer(timeline, state, now);
  const drafts = holdsWanted(state).map((wanted) => draftOf(wanted, explain, slice));
  const register = drafts.map(({ hold }) => hold);
  return drafts.map(({ hold, conflict }) =>
    conflict === null ? hold : { ...hold, relaxations: relaxationsOf(conflict, register) },
  );
}

export const holdsAgent: Agent = {
  name: 'holds',
  propose: async (slice) => ({
    body: { agent: 'holds', holds: holdsIn(slice) },
    mind: deterministicMind,
  }),
};
