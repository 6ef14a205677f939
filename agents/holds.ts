/**
 * The holds agent: the register of everything the clean timeline does not place. What it proposes names for each hold the
 * first true reasons, those that came with the timeline; the smallest conflict, and what one exception of a named human
 * would buy, are searched for once the packet is with its reader. It lifts nothing.
 */
import type { CutoverState } from '../ledger/cutover.ts';
import type { Cause, Hold, Relaxation } from '../ledger/holds.ts';
import type { ResequencingBody } from '../ledger/proposal.ts';
import type { Id } from '../ledger/vocabulary.ts';
import { holdFrom, holdsWanted, type HoldWanted, trueOf } from '../tools/holdTables.ts';
import { type Conflict, explainer } from '../tools/explain.ts';
import { type Agent, cleanBody, deterministicMind, type Slice } from './agent.ts';
import { withSource } from './holdCauses.ts';

type At = Pick<Slice, 'state' | 'now'>;
type Explain = (checkpoint: Id) => Conflict;
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

/** Of the holds that the register names by itself, the one kind that an exception can end: evidence that is too old. */
const mayBeExcused = (causes: readonly Cause[]): boolean =>
  causes.some(({ rule }) => rule === 'evidence_stale');

/** A conflict with only the exceptions to these causes: a hold offers none to a rule that it does not name. */
const only = ({ releases }: Conflict, causes: readonly Cause[]): Conflict => ({
  causes,
  releases: releases.filter((one) =>
    causes.some(({ rule, checkpoint }) => rule === one.relaxes && checkpoint === one.checkpoint),
  ),
});

function draftOf(wanted: HoldWanted, explain: Explain, state: CutoverState): Draft {
  if (wanted.stands !== null) {
    const causes = wanted.stands.map((cause) => withSource(cause, state));
    return {
      hold: holdFrom(wanted, causes, state),
      conflict: mayBeExcused(causes) ? only(explain(wanted.checkpoint), causes) : null,
    };
  }
  const conflict = explain(wanted.checkpoint);
  return { hold: holdFrom(wanted, conflict.causes, state), conflict };
}

function registerOf(drafts: readonly Draft[]): Hold[] {
  const holds = drafts.map(({ hold }) => hold);
  return drafts.map(({ hold, conflict }) =>
    conflict === null ? hold : { ...hold, relaxations: relaxationsOf(conflict, holds) },
  );
}

function timelineOf(state: CutoverState): ResequencingBody {
  const timeline = cleanBody(state, 'resequencing');
  if (timeline === null) throw new Error(`${state.cutoverId}: holds need a clean timeline`);
  return timeline;
}

/**
 * The register of the clean timeline of the open run with the reasons that came with it. A hold that came without a true
 * one is explained at once. Throws when there is no clean timeline.
 */
export function holdsIn({ state, now }: At): Hold[] {
  const timeline = timelineOf(state);
  const explain = explainer(timeline, state, now);
  const firstReasons: Explain = (checkpoint) => {
    const causes = timeline.unplaced.find((held) => held.checkpoint === checkpoint)?.causes ?? [];
    const known = trueOf(causes, checkpoint, state);
    return known.length > 0 ? { causes: known, releases: [] } : explain(checkpoint);
  };
  return registerOf(holdsWanted(state).map((wanted) => draftOf(wanted, firstReasons, state)));
}

/**
 * The search for the smallest conflict of each hold, and what would end it: pauses after each, since one may take long,
 * and returns the same register as `holdsIn` with them. Throws likewise.
 */
export function* explaining({ state, now }: At): Generator<null, Hold[]> {
  const explain = explainer(timelineOf(state), state, now);
  const drafts: Draft[] = [];
  for (const wanted of holdsWanted(state)) {
    drafts.push(draftOf(wanted, explain, state));
    yield null;
  }
  return registerOf(drafts);
}

export const holdsAgent: Agent = {
  name: 'holds',
  propose: async (slice) => ({
    body: { agent: 'holds', holds: holdsIn(slice) },
    mind: deterministicMind,
  }),
};
