import { describe, expect, it } from 'vitest';
import type { PacketRecord } from '../ledger/cutover.ts';
import type { Packet, PacketLine } from '../ledger/packet.ts';
import type { Proposal, ReadinessBody } from '../ledger/proposal.ts';
import {
  actor,
  checkpoint,
  declared,
  fact,
  fold,
  minute,
  nightAt,
  plan,
  reading,
} from '../tests/support/build.ts';
import { checkHolds } from './holds.ts';
import { judge } from './judge.ts';
import { ruleFacts } from './readiness.ts';

const proposal = (body: Proposal['body'], change: Partial<Proposal> = {}): Proposal => ({
  proposalId: 'p1',
  cutoverId: 'payments',
  runId: 'r1',
  agent: body.agent,
  mind: { kind: 'deterministic', reason: 'default' },
  attempt: 1,
  basisVersion: 1,
  basisDigest: '0'.repeat(64),
  body,
  ...change,
});

const line: PacketLine = {
  checkpoint: 'a',
  state: 'planned',
  startAt: nightAt,
  endAt: minute(30),
  earliestEndAt: minute(30),
  durationKnown: true,
  owner: 'operator',
  drivenBy: [],
  floatMinutes: null,
  critical: false,
  protectedMove: false,
  stillNeeded: [],
};
const packet = (change: Partial<Packet> = {}): Packet => ({
  packetId: 'packet-1',
  cutoverId: 'payments',
  version: 1,
  supersedes: null,
  preparedAt: nightAt,
  basisVersion: 1,
  basisDigest: '0'.repeat(64),
  minds: [],
  lines: [line],
  holds: [],
  heldFacts: [],
  deviations: [],
  deltas: [],
  notNotified: [],
  mustAcknowledge: [],
  decisionDeadlineAt: null,
  decisionDeadlineCheckpoint: null,
  leadHolds: [],
  leadPeople: [],
  stoppedAt: 'approval',
  ...change,
});

const quiet = declared(plan([checkpoint('a')]));
const readiness: ReadinessBody = { agent: 'readiness', rulings: [] };

describe('judge', () => {
  it('finds nothing wrong with no rulings when nothing waits', () => {
    expect(judge.check(proposal(readiness), quiet, nightAt)).toEqual([]);
  });

  it('refuses a proposal for another cutover', () => {
    const found = judge.check(proposal(readiness, { cutoverId: 'other' }), quiet, nightAt);
    expect(found.map((violation) => violation.code)).toEqual(['wrong_cutover']);
    expect(found[0]?.subjects).toEqual(['other', 'payments']);
  });

  it('refuses a timeline that stands on moved facts, and only then', () => {
    const body: Proposal['body'] = {
      agent: 'resequencing',
      placements: [{ checkpoint: 'a', startAt: nightAt, endAt: minute(30), owner: 'operator' }],
      unplaced: [],
      quality: { levels: [], provenLevels: 0, proven: false },
    };
    const basisDigest = judge.basisDigest(quiet);
    expect(judge.check(proposal(body, { basisDigest }), quiet, nightAt)).toEqual([]);
    const stale = judge.check(proposal(body), quiet, nightAt);
    expect(stale.map((violation) => violation.code)).toEqual(['stale_basis']);
  });

  it('has a version that is a digest', () => {
    expect(judge.version).toMatch(/^[0-9a-f]{64}$/);
  });

  it('knows the release lead from everybody else', () => {
    const { plan: known } = quiet.situation;
    expect(judge.isReleaseLead(actor('lead'), known, nightAt)).toBe(true);
    expect(judge.isReleaseLead(actor('operator'), known, nightAt)).toBe(false);
    expect(judge.isReleaseLead(actor('lead', { kind: 'agent' }), known, nightAt)).toBe(false);
  });

  it('accepts an actual start told by a mapped reporter', () => {
    const told = fact(
      { kind: 'actual_start', checkpoint: 'a', at: reading(nightAt), owner: 'operator' },
      { factId: 'f1' },
    );
    const state = { ...quiet, unruled: [told] };
    const rulings = ruleFacts(state);
    expect(rulings).toEqual([
      { factId: 'f1', ruling: 'accepted', code: null, candidates: [], against: null },
    ]);
    expect(judge.check(proposal({ agent: 'readiness', rulings }), state, nightAt)).toEqual([]);
  });

  it('reports everything at once, what holds for any proposal first', () => {
    const waits = { ...quiet, unruled: [fact({ kind: 'statement', text: 'x' }, { factId: 'f1' })] };
    const alien = {
      factId: 'f2',
      ruling: 'held' as const,
      code: null,
      candidates: [],
      against: null,
    };
    const body: ReadinessBody = { agent: 'readiness', rulings: [alien] };
    const found = judge.check(proposal(body, { cutoverId: 'other' }), waits, nightAt);
    expect(found.map((violation) => violation.code)).toEqual([
      'wrong_cutover',
      'ruling_for_unknown_fact',
      'ruling_missing',
    ]);
  });

  it('asks the rule book of the agent that proposes', () => {
    const basisDigest = judge.basisDigest(quiet);
    const codes = (body: Proposal['body']): string[] =>
      judge.check(proposal(body, { basisDigest }), quiet, nightAt).map(({ code }) => code);
    const quality = { levels: [], provenLevels: 0, proven: false };
    expect(codes({ agent: 'resequencing', placements: [], unplaced: [], quality })).toEqual([
      'missing_checkpoint',
    ]);
    expect(codes({ agent: 'holds', holds: [] })).toEqual(
      checkHolds({ agent: 'holds', holds: [] }, quiet, nightAt).map(({ code }) => code),
    );
    expect(codes({ agent: 'packet', packet: packet() })).toEqual(['packet_basis_wrong']);
  });

  it('checks a stored packet as a packet and, at that instant, as a timeline', () => {
    const record = (change: Partial<Packet>): PacketRecord => ({
      packet: packet(change),
      packetHash: 'f'.repeat(64),
      checkCode: 'AAAA-AAAA',
    });
    const codes = (change: Partial<Packet>, now: number): string[] =>
      judge.checkPacket(record(change), quiet, now).map(({ code }) => code);
    expect(codes({}, nightAt)).toEqual(['packet_basis_wrong']);
    expect(codes({}, nightAt + 1)).toEqual(['in_past', 'packet_basis_wrong']);
    expect(codes({ lines: [] }, nightAt)).toEqual(['missing_checkpoint', 'packet_basis_wrong']);
    expect(codes({ lines: [{ ...line, state: 'done' }] }, nightAt)).toEqual([
      'missing_checkpoint',
      'packet_basis_wrong',
    ]);
    expect(codes({ lines: [{ ...line, startAt: null }] }, nightAt)).toEqual([
      'missing_checkpoint',
      'packet_basis_wrong',
    ]);
    expect(codes({ lines: [{ ...line, endAt: null }] }, nightAt)).toEqual([
      'missing_checkpoint',
      'packet_basis_wrong',
    ]);
    expect(codes({ lines: [{ ...line, owner: null }] }, nightAt)).toEqual([
      'missing_checkpoint',
      'packet_basis_wrong',
    ]);
    expect(codes({ lines: [line, { ...line, state: 'held' }] }, nightAt)).toContain(
      'duplicate_checkpoint',
    );
    expect(codes({ lines: [{ ...line, state: 'held' }] }, nightAt)).toEqual(['packet_basis_wrong']);
  });

  it('folds and reads the same basis whatever order the state was reached in', () => {
    const again = fold(null, [
      {
        type: 'CutoverDeclared',
        plan: quiet.situation.plan,
        planDigest: quiet.planDigest,
        actor: actor(),
        declaredByLead: true,
      },
    ]);
    expect(judge.basisDigest(again)).toBe(judge.basisDigest(quiet));
  });
});
