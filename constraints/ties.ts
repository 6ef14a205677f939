/**
 * Which works some rule looks at together: those that share an owner or a room, that are both protected, or that are in
 * one review spacing, and those of which one waits for the other. It judges nothing: it keeps the rules of a large night
 * from comparing everything with everything.
 */
import type { Plan } from '../ledger/plan.ts';
import type { Id } from '../ledger/vocabulary.ts';
import type { Work } from './executions.ts';

/** What a work has that another may have too. A separation of duties asks who, so it is among those of one owner. */
function tiesOf({ reviewSpacings }: Plan, { checkpoint, owner }: Work): string[] {
  const { id, room } = checkpoint;
  return [
    `owner ${owner}`,
    ...(room === null ? [] : [`room ${room}`]),
    ...(checkpoint.protected ? ['protected'] : []),
    ...reviewSpacings.flatMap(({ checkpoints }, index) =>
      checkpoints.includes(id) ? [`spacing ${index}`] : [],
    ),
  ];
}

export type Ties = {
  /** The other works that share something with a work, whether or not it is among them, in their order. */
  readonly sharing: (work: Work) => readonly Work[];
  /** The other works that wait for a checkpoint, in their order. */
  readonly following: (checkpoint: Id) => Work[];
};

function grouped(works: readonly Work[], namesOf: (work: Work) => readonly string[]) {
  const places = new Map<string, number[]>();
  for (const [place, work] of works.entries()) {
    for (const name of namesOf(work)) {
      const known = places.get(name);
      if (known === undefined) places.set(name, [place]);
      else known.push(place);
    }
  }
  return (names: readonly string[]): Work[] => {
    const found = new Set(names.flatMap((name) => places.get(name) ?? []));
    const inOrder: Work[] = [];
    for (const place of Uint32Array.from(found).sort()) {
      const work = works[place];
      if (work !== undefined) inOrder.push(work);
    }
    return inOrder;
  };
}

/** The ties among works, each of which has a checkpoint of its own. */
export function tiesAmong(plan: Plan, works: readonly Work[]): Ties {
  const withTies = grouped(works, (work) => tiesOf(plan, work));
  const waitingFor = grouped(works, ({ checkpoint }) => [
    ...new Set(checkpoint.predecessors.map((edge) => edge.checkpoint)),
  ]);
  /** By checkpoint and owner, which is all that the answer depends on: one work is looked at in many places. */
  const known = new Map<string, readonly Work[]>();
  const sharing = (work: Work): readonly Work[] => {
    const { checkpoint, owner } = work;
    const name = JSON.stringify([checkpoint.id, owner]);
    const found =
      known.get(name) ??
      withTies(tiesOf(plan, work)).filter((other) => other.checkpoint.id !== checkpoint.id);
    known.set(name, found);
    return found;
  };
  return {
    sharing,
    following: (id) => waitingFor([id]).filter(({ checkpoint }) => checkpoint.id !== id),
  };
}
