/**
 * The parts of a packet that follow from its lines and its register: holds, facts, deltas, who is told, what leads.
 */
import type { Packet } from '../ledger/packet.ts';
import type { CutoverState } from '../ledger/cutover.ts';
import { deviationsOf } from './deviations.ts';
import { difference, isSame, type PacketRule } from './packetAssembly.ts';
import { acknowledgersOf, deltasOf, notNotifiedOf } from './packetDeltas.ts';
import { broken } from './violations.ts';

/** The hold register is the clean one, in its order. */
export const holdMismatch: PacketRule = ({ packet, register }) => {
  if (isSame(packet.holds, register.holds)) return [];
  const known = new Map(register.holds.map((hold) => [hold.holdId, hold]));
  const other = packet.holds.filter((hold) => !isSame(hold, known.get(hold.holdId) ?? null));
  const named = new Set(packet.holds.map(({ holdId }) => holdId));
  const dropped = register.holds.filter(({ holdId }) => !named.has(holdId));
  const wrong = [...other, ...dropped];
  return wrong.length === 0
    ? [broken('packet_hold_mismatch', null, { subjects: ['order'] })]
    : wrong.map(({ holdId, checkpoint }) =>
        broken('packet_hold_mismatch', checkpoint, { subjects: [holdId] }),
      );
};

/** The held facts of the ledger as a packet shows them, in order. */
export const heldFactsOf = ({ heldFacts }: CutoverState): Packet['heldFacts'] =>
  heldFacts.flatMap(({ fact, ruling: { code, candidates, against } }) =>
    code === null ? [] : [{ factId: fact.factId, code, candidates, against }],
  );

/** Held facts and deviations are exactly those of the ledger. */
export const factMismatch: PacketRule = ({ packet, state, night }) => {
  const wrong = [
    ...(isSame(packet.heldFacts, heldFactsOf(state)) ? [] : ['heldFacts']),
    ...(isSame(packet.deviations, deviationsOf(state, night.scene.now)) ? [] : ['deviations']),
  ];
  return wrong.length === 0 ? [] : [broken('packet_fact_mismatch', null, { subjects: wrong })];
};

const currentLines = (state: CutoverState) => state.current?.packet.lines ?? [];

/** Every delta says what changed for its person between the current packet's lines and this one's. */
export const deltaMismatch: PacketRule = ({ packet, state, night }) => {
  const deltas = deltasOf(packet.lines, currentLines(state), night.scene.plan);
  const expected = new Map(deltas.map((delta) => [delta.person, delta]));
  const wrong = packet.deltas
    .filter((delta) => expected.has(delta.person) && !isSame(delta, expected.get(delta.person)))
    .map(({ person }) => person);
  const isOrdered = isSame(
    packet.deltas.map(({ person }) => person),
    packet.deltas.map(({ person }) => person).toSorted(),
  );
  const subjects = isOrdered ? wrong : [...wrong, 'order'];
  return subjects.length === 0 ? [] : [broken('packet_delta_mismatch', null, { subjects })];
};

/** Only affected people have a delta or must acknowledge; everyone else is on the not-notified list with the true reason. */
export const recipientWrong: PacketRule = ({ packet, state, night }) => {
  const { plan } = night.scene;
  const deltas = deltasOf(packet.lines, currentLines(state), plan);
  const silent = notNotifiedOf(packet.lines, currentLines(state), plan);
  const told = packet.deltas.map(({ person }) => person);
  const tell = deltas.map(({ person }) => person);
  const isOnce = new Set(told).size === told.length;
  const isTold =
    isOnce && difference(told, tell).length === 0 && difference(tell, told).length === 0;
  const wrong = [
    ...(isTold ? [] : ['deltas']),
    ...(isSame(packet.mustAcknowledge, acknowledgersOf(deltas)) ? [] : ['mustAcknowledge']),
    ...(isSame(packet.notNotified, silent) ? [] : ['notNotified']),
  ];
  return wrong.length === 0 ? [] : [broken('packet_recipient_wrong', null, { subjects: wrong })];
};

const isOnce = (names: readonly string[]): boolean => new Set(names).size === names.length;

/** Whether everything that satisfies `first` comes before everything else. */
const leads = <T>(list: readonly T[], first: (item: T) => boolean): boolean =>
  list.every((item, place) => !first(item) || list.slice(0, place).every(first));

/** A template leads with a part that has something in it, and with the holds while a protected checkpoint is held. */
function templateFits({ template, deltas }: Packet, roots: number, ofProtected: number): boolean {
  switch (template ?? 'timeline_first') {
    case 'timeline_first':
      return ofProtected === 0;
    case 'holds_first':
      return roots > 0;
    case 'people_first':
      return ofProtected === 0 && deltas.length > 0;
  }
}

/** What leads names roots and affected people, no one twice; protected roots and those who must acknowledge come first. */
export const leadWrong: PacketRule = ({ packet, night, register }) => {
  const roots = register.holds.filter(({ behind }) => behind === null);
  const ofProtected = roots
    .filter(({ checkpoint }) => night.checkpoints.get(checkpoint)?.protected === true)
    .map(({ holdId }) => holdId);
  const rootIds = roots.map(({ holdId }) => holdId);
  const people = packet.deltas.map(({ person }) => person);
  const holdsRight =
    isOnce(packet.leadHolds) &&
    difference(packet.leadHolds, rootIds).length === 0 &&
    difference(ofProtected, packet.leadHolds).length === 0 &&
    leads(packet.leadHolds, (id) => ofProtected.includes(id));
  const peopleRight =
    isOnce(packet.leadPeople) &&
    difference(packet.leadPeople, people).length === 0 &&
    leads(packet.leadPeople, (person) => packet.mustAcknowledge.includes(person));
  const wrong = [
    ...(holdsRight ? [] : ['leadHolds']),
    ...(peopleRight ? [] : ['leadPeople']),
    ...(templateFits(packet, roots.length, ofProtected.length) ? [] : ['template']),
  ];
  return wrong.length === 0 ? [] : [broken('packet_lead_wrong', null, { subjects: wrong })];
};
