import { describe, expect, it } from 'vitest';
import { actor, checkpoint, plan } from '../tests/support/build.ts';
import { testJudge, violation } from '../tests/support/judge.ts';
import { bench } from '../tests/support/packets.ts';
import { awaitsExplanation, holdsOf } from './explaining.ts';
import type { Hold } from './holds.ts';
import type { Judge } from './judge.ts';
import type { Packet } from './packet.ts';
import { workWaits } from './running.ts';

const hold = (change: Partial<Hold> = {}): Hold => ({
  holdId: 'hold:cut:order_conflict',
  checkpoint: 'cut',
  holdClass: 'order_conflict',
  behind: null,
  causes: [{ rule: 'gap_too_long', checkpoint: 'cut', subject: null, factId: null, at: null }],
  release: { kind: 'plan_changed', checkpoint: 'cut' },
  liftedBy: 'release-lead',
  blocks: [],
  relaxations: [],
  ...change,
});
const sharper = hold({ holdId: 'hold:cut:boundary_conflict', holdClass: 'boundary_conflict' });

function held(change: Partial<Packet> = {}, judge: Partial<Judge> = {}) {
  const ledger = bench(plan([checkpoint('cut'), checkpoint('open')]), testJudge(judge));
  ledger.prepare({ holds: [hold()], ...change });
  const explain = (holds = [sharper], packetHash = ledger.binding().packetHash) =>
    ledger.give({ type: 'ExplainHolds', packetHash, holds });
  const known = (): readonly Hold[] => {
    const record = ledger.state().pending?.record ?? ledger.state().current;
    return record === null ? [] : holdsOf(record);
  };
  return { ledger, explain, known };
}

describe('the explanation of the holds', () => {
  it('is waited for by work, and by nobody else: the packet can be adopted before', () => {
    const { ledger, known, ...of } = held();
    const { packetHash } = ledger.binding();
    const explain = () => of.explain([sharper], packetHash);
    const seen = { judge: ledger.judge, now: ledger.now() };
    expect(workWaits(ledger.state(), seen)).toBe(true);
    const binding = ledger.binding();
    expect(ledger.give({ type: 'AdoptPacket', binding, actor: actor() }).rejection).toBeNull();
    expect(workWaits(ledger.state(), seen)).toBe(false);
    expect(known()).toEqual([hold()]);
    expect(explain().events).toEqual([]);
    expect(known()).toEqual([hold()]);
  });

  it('is kept once, changes no byte of the packet, and stays when the packet becomes current', () => {
    const { ledger, explain, known } = held();
    const before = ledger.binding();
    expect(explain().events).toMatchObject([{ type: 'HoldsExplained', violations: [] }]);
    expect(explain([hold()])).toEqual({ events: [], rejection: null });
    expect(known()).toEqual([sharper]);
    expect(ledger.binding()).toEqual(before);
    expect(ledger.state().pending?.record.packet.holds).toEqual([hold()]);
    expect(awaitsExplanation(ledger.state())).toBe(false);
    ledger.give({ type: 'AdoptPacket', binding: before, actor: actor() });
    expect(known()).toEqual([sharper]);
  });

  it('is kept out when it is untrue: the packet keeps its first reasons, and nobody tries again', () => {
    const untrue = { checkExplanation: () => [violation('hold_cause_untrue', 'cut')] };
    const { ledger, explain, known } = held({}, untrue);
    expect(explain().events).toMatchObject([{ violations: [{ code: 'hold_cause_untrue' }] }]);
    expect(known()).toEqual([hold()]);
    expect(awaitsExplanation(ledger.state())).toBe(false);
  });

  it('changes nothing when it is for another packet', () => {
    const { ledger } = held();
    const packetHash = '0'.repeat(64);
    const late = ledger.give({ type: 'ExplainHolds', packetHash, holds: [sharper] });
    expect(late).toEqual({ events: [], rejection: null });
  });

  it('is not asked for where nothing is held on its own, nor where a model was told it before', () => {
    const behind = hold({ behind: 'open', holdClass: 'behind_hold' });
    expect(awaitsExplanation(held({ holds: [behind] }).ledger.state())).toBe(false);
    const mind = {
      kind: 'model',
      model: 'm',
      promptDigest: '0'.repeat(64),
      inputTokens: 1,
      outputTokens: 1,
      latencyMs: 1,
    } as const;
    const classed = held({ minds: [{ agent: 'holds', mind }] });
    expect(awaitsExplanation(classed.ledger.state())).toBe(false);
    expect(classed.explain().events).toEqual([]);
  });
});
