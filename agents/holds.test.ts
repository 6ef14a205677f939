import { describe, expect, it } from 'vitest';
import type { Assertion, Fact } from '../ledger/facts.ts';
import type { Boundary, Checkpoint, Plan } from '../ledger/plan.ts';
import {
  accepted,
  authority,
  checkpoint,
  declared,
  fact,
  fold,
  minute,
  plan,
  reading,
} from '../tests/support/build.ts';
import { loopOnce } from '../tests/support/minds.ts';

const assent = { id: 'go', parties: ['lead', 'dev'], needed: 2, validMinutes: 30 };
const follows = {
  checkpoint: 'before',
  type: 'finish_to_start',
  gapSeconds: 0,
  maxGapSeconds: null,
} as const;
const boundary: Omit<Boundary, 'kind'> = {
  id: 'quiet',
  name: 'Quiet',
  level: 'service',
  opensAt: minute(0),
  closesAt: minute(480),
  binds: 'all',
  exemptRoles: [],
  statedAt: minute(-60),
};
const given = (party: string): Assertion => ({
  kind: 'approval_given',
  checkpoint: 'cut',
  approval: 'go',
  party,
});
const told = (...assertions: Assertion[]): Fact[] =>
  assertions.map((assertion, index) =>
    fact(assertion, { factId: `told-${index + 1}`, occurredAt: minute(-60) }),
  );

type Row = {
  readonly cut?: Partial<Checkpoint>;
  readonly plan?: Partial<Plan>;
  readonly facts?: readonly Fact[];
  readonly hold: object;
};

/** `before` is a checkpoint with nothing wrong; `cut` is the one that is held, `after` hangs on it. */
async function registerOf({ cut = {}, plan: change = {}, facts = [] }: Row) {
  const state = declared(
    plan(
      [
        checkpoint('before', { approvedStartAt: minute(0) }),
        checkpoint('cut', { approvedStartAt: minute(60), predecessors: [follows], ...cut }),
        checkpoint('after', {
          approvedStartAt: minute(120),
          predecessors: [{ ...follows, checkpoint: 'cut' }],
        }),
      ],
      change,
    ),
  );
  return loopOnce(accepted(state, facts), 'run-1', minute(-10));
}

const rows: readonly [string, Row][] = [
  [
    'a hold that a human placed keeps its own id and is lifted by lifting it',
    {
      facts: told({ kind: 'hold_placed', hold: 'stop', checkpoint: 'cut', reason: 'wait' }),
      hold: {
        holdId: 'stop',
        holdClass: 'human_hold',
        causes: [{ rule: 'hold_in_force', factId: 'told-1', at: minute(-60) }],
        release: { kind: 'hold_lifted', hold: 'stop' },
      },
    },
  ],
  [
    'an open condition is lifted by the role that settles it',
    {
      cut: { startRule: 'conditional', conditions: ['signed'] },
      plan: { conditions: [{ id: 'signed', name: 'Signed', met: false, settledBy: 'ops' }] },
      hold: {
        holdClass: 'condition_open',
        release: { kind: 'condition_met', condition: 'signed' },
        liftedBy: 'ops',
      },
    },
  ],
  [
    'a refused approval names the refusal',
    {
      cut: { approvals: [assent] },
      facts: told({ kind: 'approval_withdrawn', checkpoint: 'cut', approval: 'go', party: 'dev' }),
      hold: {
        holdClass: 'approval_outstanding',
        causes: [{ rule: 'approval_refused', subject: 'go', factId: 'told-1' }],
        release: { kind: 'approval_given', approval: 'go' },
      },
    },
  ],
  [
    'an expired approval names the answer that runs out first and when',
    {
      cut: { approvals: [assent] },
      facts: told(given('lead'), given('dev')),
      hold: {
        holdClass: 'approval_outstanding',
        causes: [{ rule: 'approval_expired', at: minute(-30) }],
      },
    },
  ],
  [
    'a refused confirmation is not an approval',
    {
      cut: { confirmations: [assent] },
      facts: told({
        kind: 'confirmation_refused',
        checkpoint: 'cut',
        confirmation: 'go',
        party: 'lead',
      }),
      hold: {
        holdClass: 'confirmation_outstanding',
        release: { kind: 'confirmation_given', confirmation: 'go' },
      },
    },
  ],
  [
    'stale evidence says from when a new observation would do',
    {
      cut: { evidence: [{ kind: 'lag', source: 'board', maxAgeMinutes: 30 }] },
      facts: told({
        kind: 'evidence_recorded',
        checkpoint: 'cut',
        evidence: 'lag',
        at: reading(minute(0)),
      }),
      hold: {
        holdClass: 'evidence_not_fresh',
        causes: [{ rule: 'evidence_stale', factId: 'told-1', at: minute(30) }],
        release: { kind: 'evidence_recorded', evidence: 'lag', observedFromAt: minute(30) },
      },
    },
  ],
  [
    'revoked evidence has no age',
    {
      cut: { evidence: [{ kind: 'lag', source: 'board', maxAgeMinutes: 30 }] },
      facts: told({ kind: 'evidence_revoked', checkpoint: 'cut', evidence: 'lag' }),
      hold: {
        holdClass: 'evidence_not_fresh',
        causes: [{ rule: 'evidence_revoked', factId: 'told-1', at: null }],
      },
    },
  ],
  [
    'a freeze that leaves no place is released by changing the freeze',
    {
      facts: told({
        kind: 'boundary_set',
        boundary: { ...boundary, kind: 'freeze', binds: ['cut'] },
      }),
      hold: {
        holdClass: 'freeze_conflict',
        release: { kind: 'boundary_changed', checkpoint: 'cut', boundary: 'quiet' },
      },
    },
  ],
  [
    'a maintenance boundary that is too small offers the exception that policy allows',
    {
      plan: {
        policy: {
          slipToleranceMinutes: 10,
          reviewMinutes: 0,
          requestValidMinutes: 60,
          exceptions: ['outside_boundary'],
        },
      },
      facts: told({
        kind: 'boundary_set',
        boundary: { ...boundary, kind: 'maintenance', binds: ['cut'], closesAt: minute(80) },
      }),
      hold: {
        holdClass: 'boundary_conflict',
        release: { kind: 'boundary_changed', boundary: 'quiet' },
        relaxations: [
          {
            relaxes: 'outside_boundary',
            checkpoint: 'cut',
            untilAt: null,
            releases: ['hold:cut:boundary_conflict', 'hold:after:behind_hold'],
            provisionalStartAt: minute(60),
          },
        ],
      },
    },
  ],
  [
    'a point of no return that is too late for its rollback is a rollback conflict',
    {
      plan: {
        guardrails: [
          { id: 'back', pointOfNoReturn: 'cut', rollbackMinutes: 60, mustEndAt: minute(150) },
        ],
      },
      facts: told({
        kind: 'revised_start',
        checkpoint: 'cut',
        at: reading(minute(100)),
      }),
      hold: { holdClass: 'rollback_conflict', release: { kind: 'plan_changed' } },
    },
  ],
  [
    'nobody with authority is an authority gap',
    {
      plan: {
        authority: [
          authority('ops-authority', {
            holders: [{ person: 'operator', opensAt: minute(-600), closesAt: minute(50) }],
          }),
        ],
      },
      hold: { holdClass: 'authority_gap', release: { kind: 'authority_mapped', role: 'ops' } },
    },
  ],
];

describe('the register of the deterministic mind', () => {
  it.each(rows)('%s', async (_, row) => {
    const { holds, explained, violations } = await registerOf(row);
    expect(violations).toEqual([]);
    const root = explained.find((hold) => hold.checkpoint === 'cut' && hold.behind === null);
    expect(root).toMatchObject(
      'causes' in row.hold || 'liftedBy' in row.hold
        ? row.hold
        : { ...row.hold, liftedBy: 'release-lead' },
    );
    expect(root?.blocks).toEqual(['after']);
    expect(holds.filter(({ checkpoint: id }) => id === 'after')).toMatchObject([
      { holdClass: 'behind_hold', behind: 'cut', release: { kind: 'predecessor_placed' } },
    ]);
  });

  it('stacks: lifting one of two never lifts the other', async () => {
    const { holds } = await registerOf({
      cut: { approvals: [assent] },
      facts: told(
        { kind: 'hold_placed', hold: 'stop', checkpoint: 'cut', reason: 'wait' },
        { kind: 'approval_withdrawn', checkpoint: 'cut', approval: 'go', party: 'dev' },
      ),
      hold: {},
    });
    expect(
      holds.filter(({ checkpoint: id }) => id === 'cut').map(({ holdClass }) => holdClass),
    ).toEqual(['human_hold', 'approval_outstanding']);
  });

  it('without a clean timeline has nothing to say', async () => {
    const { holdsAgent } = await import('./holds.ts');
    const state = fold(declared(plan([checkpoint('cut')])), []);
    const slice = { state, now: minute(0), basisDigest: '', attempt: 1, refused: [], signal: null };
    await expect(holdsAgent.propose(slice)).rejects.toThrow('clean timeline');
  });
});
