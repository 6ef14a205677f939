/**
 * Who covers what: for each role, and each checkpoint with a mapping of its own, when nobody is both authorised
 * and at work. Visible as soon as roster and plan are both loaded, before anything is declared.
 */
import type { Checkpoint, Plan } from '../ledger/plan.ts';
import type { Id, Interval } from '../ledger/vocabulary.ts';
import { authorisedSpans, mappedPeople } from './authorityAt.ts';
import { remainder } from './intervals.ts';
import { intersection, merged } from './spans.ts';

/** Part of the command window in which nobody could do it; `checkpoint` is `all` for the role as such. */
export type CoverageGap = {
  readonly role: Id;
  readonly checkpoint: Id;
  readonly span: Interval;
};

/** When a person is both authorised and at work, merged and in order. */
export function readySpans(plan: Plan, person: Id, for_: { role: Id; checkpoint: Id }): Interval[] {
  const working = plan.people
    .filter((known) => known.id === person)
    .flatMap((known) => known.working);
  return intersection(authorisedSpans(plan, person, for_), merged(working));
}

/** The role as such, unless the checkpoint has rows of its own. */
function coverOf(plan: Plan, { id, role }: Checkpoint): { role: Id; checkpoint: Id } {
  const named = plan.authority.some((row) => row.role === role && row.checkpoint === id);
  return { role, checkpoint: named ? id : 'all' };
}

/** Every gap in coverage between the window's opening and its close: the lead role first, then in approved order. */
export function coverageGaps(plan: Plan): CoverageGap[] {
  const inOrder = plan.checkpoints.toSorted((one, other) => one.rank - other.rank);
  const asked = [
    { role: plan.leadRole, checkpoint: 'all' },
    ...inOrder.map((checkpoint) => coverOf(plan, checkpoint)),
  ];
  const distinct = new Map(asked.map((cover) => [`${cover.role} ${cover.checkpoint}`, cover]));
  return [...distinct.values()].flatMap((cover) => {
    const covered = mappedPeople(plan, cover).flatMap((person) => readySpans(plan, person, cover));
    return remainder([plan.window], covered).map((span) => ({ ...cover, span }));
  });
}
