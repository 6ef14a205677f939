/**
 * Where each open checkpoint could start under each possible owner if every other open one stood aside: its limits,
 * those of the owner, and what started work leaves. Nothing is decided here.
 */
import type { Id } from '../../ledger/vocabulary.ts';
import type { FixedCheckpoint, Limit, OpenCheckpoint, Problem } from '../problem.ts';
import { intersect, type Ranges } from '../board/ranges.ts';
import { endless, limitsFromStarted, ownerLimitsFromStarted, tiesOf } from '../board/started.ts';

/** A possible owner and the starts left under them; never empty. */
export type Choice = {
  readonly person: Id;
  readonly isPreferred: boolean;
  readonly newlyWoken: boolean;
  readonly starts: Ranges;
};

/** An open checkpoint with its choices in the order of its candidates; without any it can only be held. */
export type Member = { readonly checkpoint: OpenCheckpoint; readonly choices: readonly Choice[] };

/** Started work by what it can stand in the way of. */
type Started = {
  readonly byId: ReadonlyMap<Id, FixedCheckpoint>;
  readonly byOwner: ReadonlyMap<Id, readonly FixedCheckpoint[]>;
  readonly byRoom: ReadonlyMap<Id, readonly FixedCheckpoint[]>;
  readonly guarded: readonly FixedCheckpoint[];
};

function grouped(
  fixed: readonly FixedCheckpoint[],
  key: (item: FixedCheckpoint) => Id | null,
): ReadonlyMap<Id, readonly FixedCheckpoint[]> {
  const groups = new Map<Id, FixedCheckpoint[]>();
  for (const item of fixed) {
    const name = key(item);
    if (name === null) continue;
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [item]);
    else group.push(item);
  }
  return groups;
}

/** Of started protected ones, those that could bind: everything else lies behind them. */
const startedOf = ({ fixed }: Problem): Started => ({
  byId: new Map(fixed.map((item) => [item.id, item])),
  byOwner: grouped(fixed, ({ owner }) => owner),
  byRoom: grouped(fixed, ({ room }) => room),
  guarded: fixed.filter((item) => item.protected && item.start !== null),
});

const allOf = (limits: readonly Limit[], base: Ranges): Ranges => {
  let starts = base;
  for (const limit of limits) {
    if (starts.length === 0) return starts;
    starts = intersect(starts, limit.starts);
  }
  return starts;
};

const everywhere: Ranges = [{ first: -endless, last: endless }];

/** The members of a problem, in the order of `problem.open`. */
export function membersOf(problem: Problem): Member[] {
  const started = startedOf(problem);
  const ties = tiesOf(problem);
  return problem.open.map((checkpoint) => {
    if (checkpoint.blockers.length > 0) return { checkpoint, choices: [] };
    const near = new Set<FixedCheckpoint>();
    const add = (item: FixedCheckpoint | undefined): void => {
      if (item !== undefined) near.add(item);
    };
    for (const { from } of ties.into.get(checkpoint.id) ?? []) add(started.byId.get(from));
    for (const { members } of ties.spacings.get(checkpoint.id) ?? []) {
      for (const id of members) add(started.byId.get(id));
    }
    if (checkpoint.room !== null) started.byRoom.get(checkpoint.room)?.forEach(add);
    if (checkpoint.protected) started.guarded.forEach(add);
    const own = limitsFromStarted({ ...problem, fixed: [...near] }, ties, checkpoint);
    let base = allOf(own, allOf(checkpoint.limits, everywhere));
    const { preferredStart, preferredOwner } = checkpoint;
    if (checkpoint.exceptionOnly) {
      base = intersect(base, [{ first: preferredStart, last: preferredStart }]);
    }
    const choices = checkpoint.candidates.map(({ person, newlyWoken, limits }): Choice => {
      const busy = started.byOwner.get(person);
      const free =
        busy === undefined
          ? []
          : ownerLimitsFromStarted({ ...problem, fixed: busy }, checkpoint, person);
      const starts = allOf(free, allOf(limits, base));
      return { person, isPreferred: person === preferredOwner, newlyWoken, starts };
    });
    return { checkpoint, choices: choices.filter(({ starts }) => starts.length > 0) };
  });
}
