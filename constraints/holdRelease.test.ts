import { describe, expect, it } from 'vitest';
import type { HoldClass, RelaxableCode } from '../ledger/codes.ts';
import type { Cause, ReleaseCondition } from '../ledger/holds.ts';
import type { Ruling } from '../ledger/facts.ts';
import { checkpoint, fact, minute, plan } from '../tests/support/build.ts';
import {
  heldAt,
  running,
  situated,
  type Situating,
  timelineOf,
} from '../tests/support/timeline.ts';
import { cleanRunOf } from './cleanRun.ts';
import { disputedFacts, lifterOf, releaseOf } from './holdRelease.ts';

const cause = (rule: Cause['rule'], change: Partial<Cause> = {}): Cause => ({
  rule,
  checkpoint: 'x',
  subject: null,
  factId: null,
  at: null,
  ...change,
});
const items = [
  checkpoint('held', { startRule: 'asap' }),
  checkpoint('x', {
    startRule: 'asap',
    role: 'release-lead',
    evidence: [
      { kind: 'lag', source: 'board', maxAgeMinutes: 60 },
      { kind: 'lag', source: 'board', maxAgeMinutes: 20 },
      { kind: 'load', source: 'board', maxAgeMinutes: 5 },
    ],
  }),
];
const ruled = (factId: string, code: Ruling['code'], against: string | null) => ({
  fact: fact({ kind: 'statement', text: factId }, { factId }),
  ruling: { factId, ruling: 'held' as const, code, candidates: [], against },
});

function nightOf(change: Situating = {}, heldFacts: ReturnType<typeof ruled>[] = []) {
  const state = situated(items, change);
  const body = timelineOf(
    state.situation.plan,
    [],
    items.map(({ id }) => heldAt(id)),
  );
  const night = cleanRunOf(running({ ...state, heldFacts }, [body], minute(100)));
  const held = night?.checkpoints.get('held');
  if (night === null || held === undefined) throw new Error('the night is not set up');
  return { night, held };
}

const released = (
  holdClass: HoldClass,
  of: Cause | null,
  change: Situating = {},
): ReleaseCondition => {
  const { night, held } = nightOf(change);
  return releaseOf(night, { held, holdClass, cause: of, causes: of === null ? [] : [of] });
};
const x = { checkpoint: 'x' };

describe('the release condition', () => {
  it.each<[HoldClass, Cause, ReleaseCondition]>([
    [
      'human_hold',
      cause('hold_in_force', { subject: 'stop' }),
      { kind: 'hold_lifted', hold: 'stop' },
    ],
    [
      'condition_open',
      cause('condition_open', { subject: 'bridge' }),
      { kind: 'condition_met', condition: 'bridge' },
    ],
    [
      'approval_outstanding',
      cause('approval_expired', { subject: 'go' }),
      { kind: 'approval_given', ...x, approval: 'go' },
    ],
    [
      'confirmation_outstanding',
      cause('confirmation_refused', { subject: 'go' }),
      { kind: 'confirmation_given', ...x, confirmation: 'go' },
    ],
    [
      'freeze_conflict',
      cause('inside_freeze', { subject: 'stop' }),
      { kind: 'boundary_changed', ...x, boundary: 'stop' },
    ],
    [
      'boundary_conflict',
      cause('inside_blackout', { subject: 'quiet' }),
      { kind: 'boundary_changed', ...x, boundary: 'quiet' },
    ],
    [
      'boundary_conflict',
      cause('outside_boundary', { subject: 'slot' }),
      { kind: 'boundary_changed', ...x, boundary: 'slot' },
    ],
    ['boundary_conflict', cause('outside_window'), { kind: 'plan_changed', ...x }],
    [
      'rollback_conflict',
      cause('past_last_safe_start', { subject: 'guard' }),
      { kind: 'plan_changed', ...x },
    ],
    [
      'authority_gap',
      cause('not_authorised_owner', { subject: 'operator' }),
      { kind: 'authority_mapped', ...x, role: 'release-lead' },
    ],
    [
      'availability_gap',
      cause('owner_unavailable', { subject: 'operator' }),
      { kind: 'availability_restored', ...x, role: 'release-lead' },
    ],
    [
      'capacity_conflict',
      cause('owner_clash', { subject: 'operator' }),
      { kind: 'plan_changed', ...x },
    ],
    ['order_conflict', cause('protected_order', { subject: 'y' }), { kind: 'plan_changed', ...x }],
    [
      'behind_hold',
      cause('predecessor_held', { subject: 'y' }),
      { kind: 'predecessor_placed', checkpoint: 'y' },
    ],
  ])('of %s by %o is %o', (holdClass, of, release) => {
    expect(released(holdClass, of)).toEqual(release);
  });

  it('decided by no cause is a change of plan on the held checkpoint', () => {
    expect(released('order_conflict', null)).toEqual({ kind: 'plan_changed', checkpoint: 'held' });
  });

  const allowing = (
    relaxes: RelaxableCode,
    granted: { on: string; of: RelaxableCode } | null = null,
  ): Situating => ({
    plan: { policy: { ...plan([checkpoint('a')]).policy, exceptions: [relaxes] } },
    exceptions:
      granted === null
        ? []
        : [
            {
              exception: 'e',
              checkpoint: granted.on,
              relaxes: granted.of,
              untilAt: null,
              grantedBy: 'lead',
              factId: 'f',
            },
          ],
  });
  it.each([
    ['boundary_conflict', 'outside_window'],
    ['boundary_conflict', 'outside_allowed_window'],
    ['order_conflict', 'gap_too_long'],
    ['order_conflict', 'protected_move'],
    ['order_conflict', 'review_spacing'],
  ] as const)(
    'of %s by %s is an exception where policy allows one that is not there yet',
    (holdClass, rule) => {
      const asked = { kind: 'exception_granted', ...x, relaxes: rule };
      const changed = { kind: 'plan_changed', ...x };
      const named = cause(rule);
      expect(released(holdClass, named, allowing(rule))).toEqual(asked);
      expect(released(holdClass, named, allowing('evidence_stale'))).toEqual(changed);
      expect(released(holdClass, named, allowing(rule, { on: 'x', of: rule }))).toEqual(changed);
      expect(released(holdClass, named, allowing(rule, { on: 'held', of: rule }))).toEqual(asked);
      expect(released(holdClass, named, allowing(rule, { on: 'x', of: 'evidence_stale' }))).toEqual(
        asked,
      );
    },
  );

  const lag = cause('evidence_stale', { subject: 'lag' });
  const recorded = (observedAt: number | null, revoked = false): Situating => ({
    evidence: [{ checkpoint: 'x', evidence: 'lag', observedAt, revoked, factId: 'f' }],
  });
  it.each<[string, Situating, number]>([
    ['none is recorded', {}, minute(80)],
    ['the record is too old', recorded(minute(70)), minute(80)],
    ['the record would be fresh: a newer one', recorded(minute(90)), minute(90) + 1],
    ['the record is revoked', recorded(minute(90), true), minute(80)],
    ['the record has no instant', recorded(null), minute(80)],
    ['it may only start later', { progress: { x: { revisedStartAt: minute(130) } } }, minute(110)],
    [
      'it could have started before now',
      { progress: { x: { revisedStartAt: minute(50) } } },
      minute(80),
    ],
  ])(
    'of evidence that is not fresh asks for one observed late enough: %s',
    (_name, change, observedFromAt) => {
      expect(released('evidence_not_fresh', lag, change)).toEqual({
        kind: 'evidence_recorded',
        checkpoint: 'x',
        evidence: 'lag',
        observedFromAt,
      });
    },
  );

  it('of a disputed fact is the first held fact, in ledger order, that disputes one of the causes', () => {
    const heldFacts = [
      ruled('h-0', 'no_number', 'f-1'),
      ruled('h-1', 'authorities_disagree', null),
      ruled('h-2', 'authorities_disagree', 'f-9'),
      ruled('h-3', 'authorities_disagree', 'f-2'),
      ruled('h-4', 'authorities_disagree', 'f-1'),
    ];
    const { night, held } = nightOf({}, heldFacts);
    expect([...disputedFacts(night)]).toEqual(['f-9', 'f-2', 'f-1']);
    const [one, two] = ['f-1', 'f-2'].map((factId) => cause('in_past', { factId }));
    if (one === undefined || two === undefined) throw new Error('two causes');
    const settled = (causes: Cause[]) =>
      releaseOf(night, { held, holdClass: 'fact_disputed', cause: one, causes });
    expect(settled([one])).toEqual({ kind: 'fact_settled', factId: 'h-4' });
    expect(settled([one, two])).toEqual({ kind: 'fact_settled', factId: 'h-3' });
  });
});

describe('who lifts it', () => {
  const conditions = ['other', 'bridge'].map((id) => ({
    id,
    name: id,
    met: false,
    settledBy: `${id}-role`,
  }));
  it.each<[ReleaseCondition, string]>([
    [{ kind: 'condition_met', condition: 'bridge' }, 'bridge-role'],
    [{ kind: 'condition_met', condition: 'unknown' }, 'release-lead'],
    [{ kind: 'hold_lifted', hold: 'bridge' }, 'release-lead'],
  ])('%o: %s', (release, role) => {
    expect(lifterOf(nightOf({ plan: { conditions } }).night, release)).toBe(role);
  });
});
