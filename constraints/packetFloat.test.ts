import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Boundary, Checkpoint } from '../ledger/plan.ts';
import { minuteMs } from '../ledger/vocabulary.ts';
import { authority, checkpoint, minute, nightAt, person, plan } from '../tests/support/build.ts';
import { situated, type Spot, timelineOf, type Situating } from '../tests/support/timeline.ts';
import { floatOf, mostFloat } from './packetFloat.ts';
import { fits } from './resequencing.ts';
import { sceneOf } from './scene.ts';

const tenures = ['operator', 'dev'].map((who) => ({
  person: who,
  opensAt: minute(-600),
  closesAt: minute(1200),
}));
const everyone = { authority: [authority('ops-authority', { holders: tenures })] };
const item = (id: string, change: Partial<Checkpoint> = {}) =>
  checkpoint(id, { startRule: 'asap', ...change });
type Night = Situating;

function floatAt(
  items: readonly Checkpoint[],
  spots: readonly Spot[],
  night: Night = {},
): number | undefined {
  const state = situated(items, { ...night, plan: { ...everyone, ...night.plan } });
  const scene = sceneOf(timelineOf(state.situation.plan, spots), state, nightAt);
  const work = scene.placed.find(({ checkpoint: { id } }) => id === 'a');
  return work === undefined ? undefined : floatOf(scene, work);
}

const edge = (kind: Boundary['kind'], opens: number, closes: number): Boundary => ({
  id: 'edge',
  name: 'edge',
  kind,
  level: 'service',
  opensAt: minute(opens),
  closesAt: minute(closes),
  binds: 'all',
  exemptRoles: [],
  statedAt: nightAt,
});
const excepted = (
  relaxes: 'outside_window' | 'owner_unavailable',
  untilAt: number | null,
): Night => ({
  plan: { policy: { ...plan([item('a')]).policy, exceptions: [relaxes] } },
  exceptions: [
    { exception: 'x', checkpoint: 'a', relaxes, untilAt, grantedBy: 'lead', factId: 'f' },
  ],
});
const span = (from: number, to: number) => ({ opensAt: minute(from), closesAt: minute(to) });

describe('float', () => {
  const a = item('a');
  it.each<[string, Checkpoint[], Spot[], Night, number]>([
    ['to the end of the window', [a], [{ id: 'a', at: 10 }], {}, 440],
    ['none at the end of the window', [a], [{ id: 'a', at: 450 }], {}, 0],
    ['whole minutes only', [a], [{ id: 'a', at: 449, ms: 1 }], {}, 0],
    [
      'to a freeze, not beyond it',
      [a],
      [{ id: 'a', at: 10 }],
      { plan: { boundaries: [edge('freeze', 60, 61)] } },
      20,
    ],
    [
      'to a blackout',
      [a],
      [{ id: 'a', at: 10 }],
      { plan: { boundaries: [edge('blackout', 60, 61)] } },
      20,
    ],
    [
      'to the end of a boundary',
      [a],
      [{ id: 'a', at: 10 }],
      { plan: { boundaries: [edge('maintenance', 0, 61)] } },
      21,
    ],
    [
      'to the end of an allowed window',
      [item('a', { allowedWindows: [span(0, 50), span(50, 62)] })],
      [{ id: 'a', at: 10 }],
      {},
      22,
    ],
    [
      'to the last safe start',
      [a],
      [{ id: 'a', at: 10 }],
      {
        plan: {
          guardrails: [
            { id: 'g', pointOfNoReturn: 'a', rollbackMinutes: 30, mustEndAt: minute(53) },
          ],
        },
      },
      13,
    ],
    [
      'to the end of authority',
      [a],
      [{ id: 'a', at: 10 }],
      {
        plan: {
          authority: [
            authority('ops-authority', {
              holders: [{ person: 'operator', opensAt: minute(0), closesAt: minute(64) }],
            }),
          ],
        },
      },
      24,
    ],
    [
      'to the end of the shift',
      [a],
      [{ id: 'a', at: 10 }],
      { plan: { people: [person('operator', { working: [span(0, 40), span(40, 65)] })] } },
      25,
    ],
    [
      'to an outage',
      [a],
      [{ id: 'a', at: 10 }],
      { unavailable: [{ person: 'operator', span: span(66, 67), factId: 'f' }] },
      26,
    ],
    [
      'to the owner’s next work',
      [a, item('b')],
      [
        { id: 'a', at: 10 },
        { id: 'b', at: 67 },
      ],
      {},
      27,
    ],
    [
      'to the room’s next use',
      [item('a', { room: 'hall' }), item('b', { room: 'hall' })],
      [
        { id: 'a', at: 10 },
        { id: 'b', at: 68, owner: 'dev' },
      ],
      {},
      28,
    ],
    [
      'to what follows',
      [
        a,
        item('b', {
          predecessors: [
            { checkpoint: 'a', type: 'finish_to_start', gapSeconds: 420, maxGapSeconds: null },
          ],
        }),
      ],
      [
        { id: 'a', at: 10 },
        { id: 'b', at: 50, owner: 'dev' },
      ],
      {},
      3,
    ],
    [
      'to its greatest gap',
      [
        item('a', {
          predecessors: [
            { checkpoint: 'b', type: 'finish_to_start', gapSeconds: 0, maxGapSeconds: 420 },
          ],
        }),
        item('b'),
      ],
      [
        { id: 'b', at: 0, owner: 'dev' },
        { id: 'a', at: 32 },
      ],
      {},
      5,
    ],
    [
      'to the next protected start',
      [item('a', { protected: true }), item('b', { protected: true })],
      [
        { id: 'a', at: 10 },
        { id: 'b', at: 19, owner: 'dev' },
      ],
      {},
      9,
    ],
    [
      'none when it may only move by exception',
      [item('a', { protected: true, moves: 'exception_only', approvedStartAt: minute(10) })],
      [{ id: 'a', at: 10 }],
      {},
      0,
    ],
    [
      'to a review spacing',
      [a, item('b')],
      [
        { id: 'a', at: 10 },
        { id: 'b', at: 60, owner: 'dev' },
      ],
      { plan: { reviewSpacings: [{ id: 'r', checkpoints: ['a', 'b'], minutes: 15 }] } },
      5,
    ],
    [
      'to the end of its evidence',
      [item('a', { evidence: [{ kind: 'lag', source: 'board', maxAgeMinutes: 22 }] })],
      [{ id: 'a', at: 10 }],
      {
        evidence: [
          { checkpoint: 'a', evidence: 'lag', observedAt: nightAt, revoked: false, factId: 'f' },
        ],
      },
      12,
    ],
    [
      'to the end of an approval',
      [item('a', { approvals: [{ id: 'go', parties: ['risk'], needed: 1, validMinutes: 23 }] })],
      [{ id: 'a', at: 10 }],
      {
        assents: [
          {
            checkpoint: 'a',
            assent: 'go',
            kind: 'approval',
            party: 'risk',
            answer: 'given',
            at: nightAt,
            factId: 'f',
          },
        ],
      },
      13,
    ],
    [
      'to the end of a confirmation',
      [
        item('a', {
          confirmations: [{ id: 'go', parties: ['risk'], needed: 1, validMinutes: 24 }],
        }),
      ],
      [{ id: 'a', at: 10 }],
      {
        assents: [
          {
            checkpoint: 'a',
            assent: 'go',
            kind: 'confirmation',
            party: 'risk',
            answer: 'given',
            at: nightAt,
            factId: 'f',
          },
        ],
      },
      14,
    ],
    [
      'to the end of an exception',
      [a],
      [{ id: 'a', at: 460 }],
      excepted('outside_window', minute(505)),
      15,
    ],
    [
      'a milestone, up to and not onto a closing',
      [item('a', { duration: { kind: 'exact', seconds: 0 } })],
      [{ id: 'a', at: 10 }],
      { plan: { boundaries: [edge('maintenance', 0, 30)] } },
      19,
    ],
  ])('%s', (_name, items, spots, night, minutes) => {
    expect(floatAt(items, spots, night)).toBe(minutes);
  });

  it('is never more than can be written down', () => {
    const century = { opensAt: nightAt, closesAt: nightAt + 90_000 * minuteMs };
    const night: Night = {
      plan: {
        window: century,
        people: [person('operator', { working: [century] })],
        authority: [authority('ops-authority', { holders: [{ person: 'operator', ...century }] })],
      },
    };
    expect(floatAt([item('a')], [{ id: 'a', at: 0 }], night)).toBe(mostFloat);
  });

  it('is the last of all slips that fit, whatever stands around', () => {
    const minutes = fc.integer({ min: 0, max: 60 });
    const spots = fc.record({
      a: minutes,
      b: minutes,
      c: minutes,
      owners: fc.tuple(fc.constantFrom('operator', 'dev'), fc.constantFrom('operator', 'dev')),
      gap: fc.integer({ min: 0, max: 20 }),
      most: fc.integer({ min: 0, max: 60 }),
      type: fc.constantFrom(
        'finish_to_start' as const,
        'start_to_start' as const,
        'finish_to_finish' as const,
      ),
      freeze: fc.integer({ min: 0, max: 100 }),
      outage: fc.integer({ min: 0, max: 100 }),
      until: fc.integer({ min: 0, max: 150 }),
      lasts: fc.constantFrom(0, 90, 600),
      spacing: fc.integer({ min: 0, max: 10 }),
    });
    let met = 0;
    fc.assert(
      fc.property(spots, (of) => {
        const edges = { type: of.type, gapSeconds: of.gap * 60, maxGapSeconds: of.most * 60 };
        const seconds = { kind: 'exact' as const, seconds: of.lasts };
        const items = [
          item('a', { duration: seconds, protected: true }),
          item('b', {
            duration: { kind: 'exact', seconds: 480 },
            predecessors: [{ checkpoint: 'a', ...edges }],
          }),
          item('c', { duration: seconds, protected: true }),
        ];
        const night: Night = {
          ...excepted('owner_unavailable', minute(of.until)),
          unavailable: [{ person: 'operator', span: span(of.outage, of.outage + 3), factId: 'f' }],
        };
        const state = situated(items, {
          ...night,
          plan: {
            ...everyone,
            ...night.plan,
            window: span(0, 100),
            boundaries: [edge('freeze', of.freeze, of.freeze + 2)],
            reviewSpacings: [{ id: 'r', checkpoints: ['a', 'c'], minutes: of.spacing }],
          },
        });
        const where = [
          { id: 'a', at: of.a },
          { id: 'b', at: of.b, owner: of.owners[0] },
          { id: 'c', at: of.c, owner: of.owners[1] },
        ];
        const scene = sceneOf(timelineOf(state.situation.plan, where), state, nightAt);
        const work = scene.placed[0];
        if (work === undefined || !fits(scene, work)) return;
        met += 1;
        let slip = 0;
        const later = (by: number) => ({
          ...work,
          startAt: work.startAt + by * minuteMs,
          endAt: work.endAt + by * minuteMs,
        });
        while (slip < 300 && fits(scene, later(slip + 1))) slip += 1;
        expect(floatOf(scene, work)).toBe(slip);
      }),
      { numRuns: 800, seed: 7 },
    );
    expect(met).toBeGreaterThan(20);
  });
});
