import { describe, expect, it } from 'vitest';
import { actor, checkpoint, minute, plan, reading } from '../tests/support/build.ts';
import { testJudge, violation } from '../tests/support/judge.ts';
import { bench, type Bench, line } from '../tests/support/packets.ts';
import type { RejectionCode } from './codes.ts';
import { decide } from './decide.ts';
import type { DecisionBinding } from './events.ts';
import type { Judge } from './judge.ts';

const night = plan([
  checkpoint('cut', { approvedStartAt: minute(120) }),
  checkpoint('check', { approvedStartAt: minute(180) }),
]);
const movedCut = (minutes: number) =>
  ({ kind: 'revised_start', checkpoint: 'cut', at: reading(minute(minutes)) }) as const;
const words = { kind: 'statement', text: 'all well' } as const;
const delta = {
  person: 'operator',
  lines: [
    {
      checkpoint: 'cut',
      as: 'owner' as const,
      changes: ['start_moved' as const],
      fromStartAt: minute(120),
      toStartAt: minute(150),
      fromEndAt: null,
      toEndAt: null,
      fromOwner: 'operator',
      toOwner: 'operator',
    },
  ],
};

/** Packet 1 stands; packet 2 waits for the lead. */
function second(judge: Judge = testJudge()): Bench {
  const ledger = bench(night, judge);
  ledger.prepare();
  ledger.report([movedCut(150)]);
  ledger.prepare({ deltas: [delta] });
  return ledger;
}
const adopt = (ledger: Bench, change: Partial<DecisionBinding> = {}, by = actor()) =>
  ledger.give({ type: 'AdoptPacket', binding: ledger.binding(change), actor: by });
const decline = (ledger: Bench, change: Partial<DecisionBinding> = {}, by = actor()) =>
  ledger.give({
    type: 'DeclinePacket',
    binding: ledger.binding(change),
    actor: by,
    reason: 'the bridge said wait',
  });
const expiresAt = (ledger: Bench) => ledger.state().pending?.request?.expiresAt ?? 0;

/** Nothing but the refusal happened, and the refusal says everything the audit asks for. */
function expectRefused(ledger: Bench, given: ReturnType<typeof adopt>, code: RejectionCode) {
  expect(given.rejection?.code).toBe(code);
  expect(given.rejection?.detail).not.toBe('');
  expect(given.events).toHaveLength(1);
  expect(given.events[0]).toMatchObject({
    type: 'DecisionRefused',
    code,
    expectedBasis: ledger.judge.basisDigest(ledger.state()),
  });
  expect(ledger.events().at(-1)?.body).toEqual(given.events[0]);
}

describe('adopting the pending packet', () => {
  it('is one transaction: adopted, the old one superseded, one notice each, the run over', () => {
    const ledger = second();
    const binding = ledger.binding();
    const runId = ledger.state().run?.runId;
    const { events, rejection } = adopt(ledger);
    expect(rejection).toBeNull();
    expect(events).toEqual([
      {
        type: 'PacketAdopted',
        packetId: 'packet-2',
        version: 2,
        binding,
        actor: actor(),
        checkerVersion: 'test-judge',
      },
      { type: 'PacketSuperseded', packetId: 'packet-1', version: 1, byPacketId: 'packet-2' },
      {
        type: 'NoticeQueued',
        noticeId: 'notice-1',
        packetId: 'packet-2',
        version: 2,
        person: 'operator',
        delta,
      },
      { type: 'RunEnded', runId, outcome: 'adopted' },
    ]);
    const state = ledger.state();
    expect(state.current?.packet.packetId).toBe('packet-2');
    expect(state).toMatchObject({ pending: null, run: null });
    expect(state.decided['packet-1']).toMatchObject({ how: 'superseded', version: 1, by: 'lead' });
    expect(state.decided['packet-2']).toMatchObject({ how: 'adopted', version: 2, by: 'lead' });
    expect(state.usedNonces).toContain(binding.nonce);
    expect(state.outbox['operator']?.version).toBe(2);
    expect(state.moved).toEqual([]);
  });

  it('records the binding of the stored request, whatever the answer left open', () => {
    const ledger = second();
    const { events } = adopt(ledger, { packetVersion: null });
    expect(events[0]).toMatchObject({ binding: { packetVersion: 2 } });
  });

  it('at the last instant of the request still counts', () => {
    const ledger = second();
    ledger.at(expiresAt(ledger));
    expect(adopt(ledger).rejection).toBeNull();
  });

  it('is not voided by a fact outside its basis', () => {
    const ledger = second();
    ledger.report([words]);
    ledger.report([movedCut(10)], { source: 'chat' });
    expect(adopt(ledger).rejection).toBeNull();
  });

  it('of a request whose run was overtaken leaves the newer run to begin again', () => {
    const ledger = second();
    ledger.report([words]);
    const runId = ledger.run();
    expect(adopt(ledger).events.at(-1)).toEqual({
      type: 'RunEnded',
      runId,
      outcome: 'overtaken',
    });
    expect(ledger.give({ type: 'StartRun', runId: 'next', graphVersion: 'g' }).events).toHaveLength(
      1,
    );
  });

  it('with no run open ends none', () => {
    const ledger = second();
    const runId = ledger.state().run?.runId ?? '';
    ledger.give({ type: 'EndRun', runId, outcome: 'no_change' });
    expect(adopt(ledger).events.map(({ type }) => type)).not.toContain('RunEnded');
  });

  it('packet_hash_mismatch: bytes that are not what they hash to are refused', () => {
    const ledger = second();
    const state = ledger.state();
    if (state.pending === null) throw new Error('a pending packet expected');
    const { record } = state.pending;
    const packet = { ...record.packet, mustAcknowledge: [] };
    const tampered = { ...state, pending: { ...state.pending, record: { ...record, packet } } };
    const { events, rejection } = decide(
      { type: 'AdoptPacket', binding: ledger.binding(), actor: actor() },
      tampered,
      { now: ledger.now(), judge: ledger.judge, newId: (kind) => kind, knownReport: null },
    );
    expect(rejection?.code).toBe('packet_hash_mismatch');
    expect(events).toMatchObject([{ type: 'DecisionRefused', code: 'packet_hash_mismatch' }]);
  });

  it.each<[RejectionCode, string, Partial<DecisionBinding>]>([
    ['packet_unknown', 'a packet this cutover never had', { packetId: 'packet-9' }],
    ['packet_unknown', 'a word every object knows', { packetId: '__proto__' }],
    ['packet_unknown', 'another such word', { packetId: 'toString' }],
    ['packet_already_decided', 'the current packet', { packetId: 'packet-1' }],
    ['packet_hash_mismatch', 'other bytes', { packetHash: 'f'.repeat(64) }],
    ['packet_hash_mismatch', 'no bytes', { packetHash: '' }],
    ['packet_version_mismatch', 'another version', { packetVersion: 1 }],
    ['basis_moved', 'other facts', { basisDigest: 'f'.repeat(64) }],
    ['nonce_mismatch', 'another request', { nonce: 'nonce-99' }],
    ['nonce_reused', 'a request already answered', { nonce: 'nonce-1' }],
  ])('%s: naming %s is refused', (code, _what, change) => {
    const ledger = second();
    const before = ledger.state();
    expectRefused(ledger, adopt(ledger, change), code);
    expect(ledger.events().at(-1)?.body).toMatchObject({
      decision: 'adopt',
      actor: actor(),
      binding: ledger.binding(change),
      expectedHash: before.pending?.record.packetHash,
      violations: [],
    });
    expect(ledger.state().current).toEqual(before.current);
    expect(ledger.state().pending).toEqual(before.pending);
    expect(ledger.state().refusals).toBe(before.refusals + 1);
  });

  it.each(['machine', 'agent', 'system'] as const)(
    'machine_may_not_decide: a %s is refused even where the rule book would let it',
    (kind) => {
      const ledger = second(testJudge({ mayDecide: () => null }));
      expectRefused(ledger, adopt(ledger, {}, actor('lead', { kind })), 'machine_may_not_decide');
    },
  );

  it.each([
    'not_release_lead',
    'authority_lapsed',
    'separation_of_duties',
    'freeze_in_force',
  ] as const)('%s: what the rule book says of the person is what they are told', (code) => {
    const ledger = second(
      testJudge({ mayDecide: ({ actor: by }) => (by.subject === 'dev' ? code : null) }),
    );
    expectRefused(ledger, adopt(ledger, {}, actor('dev')), code);
    expect(adopt(ledger).rejection).toBeNull();
  });

  it('basis_moved: a fact that moved its basis voids it, ruled on or not', () => {
    const ledger = second();
    ledger.report([movedCut(160)]);
    expectRefused(ledger, adopt(ledger), 'basis_moved');
  });

  it('request_expired: by the store clock', () => {
    const ledger = second();
    ledger.at(expiresAt(ledger) + 1);
    expectRefused(ledger, adopt(ledger), 'request_expired');
  });

  it('check_failed: the stored bytes are checked again now, and every broken rule is told', () => {
    let broken = [] as ReturnType<typeof violation>[];
    const ledger = second(testJudge({ checkPacket: () => broken }));
    broken = [violation('in_past', 'cut'), violation('owner_clash', 'check')];
    const given = adopt(ledger);
    expectRefused(ledger, given, 'check_failed');
    expect(given.rejection?.violations).toEqual(broken);
    expect(given.rejection?.detail).toContain('2 rules');
    expect(given.events[0]).toMatchObject({ violations: broken });
  });

  it('packet_already_decided: a replay is told truthfully who decided, and changes nothing', () => {
    const ledger = second();
    const binding = ledger.binding();
    ledger.give({ type: 'AdoptPacket', binding, actor: actor() });
    const current = ledger.state().current;
    const again = ledger.give({ type: 'AdoptPacket', binding, actor: actor() });
    expectRefused(ledger, again, 'packet_already_decided');
    expect(again.rejection?.detail).toBe('v2 was adopted by lead');
    expect(again.events[0]).toMatchObject({ expectedHash: current?.packetHash });
    expect(ledger.state().current).toEqual(current);
  });

  it('packet_superseded: an older packet is named as such', () => {
    const ledger = second();
    const binding = ledger.binding();
    adopt(ledger);
    ledger.report([movedCut(170)]);
    ledger.prepare();
    adopt(ledger);
    const late = ledger.give({ type: 'AdoptPacket', binding, actor: actor() });
    expectRefused(ledger, late, 'packet_superseded');
  });

  it('tells the first trouble in the order of the transaction: bytes, facts, time, request, person, rules', () => {
    const everything = {
      packetHash: 'f'.repeat(64),
      packetVersion: 9,
      basisDigest: 'f'.repeat(64),
      nonce: 'other',
    };
    const broken = testJudge({
      mayDecide: () => 'not_release_lead',
      checkPacket: () => [violation('in_past', 'cut')],
    });
    const ledger = second(broken);
    const machine = actor('robot', { kind: 'machine' });
    ledger.prepare();
    const change: Partial<DecisionBinding> = { ...everything };
    const told = [adopt(ledger, change, machine).rejection?.code];
    for (const right of ['packetHash', 'packetVersion', 'basisDigest'] as const) {
      told.push(adopt(ledger, change).rejection?.code);
      delete change[right];
    }
    ledger.at(expiresAt(ledger) + 1);
    told.push(adopt(ledger, change).rejection?.code);
    ledger.at(expiresAt(ledger));
    told.push(adopt(ledger, change).rejection?.code);
    told.push(adopt(ledger).rejection?.code);
    expect(told).toEqual([
      'machine_may_not_decide',
      'packet_hash_mismatch',
      'packet_version_mismatch',
      'basis_moved',
      'request_expired',
      'nonce_mismatch',
      'not_release_lead',
    ]);
  });
});

describe('declining the pending packet', () => {
  it('takes it away with the reason; the current one stays in force', () => {
    const ledger = second();
    const runId = ledger.state().run?.runId;
    const binding = ledger.binding();
    const { events, rejection } = decline(ledger);
    expect(rejection).toBeNull();
    expect(events).toEqual([
      {
        type: 'PacketDeclined',
        packetId: 'packet-2',
        binding,
        actor: actor(),
        reason: 'the bridge said wait',
      },
      { type: 'RunEnded', runId, outcome: 'declined' },
    ]);
    expect(ledger.state().current?.packet.packetId).toBe('packet-1');
    expect(ledger.state().pending).toBeNull();
    expect(ledger.state().decided['packet-2']).toMatchObject({ how: 'declined', by: 'lead' });
    expect(ledger.state().usedNonces).toContain(binding.nonce);
  });

  it('leaves a newer run at work', () => {
    const ledger = second();
    ledger.report([words]);
    const runId = ledger.run();
    expect(decline(ledger).events).toHaveLength(1);
    expect(ledger.state().run?.runId).toBe(runId);
  });

  it('is possible after its facts moved and its time ran out', () => {
    const ledger = second();
    ledger.report([movedCut(160)]);
    ledger.at(expiresAt(ledger) + 1);
    expect(decline(ledger).rejection).toBeNull();
  });

  it.each<[RejectionCode, Partial<DecisionBinding>]>([
    ['packet_unknown', { packetId: 'packet-9' }],
    ['packet_already_decided', { packetId: 'packet-1' }],
    ['packet_hash_mismatch', { packetHash: 'f'.repeat(64) }],
    ['packet_version_mismatch', { packetVersion: 3 }],
    ['nonce_mismatch', { nonce: 'nonce-99' }],
    ['nonce_reused', { nonce: 'nonce-1' }],
  ])('%s is refused as for adopting', (code, change) => {
    const ledger = second();
    expectRefused(ledger, decline(ledger, change), code);
    expect(ledger.events().at(-1)?.body).toMatchObject({ decision: 'decline' });
    expect(ledger.state().pending).not.toBeNull();
  });

  it('asks the rule book about declining, and refuses whoever may not', () => {
    const asked: string[] = [];
    const ledger = second(
      testJudge({
        mayDecide: ({ decision, actor: by }) => {
          asked.push(decision);
          return by.subject === 'lead' ? null : 'not_release_lead';
        },
      }),
    );
    asked.length = 0;
    expectRefused(ledger, decline(ledger, {}, actor('operator')), 'not_release_lead');
    expectRefused(
      ledger,
      decline(ledger, {}, actor('lead', { kind: 'agent' })),
      'machine_may_not_decide',
    );
    expect(asked).toEqual(['decline']);
  });

  it.each(['', '   ', '\n\t'])('reason_missing: %j is no reason', (reason) => {
    const ledger = second();
    const given = ledger.give({
      type: 'DeclinePacket',
      binding: ledger.binding(),
      actor: actor(),
      reason,
    });
    expectRefused(ledger, given, 'reason_missing');
  });

  it('a declined packet cannot be adopted after all', () => {
    const ledger = second();
    const binding = ledger.binding();
    decline(ledger);
    const given = ledger.give({ type: 'AdoptPacket', binding, actor: actor() });
    expectRefused(ledger, given, 'packet_already_decided');
    expect(given.rejection?.detail).toBe('v2 was declined by lead');
  });
});

describe('the first packet, when it waits', () => {
  it('is adopted with nothing to supersede', () => {
    const ledger = bench(night, testJudge(), actor('operator'));
    ledger.prepare({ lines: [line('cut'), line('check')] });
    expect(adopt(ledger).events.map(({ type }) => type)).toEqual(['PacketAdopted', 'RunEnded']);
  });

  it('refused, is recorded with the bytes that wait', () => {
    const ledger = bench(night, testJudge(), actor('operator'));
    const none = ledger.give({ type: 'AdoptPacket', binding: ledger.binding(), actor: actor() });
    expectRefused(ledger, none, 'packet_unknown');
    expect(none.events[0]).toMatchObject({ expectedHash: null });
  });
});
