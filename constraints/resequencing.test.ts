import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ViolationCode } from '../ledger/codes.ts';
import type { CutoverState } from '../ledger/cutover.ts';
import type { Boundary, Plan } from '../ledger/plan.ts';
import { authority, checkpoint, minute, nightAt, person } from '../tests/support/build.ts';
import { current, said, situated, timelineOf, verdictOn } from '../tests/support/timeline.ts';
import { checkResequencing, fits, rules } from './resequencing.ts';
import { sceneOf } from './scene.ts';

const snake = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

describe('the rule book', () => {
  it('has one rule for each code from shape to readiness, in rank order', () => {
    const from = ViolationCode.options.indexOf('unknown_checkpoint');
    const to = ViolationCode.options.indexOf('hold_missing');
    const codes = ViolationCode.options.slice(from, to);
    expect(rules).toHaveLength(codes.length);
    expect(rules.map((rule) => snake(rule.name)).filter((name) => name !== '')).toEqual(
      codes.filter((code) => !/^(approval|confirmation)_/.test(code)),
    );
  });

  it('calls the approved sequence clean, and says so of the incumbent packet’s own times', () => {
    const state = situated([checkpoint('a'), checkpoint('b', { approvedStartAt: minute(30) })]);
    expect(
      verdictOn(state, [
        { id: 'a', at: 0 },
        { id: 'b', at: 30 },
      ]),
    ).toEqual([]);
  });

  it('an exception-only checkpoint stays where the current packet has it, not where it was approved', () => {
    const item = checkpoint('a', { startRule: 'asap', protected: true, moves: 'exception_only' });
    const line = {
      checkpoint: 'a',
      state: 'planned',
      startAt: minute(30),
      endAt: minute(60),
      owner: 'operator',
    } as const;
    const packet = current(situated([item]), [line]);
    expect(said(verdictOn(packet, [{ id: 'a', at: 30 }]))).toEqual([]);
    expect(said(verdictOn(packet, [{ id: 'a', at: 0 }]))).toEqual(['protected_move a']);
    const held = current(situated([item], { progress: { a: { revisedStartAt: minute(45) } } }), [
      { ...line, state: 'held', startAt: null, endAt: null, owner: null },
    ]);
    expect(said(verdictOn(held, [{ id: 'a', at: 45 }]))).toEqual([]);
    expect(said(verdictOn(held, [{ id: 'a', at: 46 }]))).toEqual(['protected_move a']);
  });
});

/** A night full of rules, in which random placements break many of them. */
const crowded = (): CutoverState => {
  const names = ['a', 'b', 'c', 'd', 'e'];
  const items = names.map((id, index) =>
    checkpoint(id, {
      startRule: index % 2 === 0 ? 'asap' : 'pinned',
      approvedStartAt: minute(index * 15),
      protected: index < 3,
      moves: index === 2 ? 'exception_only' : 'inside_boundary',
      room: index > 2 ? 'hall' : null,
      duration: { kind: 'exact', seconds: index === 1 ? 0 : 900 },
      predecessors: names
        .slice(0, index)
        .slice(-1)
        .map((before) => ({
          checkpoint: before,
          type:
            (['finish_to_start', 'start_to_start', 'finish_to_finish'] as const)[index % 3] ??
            'finish_to_start',
          gapSeconds: 300,
          maxGapSeconds: 2400,
        })),
      evidence: index === 3 ? [{ kind: 'lag', source: 'board', maxAgeMinutes: 50 }] : [],
    }),
  );
  const boundary: Omit<Boundary, 'id' | 'kind' | 'opensAt' | 'closesAt'> = {
    name: 'x',
    level: 'service',
    binds: 'all',
    exemptRoles: [],
    statedAt: nightAt,
  };
  return situated(items, {
    plan: {
      window: { opensAt: nightAt, closesAt: minute(100) },
      boundaries: [
        { ...boundary, id: 'stop', kind: 'freeze', opensAt: minute(80), closesAt: minute(85) },
        { ...boundary, id: 'slot', kind: 'maintenance', opensAt: minute(5), closesAt: minute(95) },
      ],
      people: [
        person('operator', { working: [{ opensAt: minute(-60), closesAt: minute(70) }] }),
        person('dev'),
      ],
      authority: [
        authority('ops-authority', {
          holders: ['operator', 'dev'].map((who) => ({
            person: who,
            opensAt: minute(-60),
            closesAt: minute(90),
          })),
        }),
      ],
      separations: [{ id: 'eyes', checkpoints: ['d', 'e'] }],
      reviewSpacings: [{ id: 'reviews', checkpoints: ['a', 'e'], minutes: 20 }],
      guardrails: [
        { id: 'rollback', pointOfNoReturn: 'e', rollbackMinutes: 30, mustEndAt: minute(100) },
      ],
    },
    evidence: [
      { checkpoint: 'd', evidence: 'lag', observedAt: minute(0), revoked: false, factId: 'f' },
    ],
  });
};
const spots = fc
  .tuple(
    ...['a', 'b', 'c', 'd', 'e'].map((id) =>
      fc.record({
        id: fc.constant(id),
        at: fc.integer({ min: -5, max: 100 }),
        owner: fc.constantFrom('operator', 'dev'),
      }),
    ),
  )
  .chain((all) => fc.subarray(all));

const shuffled = (of: Plan, random: (length: number) => number[]): Plan => {
  const mix = <T>(list: readonly T[]): T[] =>
    random(list.length).flatMap((at) => list.slice(at, at + 1));
  return {
    ...of,
    checkpoints: mix(of.checkpoints),
    boundaries: mix(of.boundaries),
    people: mix(of.people),
    authority: of.authority.map((row) => ({ ...row, holders: mix(row.holders) })),
    separations: of.separations.map((one) => ({ ...one, checkpoints: mix(one.checkpoints) })),
    reviewSpacings: of.reviewSpacings.map((one) => ({ ...one, checkpoints: mix(one.checkpoints) })),
  };
};

describe('whatever is proposed', () => {
  const state = crowded();

  it('the verdict is the same each time and does not depend on the order of anything', () => {
    fc.assert(
      fc.property(spots, fc.array(fc.nat(1_000), { minLength: 8, maxLength: 8 }), (where, keys) => {
        const random = (length: number) =>
          Array.from({ length }, (_, index) => index).toSorted(
            (one, other) => (keys[one % 8] ?? 0) - (keys[other % 8] ?? 0),
          );
        const body = timelineOf(state.situation.plan, where);
        const first = checkResequencing(body, state, minute(2));
        expect(checkResequencing(body, state, minute(2))).toEqual(first);
        const mixed = {
          ...state,
          situation: { ...state.situation, plan: shuffled(state.situation.plan, random) },
        };
        const turned = {
          ...body,
          placements: random(where.length).flatMap((at) => body.placements.slice(at, at + 1)),
        };
        expect(checkResequencing(turned, mixed, minute(2))).toEqual(first);
      }),
      { numRuns: 120 },
    );
  });

  it('every violation says who and, where there are instants, both sides of an edge that is really crossed', () => {
    fc.assert(
      fc.property(spots, (where) => {
        const violations = verdictOn(state, where, minute(2));
        for (const { code, limitAt, foundAt } of violations) {
          if (limitAt === null || foundAt === null) continue;
          expect(code === 'inside_freeze' ? foundAt > limitAt : foundAt !== limitAt).toBe(true);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('moving one placement of a clean timeline fits exactly when the whole stays clean', () => {
    const clean = [
      { id: 'a', at: 5, owner: 'operator' },
      { id: 'b', at: 25, owner: 'dev' },
      { id: 'c', at: 30, owner: 'dev' },
    ];
    const scene = sceneOf(timelineOf(state.situation.plan, clean), state, minute(2));
    expect(said(verdictOn(state, clean, minute(2)))).toEqual([]);
    fc.assert(
      fc.property(
        fc.constantFrom(...clean),
        fc.integer({ min: -5, max: 100 }),
        fc.constantFrom('operator', 'dev'),
        (spot, at, owner) => {
          const moved = { ...spot, at, owner };
          const all = clean.map((other) => (other.id === spot.id ? moved : other));
          const work = sceneOf(timelineOf(state.situation.plan, [moved]), state, minute(2))
            .placed[0];
          if (work === undefined) throw new Error('a well-formed placement is always placed');
          expect(fits(scene, work)).toBe(verdictOn(state, all, minute(2)).length === 0);
        },
      ),
      { numRuns: 200 },
    );
  });
});
