/** The packet that a path names, and what a decision says it saw. */
import type { PacketRecord } from '../../ledger/cutover.ts';
import { packetDiff } from '../../ledger/diff.ts';
import { eventsOf, knownPackets, namesOfPacket, packetCalled, packetsOf } from '../packets.ts';
import type { ApiDeps } from './deps.ts';
import { Problem } from './problem.ts';
import type { Place } from './route.ts';

/** The packets that everybody asks about, oldest first: the one in force and the one that waits. */
const inSight = ({ state }: Place): PacketRecord[] =>
  [state.current, state.pending?.record].flatMap((record) => record ?? []);

const everyPacket = async ({ cutoverId }: Place, { ledger }: ApiDeps): Promise<PacketRecord[]> =>
  packetsOf(await eventsOf(ledger.store, cutoverId));

/**
 * The packet called `wanted`; the whole ledger is read for old ones only. A decision on the packet that waits, when none
 * does any more, is about the one that was `seen`. Throws a 404 that lists what there is.
 */
export async function packetNamed(
  place: Place & { readonly seen?: PacketRecord | null },
  wanted: string,
  deps: ApiDeps,
): Promise<PacketRecord> {
  const waited = wanted === 'pending' ? place.seen : null;
  const near = packetCalled(wanted, place.state, inSight(place)) ?? waited;
  if (near != null) return near;
  const all = await everyPacket(place, deps);
  const named = packetCalled(wanted, place.state, all);
  if (named !== null) return named;
  throw new Problem({
    status: 404,
    code: 'packet_unknown',
    detail: `no packet "${wanted.slice(0, 100)}"; known: ${knownPackets(all)}`,
    fix: 'name one of those, or look at /packets',
    errors: [{ field: 'packet', message: 'is not known', fix: `one of: ${knownPackets(all)}` }],
  });
}

/** The packet with exactly these bytes; null when none ever had them. */
export async function packetWith(
  hash: string,
  place: Place,
  deps: ApiDeps,
): Promise<PacketRecord | null> {
  const isIt = ({ packetHash }: PacketRecord): boolean => packetHash === hash;
  return inSight(place).findLast(isIt) ?? (await everyPacket(place, deps)).findLast(isIt) ?? null;
}

/** The hash in If-Match: a decision says which bytes were seen. Throws a 428 or 400. */
export function seenHash(headers: Headers): string {
  const given = headers.get('if-match');
  const fix = 'send If-Match with the packetHash that you saw, in quotes, as its ETag has it';
  if (given === null || given.trim() === '*') {
    throw new Problem({
      status: 428,
      code: 'if_match_needed',
      detail: 'a decision names the bytes that were seen',
      fix,
      errors: [
        { field: 'If-Match', message: given === null ? 'is missing' : 'names nothing', fix },
      ],
    });
  }
  const hash = /^\s*"([0-9a-f]{64})"\s*$/.exec(given)?.[1];
  if (hash !== undefined) return hash;
  const errors = [{ field: 'If-Match', message: 'is not one hash in quotes', fix }];
  throw new Problem({
    status: 400,
    code: 'if_match_unreadable',
    detail: 'If-Match is not one hash in quotes',
    fix,
    errors,
  });
}

/** What differs between the packet that was seen and the one that counts now, inline and as a link. */
export function sinceSeen(
  { cutoverId }: Pick<Place, 'cutoverId'>,
  seen: PacketRecord | null,
  now: PacketRecord | null,
) {
  const names = { seen: seen && namesOfPacket(seen), now: now && namesOfPacket(now) };
  if (now === null) return names;
  const packets = `/cutovers/${cutoverId}/packets`;
  if (seen === null) return { ...names, packet: `${packets}/${now.packet.packetId}` };
  return {
    ...names,
    diff: `${packets}/${now.packet.packetId}/diff/${seen.packet.packetId}`,
    changes: packetDiff(seen.packet, now.packet),
  };
}
