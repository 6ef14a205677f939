/**
 * What started work leaves open: its gaps, its place in the protected order, the people and rooms it keeps busy,
 * each as a named limit on the start of an open checkpoint.
 */
import type { Cause } from '../../ledger/holds.ts';
import type { Id } from '../../ledger/vocabulary.ts';
import type {
  Edge,
  FixedCheckpoint,
  Limit,
  OpenCheckpoint,
  Problem,
  Spacing,
  StartRange,
  Tick,
} from '../problem.ts';
import { type Ranges, union } from './ranges.ts';

/** Later than any tick of any problem. */
export const endless: Tick = 2 ** 40;

type Run = { readonly id: Id; readonly rank: number; readonly start: Tick; readonly end: Tick };

/** Whether one comes before the other in approved order. */
export const ranksBefore = (
  one: { readonly rank: number; readonly id: Id },
  other: { readonly rank: number; readonly id: Id },
): boolean => one.rank < other.rank || (one.rank === other.rank && one.id < other.id);

const runOf = ({ id, rank, start, end }: FixedCheckpoint): Run | null =>
  start === null || end === null ? null : { id, rank, start, end };

/** Starts of a run of `duration` that do not overlap [start, end): plain ends. */
export const besides = (
  { start, end }: { readonly start: Tick; readonly end: Tick },
  duration: Tick,
): Ranges =>
  union([
    { first: -endless, last: start - duration },
    { first: end, last: endless },
  ]);

/** The starts of `checkpoint` that a review spacing allows beside a run of another member. */
export function spacedFrom(run: Run, checkpoint: OpenCheckpoint, spacing: Spacing): Ranges {
  const isFirst = ranksBefore(checkpoint, run);
  const before = Math.min(
    run.start - checkpoint.duration - spacing.gap,
    isFirst ? run.start : run.start - 1,
  );
  const after = Math.max(run.end + spacing.gap, isFirst ? run.start + 1 : run.start);
  const waived = (spacing.waived ?? []).filter(({ member }) => member === checkpoint.id);
  const free = waived.map(({ to }): StartRange => ({ first: -endless, last: to }));
  return union([{ first: -endless, last: before }, { first: after, last: endless }, ...free]);
}

/** Whether an exception takes a run out of a spacing. */
export const isSpared = (
  spacing: Spacing,
  run: { readonly id: Id; readonly start: Tick },
): boolean => (spacing.waived ?? []).some(({ member, to }) => member === run.id && run.start <= to);

/** The first start of the successor that an edge allows after a predecessor at [start, end). */
export function leastStart(edge: Edge, from: { start: Tick; end: Tick }, duration: Tick): Tick {
  switch (edge.type) {
    case 'finish_to_start':
      return from.end + edge.least;
    case 'start_to_start':
      return from.start + edge.least;
    case 'finish_to_finish':
      return from.end + edge.least - duration;
  }
}

/** The last start of the successor that an edge allows, or `endless`. */
export function greatestStart(edge: Edge, from: { start: Tick; end: Tick }, duration: Tick): Tick {
  if (edge.greatest === null) return endless;
  const last = leastStart({ ...edge, least: edge.greatest }, from, duration);
  return Math.max(last, edge.greatestWaivedTo ?? -endless);
}

function edgeLimits(edge: Edge, run: Run, duration: Tick): Limit[] {
  const first = leastStart(edge, run, duration);
  const last = greatestStart(edge, run, duration);
  const least = { cause: edge.leastCause, starts: [{ first, last: endless }] };
  if (last === endless) return [least];
  const greatest = {
    cause: edge.greatestCause ?? edge.leastCause,
    starts: [{ first: -endless, last }],
  };
  return [least, greatest];
}

/** A cause that rests on when started work ends. */
const named = (
  rule: Cause['rule'],
  open: { id: Id; subject: Id },
  fixed: FixedCheckpoint,
): Cause => ({
  rule,
  checkpoint: open.id,
  subject: open.subject,
  factId: fixed.cause?.factId ?? null,
  at: fixed.cause?.at ?? null,
});

/** A started protected checkpoint keeps its place in the protected order. */
function orderLimits(checkpoint: OpenCheckpoint, fixed: FixedCheckpoint, run: Run): Limit[] {
  if (!checkpoint.protected || !fixed.protected || checkpoint.rank === fixed.rank) return [];
  const starts =
    checkpoint.rank < fixed.rank
      ? [{ first: -endless, last: run.start }]
      : [{ first: run.start, last: endless }];
  return [
    {
      cause: {
        ...named('protected_order', { id: checkpoint.id, subject: fixed.id }, fixed),
        at: null,
      },
      starts,
    },
  ];
}

/** Edges by successor, spacings by member, started work by what it can stand in the way of: once per problem. */
export type Ties = {
  readonly into: ReadonlyMap<Id, readonly Edge[]>;
  readonly spacings: ReadonlyMap<Id, readonly Spacing[]>;
  readonly separations: ReadonlyMap<Id, readonly Problem['separations'][number][]>;
  readonly started: ReadonlyMap<Id, FixedCheckpoint>;
  readonly inRoom: ReadonlyMap<Id, readonly FixedCheckpoint[]>;
  readonly busy: ReadonlyMap<Id, readonly FixedCheckpoint[]>;
  /** Protected ones with a known start, by that start. */
  readonly guarded: readonly FixedCheckpoint[];
};

const gather = <T>(pairs: Iterable<readonly [Id, T]>): ReadonlyMap<Id, readonly T[]> => {
  const lists = new Map<Id, T[]>();
  for (const [key, item] of pairs) {
    const list = lists.get(key);
    if (list === undefined) lists.set(key, [item]);
    else list.push(item);
  }
  return lists;
};

export const tiesOf = (problem: Problem): Ties => ({
  into: gather(problem.edges.map((edge) => [edge.to, edge] as const)),
  spacings: gather(
    problem.spacings.flatMap((spacing) => spacing.members.map((id) => [id, spacing] as const)),
  ),
  separations: gather(
    problem.separations.flatMap((item) => item.members.map((id) => [id, item] as const)),
  ),
  started: new Map(problem.fixed.map((fixed) => [fixed.id, fixed])),
  inRoom: gather(
    problem.fixed.flatMap((fixed) => (fixed.room === null ? [] : [[fixed.room, fixed] as const])),
  ),
  busy: gather(
    problem.fixed.flatMap((fixed) => (fixed.owner === null ? [] : [[fixed.owner, fixed] as const])),
  ),
  guarded: problem.fixed
    .filter((fixed) => fixed.protected && fixed.start !== null)
    .toSorted((one, other) => (one.start ?? 0) - (other.start ?? 0)),
});

/** Started work that can stand in the way of an open checkpoint: of the protected order, what binds first. */
function nearTo(ties: Ties, { id, rank, room, ...open }: OpenCheckpoint): Set<FixedCheckpoint> {
  const guards = open.protected
    ? [
        ties.guarded.findLast((fixed) => fixed.rank < rank),
        ties.guarded.find((fixed) => fixed.rank > rank),
      ]
    : [];
  const members = (ties.spacings.get(id) ?? []).flatMap((spacing) => spacing.members);
  const before = (ties.into.get(id) ?? []).map(({ from }) => from);
  const near = [...before, ...members].map((of) => ties.started.get(of));
  const rooms = room === null ? [] : (ties.inRoom.get(room) ?? []);
  return new Set([...near, ...guards, ...rooms].filter((fixed) => fixed !== undefined));
}

/** Limits on an open checkpoint that started work sets whoever owns it. */
export function limitsFromStarted(ties: Ties, open: OpenCheckpoint): Limit[] {
  const edges = ties.into.get(open.id) ?? [];
  const spacings = ties.spacings.get(open.id) ?? [];
  return [...nearTo(ties, open)].flatMap((fixed) => {
    const run = runOf(fixed);
    if (run === null) return [];
    const gaps = edges
      .filter(({ from }) => from === fixed.id)
      .flatMap((edge) => edgeLimits(edge, run, open.duration));
    const room: Limit[] =
      fixed.room === null || fixed.room !== open.room
        ? []
        : [
            {
              cause: named('room_clash', { id: open.id, subject: fixed.id }, fixed),
              starts: besides(run, open.duration),
            },
          ];
    const spaced = spacings
      .filter((spacing) => spacing.members.includes(fixed.id) && !isSpared(spacing, run))
      .map((spacing) => ({
        cause: named('review_spacing', { id: open.id, subject: spacing.id }, fixed),
        starts: spacedFrom(run, open, spacing),
      }));
    return [...gaps, ...orderLimits(open, fixed, run), ...room, ...spaced];
  });
}

/** Limits that started work sets for one possible owner: one thing at a time. */
export function ownerLimitsFromStarted(ties: Ties, open: OpenCheckpoint, person: Id): Limit[] {
  return (ties.busy.get(person) ?? []).flatMap((fixed): Limit[] => {
    const run = runOf(fixed);
    if (run === null) return [];
    return [
      {
        cause: named('owner_clash', { id: open.id, subject: person }, fixed),
        starts: besides(run, open.duration),
      },
    ];
  });
}
