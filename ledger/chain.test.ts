/** Chaining: places, links and what a hash covers. */
import { describe, expect, it } from 'vitest';
import { minute, nightAt } from '../tests/support/build.ts';
import { auditedHash } from '../tests/support/auditor.ts';
import { canonicalJson } from './canonical.ts';
import { chain, hashOf } from './chain.ts';
import { type EventBody, genesisHash, type LedgerEvent } from './events.ts';

const started = (runId: string): EventBody => ({
  type: 'RunStarted',
  runId,
  nowAt: nightAt,
  graphVersion: 'g',
});
const place = { cutoverId: 'payments', recordedAt: nightAt };
const [first, second, third] = chain(null, ['a', 'b', 'c'].map(started), place);

describe('chain', () => {
  it('numbers from one and links the first event to nothing, each other to the one before', () => {
    expect([first?.version, second?.version, third?.version]).toEqual([1, 2, 3]);
    expect([first?.previousHash, second?.previousHash]).toEqual([genesisHash, first?.hash]);
    expect(third?.previousHash).toBe(second?.hash);
  });

  it('goes on after a head exactly as if it had never stopped', () => {
    if (first === undefined) throw new Error('three were made');
    expect(chain(first, ['b', 'c'].map(started), place)).toEqual([second, third]);
  });

  it('makes nothing of nothing', () => {
    expect(chain(first ?? null, [], place)).toEqual([]);
  });

  it('hashes every part of an event but the hash itself', () => {
    if (second === undefined || first === undefined) throw new Error('three were made');
    const changes: readonly Partial<LedgerEvent>[] = [
      { cutoverId: 'other' },
      { version: 3 },
      { recordedAt: minute(1) },
      { body: started('z') },
      { previousHash: genesisHash },
    ];
    const hashes = changes.map((change) => hashOf({ ...second, ...change }));
    expect(new Set([...hashes, second.hash]).size).toBe(changes.length + 1);
    const rehashed: LedgerEvent = { ...second, hash: genesisHash };
    expect(hashOf(rehashed)).toBe(second.hash);
  });

  it('hashes as the auditor does, who has none of this code', () => {
    for (const event of [first, second, third]) {
      if (event === undefined) throw new Error('three were made');
      const row = {
        cutover_id: event.cutoverId,
        version: event.version,
        recorded_at: event.recordedAt,
        body: canonicalJson(event.body),
        previous_hash: event.previousHash,
        hash: event.hash,
      };
      expect(auditedHash(row)).toBe(event.hash);
    }
  });
});
