import { describe, expect, it } from 'vitest';
import {
  accepted,
  checkpoint,
  declared,
  fact,
  minute,
  plan,
  reading,
} from '../tests/support/build.ts';
import { bodyFrom } from './body.ts';
import { problemFrom } from './normalise.ts';
import { resequence } from './resequence.ts';

const budget = { conflicts: 2_000 };

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
