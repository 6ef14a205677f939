/**
 * Who holds which authority when: role × checkpoint × time interval, with delegates and chains. The only reading
 * of the authority mapping in constraints/. It refuses to guess: who is not mapped has no authority.
 */
import type { Authority, Plan } from '../ledger/plan.ts';
import type { Id, Instant, Interval } from '../ledger/vocabulary.ts';
import { containsInstant } from './intervals.ts';
import { intersection, merged } from './spans.ts';

/** The rows of a role that apply to a checkpoint: those that name it, and only when there are none, those for `all`. */
export function rowsFor(plan: Plan, for_: { role: Id; checkpoint: Id }): Authority[] {
  const ofRole = plan.authority.filter((row) => row.role === for_.role);
  const named = ofRole.filter((row) => row.checkpoint === for_.checkpoint);
  return named.length > 0 ? named : ofRole.filter((row) => row.checkpoint === 'all');
}

const tenuresOf = (row: Authority, person: Id): Interval[] =>
  merged(row.holders.filter((tenure) => tenure.person === person));

type Reach = ReadonlyMap<Id, readonly Interval[]>;

/** One more link of every chain: each delegate, cut to the time in which its granter stands. */
function oneLink(row: Authority, granters: Reach): Map<Id, Interval[]> {
  const reached = new Map<Id, Interval[]>();
  for (const delegate of row.delegates) {
    const own = intersection([delegate], granters.get(delegate.grantedBy) ?? []);
    reached.set(delegate.person, merged([...(reached.get(delegate.person) ?? []), ...own]));
  }
  return reached;
}

/**
 * When one row authorises each person, merged. A holder during the tenure; a delegate while the grant runs and
 * its granter is a holder, or, only where the row allows chains, an authorised delegate.
 */
export function authorisedInRow(row: Authority): Reach {
  const holders: Reach = new Map(
    row.holders.map((tenure) => [tenure.person, tenuresOf(row, tenure.person)]),
  );
  const links = row.chainsAllowed ? row.delegates.length : Math.min(1, row.delegates.length);
  let reach = holders;
  for (let link = 0; link < links; link += 1) {
    const next = new Map(holders);
    for (const [person, spans] of oneLink(row, reach)) {
      next.set(person, merged([...(next.get(person) ?? []), ...spans]));
    }
    reach = next;
  }
  return reach;
}

/** When a person is authorised for a role at a checkpoint (`all` for the role as such), merged and in order. */
export function authorisedSpans(
  plan: Plan,
  person: Id,
  for_: { role: Id; checkpoint: Id },
): Interval[] {
  return merged(
    rowsFor(plan, for_).flatMap((row) => [...(authorisedInRow(row).get(person) ?? [])]),
  );
}

/** Whether a person is authorised for a role at a checkpoint (`all` for the role as such) at one instant. */
export function isAuthorisedAt(
  plan: Plan,
  who: { person: Id; role: Id; checkpoint: Id; at: Instant },
): boolean {
  return containsInstant(authorisedSpans(plan, who.person, who), who.at);
}

/** Everyone whom the mapping names for a role at a checkpoint, in order of id; most will not hold it at any one time. */
export function mappedPeople(plan: Plan, for_: { role: Id; checkpoint: Id }): Id[] {
  const named = rowsFor(plan, for_).flatMap((row) => [
    ...row.holders.map((tenure) => tenure.person),
    ...row.delegates.map((delegate) => delegate.person),
  ]);
  return [...new Set(named)].toSorted();
}
