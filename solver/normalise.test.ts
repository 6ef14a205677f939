import { describe, expect, it } from 'vitest';
import type { Assertion } from '../ledger/facts.ts';
import type { Checkpoint, Plan } from '../ledger/plan.ts';
import {
  accepted,
  authority,
  checkpoint,
  declared,
  fact,
  minute,
  person,
  plan,
  reading,
} from '../tests/support/build.ts';
import { randomNight } from '../tests/support/nights.ts';
import { boardOf } from './board/board.ts';
import { problemFrom } from './normalise.ts';
import { allows } from './board/ranges.ts';

type Case = {
  readonly of?: Partial<Checkpoint>;
  readonly plan?: Partial<Plan>;
  readonly facts?: readonly Assertion[];
  readonly nowMinute?: number;
  readonly more?: readonly Checkpoint[];
};

/** Whether the one checkpoint may start at a minute under operator, everything fixed considered. */
function mayStart({ of = {}, plan: change = {}, facts = [], nowMinute = 0, more = [] }: Case) {
  const state = accepted(
    declared(plan([...more, checkpoint('cut', of)], change)),
    facts.map((assertion) => fact(assertion)),
  );
  const seat = boardOf(problemFrom(state, minute(nowMinute))).byId.get('cut');
  const option = seat?.options.find(({ person: who }) => who === 'operator');
  return (at: number): boolean => option !== undefined && allows(option.domain, at);
}

const half = 0.5;
const boundary = {
  id: 'b',
  name: 'b',
  level: 'service' as const,
  opensAt: minute(60),
  closesAt: minute(120),
  binds: 'all' as const,
  exemptRoles: ['ops'],
  statedAt: minute(0),
};
const before = checkpoint('dump', { duration: { kind: 'exact', seconds: 600 } });
const after = (type: 'finish_to_start' | 'start_to_start' | 'finish_to_finish') => ({
  predecessors: [{ checkpoint: 'dump', type, gapSeconds: 300, maxGapSeconds: 1200 }],
});
const started: Assertion = {
  kind: 'actual_start',
  checkpoint: 'dump',
  at: reading(minute(10) + 30_000),
  owner: 'dev',
};
const finished: Assertion = {
  kind: 'actual_finish',
  checkpoint: 'dump',
  at: reading(minute(20) + 1),
};

describe('a start is allowed exactly as far as the rule goes, rounded against itself', () => {
  it.each<{ rule: string; on: Case; yes: number; no: number }>([
    { rule: 'now', on: { nowMinute: 30 }, yes: 30, no: 29 },
    { rule: 'now between two ticks', on: { nowMinute: 30 + half }, yes: 31, no: 30 },
    { rule: 'a pinned start', on: { of: { approvedStartAt: minute(40) } }, yes: 40, no: 39 },
    {
      rule: 'a revised start of one that may start early',
      on: {
        of: { startRule: 'asap' },
        facts: [{ kind: 'revised_start', checkpoint: 'cut', at: reading(minute(50) + 1) }],
      },
      yes: 51,
      no: 50,
    },
    { rule: 'the end of the window', on: {}, yes: 450, no: 451 },
    {
      rule: 'the end of the window for a milestone',
      on: { of: { duration: { kind: 'exact', seconds: 0 } } },
      yes: 479,
      no: 480,
    },
    {
      rule: 'a freeze, which exempts nobody',
      on: { plan: { boundaries: [{ ...boundary, kind: 'freeze' }] } },
      yes: 30,
      no: 31,
    },
    {
      rule: 'the end of a blackout',
      on: { plan: { boundaries: [{ ...boundary, kind: 'blackout', exemptRoles: [] }] } },
      yes: 120,
      no: 119,
    },
    {
      rule: 'a maintenance boundary',
      on: { plan: { boundaries: [{ ...boundary, kind: 'maintenance', exemptRoles: [] }] } },
      yes: 90,
      no: 91,
    },
    {
      rule: 'two allowed windows that touch',
      on: {
        of: {
          allowedWindows: [
            { opensAt: minute(100), closesAt: minute(200) },
            { opensAt: minute(60), closesAt: minute(100) },
          ],
        },
      },
      yes: 90,
      no: 171,
    },
    {
      rule: 'a guardrail',
      on: {
        plan: {
          guardrails: [
            {
              id: 'g',
              pointOfNoReturn: 'cut',
              rollbackMinutes: 60,
              mustEndAt: minute(200) + 59_999,
            },
          ],
        },
      },
      yes: 140,
      no: 141,
    },
    {
      rule: 'the age of evidence',
      on: {
        of: { evidence: [{ kind: 'dump', source: 'board', maxAgeMinutes: 60 }] },
        facts: [
          {
            kind: 'evidence_recorded',
            checkpoint: 'cut',
            evidence: 'dump',
            at: reading(minute(5) - 1),
          },
        ],
      },
      yes: 64,
      no: 65,
    },
    {
      rule: 'working hours that touch at a shift change',
      on: {
        plan: {
          people: [
            person('operator', {
              working: [
                { opensAt: minute(0), closesAt: minute(100) },
                { opensAt: minute(100), closesAt: minute(160) },
              ],
            }),
          ],
        },
      },
      yes: 130,
      no: 131,
    },
    {
      rule: 'an outage',
      on: {
        facts: [
          {
            kind: 'availability_changed',
            person: 'operator',
            available: false,
            span: { opensAt: minute(60), closesAt: minute(90) },
          },
        ],
      },
      yes: 90,
      no: 31,
    },
    {
      rule: 'a delegate whose granter hands over',
      on: {
        plan: {
          authority: [
            authority('a', {
              holders: [{ person: 'dev', opensAt: minute(0), closesAt: minute(100) }],
              delegates: [
                {
                  person: 'operator',
                  grantedBy: 'dev',
                  opensAt: minute(-60),
                  closesAt: minute(300),
                },
              ],
            }),
          ],
        },
      },
      yes: 70,
      no: 71,
    },
    {
      rule: 'a chain of delegates, where the row allows none',
      on: {
        plan: {
          authority: [
            authority('a', {
              holders: [{ person: 'dev', opensAt: minute(0), closesAt: minute(100) }],
              delegates: [
                { person: 'lead', grantedBy: 'dev', opensAt: minute(0), closesAt: minute(300) },
                {
                  person: 'operator',
                  grantedBy: 'lead',
                  opensAt: minute(0),
                  closesAt: minute(300),
                },
              ],
              chainsAllowed: true,
            }),
          ],
        },
      },
      yes: 70,
      no: 71,
    },
    {
      rule: 'a gap after finished work, to the millisecond',
      on: {
        more: [before],
        of: after('finish_to_start'),
        facts: [started, finished],
        nowMinute: 22,
      },
      yes: 26,
      no: 25,
    },
    {
      rule: 'a greatest gap after finished work',
      on: {
        more: [before],
        of: after('finish_to_start'),
        facts: [started, finished],
        nowMinute: 22,
      },
      yes: 40,
      no: 41,
    },
    {
      rule: 'a start-to-start gap',
      on: { more: [before], of: after('start_to_start'), facts: [started], nowMinute: 12 },
      yes: 16,
      no: 15,
    },
    {
      rule: 'running work of the same owner, to its planned end',
      on: { more: [before], facts: [{ ...started, owner: 'operator' }], nowMinute: 12 },
      yes: 21,
      no: 20,
    },
    {
      rule: 'the review time, for a start that moves',
      on: {
        of: { startRule: 'asap', approvedStartAt: minute(5) },
        plan: {
          policy: {
            slipToleranceMinutes: 10,
            reviewMinutes: 15,
            requestValidMinutes: 60,
            exceptions: [],
          },
        },
      },
      yes: 15,
      no: 14,
    },
    {
      rule: 'the review time, for a start that stays',
      on: {
        of: { startRule: 'asap', approvedStartAt: minute(5) },
        plan: {
          policy: {
            slipToleranceMinutes: 10,
            reviewMinutes: 15,
            requestValidMinutes: 60,
            exceptions: [],
          },
        },
      },
      yes: 5,
      no: 6,
    },
  ])('$rule', ({ on, yes, no }) => {
    const may = mayStart(on);
    expect(may(yes)).toBe(true);
    expect(may(no)).toBe(false);
  });

  it('an exception with an end reaches as far as its end; one that policy does not allow reaches nowhere', () => {
    const granted: Assertion = {
      kind: 'exception_granted',
      exception: 'x',
      checkpoint: 'cut',
      relaxes: 'outside_window',
      untilAt: minute(500),
    };
    const policy = { slipToleranceMinutes: 10, reviewMinutes: 0, requestValidMinutes: 60 };
    const allowed = mayStart({
      facts: [granted],
      plan: { policy: { ...policy, exceptions: ['outside_window'] } },
    });
    expect([allowed(470), allowed(471)]).toEqual([true, false]);
    const refused = mayStart({ facts: [granted], plan: { policy: { ...policy, exceptions: [] } } });
    expect(refused(451)).toBe(false);
  });

  it('a boundary stated later is not yet in force', () => {
    const boundaries = [{ ...boundary, kind: 'freeze' as const, statedAt: minute(10) }];
    expect(mayStart({ plan: { boundaries }, nowMinute: 9 })(60)).toBe(true);
    expect(mayStart({ plan: { boundaries }, nowMinute: 10 })(60)).toBe(false);
  });
});

describe('a problem', () => {
  it('keeps the exact length of work that is no whole number of ticks, and rounds it up', () => {
    const state = declared(plan([checkpoint('cut', { duration: { kind: 'exact', seconds: 90 } })]));
    const [cut] = problemFrom(state, minute(0)).open;
    expect([cut?.duration, cut?.exactMs]).toEqual([2, 90_000]);
  });

  it('names a refused approval, an open condition, a human hold and an unknown predecessor as blockers', () => {
    const state = accepted(
      declared(
        plan([
          checkpoint('cut', {
            approvals: [{ id: 'ok', parties: ['lead'], needed: 1, validMinutes: null }],
            conditions: ['signal'],
            predecessors: [
              { checkpoint: 'gone', type: 'finish_to_start', gapSeconds: 0, maxGapSeconds: null },
            ],
          }),
        ]),
      ),
      [
        fact({ kind: 'approval_withdrawn', checkpoint: 'cut', approval: 'ok', party: 'lead' }),
        fact({ kind: 'hold_placed', hold: 'h', checkpoint: 'cut', reason: 'unsure' }),
      ],
    );
    const [cut] = problemFrom(state, minute(0)).open;
    expect(cut?.blockers.map(({ rule, subject }) => [rule, subject])).toEqual([
      ['approval_refused', 'ok'],
      ['condition_open', 'signal'],
      ['hold_in_force', 'h'],
      ['predecessor_held', 'gone'],
    ]);
  });

  it('does not depend on the order of the plan', () => {
    for (let seed = 0; seed < 100; seed += 1) {
      const { state, now } = randomNight(seed);
      const { situation } = state;
      const turned: Plan = {
        ...situation.plan,
        checkpoints: situation.plan.checkpoints.toReversed().map((item) => ({
          ...item,
          predecessors: item.predecessors.toReversed(),
          conditions: item.conditions.toReversed(),
        })),
        boundaries: situation.plan.boundaries.toReversed(),
        authority: situation.plan.authority.toReversed(),
        people: situation.plan.people.toReversed(),
        separations: situation.plan.separations.toReversed(),
        reviewSpacings: situation.plan.reviewSpacings.toReversed(),
      };
      const other = { ...state, situation: { ...situation, plan: turned } };
      expect(problemFrom(other, now), `seed ${seed}`).toEqual(problemFrom(state, now));
    }
  });
});
