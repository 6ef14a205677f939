/**
 * A letter on its way to one target: the same for a message that is sent and for one that is only looked at.
 */
import type { CutoverState, PacketRecord } from '../../ledger/cutover.ts';
import { lastTold, type Outbox } from '../../ledger/outbox.ts';
import type { Id } from '../../ledger/vocabulary.ts';
import type { Target } from './addresses.ts';
import { type Letter, letterTo, type Placed, placedBefore } from './letter.ts';
import type { Packets } from './packets.ts';
import type { Outgoing } from './sink.ts';

export type Sender = {
  readonly packets: Packets;
  /** The link of a letter; null when messages carry none. */
  readonly linkOf: ((letter: Letter) => Promise<string>) | null;
};

export type Occasion = {
  readonly state: CutoverState;
  readonly record: PacketRecord;
  readonly outbox: Outbox;
  readonly doubts: number;
};

/** Only a letter by e-mail carries a calendar entry, and only what one has put there can be taken away. */
async function takenAwayFrom(
  { person, target, letter }: { person: Id; target: Target; letter: Letter },
  { state, record, outbox }: Occasion,
  packets: Packets,
): Promise<Placed | null> {
  if (target.channel !== 'email' || letter.placed !== null) return null;
  for (const version of [outbox.perhapsTold, outbox.told.email?.version]) {
    const earlier = version == null ? null : await packets.adopted(state.cutoverId, version);
    const placed = earlier === null ? null : placedBefore(person, earlier, { state, record });
    if (placed !== null) return placed;
  }
  return null;
}

/** What goes to this target. In test mode it carries no link: whoever gets it is not the person it names. */
export async function outgoingTo(
  { person, target }: { readonly person: Id; readonly target: Target },
  occasion: Occasion,
  { packets, linkOf }: Sender,
): Promise<Outgoing> {
  const { state, record, outbox, doubts } = occasion;
  const last = lastTold(outbox);
  const isNext = last === null || last.version === record.packet.supersedes?.version;
  const base = isNext ? null : await packets.adopted(state.cutoverId, last.version);
  const letter = letterTo(person, { state, record, outbox, base });
  const isTest = state.situation.plan.notices === 'test';
  const link = letter.orders.mustAcknowledge && !isTest ? linkOf : null;
  return {
    letter,
    target,
    ackUrl: link === null ? null : await link(letter),
    insteadOf: isTest ? letter.names.person(person) : null,
    doubts,
    before: outbox.told[target.channel] ?? null,
    takenAway: await takenAwayFrom({ person, target, letter }, occasion, packets),
  };
}
