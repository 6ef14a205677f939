/**
 * Who has seen the current packet and who still acts on old orders. An acknowledgement of one version never
 * counts for the next, but for those whom the next one does not affect (settling.ts carries it over).
 */
import { addressedBy } from './acknowledging.ts';
import type { CutoverState } from './cutover.ts';
import {
  isWaiting,
  lastTold,
  type NoticeChannel,
  type Outbox,
  type Sending,
  sendingsOf,
  type SuppressionReason,
} from './outbox.ts';
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

/** How far the newest notice of a person came; being queued is not being told. */
export type NoticeStanding = {
  /** Of the packet whose adoption queued it. */
  readonly version: number;
  /**
   * `sent`: a provider took it. `waiting`: not tried yet. `failing`: tried, did not get through, is tried again.
   * `in_doubt`: tried, and it may have got through. `not_sent`: it will not be, `reason` says why.
   */
  readonly state: 'sent' | 'waiting' | 'failing' | 'in_doubt' | 'not_sent';
  readonly reason: SuppressionReason | null;
};

export type OldOrders = {
  readonly person: Id;
  /** The version they act on, as far as is known; null when they never acknowledged any. */
  readonly actsOn: number | null;
  /** Their newest notice; null when none was ever queued. */
  readonly notice: NoticeStanding | null;
  /** The newest version that was surely sent to them; null when none was. */
  readonly toldVersion: number | null;
  /** Minutes since that was sent; null when nothing was. */
  readonly minutesSinceNotice: number | null;
  /** How to reach them next: the contact after the one that was written to, or the only one; null without any. */
  readonly nextContact: Contact | null;
};

type Contact = Person['contacts'][number];

function standingOf(outbox: Outbox, now: Instant): NoticeStanding {
  const { version, suppressed: reason } = outbox;
  const sendings = sendingsOf(outbox);
  if (reason !== null) return { version, state: 'not_sent', reason };
  if (!isWaiting(outbox)) return { version, state: 'sent', reason };
  const isDoubtful = ({ doubts, claimedUntil }: Sending): boolean =>
    doubts > 0 || (claimedUntil !== null && claimedUntil <= now);
  if (sendings.some(isDoubtful)) return { version, state: 'in_doubt', reason };
  const hasFailed = sendings.some(({ claimedUntil }) => claimedUntil === null);
  return { version, state: hasFailed ? 'failing' : 'waiting', reason };
}

/** What was written to is not tried again by hand; who was never reached is called by what comes first. */
function contactAfter(contacts: readonly Contact[], written: NoticeChannel | null): Contact | null {
  const index = contacts.findIndex(({ channel }) => channel === written);
  return contacts[index + 1] ?? contacts.at(-1) ?? null;
}

/** Everyone addressed by the current packet whose newest valid acknowledgement is of an older one, by id. */
export function actingOnOldOrders(state: CutoverState, now: Instant): OldOrders[] {
  const people = new Map(state.situation.plan.people.map((person) => [person.id, person]));
  return attendance(state)
    .filter((row) => row.state === 'outstanding')
    .map(({ person, version }) => {
      const outbox = state.outbox[person];
      const told = outbox === undefined ? null : lastTold(outbox);
      return {
        person,
        actsOn: version,
        notice: outbox === undefined ? null : standingOf(outbox, now),
        toldVersion: told?.version ?? null,
        minutesSinceNotice: told === null ? null : Math.floor((now - told.at) / minuteMs),
        nextContact: contactAfter(people.get(person)?.contacts ?? [], told?.channel ?? null),
      };
    });
}
