/** Measures a packet that a step prepared: how it came, what a reader finds in it, and how much it disturbed. */
import { canonicalJson } from '../../ledger/canonical.ts';
import type { LedgerEvent } from '../../ledger/events.ts';
import type { Packet } from '../../ledger/packet.ts';
import { preparedIn } from '../../service/drill/observed.ts';
import type { Moment } from '../../service/drill/run.ts';
import { compare, type Step } from './compare.ts';
import { readPacket, type Told } from './reader.ts';
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

/** Whether a line that somebody is told gives the start and owner that the two packets give. */
const agreeing =
  (before: Packet | undefined, after: Packet) =>
  ({ checkpoint, ...told }: Told): boolean => {
    const [was, is] = [before, after].map((packet) =>
      packet?.lines.find((line) => line.checkpoint === checkpoint),
    );
    return (
      told.fromStartAt === (was?.startAt ?? null) &&
      told.toStartAt === (is?.startAt ?? null) &&
      told.fromOwner === (was?.owner ?? null) &&
      told.toOwner === (is?.owner ?? null)
    );
  };

type Truth = Pick<Step, 'changed' | 'affected' | 'concerned'> & {
  /** How many packets there are with this one, and the version that was in force. */
  readonly version: number;
  readonly current: number | null;
  readonly agrees: (told: Told) => boolean;
};

function readBy(packet: Packet, { version, current, changed, agrees }: Truth): Tally {
  const reading = readPacket(canonicalJson(packet));
  const orders = [...reading.byPerson.values()].flat().filter(({ order }) => order);
  const named = new Set(orders.filter(agrees).map(({ checkpoint }) => checkpoint));
  const wrong = orders.filter((told) => !agrees(told) || !changed.includes(told.checkpoint));
  return tally({
    read: 1,
    readVersion: reading.version === version && reading.supersedes === current ? 1 : 0,
    changesTrue: changed.length,
    changesNamed: changed.length - missing(changed, [...named]),
    changesWrong: new Set(wrong.map(({ checkpoint }) => checkpoint)).size,
  });
}

function toldBy(packet: Packet, { affected, concerned, agrees }: Truth): Tally {
  const { byPerson } = readPacket(canonicalJson(packet));
  const told = [...affected].filter(([person, changes]) => {
    const own = (byPerson.get(person) ?? []).filter((one) => one.order && agrees(one));
    return (
      missing(
        changes,
        own.map(({ checkpoint }) => checkpoint),
      ) === 0
    );
  });
  const inVain = [...byPerson].filter(([person, lines]) =>
    lines.some(
      ({ checkpoint, order }) => !(order ? affected : concerned).get(person)?.includes(checkpoint),
    ),
  );
  return tally({
    affected: affected.size,
    affectedTold: told.length,
    toldInVain: inVain.length,
  });
}

/** The changes that the drill says are true after a step; null where it does not say. A run without change has none. */
function saidOf({ expect }: Moment['step']): readonly string[] | null {
  const said = expect.findLast(({ changes }) => changes !== undefined)?.changes;
  return said ?? (isIdle(expect) ? [] : null);
}

const isIdle = (expect: Moment['step']['expect']): boolean =>
  expect.some(({ run }) => run === 'no_change' || run === 'nothing_to_do');

/** Empty when the step prepared no packet. What changed is measured against what the drill says, when it says so. */
export function measurePacket(moment: Moment): Tally {
  const { seen, step } = moment;
  const events = inStep(moment);
  const prepared = events.filter(({ body }) => body.type === 'PacketPrepared');
  const newest = prepared.at(-1);
  if (newest?.body.type !== 'PacketPrepared') return tally();
  const { packet } = newest.body;
  const all = preparedIn(seen.events);
  const before = all.find(({ version }) => version === packet.supersedes?.version);
  const found = compare(before ?? null, packet, seen.state.situation.plan);
  const said = saidOf(step);
  const truth: Truth = {
    ...found,
    changed: said ?? found.changed,
    version: all.length,
    current: currentBefore(seen.events, newest.version),
    agrees: agreeing(before, packet),
  };
  const cluster = events.some(({ body }) => body.type === 'ReportReceived');
  return sum([
    waysTo(events, newest.version),
    readBy(packet, truth),
    toldBy(packet, truth),
    tally({
      moves: found.moved.length,
      judged: said === null ? 0 : 1,
      needlessMoves: said === null ? 0 : missing(found.changed, said),
      orderFlips: found.orderFlips,
      ...(cluster
        ? {
            clusters: isIdle(step.expect) ? 0 : 1,
            clusterPackets: prepared.length,
            clusterNotices: packet.deltas.length,
          }
        : {}),
    }),
  ]);
}
