import { describe, expect, it } from 'vitest';
import { checkpoint, minute, nightAt } from '../tests/support/build.ts';
import { heldAt, said, situated, timelineOf, verdictOn } from '../tests/support/timeline.ts';
import { checkResequencing } from './resequencing.ts';

const two = [
  checkpoint('a', { startRule: 'asap' }),
  checkpoint('b', { startRule: 'asap', approvedOwner: 'dev' }),
];
const authorised = {
  authority: [
    {
      id: 'ops-authority',
      role: 'ops',
      checkpoint: 'all',
      holders: ['operator', 'dev'].map((person) => ({
        person,
        opensAt: minute(-600),
        closesAt: minute(1200),
      })),
      delegates: [],
      chainsAllowed: false,
    },
  ],
};
const state = situated(two, { plan: authorised });
const of = state.situation.plan;
const a = { id: 'a', at: 10 };
const b = { id: 'b', at: 10 };

describe('the shape of a resequencing', () => {
  it.each([
    ['every open checkpoint placed', timelineOf(of, [a, b]), []],
    ['one placed, one held', timelineOf(of, [a], [heldAt('b')]), []],
    [
      'unknown_checkpoint: an unknown one placed',
      timelineOf(of, [a, b, { id: 'ghost', at: 10 }]),
      ['unknown_checkpoint ghost'],
    ],
    [
      'unknown_checkpoint: an unknown one held',
      timelineOf(of, [a, b], [heldAt('ghost')]),
      ['unknown_checkpoint ghost'],
    ],
    [
      'unknown_checkpoint: held behind an unknown one',
      timelineOf(of, [a], [heldAt('b', { behind: 'proceed-now' })]),
      ['unknown_checkpoint proceed-now'],
    ],
    [
      'unknown_checkpoint: a reason that names nothing there is',
      timelineOf(
        of,
        [a],
        [
          heldAt('b', {
            causes: [
              { rule: 'in_past', checkpoint: 'b', subject: 'go', factId: null, at: null },
              { rule: 'in_past', checkpoint: 'b', subject: 'operator', factId: 'f-go', at: null },
            ],
          }),
        ],
      ),
      ['unknown_checkpoint b'],
    ],
    [
      'duplicate_checkpoint: placed twice',
      timelineOf(of, [a, b, { id: 'b', at: 90 }]),
      ['duplicate_checkpoint b'],
    ],
    [
      'duplicate_checkpoint: held twice',
      timelineOf(of, [a], [heldAt('b'), heldAt('b')]),
      ['duplicate_checkpoint b'],
    ],
    [
      'duplicate_checkpoint: placed and held',
      timelineOf(of, [a, b], [heldAt('b')]),
      ['duplicate_checkpoint b'],
    ],
    ['missing_checkpoint: one not named', timelineOf(of, [a]), ['missing_checkpoint b']],
  ])('%s', (_name, body, broken) => {
    expect(said(checkResequencing(body, state, nightAt))).toEqual(broken);
  });

  it.each([
    ['in_progress', { actualStartAt: nightAt }],
    ['done', { actualStartAt: nightAt, actualFinishAt: minute(9) }],
    ['skipped', {}],
  ] as const)(
    'moved_started: a checkpoint that is %s is neither placed nor held',
    (known, times) => {
      const started = situated(two, {
        plan: authorised,
        progress: { a: { state: known, ...times } },
      });
      const verdict = (body: ReturnType<typeof timelineOf>) =>
        said(checkResequencing(body, started, nightAt));
      expect(verdict(timelineOf(of, [b]))).toEqual([]);
      expect(verdict(timelineOf(of, [{ id: 'a', at: 5 }, b]))).toEqual(['moved_started a']);
      expect(verdict(timelineOf(of, [b], [heldAt('a')]))).toEqual(['moved_started a']);
    },
  );

  it.each([
    [0, []],
    [1, ['wrong_duration a']],
    [-1, ['wrong_duration a']],
  ])('wrong_duration: an end %i ms off', (endMs, broken) => {
    const violations = verdictOn(state, [{ ...a, endMs }, b]);
    expect(said(violations)).toEqual(broken);
    if (endMs !== 0) {
      expect(violations[0]).toMatchObject({ limitAt: minute(40), foundAt: minute(40) + endMs });
    }
  });

  it('a duplicate is kept out of every other rule, and its successors count as behind a held one', () => {
    const edge = {
      checkpoint: 'a',
      type: 'finish_to_start' as const,
      gapSeconds: 0,
      maxGapSeconds: null,
    };
    const chained = situated([
      two[0] ?? checkpoint('a'),
      checkpoint('b', { startRule: 'asap', predecessors: [edge] }),
    ]);
    const body = timelineOf(chained.situation.plan, [
      { id: 'a', at: -30 },
      { id: 'a', at: 500 },
      { id: 'b', at: 60 },
    ]);
    expect(said(checkResequencing(body, chained, nightAt))).toEqual([
      'duplicate_checkpoint a',
      'predecessor_held b a',
    ]);
  });
});
