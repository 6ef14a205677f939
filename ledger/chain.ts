/**
 * The hash chain: gives bodies their place after the head. It refuses nothing; whether the head is still the
 * head is the store's business, and whether a stored chain is whole is verify.ts's, which shares no code with it.
 */
import { digestOf } from './canonical.ts';
import { type EventBody, genesisHash, type LedgerEvent } from './events.ts';
import type { Head } from './store.ts';
import type { Digest, Id, Instant } from './vocabulary.ts';

/** Digest of everything in an event but its own hash. */
export function hashOf(event: Omit<LedgerEvent, 'hash'>): Digest {
  const { cutoverId, version, recordedAt, body, previousHash } = event;
  return digestOf('event', { cutoverId, version, recordedAt, body, previousHash });
}

/** The bodies as events, in order, each linked to the one before; the first one to `head` (null: to nothing). */
export function chain(
  head: Head | null,
  bodies: readonly EventBody[],
  place: { readonly cutoverId: Id; readonly recordedAt: Instant },
): LedgerEvent[] {
  const events: LedgerEvent[] = [];
  let version = head?.version ?? 0;
  let previousHash = head?.hash ?? genesisHash;
  for (const body of bodies) {
    version += 1;
    const event = { ...place, version, body, previousHash };
    const hash = hashOf(event);
    events.push({ ...event, hash });
    previousHash = hash;
  }
  return events;
}
