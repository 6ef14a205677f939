/** Measures a packet that a step prepared: how it came, what a reader finds in it, and how much it disturbed. */
import { canonicalJson } from '../../ledger/canonical.ts';
import type { LedgerEvent } from '../../ledger/events.ts';
import type { Packet } from '../../ledger/packet.ts';
import { preparedIn } from '../../service/drill/observed.ts';
import type { Moment } from '../../service/drill/run.ts';
import { compare } from './compare.ts';
import { readPacket } from './reader.ts';
import { sum, type Tally, tally } from './tally.ts';

const inStep = ({ seen }: Moment): LedgerEvent[] =>
  seen.events.filter(({ version }) => version > seen.since);

const missing = (wanted: readonly string[], found: readonly string[]): number =>
  wanted.filter((one) => !found.includes(one)).length;

/** The version that was in force just before the event at this position. */
function currentBefore(events: readonly LedgerEvent[], position: number): number | null {
  const adopted = events.findLast(
    ({ version, body }) => version < position && body.type === 'PacketAdopted',
  );
  return adopted?.body.type === 'PacketAdopted' ? adopted.body.version : null;
}

function waysTo(events: readonly LedgerEvent[], position: number): Tally {
  const before = events.filter(({ version }) => version < position);
  const count = (type: LedgerEvent['body']['type']): number =>
    before.filter(({ body }) => body.type === type).length;
  return tally({
    packets: 1,
    runsToPacket: count('RunStarted'),
    turnsToPacket: count('ProposalMade'),
  });
}

function readBy(
  packet: Packet,
  truth: { readonly current: number | null; readonly changed: readonly string[] },
): Tally {
  const { version, supersedes, changed } = readPacket(canonicalJson(packet));
  return tally({
    read: 1,
    readVersion: version === packet.version && supersedes === truth.current ? 1 : 0,
    changesTrue: truth.changed.length,
    changesNamed: truth.changed.length - missing(truth.changed, changed),
    changesWrong: missing(changed, truth.changed),
  });
}

function toldBy(packet: Packet, affected: ReadonlyMap<string, readonly string[]>): Tally {
  const { byPerson } = readPacket(canonicalJson(packet));
  const told = [...affected].filter(
    ([person, changes]) => missing(changes, byPerson.get(person) ?? []) === 0,
  );
  const inVain = [...byPerson].filter(([person, changes]) => {
    const true_ = affected.get(person) ?? [];
    return missing(changes, true_) > 0;
  });
  return tally({
    affected: affected.size,
    affectedTold: told.length,
    toldInVain: inVain.length,
  });
}

/** Empty when the step prepared no packet. What changed is measured against what the drill says, when it says so. */
export function measurePacket(moment: Moment): Tally {
  const { seen, step } = moment;
  const events = inStep(moment);
  const prepared = events.filter(({ body }) => body.type === 'PacketPrepared');
  const newest = prepared.at(-1);
  if (newest?.body.type !== 'PacketPrepared') return tally();
  const { packet } = newest.body;
  const before = preparedIn(seen.events).find(
    ({ version }) => version === packet.supersedes?.version,
  );
  const found = compare(before ?? null, packet, seen.state.situation.plan);
  const said = step.expect.findLast(({ changes }) => changes !== undefined)?.changes;
  const current = currentBefore(seen.events, newest.version);
  const cluster = events.some(({ body }) => body.type === 'ReportReceived');
  return sum([
    waysTo(events, newest.version),
    readBy(packet, { current, changed: said ?? found.changed }),
    toldBy(packet, found.affected),
    tally({
      moves: found.moved.length,
      needlessMoves: said === undefined ? 0 : missing(found.changed, said),
      orderFlips: found.orderFlips,
      ...(cluster
        ? {
            clusters: 1,
            clusterPackets: prepared.length,
            clusterNotices: packet.deltas.length,
          }
        : {}),
    }),
  ]);
}
