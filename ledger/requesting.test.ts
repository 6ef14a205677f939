import { describe, expect, it } from 'vitest';
import { actor, checkpoint, minute, plan, reading } from '../tests/support/build.ts';
import { testJudge } from '../tests/support/judge.ts';
import { bench } from '../tests/support/packets.ts';

const night = plan([checkpoint('cut', { approvedStartAt: minute(120) })]);
const moved = {
  kind: 'revised_start',
  checkpoint: 'cut',
  at: reading(minute(150)),
} as const;
const waiting = () => {
  const ledger = bench(night, testJudge(), actor('operator'));
  ledger.prepare();
  return ledger;
};
const expiresAt = (ledger: ReturnType<typeof waiting>) =>
  ledger.state().pending?.request?.expiresAt ?? 0;

describe('reviewing the request', () => {
  it('with none waiting changes nothing', () => {
    expect(bench(night).give({ type: 'ReviewRequest' })).toEqual({ events: [], rejection: null });
  });

  it('leaves one alone that still stands, up to its last instant', () => {
    const ledger = waiting();
    ledger.at(expiresAt(ledger));
    expect(ledger.give({ type: 'ReviewRequest' })).toEqual({ events: [], rejection: null });
  });

  it('clears one that ran out and ends the run that waited on it', () => {
    const ledger = waiting();
    const runId = ledger.state().run?.runId;
    ledger.at(expiresAt(ledger) + 1);
    expect(ledger.give({ type: 'ReviewRequest' }).events).toEqual([
      { type: 'ApprovalCleared', packetId: 'packet-1', reason: 'expired' },
      { type: 'RunEnded', runId, outcome: 'cleared' },
    ]);
    expect(ledger.state()).toMatchObject({ pending: null, run: null });
    const late = ledger.give({
      type: 'AdoptPacket',
      binding: ledger.binding({ packetId: 'packet-1' }),
      actor: actor(),
    });
    expect(late.rejection?.code).toBe('request_expired');
  });

  it('clears one whose facts moved, for that reason even when it also ran out', () => {
    const ledger = waiting();
    ledger.report([moved]);
    ledger.at(expiresAt(ledger) + 1);
    expect(ledger.give({ type: 'ReviewRequest' }).events[0]).toEqual({
      type: 'ApprovalCleared',
      packetId: 'packet-1',
      reason: 'basis_moved',
    });
    const late = ledger.give({
      type: 'DeclinePacket',
      binding: ledger.binding({ packetId: 'packet-1' }),
      actor: actor(),
      reason: 'late',
    });
    expect(late.rejection?.code).toBe('basis_moved');
  });

  it('clears one whose run was overtaken, and gives the next run its work back', () => {
    const ledger = waiting();
    ledger.give({
      type: 'EndRun',
      runId: ledger.state().run?.runId ?? '',
      outcome: 'no_change',
    });
    const start = { type: 'StartRun', runId: 'next', graphVersion: 'g' } as const;
    expect(ledger.give(start).events).toEqual([]);
    ledger.at(expiresAt(ledger) + 1);
    expect(ledger.give({ type: 'ReviewRequest' }).events).toEqual([
      { type: 'ApprovalCleared', packetId: 'packet-1', reason: 'expired' },
    ]);
    expect(ledger.give(start).events).toHaveLength(1);
  });
});
