import { describe, expect, it } from 'vitest';
import { actor, checkpoint, minute, plan, reading } from '../tests/support/build.ts';
import { testJudge } from '../tests/support/judge.ts';
import { bench, line } from '../tests/support/packets.ts';
import { currentView, ordersOf, pendingView } from './views.ts';

const night = plan([
  checkpoint('cut', { observers: ['dev'] }),
  checkpoint('check', { approvedStartAt: minute(60), approvedOwner: 'dev' }),
]);
const moved = {
  kind: 'revised_start',
  checkpoint: 'check',
  at: reading(minute(90)),
} as const;
const words = { kind: 'statement', text: 'all well' } as const;
const standing = () => {
  const ledger = bench(night);
  ledger.prepare();
  return ledger;
};
const seen = (ledger: ReturnType<typeof standing>) => ({
  judge: ledger.judge,
  now: ledger.now(),
});
const viewOf = (ledger: ReturnType<typeof standing>) => currentView(ledger.state(), seen(ledger));

describe('the current packet', () => {
  it('is none before the first adoption', () => {
    const ledger = bench(night);
    expect(viewOf(ledger)).toBeNull();
    expect(pendingView(ledger.state(), seen(ledger))).toBeNull();
  });

  it('fresh: nothing moved, nothing waits, nothing slipped', () => {
    expect(viewOf(standing())).toMatchObject({
      stale: false,
      banner: { basisMoved: false, accepted: [], waiting: [], slips: [] },
    });
  });

  it('is stale as soon as a fact that would move it arrives, and the banner names it while it waits', () => {
    const ledger = standing();
    ledger.report([moved]);
    const view = viewOf(ledger);
    expect(view).toMatchObject({ stale: true, banner: { basisMoved: true, accepted: [] } });
    expect(view?.banner.waiting.map((fact) => fact.assertion.kind)).toEqual(['revised_start']);
    expect(view?.record).toEqual(ledger.state().current);
  });

  it('the banner names what was accepted since its basis, until the next packet stands on it', () => {
    const ledger = standing();
    ledger.report([moved]);
    ledger.prepare();
    expect(viewOf(ledger)?.banner).toMatchObject({
      basisMoved: true,
      accepted: [{ subject: 'revised:check' }],
      waiting: [],
    });
    ledger.give({ type: 'AdoptPacket', binding: ledger.binding(), actor: actor() });
    expect(viewOf(ledger)).toMatchObject({ stale: false, banner: { accepted: [] } });
  });

  it('a fact accepted after the basis of the packet being adopted stays named', () => {
    const ledger = bench(night, testJudge(), actor('operator'));
    ledger.prepare();
    ledger.report([words]);
    ledger.run();
    ledger.ruleAll();
    ledger.give({ type: 'AdoptPacket', binding: ledger.binding(), actor: actor() });
    expect(viewOf(ledger)).toMatchObject({
      stale: false,
      banner: { accepted: [{ subject: 'statement:all well' }] },
    });
  });

  it('words that move nothing wait in the banner without making it stale', () => {
    const ledger = standing();
    ledger.report([words]);
    expect(viewOf(ledger)).toMatchObject({ stale: false });
    expect(viewOf(ledger)?.banner.waiting).toHaveLength(1);
  });

  it('the clock makes it stale once a start slips past the tolerance', () => {
    const ledger = standing();
    ledger.at(minute(10));
    expect(viewOf(ledger)).toMatchObject({ stale: false, banner: { slips: [] } });
    ledger.at(minute(11));
    expect(viewOf(ledger)).toMatchObject({
      stale: true,
      banner: { basisMoved: false, slips: [{ checkpoint: 'cut', missed: 'start', byMinutes: 11 }] },
    });
  });
});

describe('the pending packet', () => {
  it('says how long it waits and what stands in its way', () => {
    const ledger = bench(night, testJudge(), actor('operator'));
    ledger.prepare();
    expect(pendingView(ledger.state(), seen(ledger))).toMatchObject({
      trouble: null,
      minutesLeft: 60,
      request: { packetId: 'packet-1' },
    });
    ledger.at(ledger.now() + 61 * 60_000);
    expect(pendingView(ledger.state(), seen(ledger))).toMatchObject({
      trouble: 'expired',
      minutesLeft: -1,
    });
    ledger.report([moved]);
    expect(pendingView(ledger.state(), seen(ledger))?.trouble).toBe('basis_moved');
  });
});

describe('the orders of one person', () => {
  const hold = {
    holdId: 'hold:check:condition_open',
    checkpoint: 'check',
    holdClass: 'condition_open' as const,
    behind: null,
    causes: [
      {
        rule: 'condition_open' as const,
        checkpoint: 'check',
        subject: 'go',
        factId: null,
        at: null,
      },
    ],
    release: { kind: 'condition_met' as const, condition: 'go' },
    liftedBy: 'release-lead',
    blocks: [],
    relaxations: [],
  };
  const held = () => {
    const ledger = bench(night, testJudge(), actor('operator'));
    ledger.prepare({
      lines: [
        line('cut'),
        line('check', { state: 'held', startAt: null, endAt: null, owner: null }),
      ],
      holds: [hold],
      mustAcknowledge: ['dev'],
    });
    ledger.give({ type: 'AdoptPacket', binding: ledger.binding(), actor: actor() });
    return ledger.state();
  };

  it('are the lines they own or observe, the holds on those, and whether they must acknowledge', () => {
    const state = held();
    const record = state.current;
    if (record === null) throw new Error('no current packet');
    const dev = ordersOf('dev', record, state);
    expect(dev.lines.map(({ checkpoint: id, as }) => [id, as])).toEqual([
      ['cut', 'observer'],
      ['check', 'owner'],
    ]);
    expect(dev).toMatchObject({ version: 1, delta: null, mustAcknowledge: true, holds: [hold] });
    const operator = ordersOf('operator', record, state);
    expect(operator.lines.map(({ checkpoint: id, as }) => [id, as])).toEqual([['cut', 'owner']]);
    expect(operator).toMatchObject({ holds: [], mustAcknowledge: false });
    expect(ordersOf('planner', record, state).lines).toEqual([]);
  });
});
