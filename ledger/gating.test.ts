import { describe, expect, it } from 'vitest';
import { actor, checkpoint, minute, plan, reading } from '../tests/support/build.ts';
import { testJudge, violation } from '../tests/support/judge.ts';
import { bench, hashOfPacket, line, packetOn } from '../tests/support/packets.ts';
import { checkCodeOf } from './canonical.ts';
import type { Judge } from './judge.ts';
import type { Packet } from './packet.ts';
import type { Proposal } from './proposal.ts';

const night = plan([checkpoint('cut'), checkpoint('check', { approvedStartAt: minute(60) })]);
const moved = (minutes: number) =>
  ({ kind: 'revised_start', checkpoint: 'check', at: reading(minute(minutes)) }) as const;
const words = { kind: 'statement', text: 'all well' } as const;
const types = (events: readonly { type: string }[]) => events.map(({ type }) => type);
const delta = {
  person: 'operator',
  lines: [
    {
      checkpoint: 'check',
      as: 'owner' as const,
      changes: ['start_moved' as const],
      fromStartAt: minute(60),
      toStartAt: minute(90),
      fromEndAt: null,
      toEndAt: null,
      fromOwner: 'operator',
      toOwner: 'operator',
    },
  ],
};

/** Declared by someone who is not the lead, so that packet 1 waits. */
const open = (judge: Judge = testJudge()) => {
  const ledger = bench(night, judge, actor('operator'));
  ledger.run();
  return ledger;
};

describe('the gate', () => {
  it('judges the stored proposal at the store clock and keeps every violation', () => {
    const seen: unknown[] = [];
    const judge = testJudge({
      check: (proposal, state, now) => {
        seen.push([proposal.proposalId, state.version, now]);
        return [violation('in_past', 'cut'), violation('owner_clash', 'check')];
      },
    });
    const ledger = open(judge);
    const proposal = ledger.propose({ agent: 'holds', holds: [] });
    ledger.at(minute(3));
    const { version } = ledger.state();
    const { events, rejection } = ledger.gate(proposal);
    expect(rejection).toBeNull();
    expect(events).toEqual([
      {
        type: 'VerdictGiven',
        proposalId: proposal.proposalId,
        agent: 'holds',
        checkerVersion: 'test-judge',
        clean: false,
        violations: [violation('in_past', 'cut'), violation('owner_clash', 'check')],
      },
    ]);
    expect(seen).toEqual([[proposal.proposalId, version, minute(3)]]);
    expect(ledger.state().run?.attempts.holds).toMatchObject({ clean: false });
    expect(ledger.state().run?.attempts.holds?.violations).toHaveLength(2);
  });

  it('refuses what it does not know, what is superseded, and what it has judged', () => {
    const ledger = open();
    const first = ledger.propose({ agent: 'holds', holds: [] });
    const second = ledger.propose({ agent: 'holds', holds: [] });
    expect(ledger.give({ type: 'GateProposal', proposalId: 'never' }).rejection?.code).toBe(
      'proposal_unknown',
    );
    expect(ledger.gate(first).rejection?.code).toBe('proposal_unknown');
    expect(types(ledger.gate(second).events)).toEqual(['VerdictGiven']);
    const again = ledger.gate(second);
    expect(again.rejection?.code).toBe('proposal_already_judged');
    expect(again.events).toEqual([]);
  });

  it('a clean timeline or list of holds changes nothing but its own verdict', () => {
    const ledger = open();
    const quality = { levels: [], provenLevels: 0, proven: false };
    const bodies: readonly Proposal['body'][] = [
      { agent: 'resequencing', placements: [], unplaced: [], quality },
      { agent: 'holds', holds: [] },
    ];
    for (const body of bodies) {
      const { proposalId } = ledger.propose(body);
      const { events, rejection } = ledger.give({ type: 'GateProposal', proposalId });
      expect(rejection).toBeNull();
      expect(events).toEqual([
        {
          type: 'VerdictGiven',
          proposalId,
          agent: body.agent,
          checkerVersion: 'test-judge',
          clean: true,
          violations: [],
        },
      ]);
    }
  });

  it('with no run open there is nothing to judge', () => {
    const ledger = bench(night);
    expect(ledger.give({ type: 'GateProposal', proposalId: 'p' }).rejection?.code).toBe(
      'proposal_unknown',
    );
  });
});

describe('a clean readiness proposal', () => {
  it('takes effect fact by fact', () => {
    const ledger = open();
    ledger.report([moved(90), words]);
    const [first, second] = ledger.state().unruled;
    const proposal = ledger.propose({
      agent: 'readiness',
      rulings: [
        {
          factId: first?.factId ?? '',
          ruling: 'accepted',
          code: null,
          candidates: [],
          against: null,
        },
        {
          factId: second?.factId ?? '',
          ruling: 'held',
          code: 'not_structured',
          candidates: [],
          against: null,
        },
      ],
    });
    expect(types(ledger.gate(proposal).events)).toEqual(['VerdictGiven', 'FactsRuled']);
    const state = ledger.state();
    expect(state.unruled).toEqual([]);
    expect(state.heldFacts.map((held) => held.fact.factId)).toEqual([second?.factId]);
    expect(state.situation.progress['check']?.revisedStartAt).toBe(minute(90));
    expect(state.moved).toMatchObject([{ factId: first?.factId, subject: 'revised:check' }]);
  });

  it('with nothing to rule on leaves only its verdict', () => {
    const ledger = open();
    const proposal = ledger.propose({ agent: 'readiness', rulings: [] });
    expect(types(ledger.gate(proposal).events)).toEqual(['VerdictGiven']);
  });

  it('a refused one rules nothing', () => {
    const ledger = open(testJudge({ check: () => [violation('ruling_missing')] }));
    ledger.report([moved(90)]);
    const { factId = '' } = ledger.state().unruled[0] ?? {};
    const ruling = { factId, ruling: 'accepted', code: null, candidates: [], against: null };
    const proposal = ledger.propose({
      agent: 'readiness',
      rulings: [{ ...ruling, ruling: 'accepted' }],
    });
    expect(types(ledger.gate(proposal).events)).toEqual(['VerdictGiven']);
    expect(ledger.state().unruled).toHaveLength(1);
  });

  it('clears the pending request when the rulings move its basis, and its own run goes on', () => {
    const ledger = bench(night, testJudge(), actor('operator'));
    ledger.prepare();
    ledger.report([words]);
    const runId = ledger.run();
    ledger.report([moved(90)]);
    const rulings = ledger.state().unruled.map(({ factId }) => ({
      factId,
      ruling: 'accepted' as const,
      code: null,
      candidates: [],
      against: null,
    }));
    const { events } = ledger.gate(ledger.propose({ agent: 'readiness', rulings }));
    expect(types(events)).toEqual(['VerdictGiven', 'FactsRuled', 'ApprovalCleared']);
    expect(events.at(-1)).toMatchObject({ packetId: 'packet-1', reason: 'basis_moved' });
    expect(ledger.state().run?.runId).toBe(runId);
    expect(ledger.state().pending).toBeNull();
    expect(ledger.state().decided['packet-1']).toMatchObject({ how: 'basis_moved', by: null });
  });

  it('leaves a request alone whose basis it does not move', () => {
    const ledger = bench(night, testJudge(), actor('operator'));
    ledger.prepare();
    ledger.report([words]);
    ledger.run();
    ledger.ruleAll();
    expect(ledger.state().pending?.record.packet.packetId).toBe('packet-1');
    expect(ledger.state().unruled).toEqual([]);
  });
});

describe('a clean packet proposal', () => {
  it('waits for a person: bytes, hash, check code, the proposals it stands on, and one request', () => {
    const ledger = open();
    const runId = ledger.state().run?.runId;
    const refused = ledger.propose({ agent: 'holds', holds: [] });
    const holds = ledger.propose({ agent: 'holds', holds: [] });
    ledger.gate(holds);
    const packet = packetOn(ledger.state(), ledger.judge);
    const proposal = ledger.propose({ agent: 'packet', packet });
    ledger.at(minute(-20));
    const { events } = ledger.gate(proposal);
    const packetHash = hashOfPacket(packet);
    expect(events.slice(1)).toEqual([
      {
        type: 'PacketPrepared',
        packet,
        packetHash,
        checkCode: checkCodeOf(packetHash),
        proposalIds: [holds.proposalId, proposal.proposalId],
      },
      {
        type: 'ApprovalRequested',
        packetId: 'packet-1',
        packetHash,
        basisDigest: packet.basisDigest,
        nonce: 'nonce-1',
        expiresAt: minute(40),
        runId,
      },
    ]);
    expect(refused.proposalId).not.toBe(holds.proposalId);
    expect(ledger.state()).toMatchObject({ current: null, lastPacketVersion: 1 });
    expect(ledger.state().pending?.request?.nonce).toBe('nonce-1');
  });

  it.each([
    ['the deadline of the packet when that comes first', minute(10), minute(10)],
    ['the patience of the policy when that comes first', minute(100), minute(0)],
  ])('is asked for until %s', (_what, decisionDeadlineAt, expiresAt) => {
    const ledger = open();
    ledger.prepare({ decisionDeadlineAt });
    const patience = ledger.now() + 60 * 60_000;
    expect(ledger.state().pending?.request?.expiresAt).toBe(Math.min(expiresAt, patience));
  });

  it('replaces the pending one, which can then not be decided any more', () => {
    const ledger = open();
    ledger.prepare();
    const old = ledger.binding();
    ledger.report([words]);
    ledger.run();
    ledger.ruleAll();
    const packet = packetOn(ledger.state(), ledger.judge, {
      lines: [line('cut'), line('check', { startAt: minute(70), endAt: minute(100) })],
    });
    const { events } = ledger.gate(ledger.propose({ agent: 'packet', packet }));
    expect(types(events)).toEqual([
      'VerdictGiven',
      'ApprovalCleared',
      'PacketPrepared',
      'ApprovalRequested',
    ]);
    expect(events[1]).toMatchObject({ packetId: 'packet-1', reason: 'replaced' });
    const late = ledger.give({ type: 'AdoptPacket', binding: old, actor: actor() });
    expect(late.rejection?.code).toBe('packet_superseded');
  });

  it('that orders nothing new but breaks a rule gets its verdict, and the run goes on', () => {
    const ledger = bench(night);
    ledger.prepare();
    ledger.report([words]);
    ledger.run();
    ledger.ruleAll();
    const packet = packetOn(ledger.state(), ledger.judge, { basisDigest: 'f'.repeat(64) });
    const { events, rejection } = ledger.gate(ledger.propose({ agent: 'packet', packet }));
    expect(rejection).toBeNull();
    expect(events).toMatchObject([{ type: 'VerdictGiven', clean: false }]);
    expect(ledger.state().run).not.toBeNull();
  });

  it('that orders what the current one orders is refused and ends its run', () => {
    const ledger = bench(night);
    ledger.prepare();
    expect(ledger.state().current?.packet.version).toBe(1);
    ledger.report([words]);
    const runId = ledger.run();
    ledger.ruleAll();
    const packet = packetOn(ledger.state(), ledger.judge);
    const { events, rejection } = ledger.gate(ledger.propose({ agent: 'packet', packet }));
    expect(rejection?.code).toBe('nothing_changed');
    expect(rejection?.detail).toContain('v1');
    expect(rejection?.violations).toEqual([]);
    expect(events).toEqual([{ type: 'RunEnded', runId, outcome: 'no_change' }]);
    expect(ledger.state().pending).toBeNull();
  });

  it('that orders what a pending one orders is refused while that one stands, and made when it does not', () => {
    const policy = { ...night.policy, requestValidMinutes: 20 };
    const ledger = bench({ ...night, policy }, testJudge(), actor('operator'));
    ledger.run();
    ledger.prepare();
    ledger.report([words]);
    ledger.run();
    ledger.ruleAll();
    const same = packetOn(ledger.state(), ledger.judge);
    const proposal = ledger.propose({ agent: 'packet', packet: same });
    const expired = ledger.state().pending?.request?.expiresAt ?? 0;
    ledger.at(expired + 1);
    const judged = ledger.gate({ ...proposal });
    expect(judged.rejection).toBeNull();
    expect(types(judged.events)).toContain('PacketPrepared');
    ledger.report([words]);
    ledger.run();
    ledger.ruleAll();
    const again = packetOn(ledger.state(), ledger.judge);
    const second = ledger.gate(ledger.propose({ agent: 'packet', packet: again }));
    expect(second.rejection?.code).toBe('nothing_changed');
    expect(ledger.state().pending?.record.packet.version).toBe(2);
  });

  it('cannot borrow the id of a packet that was decided or still waits', () => {
    const ledger = open();
    ledger.prepare();
    ledger.report([words]);
    ledger.run();
    ledger.ruleAll();
    const packet = packetOn(ledger.state(), ledger.judge, {
      packetId: 'packet-1',
      lines: [line('cut'), line('check', { startAt: minute(70) })],
    });
    const { events } = ledger.gate(ledger.propose({ agent: 'packet', packet }));
    expect(types(events)).toEqual(['VerdictGiven']);
    expect(events[0]).toMatchObject({
      clean: false,
      violations: [{ code: 'packet_version_wrong', subjects: ['packet-1', 'v2'] }],
    });
    ledger.give({
      type: 'DeclinePacket',
      binding: ledger.binding(),
      actor: actor(),
      reason: 'no',
    });
    ledger.report([words]);
    ledger.run();
    ledger.ruleAll();
    const later = packetOn(ledger.state(), ledger.judge, { packetId: 'packet-1' });
    expect(ledger.gate(ledger.propose({ agent: 'packet', packet: later })).events).toMatchObject([
      { type: 'VerdictGiven', clean: false },
    ]);
  });
});

describe('packet 1', () => {
  const prepared = (
    change: Partial<Packet> = {},
    how: { judge?: Judge; by?: ReturnType<typeof actor> } = {},
  ) => {
    const ledger = bench(night, how.judge ?? testJudge(), how.by ?? actor());
    ledger.prepare(change);
    return ledger;
  };

  it('stands at once on the word of the lead who declared exactly this sequence', () => {
    const ledger = prepared({ deltas: [delta] });
    const hash = ledger.state().current?.packetHash;
    expect(ledger.events().map((event) => event.body.type)).toEqual([
      'CutoverDeclared',
      'RunStarted',
      'ProposalMade',
      'VerdictGiven',
      'PacketPrepared',
      'ApprovalRequested',
      'PacketAdopted',
      'NoticeQueued',
      'RunEnded',
    ]);
    expect(ledger.events()[6]?.body).toMatchObject({
      packetId: 'packet-1',
      version: 1,
      actor: actor(),
      checkerVersion: 'test-judge',
      binding: { packetId: 'packet-1', packetVersion: 1, packetHash: hash, nonce: 'nonce-1' },
    });
    expect(ledger.events()[7]?.body).toEqual({
      type: 'NoticeQueued',
      noticeId: 'notice-1',
      packetId: 'packet-1',
      version: 1,
      person: 'operator',
      delta,
    });
    expect(ledger.state()).toMatchObject({ run: null, pending: null });
    expect(ledger.state().usedNonces).toEqual(['nonce-1']);
  });

  const kept = [line('cut'), line('check', { startAt: minute(60), endAt: minute(90) })];
  const altered = (change: Parameters<typeof line>[1]) => ({
    lines: [kept[0] ?? line('cut'), line('check', { ...kept[1], ...change })],
  });
  const hold = {
    holdId: 'hold:check:condition_open',
    checkpoint: 'check',
    holdClass: 'condition_open',
    behind: null,
    causes: [
      { rule: 'condition_open', checkpoint: 'check', subject: 'go', factId: null, at: null },
    ],
    release: { kind: 'condition_met', condition: 'go' },
    liftedBy: 'release-lead',
    blocks: [],
    relaxations: [],
  } as const;
  it.each<[string, Partial<Packet>]>([
    ['moves a start', altered({ startAt: minute(61) })],
    ['moves an end', altered({ endAt: minute(91) })],
    ['changes an owner', altered({ owner: 'dev' })],
    ['skips a checkpoint', altered({ state: 'skipped' })],
    ['holds a checkpoint', altered({ state: 'held' })],
    ['leaves a checkpoint out', { lines: [line('cut')] }],
    ['names a checkpoint twice', { lines: [...kept, line('cut')] }],
    ['has a hold', { holds: [{ ...hold, causes: [...hold.causes], blocks: [], relaxations: [] }] }],
  ])('waits for the lead when it %s', (_what, change) => {
    const ledger = prepared(change);
    expect(ledger.state().current).toBeNull();
    expect(ledger.state().pending?.request?.packetId).toBe('packet-1');
  });

  it.each<[string, { judge?: Judge; by?: ReturnType<typeof actor> }]>([
    ['was not declared by the lead', { by: actor('operator') }],
    [
      'was declared by a machine, whatever the rule book says of it',
      { by: actor('lead', { kind: 'machine' }), judge: testJudge({ isReleaseLead: () => true }) },
    ],
    [
      'may not be decided by its declarer now',
      { judge: testJudge({ mayDecide: () => 'authority_lapsed' }) },
    ],
    [
      'would break a rule if it stood now',
      { judge: testJudge({ checkPacket: () => [violation('in_past', 'cut')] }) },
    ],
  ])('waits for the lead when it %s', (_what, how) => {
    const ledger = prepared({}, how);
    expect(ledger.state().current).toBeNull();
    expect(ledger.state().pending).not.toBeNull();
  });

  it('waits for the lead when an accepted fact has amended the plan that was declared', () => {
    const ledger = bench(night);
    ledger.report([
      {
        kind: 'dependency_changed',
        checkpoint: 'check',
        predecessors: [
          { checkpoint: 'cut', type: 'finish_to_start', gapSeconds: 0, maxGapSeconds: null },
        ],
      },
    ]);
    ledger.prepare();
    expect(ledger.state().current).toBeNull();
  });

  it('a later packet never stands on the declaration, even when the first was declined', () => {
    const ledger = prepared(altered({ startAt: minute(61) }));
    ledger.give({ type: 'DeclinePacket', binding: ledger.binding(), actor: actor(), reason: 'no' });
    ledger.report([words]);
    ledger.prepare();
    expect(ledger.state().current).toBeNull();
    expect(ledger.state().pending?.record.packet.version).toBe(2);
  });
});
