/**
 * Who has seen the current packet and who still acts on old orders. An acknowledgement of one version never
 * counts for the next, but for those whom the next one does not affect (settling.ts carries it over).
 */
import { addressedBy } from './acknowledging.ts';
import type { CutoverState } from './cutover.ts';
import type { Person } from './plan.ts';
import { type Id, type Instant, minuteMs } from './vocabulary.ts';

export type AttendanceRow = {
  readonly person: Id;
  readonly mustAcknowledge: boolean;
  /** `carried`: they saw an older version and nothing changed for them since. */
  readonly state: 'acknowledged' | 'carried' | 'outstanding';
  /** The version they last acknowledged; null when none. */
  readonly version: number | null;
  readonly at: Instant | null;
};

/** One row for everyone whom the current packet addresses, by id. */
export function attendance(state: CutoverState): AttendanceRow[] {
  const packet = state.current?.packet;
  if (packet === undefined) return [];
  return addressedBy(packet, state.situation.plan).map((person) => {
    const known = state.acknowledgements[person];
    const covered = known !== undefined && known.countsFor >= packet.version;
    const seen = known?.version === packet.version ? 'acknowledged' : 'carried';
    return {
      person,
      mustAcknowledge: packet.mustAcknowledge.includes(person),
      state: covered ? seen : 'outstanding',
      version: known?.version ?? null,
      at: known?.at ?? null,
    };
  });
}

export type OldOrders = {
  readonly person: Id;
  /** The version they act on, as far as is known; null when they never acknowledged any. */
  readonly actsOn: number | null;
  /** Minutes since their newest notice was queued; null when they never got one. */
  readonly minutesSinceNotice: number | null;
  /** How to reach them next: the contact after the one the notice went to, or the only one; null without any. */
  readonly nextContact: Person['contacts'][number] | null;
};

/** Everyone addressed by the current packet whose newest valid acknowledgement is of an older one, by id. */
export function actingOnOldOrders(state: CutoverState, now: Instant): OldOrders[] {
  const people = new Map(state.situation.plan.people.map((person) => [person.id, person]));
  return attendance(state)
    .filter((row) => row.state === 'outstanding')
    .map(({ person, version }) => {
      const notice = state.noticed[person];
      const [first = null, second = null] = people.get(person)?.contacts ?? [];
      return {
        person,
        actsOn: version,
        minutesSinceNotice: notice ? Math.floor((now - notice.at) / minuteMs) : null,
        nextContact: notice === undefined ? first : (second ?? first),
      };
    });
}
