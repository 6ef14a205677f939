import { describe, expect, it } from 'vitest';
import type { Assent } from '../ledger/plan.ts';
import type { AssentRecord, EvidenceRecord, PlacedHold } from '../ledger/situation.ts';
import { checkpoint, minute, plan } from '../tests/support/build.ts';
import { said, situated, verdictOn } from '../tests/support/timeline.ts';

const item = (change: Partial<Parameters<typeof checkpoint>[1]> = {}) =>
  checkpoint('a', { startRule: 'asap', ...change });
const policy = plan([item()]).policy;

describe('evidence', () => {
  const required = item({ evidence: [{ kind: 'lag', source: 'board', maxAgeMinutes: 60 }] });
  const record = (change: Partial<EvidenceRecord> = {}): EvidenceRecord => ({
    checkpoint: 'a',
    evidence: 'lag',
    observedAt: minute(10),
    revoked: false,
    factId: 'f',
    ...change,
  });
  it.each([
    ['not recorded yet', [], 0, []],
    ['as old as it may be', [record()], 0, []],
    ['evidence_stale: a millisecond older', [record()], 1, ['evidence_stale a lag']],
    [
      'evidence_revoked: revoked',
      [record({ revoked: true, observedAt: null })],
      0,
      ['evidence_revoked a lag'],
    ],
    ['revoked for another checkpoint', [record({ revoked: true, checkpoint: 'b' })], 0, []],
    ['revoked of another kind', [record({ revoked: true, evidence: 'load' })], 0, []],
    ['revoked, then recorded again', [record({ revoked: true }), record()], 0, []],
    [
      'recorded, then revoked',
      [record(), record({ revoked: true })],
      0,
      ['evidence_revoked a lag'],
    ],
    [
      'the newest record counts',
      [record({ observedAt: minute(20) }), record()],
      1,
      ['evidence_stale a lag'],
    ],
    ['recorded without an instant', [record({ observedAt: null })], 1, []],
  ])('%s', (_name, evidence, ms, broken) => {
    expect(said(verdictOn(situated([required], { evidence }), [{ id: 'a', at: 70, ms }]))).toEqual(
      broken,
    );
  });

  it('evidence_stale names the last fresh start', () => {
    const [stale] = verdictOn(situated([required], { evidence: [record()] }), [
      { id: 'a', at: 71 },
    ]);
    expect(stale).toMatchObject({ limitAt: minute(70), foundAt: minute(71) });
  });

  it('an exception lets stale evidence stand, never revoked evidence', () => {
    const state = (evidence: EvidenceRecord[]) =>
      situated([required], {
        evidence,
        plan: { policy: { ...policy, exceptions: ['evidence_stale'] } },
        exceptions: [
          {
            exception: 'x',
            checkpoint: 'a',
            relaxes: 'evidence_stale',
            untilAt: minute(101),
            grantedBy: 'lead',
            factId: 'f',
          },
        ],
      });
    const verdict = (evidence: EvidenceRecord[], ms: number) =>
      said(verdictOn(state(evidence), [{ id: 'a', at: 71, ms }]));
    expect(verdict([record()], 0)).toEqual([]);
    expect(verdict([record()], 1)).toEqual(['evidence_stale a lag']);
    expect(verdict([record({ revoked: true })], 0)).toEqual(['evidence_revoked a lag']);
  });
});

describe.each([
  ['approval', 'approvals'],
  ['confirmation', 'confirmations'],
] as const)('%s', (kind, list) => {
  const needs = (change: Partial<Assent> = {}): Assent => ({
    id: 'go',
    parties: ['risk', 'ops', 'audit'],
    needed: 2,
    validMinutes: 60,
    ...change,
  });
  const answer = (party: string, at: number, change: Partial<AssentRecord> = {}): AssentRecord => ({
    checkpoint: 'a',
    assent: 'go',
    kind,
    party,
    answer: 'given',
    at: minute(at),
    factId: 'f',
    ...change,
  });
  const refusal = (party: string, change: Partial<AssentRecord> = {}) =>
    answer(party, 0, { answer: 'refused', ...change });
  const refused = [`${kind}_refused a go`];
  const expired = [`${kind}_expired a go`];
  it.each([
    ['nobody has answered', needs(), [], 0, []],
    ['one of three refuses: two can still agree', needs(), [refusal('risk')], 0, []],
    ['two of three refuse', needs(), [refusal('risk'), refusal('ops')], 0, refused],
    [
      'the only party refuses',
      needs({ parties: ['risk'], needed: 1 }),
      [refusal('risk')],
      0,
      refused,
    ],
    ['a stranger refuses', needs(), [refusal('risk'), refusal('stranger')], 0, []],
    [
      'another assent is refused',
      needs(),
      [refusal('risk'), refusal('ops', { assent: 'other' })],
      0,
      [],
    ],
    [
      'another checkpoint is refused',
      needs(),
      [refusal('risk'), refusal('ops', { checkpoint: 'b' })],
      0,
      [],
    ],
    [
      'the other kind is refused',
      needs(),
      [
        refusal('risk'),
        refusal('ops', { kind: kind === 'approval' ? 'confirmation' : 'approval' }),
      ],
      0,
      [],
    ],
    ['too few given so far, and old', needs(), [answer('risk', -30)], 0, []],
    ['enough given, valid to this start', needs(), [answer('risk', 10), answer('ops', 10)], 0, []],
    [
      'enough given, one a millisecond too old',
      needs(),
      [answer('risk', 10), answer('ops', 20)],
      1,
      expired,
    ],
    [
      'three given, two still valid',
      needs(),
      [answer('risk', 0), answer('ops', 20), answer('audit', 20)],
      1,
      [],
    ],
    [
      'three given, one still valid',
      needs(),
      [answer('risk', 0), answer('ops', 0), answer('audit', 20)],
      1,
      expired,
    ],
    [
      'valid for good',
      needs({ validMinutes: null }),
      [answer('risk', -500), answer('ops', -500)],
      1,
      [],
    ],
    ['given by one, refused by one', needs(), [answer('risk', 0), refusal('ops')], 1, []],
  ])('%s', (_name, assent, assents, ms, broken) => {
    const state = situated([item({ [list]: [assent] })], { assents });
    expect(said(verdictOn(state, [{ id: 'a', at: 70, ms }]))).toEqual(broken);
  });

  it('names the last start at which enough are valid', () => {
    const state = situated([item({ [list]: [needs()] })], {
      assents: [answer('risk', 30), answer('ops', 10), answer('audit', 20)],
    });
    expect(verdictOn(state, [{ id: 'a', at: 90 }])[0]).toMatchObject({
      limitAt: minute(80),
      foundAt: minute(90),
    });
  });
});

describe('condition_open', () => {
  const condition = (id: string, met: boolean) => ({
    id,
    name: id,
    met,
    settledBy: 'release-lead',
  });
  it.each([
    ['met', [condition('bridge', true)], []],
    [
      'not met',
      [condition('bridge', false), condition('other', true)],
      ['condition_open a bridge'],
    ],
    ['unknown', [], ['condition_open a bridge']],
  ])('a condition that is %s', (_name, conditions, broken) => {
    const state = situated([item({ conditions: ['bridge'] })], { plan: { conditions } });
    expect(said(verdictOn(state, [{ id: 'a', at: 10 }]))).toEqual(broken);
  });
});

describe('hold_in_force', () => {
  const hold = (id: string, on: string): PlacedHold => ({
    hold: id,
    checkpoint: on,
    reason: 'wait',
    placedBy: 'lead',
    at: minute(0),
    factId: 'f',
  });
  it('every human hold on it bites, on its own', () => {
    const holds = [hold('stop', 'a'), hold('elsewhere', 'b'), hold('wait', 'a')];
    expect(said(verdictOn(situated([item()], { holds }), [{ id: 'a', at: 10 }]))).toEqual([
      'hold_in_force a stop',
      'hold_in_force a wait',
    ]);
  });
});
