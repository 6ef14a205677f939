/**
 * What one person is told of one packet, before it has the form of any channel: version, check code, their own lines
 * and what changed in them, and nothing more. No text of a report and no word of a model ever gets in here.
 */
import { deltasOf } from '../../constraints/packetDeltas.ts';
import type { CutoverState, PacketRecord } from '../../ledger/cutover.ts';
import { lastTold, type Outbox } from '../../ledger/outbox.ts';
import type { Delta } from '../../ledger/packet.ts';
import { ordersOf, type PersonalLine, type PersonalOrders } from '../../ledger/views.ts';
import type { Id, Instant, Interval } from '../../ledger/vocabulary.ts';
import { type Names, namesOf } from '../words/names.ts';
import { plainName } from '../words/plainName.ts';

export type Placed = { readonly startAt: Instant; readonly endAt: Instant };

export type Letter = {
  readonly noticeId: Id;
  readonly cutoverId: Id;
  readonly cutover: string;
  readonly rehearsal: boolean;
  readonly window: Interval;
  readonly person: Id;
  readonly packetId: Id;
  readonly version: number;
  readonly checkCode: string;
  readonly names: Names;
  /** The newest version they were told or may have been told; null when this is the first. */
  readonly replaces: number | null;
  /** The version that `delta` compares with; null when there is none to compare with. */
  readonly since: number | null;
  /** What changed for them since; null when nothing did. */
  readonly delta: Delta | null;
  /** Their open lines, and the holds on them. */
  readonly orders: PersonalOrders;
  /** From their first start to their last end, of what is placed and still open; null when nothing is. */
  readonly placed: Placed | null;
  /** When the packet was made: the same for every repeat of this letter. */
  readonly preparedAt: Instant;
  readonly queuedAt: Instant;
};

export type Told = {
  readonly state: CutoverState;
  /** The packet to tell of: the current one, or one that is looked at beforehand. */
  readonly record: PacketRecord;
  readonly outbox: Outbox;
  /** The packet that they were told last; null when that is unknown or never was. */
  readonly base: PacketRecord | null;
};

const named = (names: Names): Names => ({
  zone: names.zone,
  checkpoint: (id) => plainName(names.checkpoint(id)),
  person: (id) => plainName(names.person(id)),
  role: (id) => plainName(names.role(id)),
  boundary: (id) => plainName(names.boundary(id)),
  condition: (id) => plainName(names.condition(id)),
});

/** What changed for a person from the packet they were told last, or else from the one that this packet supersedes. */
function changeFor(person: Id, { state, record, base }: Told): Pick<Letter, 'since' | 'delta'> {
  const { packet } = record;
  const own = (deltas: readonly Delta[]): Delta | null =>
    deltas.find((delta) => delta.person === person) ?? null;
  if (base === null || base.packetHash === packet.supersedes?.packetHash) {
    return { since: packet.supersedes?.version ?? null, delta: own(packet.deltas) };
  }
  const deltas = deltasOf(packet.lines, base.packet.lines, state.situation.plan);
  return { since: base.packet.version, delta: own(deltas) };
}

const isOpen = ({ state }: { readonly state: string }): boolean =>
  state !== 'done' && state !== 'skipped';

/** From the first start to the last end of what is this person's own. */
function placedIn(lines: readonly PersonalLine[]): Placed | null {
  const placed = lines.flatMap(({ as, startAt, endAt }) =>
    as === 'owner' && startAt !== null && endAt !== null ? [{ startAt, endAt }] : [],
  );
  if (placed.length === 0) return null;
  return {
    startAt: Math.min(...placed.map(({ startAt }) => startAt)),
    endAt: Math.max(...placed.map(({ endAt }) => endAt)),
  };
}

/** What an earlier packet placed for this person and is not done by now: what a calendar of theirs may still hold. */
export function placedBefore(
  person: Id,
  earlier: PacketRecord,
  { state, record }: Pick<Told, 'state' | 'record'>,
): Placed | null {
  const done = new Set(
    record.packet.lines.flatMap((line) => (line.state === 'done' ? [line.checkpoint] : [])),
  );
  const { lines } = ordersOf(person, earlier, state);
  return placedIn(lines.filter((line) => isOpen(line) && !done.has(line.checkpoint)));
}

/** The letter to one person. */
export function letterTo(person: Id, told: Told): Letter {
  const { state, record, outbox } = told;
  const { plan } = state.situation;
  const orders = ordersOf(person, record, state);
  const lines = orders.lines.filter(isOpen);
  const last = lastTold(outbox)?.version ?? 0;
  const replaces = Math.max(last, outbox.perhapsTold ?? 0);
  return {
    noticeId: outbox.noticeId,
    cutoverId: state.cutoverId,
    cutover: plainName(plan.name),
    rehearsal: plan.mode === 'rehearsal',
    window: plan.window,
    person,
    packetId: record.packet.packetId,
    version: record.packet.version,
    checkCode: record.checkCode,
    names: named(namesOf(plan)),
    replaces: replaces === 0 ? null : replaces,
    ...changeFor(person, told),
    orders: { ...orders, lines },
    placed: placedIn(lines),
    preparedAt: record.packet.preparedAt,
    queuedAt: outbox.queuedAt,
  };
}
