/**
 * Who may own an open checkpoint, and when: authority (tenures, delegates, chains) and availability of each
 * person, each as a named limit on the start.
 */
import type { Authority, Checkpoint } from '../../ledger/plan.ts';
import { plannedMs } from '../../ledger/plan.ts';
import type { Id, Interval } from '../../ledger/vocabulary.ts';
import { byCause, cause, waived } from './limits.ts';
import { amendedBy, type Scene } from './scene.ts';
import { common, inside, merged, outside } from './ticks.ts';
import type { Candidate, Limit } from '../problem.ts';

/** Rows of a role that name the checkpoint; only when there are none, those for all. */
function rowsFor({ situation }: Scene, { id, role }: Checkpoint): readonly Authority[] {
  const rows = situation.plan.authority.filter((row) => row.role === role);
  const named = rows.filter((row) => row.checkpoint === id);
  return named.length > 0 ? named : rows.filter((row) => row.checkpoint === 'all');
}

const tenuresOf = (row: Authority, person: Id): Interval[] =>
  row.holders.filter((tenure) => tenure.person === person);

/**
 * When each delegate of a row is authorised: cut to the granter's own time. Chains are followed to their end; one
 * that leads back to itself grants nothing.
 */
function delegated(row: Authority): ReadonlyMap<Id, readonly Interval[]> {
  const spansOf = (known: ReadonlyMap<Id, readonly Interval[]>): Map<Id, Interval[]> => {
    const next = new Map<Id, Interval[]>();
    for (const grant of row.delegates) {
      const chained = row.chainsAllowed ? (known.get(grant.grantedBy) ?? []) : [];
      const granter = [...tenuresOf(row, grant.grantedBy), ...chained];
      const spans = [...(next.get(grant.person) ?? []), ...common([grant], granter)];
      next.set(grant.person, merged(spans));
    }
    return next;
  };
  let known = spansOf(new Map());
  for (const _link of row.delegates) known = spansOf(known);
  return known;
}

/** When a person may do the checkpoint by these rows. */
const authorised = (rows: readonly Authority[], person: Id): Interval[] =>
  rows.flatMap((row) => [...tenuresOf(row, person), ...(delegated(row).get(person) ?? [])]);

/** Authority at the time of the whole execution. */
function authorityLimit(scene: Scene, checkpoint: Checkpoint, person: Id): Limit {
  const rows = rowsFor(scene, checkpoint);
  const facts = rows.flatMap((row) => amendedBy(scene, `authority:${row.id}`) ?? []).toSorted();
  const spans = authorised(rows, person);
  const parts = {
    subject: person,
    factId: facts.at(-1) ?? amendedBy(scene, `checkpoint:${checkpoint.id}`),
    at: merged(spans).at(-1)?.closesAt ?? null,
  };
  return {
    cause: cause('not_authorised_owner', checkpoint.id, parts),
    starts: inside(scene.frame, spans, plannedMs(checkpoint.duration)),
  };
}

/** Inside agreed working intervals, and at no time of an outage. */
function availabilityLimits(scene: Scene, checkpoint: Checkpoint, person: Id): Limit[] {
  const { plan, unavailable } = scene.situation;
  const lasts = plannedMs(checkpoint.duration);
  const working = plan.people.find(({ id }) => id === person)?.working ?? [];
  const factId = amendedBy(scene, `person:${person}`);
  const named = { subject: person, factId, at: merged(working).at(-1)?.closesAt ?? null };
  const onDuty: Limit = {
    cause: cause('owner_unavailable', checkpoint.id, named),
    starts: inside(scene.frame, working, lasts),
  };
  const outages = unavailable
    .filter((outage) => outage.person === person)
    .map((outage): Limit => {
      const parts = { subject: person, factId: outage.factId, at: outage.span.closesAt };
      return {
        cause: cause('owner_unavailable', checkpoint.id, parts),
        starts: outside(scene.frame, outage.span, lasts),
      };
    });
  return [onDuty, ...outages.toSorted((one, other) => byCause(one.cause, other.cause))].flatMap(
    (limit) => waived(scene, checkpoint, limit),
  );
}

/** Whoever already owns started work of a separation is not asked for another member of it. */
function dutyLimits(scene: Scene, checkpoint: Checkpoint, person: Id): Limit[] {
  const { separations } = scene.situation.plan;
  return separations
    .filter(({ checkpoints }) => checkpoints.includes(checkpoint.id))
    .filter(({ checkpoints }) => checkpoints.some((id) => scene.works.get(id)?.owner === person))
    .map(({ id }) => ({
      cause: cause('separation_of_duties', checkpoint.id, { subject: id }),
      starts: [],
    }))
    .toSorted((one, other) => byCause(one.cause, other.cause));
}

/** Everyone who may own the checkpoint: the approved owner, then holders, then delegates, each by id. */
export function candidatesFor(scene: Scene, checkpoint: Checkpoint): Candidate[] {
  const rows = rowsFor(scene, checkpoint);
  const holders = rows.flatMap((row) => row.holders.map(({ person }) => person)).toSorted();
  const delegates = rows.flatMap((row) => row.delegates.map(({ person }) => person)).toSorted();
  const kept = scene.incumbent.get(checkpoint.id)?.owner;
  const people = new Set([
    checkpoint.approvedOwner,
    ...holders,
    ...delegates,
    ...(kept === undefined ? [] : [kept]),
  ]);
  const awake = new Set([...scene.incumbent.values()].map(({ owner }) => owner));
  return [...people].map((person) => ({
    person,
    limits: [
      authorityLimit(scene, checkpoint, person),
      ...availabilityLimits(scene, checkpoint, person),
      ...dutyLimits(scene, checkpoint, person),
    ],
    newlyWoken: !awake.has(person),
  }));
}
