import { describe, expect, it } from 'vitest';
import type { Predecessor } from '../ledger/plan.ts';
import {
  accepted,
  authority,
  checkpoint,
  declared,
  fact,
  minute,
  plan,
  reading,
} from '../tests/support/build.ts';
import { bodyFrom } from './body.ts';
import { problemFrom } from './normalise.ts';
import { listSchedule } from './listSchedule.ts';
import type { Problem, Resequenced } from './problem.ts';
import { resequence } from './resequence.ts';

const budget = { conflicts: 2_000 };

const startOf = (problem: Problem, result: Resequenced, id: string): number | undefined => {
  const run = result.placements.find((placement) => placement.checkpoint === id);
  return run === undefined ? undefined : problem.originAt / 60_000 + run.start - minute(0) / 60_000;
};

/** Seven pinned events of a published settlement day, by the hour of their night, with start-to-start gaps. */
const published = [
  { id: 'e1', at: 0, after: null, gap: 0 },
  { id: 'e2', at: 15, after: 'e1', gap: 15 },
  { id: 'e3', at: 15, after: 'e1', gap: 15 },
  { id: 'e4', at: 105, after: 'e1', gap: 45 },
  { id: 'e5', at: 120, after: 'e4', gap: 15 },
  { id: 'e6', at: 165, after: 'e5', gap: 45 },
  { id: 'e7', at: 240, after: 'e6', gap: 75 },
];

const settlementDay = declared(
  plan(
    published.map(({ id, at, after, gap }) =>
      checkpoint(id, {
        kind: 'milestone',
        approvedStartAt: minute(at),
        duration: { kind: 'exact', seconds: 0 },
        predecessors:
          after === null
            ? []
            : [
                {
                  checkpoint: after,
                  type: 'start_to_start',
                  gapSeconds: gap * 60,
                  maxGapSeconds: null,
                },
              ],
      }),
    ),
  ),
);

const clock = (at: number): string => {
  const minutes = Math.round((at - minute(0)) / 60_000) + 16 * 60;
  return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, '0')}`;
};

const startsWhenFirstMovesBy = (minutes: number): string[] => {
  const state = accepted(settlementDay, [
    fact({ kind: 'revised_start', checkpoint: 'e1', at: reading(minute(minutes)) }),
  ]);
  const problem = problemFrom(state, minute(-60));
  const body = bodyFrom(problem, resequence(problem, budget));
  expect(body.unplaced).toEqual([]);
  return body.placements.map(({ startAt }) => clock(startAt));
};

describe('the published chain', () => {
  it('stays as approved when nothing happened', () => {
    const problem = problemFrom(settlementDay, minute(-60));
    const result = resequence(problem, budget);
    expect(result.proven).toBe(true);
    expect(bodyFrom(problem, result).placements.map(({ startAt }) => clock(startAt))).toEqual([
      '16:00',
      '16:15',
      '16:15',
      '17:45',
      '18:00',
      '18:45',
      '20:00',
    ]);
  });

  it.each([
    { by: 60, starts: ['17:00', '17:15', '17:15', '17:45', '18:00', '18:45', '20:00'] },
    { by: 180, starts: ['19:00', '19:15', '19:15', '19:45', '20:00', '20:45', '22:00'] },
  ])('takes a first event moved by $by minutes into its slack', ({ by, starts }) => {
    expect(startsWhenFirstMovesBy(by)).toEqual(starts);
  });
});

describe.each([
  { engine: 'the list schedule', solve: listSchedule },
  { engine: 'the resequencer', solve: (problem: Problem) => resequence(problem, budget) },
])('$engine', ({ solve }) => {
  const tie = (of: string, change: Partial<Predecessor> = {}): Predecessor => ({
    checkpoint: of,
    type: 'finish_to_start',
    gapSeconds: 0,
    maxGapSeconds: null,
    ...change,
  });
  const ops = (people: readonly string[]) => [
    authority('ops-authority', {
      holders: people
        .slice(0, 1)
        .map((id) => ({ person: id, opensAt: minute(-600), closesAt: minute(1200) })),
      delegates: people.slice(1).map((id) => ({
        person: id,
        grantedBy: people[0] ?? '',
        opensAt: minute(-600),
        closesAt: minute(1200),
      })),
    }),
  ];

  it('takes a sample later when it would be too old for what needs it', () => {
    const state = accepted(
      declared(
        plan(
          [
            checkpoint('sample', { approvedStartAt: minute(30) }),
            checkpoint('use', {
              approvedStartAt: minute(60),
              predecessors: [tie('sample', { maxGapSeconds: 600 })],
            }),
          ],
          { authority: ops(['operator', 'dev']) },
        ),
      ),
      [fact({ kind: 'revised_start', checkpoint: 'use', at: reading(minute(100)) })],
    );
    const problem = problemFrom(state, minute(0));
    const result = solve(problem);
    expect(startOf(problem, result, 'use')).toBe(100);
    expect(startOf(problem, result, 'sample')).toBe(60);
  });

  it('holds what hangs on a held checkpoint behind it, and leaves the rest where it was', () => {
    const state = accepted(
      declared(
        plan([
          checkpoint('first', { approvedStartAt: minute(0) }),
          checkpoint('second', { approvedStartAt: minute(40), predecessors: [tie('first')] }),
          checkpoint('third', { approvedStartAt: minute(80), predecessors: [tie('second')] }),
          checkpoint('other', { approvedStartAt: minute(120) }),
        ]),
      ),
      [fact({ kind: 'hold_placed', hold: 'h', checkpoint: 'first', reason: 'unsure' })],
    );
    const problem = problemFrom(state, minute(0));
    const result = solve(problem);
    expect(result.held.map(({ checkpoint: id, behind }) => [id, behind])).toEqual([
      ['first', null],
      ['second', 'first'],
      ['third', 'second'],
    ]);
    expect(startOf(problem, result, 'other')).toBe(120);
    expect(result.proven).toBe(true);
  });

  it('never asks one person for two things at once: a delegate takes over before anything is held', () => {
    const state = accepted(
      declared(
        plan(
          [
            checkpoint('long', { approvedStartAt: minute(0) }),
            checkpoint('due', {
              approvedStartAt: minute(30),
              allowedWindows: [{ opensAt: minute(30), closesAt: minute(70) }],
            }),
          ],
          { authority: ops(['operator', 'dev']) },
        ),
      ),
      [
        fact({
          kind: 'actual_start',
          checkpoint: 'long',
          at: reading(minute(0)),
          owner: 'operator',
        }),
        fact({ kind: 'forecast_finish', checkpoint: 'long', at: reading(minute(60)) }),
      ],
    );
    const result = solve(problemFrom(state, minute(10)));
    expect(result.placements.map(({ checkpoint: id, start, owner }) => [id, start, owner])).toEqual(
      [['due', 30, 'dev']],
    );
  });

  it('keeps protected ones in approved order, even where another start would be free', () => {
    const state = accepted(
      declared(
        plan(
          [
            checkpoint('guard', { protected: true, approvedStartAt: minute(30) }),
            checkpoint('after', {
              protected: true,
              approvedStartAt: minute(60),
              role: 'desk',
              approvedOwner: 'dev',
            }),
          ],
          {
            authority: [
              ...ops(['operator']),
              authority('desk', {
                role: 'desk',
                holders: [{ person: 'dev', opensAt: minute(-600), closesAt: minute(1200) }],
              }),
            ],
          },
        ),
      ),
      [fact({ kind: 'revised_start', checkpoint: 'guard', at: reading(minute(90)) })],
    );
    const problem = problemFrom(state, minute(0));
    const result = solve(problem);
    expect(startOf(problem, result, 'guard')).toBe(90);
    expect(startOf(problem, result, 'after')).toBe(90);
  });
});
