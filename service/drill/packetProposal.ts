/** Scores what is expected of the packet that the packet agent proposed: its lines, its deltas and what leads. */
import type { Packet } from '../../ledger/packet.ts';
import { includesAll, listed, type Mark, same, sameSet } from './mark.ts';
import type { ProposesExpectation, ProposesValues } from './proposalFormat.ts';

function line(wanted: ProposesValues['line'], packet: Packet): Mark {
  const found = packet.lines.find(({ checkpoint }) => checkpoint === wanted.checkpoint);
  if (found === undefined) return { met: false, found: 'no line' };
  const needs = found.stillNeeded.map(({ subject }) => subject);
  const drivers = found.drivenBy.filter(
    ({ by, subject }) =>
      (wanted.driver === undefined || by === wanted.driver) &&
      (wanted.subject === undefined || subject === wanted.subject),
  );
  const undriven = wanted.driver === undefined && wanted.subject === undefined;
  return {
    met:
      (undriven || drivers.length > 0) &&
      (wanted.state === undefined || found.state === wanted.state) &&
      (wanted.float === undefined || found.floatMinutes === wanted.float) &&
      (wanted.critical === undefined || found.critical === wanted.critical) &&
      (wanted.needs === undefined || sameSet(needs, wanted.needs)),
    found: `${found.state}, driven by ${found.drivenBy.map(({ by, subject }) => `${by} ${subject ?? ''}`.trim()).join(', ') || 'nothing'}, float ${found.floatMinutes ?? 'none'}, ${found.critical ? 'critical' : 'not critical'}, needs ${needs.join(', ') || 'nothing'}`,
  };
}

function tells(wanted: ProposesValues['tells'], packet: Packet): Mark {
  const lines = packet.deltas
    .filter(({ person }) => person === wanted.person)
    .flatMap((one) => one.lines);
  const met = lines.some(
    (one) =>
      (wanted.checkpoint === undefined || one.checkpoint === wanted.checkpoint) &&
      (wanted.as === undefined || one.as === wanted.as) &&
      includesAll(one.changes, wanted.changes ?? []),
  );
  const words = lines.map((one) => `${one.checkpoint} as ${one.as}: ${one.changes.join('+')}`);
  return { met, found: words.join(', ') || 'nothing' };
}

function tellsNobodyOf(wanted: readonly string[], packet: Packet): Mark {
  const found = packet.deltas.flatMap(({ person, lines }) =>
    lines.flatMap((one) =>
      wanted.includes(one.checkpoint) ? [`${person} of ${one.checkpoint}`] : [],
    ),
  );
  return { met: found.length === 0, found: found.join(', ') || 'nobody' };
}

function leavesOut(wanted: readonly string[], packet: Packet): Mark {
  const reasons = new Map(packet.notNotified.map(({ person, reason }) => [person, reason]));
  const told = new Set(packet.deltas.map(({ person }) => person));
  return {
    met: wanted.every((person) => !told.has(person) && reasons.has(person)),
    found: wanted
      .map((one) => `${one} ${told.has(one) ? 'told' : (reasons.get(one) ?? 'not named')}`)
      .join(', '),
  };
}

/** The first entries of what leads, in order. */
function leads(wanted: ProposesValues['leads'], packet: Packet): Mark {
  const of = new Map(packet.holds.map(({ holdId, checkpoint }) => [holdId, checkpoint]));
  const holds = packet.leadHolds.map((id) => of.get(id) ?? id);
  const begins = (list: readonly string[], first: readonly string[] = []): boolean =>
    first.every((one, index) => list[index] === one);
  return {
    met: begins(holds, wanted.holds) && begins(packet.leadPeople, wanted.people),
    found: `holds ${holds.join(', ') || 'none'}; people ${packet.leadPeople.join(', ') || 'none'}`,
  };
}

/** What the proposed packet says of one thing. */
export function scorePacketProposal(wanted: ProposesExpectation, packet: Packet): Mark {
  if (wanted.line !== undefined) return line(wanted.line, packet);
  if (wanted.tells !== undefined) return tells(wanted.tells, packet);
  if (wanted.tells_nobody_of !== undefined) return tellsNobodyOf(wanted.tells_nobody_of, packet);
  if (wanted.leaves_out !== undefined) return leavesOut(wanted.leaves_out, packet);
  if (wanted.leads !== undefined) return leads(wanted.leads, packet);
  if (wanted.must_acknowledge !== undefined) {
    return listed(wanted.must_acknowledge, packet.mustAcknowledge);
  }
  return same('one known key', null);
}
