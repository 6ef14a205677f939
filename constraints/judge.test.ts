import { describe, expect, it } from 'vitest';
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
import { judge, rankViolations } from './judge.ts';
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
      placements: [{ checkpoint: 'a', startAt: nightAt, endAt: minute(30), owner: 'olga' }],
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
    expect(judge.isReleaseLead(actor('olga'), known, nightAt)).toBe(false);
    expect(judge.isReleaseLead(actor('lead', { kind: 'agent' }), known, nightAt)).toBe(false);
  });

  it('accepts an actual start told by a mapped reporter', () => {
    const told = fact(
      { kind: 'actual_start', checkpoint: 'a', at: reading(nightAt), owner: 'olga' },
      { factId: 'f1' },
    );
    const state = { ...quiet, unruled: [told] };
    const rulings = ruleFacts(state);
    expect(rulings).toEqual([
      { factId: 'f1', ruling: 'accepted', code: null, candidates: [], against: null },
    ]);
    expect(judge.check(proposal({ agent: 'readiness', rulings }), state, nightAt)).toEqual([]);
  });

  it('ranks violations by code, then checkpoint, then subjects', () => {
    const violation = (code: 'in_past' | 'wrong_cutover', on: string | null, of: string) => ({
      code,
      checkpoint: on,
      subjects: [of],
      limitAt: null,
      foundAt: null,
    });
    const [first, second, third, fourth] = [
      violation('wrong_cutover', null, 'z'),
      violation('in_past', 'a', 'x'),
      violation('in_past', 'a', 'y'),
      violation('in_past', 'b', 'a'),
    ];
    expect(rankViolations([fourth, third, second, first])).toEqual([first, second, third, fourth]);
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
