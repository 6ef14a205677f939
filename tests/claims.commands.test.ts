/**
 * Random nights through `decide`: C11 (at most one current packet at every position, exactly one after the first
 * adoption), C25 (replay, expiry, older version, nonce), C28 (every refusal returned is on record), and the
 * property that no run of commands ends with a current packet whose adoption was not clean.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson } from '../ledger/canonical.ts';
import { evolve } from '../ledger/evolve.ts';
import type { CutoverState } from '../ledger/cutover.ts';
import { CutoverState as StateSchema } from '../ledger/cutover.ts';
import { LedgerEvent } from '../ledger/events.ts';
import { actor, checkpoint, minute, plan, reading } from './support/build.ts';
import { decisionFaults, refusalsOnRecord } from './support/audit.ts';
import { scaled, takeYourTime } from './support/scale.ts';
import { testJudge } from './support/judge.ts';
import { bench, type Bench } from './support/packets.ts';
import { refusalsGiven, steps, stormOn, take } from './support/storms.ts';

takeYourTime();

const night = plan(
  [
    checkpoint('cut', { approvedStartAt: minute(120), observers: ['dev'] }),
    checkpoint('check', { approvedStartAt: minute(180) }),
  ],
  {
    policy: { slipToleranceMinutes: 10, reviewMinutes: 0, requestValidMinutes: 45, exceptions: [] },
  },
);
const judge = testJudge();

/** The places a night can start from: nothing yet, a packet waiting, one in force, both, and both shortly before it starts. */
function starts(): readonly Bench[] {
  const fresh = bench(night, judge, actor('operator'));
  const first = fresh.fork();
  first.prepare();
  const standing = bench(night, judge);
  standing.prepare();
  const both = (from: Bench): Bench => {
    from.report([{ kind: 'revised_start', checkpoint: 'check', at: reading(minute(190)) }]);
    from.prepare();
    return from;
  };
  const late = standing.fork();
  late.at(minute(100));
  return [fresh, first, standing, both(standing.fork()), both(late)];
}
const begin = starts();
const nights = fc.tuple(fc.constantFrom(...begin), steps(30));
const runs = scaled(5_000);

const told = new Map<string, number>();
const storms = () => ({ told, adopted: told.get('adopted') ?? 0 });

describe('after any run of commands', () => {
  it(`C11 C25 C28: every adoption was clean and bound, one packet is current, each refusal is kept (${runs} nights)`, () => {
    fc.assert(
      fc.property(nights, ([from, taken]) => {
        const storm = stormOn(from.fork());
        const before = refusalsOnRecord(from.events());
        for (const step of taken) take(storm, step);
        const events = storm.bench.events();
        expect(decisionFaults(events, judge)).toEqual([]);
        expect(refusalsOnRecord(events) - before).toBe(refusalsGiven(storm));
        expect(storm.bench.state().refusals).toBe(refusalsOnRecord(events));
        for (const [code, count] of storm.refused) told.set(code, (told.get(code) ?? 0) + count);
        const adopted = events.filter(({ body }) => body.type === 'PacketAdopted').length;
        told.set('adopted', (told.get('adopted') ?? 0) + adopted);
      }),
      { numRuns: runs },
    );
  });

  it('C55: those nights reached adoptions and every refusal that a decision can meet', () => {
    expect(storms().adopted).toBeGreaterThan(runs / 4);
    for (const code of [
      'source_event_reused',
      'packet_unknown',
      'packet_superseded',
      'packet_already_decided',
      'packet_not_current',
      'machine_may_not_decide',
      'packet_hash_mismatch',
      'packet_version_mismatch',
      'basis_moved',
      'request_expired',
      'nonce_reused',
      'nonce_mismatch',
      'not_release_lead',
      'check_failed',
      'reason_missing',
      'not_addressed',
      'acknowledgement_not_own',
    ]) {
      expect([code, (told.get(code) ?? 0) > 0]).toEqual([code, true]);
    }
  });

  it('every event and every state on the way is one that a store would read back', () => {
    fc.assert(
      fc.property(nights, ([from, taken]) => {
        const storm = stormOn(from.fork());
        for (const step of taken) take(storm, step);
        let state: CutoverState | null = null;
        for (const event of storm.bench.events()) {
          expect(LedgerEvent.parse(event)).toEqual(event);
          state = evolve(state, event);
        }
        expect(StateSchema.parse(state)).toEqual(state);
        expect(canonicalJson(state)).toBe(canonicalJson(storm.bench.state()));
      }),
      { numRuns: scaled(200) },
    );
  });
});
