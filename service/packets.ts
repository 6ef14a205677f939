/**
 * Finding packets in a ledger: all that were ever prepared, the one that somebody names, and what a decision on it
 * binds to. The command line and the HTTP API both ask here.
 */
import { setImmediate as othersTurn } from 'node:timers/promises';
import type { CutoverState, PacketRecord } from '../ledger/cutover.ts';
import type { DecisionBinding, LedgerEvent } from '../ledger/events.ts';
import type { Store } from '../ledger/store.ts';

/** Reading a row checks it whole: so many take some milliseconds. */
const page = 100;

/** Every event of a cutover, in order. It lets others have a turn between pages, since a file is read without waiting. */
export async function eventsOf(store: Store, cutoverId: string): Promise<LedgerEvent[]> {
  const all: LedgerEvent[] = [];
  for (;;) {
    const next = await store.read(cutoverId, { after: all.length, limit: page });
    all.push(...next);
    if (next.length < page) return all;
    await othersTurn();
  }
}

/** Every packet ever prepared, oldest first. A version prepared again after a cleared request stands twice. */
export function packetsOf(events: readonly LedgerEvent[]): PacketRecord[] {
  const explained = new Map(
    events.flatMap(({ body }) =>
      body.type === 'HoldsExplained' && body.violations.length === 0
        ? [[body.packetHash, body.holds] as const]
        : [],
    ),
  );
  return events.flatMap(({ body }) => {
    if (body.type !== 'PacketPrepared') return [];
    const { packet, packetHash, checkCode } = body;
    const holds = explained.get(packetHash);
    return [
      { packet, packetHash, checkCode, ...(holds === undefined ? {} : { explained: holds }) },
    ];
  });
}

/** The packet meant by `current`, `pending`, a version, a check code, an id or the start of a hash; null when none is. */
export function packetCalled(
  wanted: string,
  state: CutoverState,
  packets: readonly PacketRecord[],
): PacketRecord | null {
  if (wanted === 'current' && state.current !== null) return state.current;
  if (wanted === 'pending' && state.pending !== null) return state.pending.record;
  const plain = wanted.toUpperCase();
  const found = packets.findLast(
    (record) =>
      String(record.packet.version) === wanted ||
      `v${record.packet.version}` === wanted ||
      record.checkCode === plain ||
      record.packet.packetId === wanted ||
      (wanted.length >= 12 && record.packetHash.startsWith(wanted)),
  );
  return found ?? null;
}

/** `1 (K7QF-2M9D), 2 (…)`: what could have been named. */
export const knownPackets = (packets: readonly PacketRecord[]): string =>
  packets.map((record) => `${record.packet.version} (${record.checkCode})`).join(', ') || 'none';

/** What a decision on this packet binds to: the bytes and facts that were shown. */
export function bindingOf(record: PacketRecord, state: CutoverState): DecisionBinding {
  const request = state.pending?.request;
  const isPending = request?.packetId === record.packet.packetId;
  return {
    packetId: record.packet.packetId,
    packetVersion: record.packet.version,
    packetHash: record.packetHash,
    basisDigest: record.packet.basisDigest,
    nonce: isPending ? request.nonce : 'none',
  };
}

/** What a packet is called, without what it says. */
export const namesOfPacket = ({ packet, packetHash, checkCode }: PacketRecord) => ({
  packetId: packet.packetId,
  version: packet.version,
  packetHash,
  checkCode,
});
