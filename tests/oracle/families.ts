/**
 * Small nights for the oracle: each family switches some rules on over a window of a few minutes, so that every
 * timeline of up to five checkpoints can be tried. Times are minutes after nightAt.
 */
import type { CutoverState } from '../../ledger/cutover.ts';
import type { Checkpoint, Plan } from '../../ledger/plan.ts';
import { noProgress, type Progress, type Situation } from '../../ledger/situation.ts';
import { authority, checkpoint, declared, minute, person, plan } from '../support/build.ts';

export type Family = {
  readonly name: string;
  readonly state: CutoverState;
  readonly now: number;
  /** Minutes at which placements may start. */
  readonly starts: readonly number[];
  readonly owners: readonly string[];
};

const span = (opens: number, closes: number) => ({
  opensAt: minute(opens),
  closesAt: minute(closes),
});
const long = { seconds: 120 };

type Night = {
  readonly name: string;
  readonly checkpoints: readonly Checkpoint[];
  readonly plan?: Partial<Plan>;
  readonly situation?: Partial<Situation>;
  readonly progress?: Readonly<Record<string, Partial<Progress>>>;
  readonly now?: number;
  readonly starts?: readonly number[];
  readonly owners?: readonly string[];
};

function family(night: Night): Family {
  const base = declared(
    plan(night.checkpoints, {
      window: span(0, 8),
      people: ['lead', 'operator', 'dev'].map((id) => person(id)),
      ...night.plan,
    }),
  );
  const progress = Object.fromEntries(
    Object.entries(night.progress ?? {}).map(([id, known]) => [id, { ...noProgress, ...known }]),
  );
  return {
    name: night.name,
    state: {
      ...base,
      situation: {
        ...base.situation,
        ...night.situation,
        progress: { ...base.situation.progress, ...progress },
      },
    },
    now: minute(night.now ?? 0),
    starts: night.starts ?? [-1, 0, 1, 2, 3, 4, 5, 6, 7, 8],
    owners: night.owners ?? ['operator'],
  };
}

const of = (id: string, seconds: number, change: Partial<Checkpoint> = {}): Checkpoint =>
  checkpoint(id, { duration: { kind: 'exact', seconds }, startRule: 'asap', ...change });

const after = (id: string, change: Partial<Checkpoint['predecessors'][number]> = {}) => ({
  checkpoint: id,
  type: 'finish_to_start' as const,
  gapSeconds: 0,
  maxGapSeconds: null,
  ...change,
});

const boundary = (
  id: string,
  change: Partial<Plan['boundaries'][number]>,
): Plan['boundaries'][number] => ({
  id,
  name: id,
  kind: 'maintenance',
  level: 'cutover',
  ...span(2, 6),
  binds: ['a'],
  exemptRoles: [],
  statedAt: minute(-100),
  ...change,
});

const single = [0, 60, 120, 150].flatMap((seconds): Night[] => [
  { name: `window and now, ${seconds} s`, checkpoints: [of('a', seconds)], now: 2 },
  {
    name: `pinned, ${seconds} s`,
    checkpoints: [of('a', seconds, { startRule: 'pinned', approvedStartAt: minute(3) })],
  },
  ...(['maintenance', 'freeze', 'blackout'] as const).flatMap((kind): Night[] => [
    {
      name: `${kind}, ${seconds} s`,
      checkpoints: [of('a', seconds)],
      plan: { boundaries: [boundary('b', { kind })] },
    },
    {
      name: `${kind} exempt, ${seconds} s`,
      checkpoints: [of('a', seconds)],
      plan: { boundaries: [boundary('b', { kind, exemptRoles: ['ops'], binds: 'all' })] },
    },
    {
      name: `${kind} not yet stated, ${seconds} s`,
      checkpoints: [of('a', seconds)],
      plan: { boundaries: [boundary('b', { kind, statedAt: minute(1) })] },
    },
    {
      name: `${kind} stated now, ${seconds} s`,
      checkpoints: [of('a', seconds)],
      now: 1,
      plan: { boundaries: [boundary('b', { kind, statedAt: minute(1) })] },
    },
  ]),
  {
    name: `allowed windows that touch, ${seconds} s`,
    checkpoints: [of('a', seconds, { allowedWindows: [span(1, 3), span(3, 4), span(5, 7)] })],
  },
  {
    name: `guardrail, ${seconds} s`,
    checkpoints: [of('a', seconds)],
    plan: {
      guardrails: [{ id: 'g', pointOfNoReturn: 'a', rollbackMinutes: 3, mustEndAt: minute(7) }],
    },
  },
  {
    name: `shifts that touch and an outage, ${seconds} s`,
    checkpoints: [of('a', seconds)],
    plan: {
      people: [
        person('lead'),
        person('operator', { working: [span(1, 3), span(3, 5), span(6, 8)] }),
        person('dev'),
      ],
    },
    situation: { unavailable: [{ person: 'operator', span: span(4, 5), factId: 'f' }] },
  },
  ...[true, false].map((chainsAllowed): Night => ({
    name: `holders, delegates and ${chainsAllowed ? '' : 'no '}chains, ${seconds} s`,
    checkpoints: [of('a', seconds)],
    owners: ['operator', 'dev', 'lead'],
    plan: {
      authority: [
        authority('row', {
          holders: [{ person: 'operator', ...span(0, 4) }],
          delegates: [
            { person: 'dev', grantedBy: 'operator', ...span(2, 7) },
            { person: 'lead', grantedBy: 'dev', ...span(1, 3) },
          ],
          chainsAllowed,
        }),
        authority('named-for-another', {
          checkpoint: 'z',
          holders: [{ person: 'lead', ...span(0, 8) }],
        }),
      ],
    },
  })),
  {
    name: `rows that name the checkpoint replace the others, ${seconds} s`,
    checkpoints: [of('a', seconds)],
    owners: ['operator', 'dev'],
    plan: {
      authority: [
        authority('all'),
        authority('named', {
          checkpoint: 'a',
          holders: [
            { person: 'dev', ...span(1, 3) },
            { person: 'operator', ...span(3, 5) },
          ],
        }),
        authority('named-too', { checkpoint: 'a', holders: [{ person: 'dev', ...span(3, 4) }] }),
      ],
    },
  },
]);

const evidenceRule = { kind: 'replication', source: 'board', maxAgeMinutes: 3 };
const approval = { id: 'sign', parties: ['lead', 'operator', 'dev'], needed: 2, validMinutes: 4 };
const said = (
  party: string,
  answer: 'given' | 'refused',
  at: number,
  kind: 'approval' | 'confirmation' = 'approval',
) => ({
  checkpoint: 'a',
  assent: 'sign',
  kind,
  party,
  answer,
  at: minute(at),
  factId: `f-${party}`,
});

const readiness: Night[] = [
  { name: 'evidence not recorded', checkpoints: [of('a', 60, { evidence: [evidenceRule] })] },
  ...[true, false].map((revoked): Night => ({
    name: revoked ? 'evidence revoked' : 'evidence ages',
    checkpoints: [of('a', 60, { evidence: [evidenceRule] })],
    situation: {
      evidence: [
        {
          checkpoint: 'a',
          evidence: 'replication',
          observedAt: revoked ? null : minute(1),
          revoked,
          factId: 'f',
        },
      ],
    },
  })),
  ...(['approval', 'confirmation'] as const).flatMap((kind) =>
    [
      [],
      [said('lead', 'given', 0, kind)],
      [said('lead', 'given', 0, kind), said('operator', 'given', 2, kind)],
      [
        said('lead', 'given', 0, kind),
        said('operator', 'given', 2, kind),
        said('dev', 'given', 3, kind),
      ],
      [said('lead', 'refused', 0, kind)],
      [said('lead', 'refused', 0, kind), said('operator', 'refused', 0, kind)],
      [
        said('lead', 'refused', 0, kind),
        said('operator', 'given', 0, kind),
        said('dev', 'given', 1, kind),
      ],
    ].map((assents, index): Night => ({
      name: `${kind} answers ${index}`,
      checkpoints: [
        of(
          'a',
          60,
          kind === 'approval' ? { approvals: [approval] } : { confirmations: [approval] },
        ),
      ],
      situation: { assents },
    })),
  ),
  ...[true, false].map((met): Night => ({
    name: `condition ${met ? 'met' : 'open'}`,
    checkpoints: [
      of('a', 60, { startRule: 'conditional', approvedStartAt: minute(2), conditions: ['c'] }),
    ],
    plan: { conditions: [{ id: 'c', name: 'c', met, settledBy: 'ops' }] },
  })),
  {
    name: 'a human hold',
    checkpoints: [of('a', 60)],
    situation: {
      holds: [
        { hold: 'h', checkpoint: 'a', reason: 'r', placedBy: 'lead', at: minute(0), factId: 'f' },
      ],
    },
  },
];

const exceptions = (
  [
    'outside_window',
    'inside_blackout',
    'outside_boundary',
    'outside_allowed_window',
    'owner_unavailable',
    'protected_move',
    'evidence_stale',
  ] as const
).flatMap((relaxes) =>
  [minute(6), null].flatMap((untilAt) =>
    [true, false].map((allowed): Night => ({
      name: `exception ${relaxes}, ${untilAt === null ? 'no limit' : 'limited'}, ${allowed ? '' : 'not '}allowed by policy`,
      checkpoints: [
        of('a', 120, {
          protected: true,
          moves: 'exception_only',
          approvedStartAt: minute(3),
          allowedWindows: [span(2, 5)],
          evidence: [evidenceRule],
        }),
      ],
      plan: {
        window: span(1, 5),
        boundaries: [
          boundary('m', { ...span(2, 5) }),
          boundary('k', { kind: 'blackout', ...span(5, 6) }),
        ],
        people: [person('lead'), person('operator', { working: [span(2, 5)] }), person('dev')],
        policy: {
          slipToleranceMinutes: 10,
          reviewMinutes: 0,
          requestValidMinutes: 60,
          exceptions: allowed ? [relaxes] : [],
        },
      },
      situation: {
        evidence: [
          {
            checkpoint: 'a',
            evidence: 'replication',
            observedAt: minute(0),
            revoked: false,
            factId: 'f',
          },
        ],
        exceptions: [
          { exception: 'e', checkpoint: 'a', relaxes, untilAt, grantedBy: 'lead', factId: 'f' },
        ],
      },
    })),
  ),
);

const pairExceptions: Night[] = (['a', 'b'] as const).flatMap((on) =>
  [minute(4), null].flatMap((untilAt) =>
    (['review_spacing', 'gap_too_long'] as const).map((relaxes): Night => ({
      name: `exception ${relaxes} on ${on}, ${untilAt === null ? 'no limit' : 'limited'}`,
      checkpoints: [
        of('a', 60),
        of('b', 60, { predecessors: [after('a', { maxGapSeconds: 60 })] }),
      ],
      plan: {
        reviewSpacings: [{ id: 'r', checkpoints: ['a', 'b'], minutes: 2 }],
        policy: {
          slipToleranceMinutes: 10,
          reviewMinutes: 0,
          requestValidMinutes: 60,
          exceptions: [relaxes],
        },
      },
      situation: {
        exceptions: [
          { exception: 'e', checkpoint: on, relaxes, untilAt, grantedBy: 'lead', factId: 'f' },
        ],
      },
    })),
  ),
);

const gaps = (['finish_to_start', 'start_to_start', 'finish_to_finish'] as const).flatMap((type) =>
  [0, 60, 120].flatMap((gapSeconds): Night[] => [
    {
      name: `${type} gap ${gapSeconds}, at most 180`,
      checkpoints: [
        of('a', 60),
        of('b', 120, { predecessors: [after('a', { type, gapSeconds, maxGapSeconds: 180 })] }),
      ],
      owners: ['operator', 'dev'],
      starts: [0, 1, 2, 3, 4, 5, 6],
    },
    ...(['in_progress', 'done', 'skipped'] as const).map((state): Night => ({
      name: `${type} gap ${gapSeconds} after ${state} work`,
      checkpoints: [
        of('a', 120),
        of('b', 60, { predecessors: [after('a', { type, gapSeconds, maxGapSeconds: 180 })] }),
      ],
      now: 2,
      progress: {
        a: {
          state,
          actualStartAt: state === 'skipped' ? null : minute(0),
          actualFinishAt: state === 'done' ? minute(2) : null,
          forecastFinishAt: state === 'in_progress' ? minute(3) : null,
          owner: state === 'skipped' ? null : 'operator',
        },
      },
      owners: ['operator', 'dev'],
    })),
  ]),
);

const pairs: Night[] = [
  {
    name: 'one person, two things, one of no length',
    checkpoints: [of('a', 120), of('b', 0)],
    owners: ['operator', 'dev'],
  },
  {
    name: 'one room',
    checkpoints: [of('a', 120, { room: 'bridge' }), of('b', 60, { room: 'bridge' })],
    owners: ['operator', 'dev'],
  },
  {
    name: 'overdue work keeps its owner',
    checkpoints: [of('a', 60), of('b', 60)],
    now: 3,
    progress: { a: { state: 'in_progress', actualStartAt: minute(0), owner: 'operator' } },
    owners: ['operator', 'dev'],
  },
  {
    name: 'protected order',
    checkpoints: [of('a', 60, { protected: true }), of('b', 60, { protected: true }), of('c', 60)],
    owners: ['operator'],
    starts: [0, 1, 2, 3, 4, 5],
  },
  {
    name: 'protected order after started work',
    checkpoints: [of('a', 60, { protected: true }), of('b', 60, { protected: true })],
    now: 1,
    progress: { b: { state: 'in_progress', actualStartAt: minute(1), owner: 'dev' } },
  },
  {
    name: 'separate duties',
    checkpoints: [of('a', 60), of('b', 60)],
    plan: { separations: [{ id: 's', checkpoints: ['a', 'b'] }] },
    owners: ['operator', 'dev'],
  },
  {
    name: 'separate duties from started work',
    checkpoints: [of('a', 60), of('b', 60)],
    now: 1,
    progress: {
      a: { state: 'done', actualStartAt: minute(0), actualFinishAt: minute(1), owner: 'operator' },
    },
    plan: { separations: [{ id: 's', checkpoints: ['a', 'b'] }] },
    owners: ['operator', 'dev'],
  },
  {
    name: 'review spacing',
    checkpoints: [of('a', 60), of('b', 60), of('c', 0)],
    plan: { reviewSpacings: [{ id: 'r', checkpoints: ['a', 'b', 'c'], minutes: 2 }] },
    owners: ['operator'],
    starts: [0, 1, 2, 3, 4, 5, 6],
  },
  {
    name: 'review spacing from started work',
    checkpoints: [of('a', 60), of('b', 60)],
    now: 1,
    progress: { a: { state: 'in_progress', actualStartAt: minute(0), owner: 'dev' } },
    plan: { reviewSpacings: [{ id: 'r', checkpoints: ['a', 'b'], minutes: 2 }] },
  },
];

const crowds: Night[] = [
  {
    name: 'four in a chain with two owners and a boundary',
    checkpoints: [
      of('a', 60, { protected: true }),
      of('b', 60, { predecessors: [after('a')] }),
      of('c', 60, { protected: true, predecessors: [after('a', { gapSeconds: 60 })] }),
      of('d', 0, { predecessors: [after('b'), after('c')] }),
    ],
    plan: {
      boundaries: [boundary('m', { binds: ['a', 'c'], ...span(0, 3) })],
      authority: [
        authority('row', {
          holders: [{ person: 'operator', ...span(0, 3) }],
          delegates: [{ person: 'dev', grantedBy: 'operator', ...span(1, 3) }],
        }),
      ],
    },
    starts: [0, 1, 2, 3, 4],
    owners: ['operator', 'dev'],
  },
  {
    name: 'five on one person, one room, one order',
    checkpoints: [
      of('a', 60, { protected: true }),
      of('b', 120, { room: 'bridge' }),
      of('c', 60, { room: 'bridge', protected: true }),
      of('d', 60, { predecessors: [after('a', { maxGapSeconds: 120 })] }),
      of('e', 0, { predecessors: [after('d', { type: 'start_to_start' })] }),
    ],
    starts: [0, 1, 2, 3, 4, 5, 6],
    owners: ['operator'],
  },
  {
    name: 'five with two owners, one of them started',
    checkpoints: [
      of('a', long.seconds),
      of('b', 60, { predecessors: [after('a')] }),
      of('c', 60),
      of('d', 60, { startRule: 'pinned', approvedStartAt: minute(2) }),
      of('e', 60, { predecessors: [after('c')] }),
    ],
    now: 1,
    progress: { a: { state: 'in_progress', actualStartAt: minute(0), owner: 'operator' } },
    starts: [1, 2, 3, 4],
    owners: ['operator', 'dev'],
  },
];

/** Every family. */
export const families: readonly Family[] = [
  ...single,
  ...readiness,
  ...exceptions,
  ...pairExceptions,
  ...gaps,
  ...pairs,
  ...crowds,
].map(family);
