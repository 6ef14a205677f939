/**
 * Random problems in ticks for the solver's tests and benches: a plan that is feasible by construction, part of it
 * already done, then an event (SCHEDULING.md section 4). The same seed always gives the same problem.
 */
import type { Cause } from '../../ledger/holds.ts';
import type { Id } from '../../ledger/vocabulary.ts';
import type {
  Candidate,
  Edge,
  FixedCheckpoint,
  Limit,
  OpenCheckpoint,
  Problem,
  Spacing,
  StartRange,
} from '../../solver/problem.ts';

/** A small deterministic generator of numbers in [0, 1) (mulberry32). */
export function dice(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export type Dice = ReturnType<typeof dice>;
export const between = (roll: Dice, low: number, high: number): number =>
  low + Math.floor(roll() * (high - low + 1));
export const oneOf = <T>(roll: Dice, list: readonly T[]): T => {
  const item = list[Math.floor(roll() * list.length)];
  if (item === undefined) throw new Error('nothing to choose from');
  return item;
};

export type RandomProblemOptions = {
  readonly size: number;
  /** Share of the makespan that has passed: 0 is the start of the window. */
  readonly passed?: number;
  /** Room left at the end of the window, boundaries and freshness, as a share. */
  readonly slack?: number;
  /** How long the event is, as a factor. */
  readonly severity?: number;
  /** Without an event the incumbent breaks nothing. */
  readonly event?: boolean;
};

type Span = { readonly opens: number; readonly closes: number };
type Drawn = {
  readonly id: Id;
  readonly rank: number;
  readonly duration: number;
  readonly owner: Id;
  readonly delegates: readonly Id[];
  readonly room: Id | null;
  readonly protected: boolean;
  readonly start: number;
  readonly end: number;
  readonly edges: readonly Edge[];
};
type Night = {
  readonly roll: Dice;
  readonly slack: number;
  readonly severity: number;
  readonly people: readonly Id[];
  readonly shifts: ReadonlyMap<Id, readonly Span[]>;
  readonly blackouts: readonly Span[];
  readonly drawn: readonly Drawn[];
  readonly makespan: number;
};

const horizon = 100_000;
const pad = (index: number): string => String(index).padStart(5, '0');
export const causeOf = (rule: Cause['rule'], checkpoint: Id, subject: Id | null = null): Cause => ({
  rule,
  checkpoint,
  subject,
  factId: null,
  at: null,
});

const inside = (spans: readonly Span[], duration: number): StartRange[] =>
  spans
    .map((span) => ({ first: span.opens, last: span.closes - Math.max(duration, 1) }))
    .filter((range) => range.first <= range.last);

/** Starts from which a run of this length touches none of the spans. */
function avoiding(spans: readonly Span[], duration: number): StartRange[] {
  let ranges: StartRange[] = [{ first: 0, last: horizon }];
  for (const span of spans) {
    ranges = ranges.flatMap((range) =>
      [
        { first: range.first, last: Math.min(range.last, span.opens - Math.max(duration, 1)) },
        { first: Math.max(range.first, span.closes), last: range.last },
      ].filter((part) => part.first <= part.last),
    );
  }
  return ranges;
}

const touches = (span: Span, start: number, end: number): boolean =>
  span.opens < Math.max(end, start + 1) && start < span.closes;

/** The first start from `from` at which owner and room are free, on shift and outside blackouts. */
function nextFree(
  from: number,
  duration: number,
  { busy, shifts }: { busy: readonly Span[]; shifts: readonly Span[] },
): number {
  for (let start = from; start < horizon; start += 1) {
    const end = start + duration;
    const onShift = shifts.some((span) => span.opens <= start && end <= span.closes);
    if (onShift && !busy.some((span) => touches(span, start, end))) return start;
  }
  throw new Error('no room left on this night');
}

function edgeBetween(roll: Dice, from: Drawn, to: { id: Id }): Edge {
  const type = roll() < 0.8 ? 'finish_to_start' : 'start_to_start';
  return {
    from: from.id,
    to: to.id,
    type: roll() < 0.07 ? 'finish_to_finish' : type,
    least: roll() < 0.5 ? 0 : between(roll, 1, 15),
    greatest: null,
    leastCause: causeOf('gap_too_short', to.id, from.id),
    greatestCause: null,
  };
}

/** The least start of `to` that an edge allows after a predecessor at [start, end). */
const leastStart = (edge: Edge, from: Drawn, duration: number): number => {
  if (edge.type === 'finish_to_start') return from.end + edge.least;
  if (edge.type === 'start_to_start') return from.start + edge.least;
  return from.end + edge.least - duration;
};

const lagOf = (edge: Edge, from: Drawn, to: { start: number; end: number }): number => {
  if (edge.type === 'finish_to_start') return to.start - from.end;
  if (edge.type === 'start_to_start') return to.start - from.start;
  return to.end - from.end;
};

function draw(options: RandomProblemOptions, roll: Dice): Night {
  const slack = options.slack ?? 0.1;
  const people = Array.from(
    { length: Math.max(2, Math.round(options.size / 5)) },
    (_, index) => `p${pad(index)}`,
  );
  const shifts = new Map(
    people.map((person) => {
      const offset = between(roll, 0, 60);
      return [
        person,
        Array.from({ length: 40 }, (_, index) => ({
          opens: index * 540 + (index === 0 ? 0 : offset),
          closes: index * 540 + 480 + offset,
        })),
      ];
    }),
  );
  const blackouts = [between(roll, 60, 200), between(roll, 260, 400)].map((opens) => ({
    opens,
    closes: opens + between(roll, 10, 40),
  }));
  const drawn: Drawn[] = [];
  for (let index = 0; index < options.size; index += 1) {
    const id = `c${pad(index)}`;
    const duration = roll() < 0.1 ? 0 : between(roll, 1, 9) * 5;
    const owner = oneOf(roll, people);
    const room = roll() < 0.25 ? `room-${between(roll, 1, Math.max(2, options.size / 10))}` : null;
    const near = drawn.slice(-8);
    const before = near.filter(() => roll() < 0.2).slice(0, 3);
    const edges = before.map((from) => edgeBetween(roll, from, { id }));
    const from = Math.max(
      between(roll, 0, 10),
      ...edges.map((edge, at) => {
        const predecessor = before[at];
        return predecessor === undefined ? 0 : leastStart(edge, predecessor, duration);
      }),
    );
    const busy = drawn
      .filter((other) => other.owner === owner || (room !== null && other.room === room))
      .map((other) => ({ opens: other.start, closes: Math.max(other.end, other.start + 1) }));
    const start = nextFree(from, duration, {
      busy: [...busy, ...blackouts],
      shifts: shifts.get(owner) ?? [],
    });
    const end = start + duration;
    const delegates = people.filter((person) => person !== owner && roll() < 1 / people.length);
    drawn.push({
      id,
      rank: index + 1,
      duration,
      owner,
      delegates,
      room,
      start,
      end,
      protected: roll() < 0.2,
      edges: edges.map((edge, at) => {
        const predecessor = before[at];
        if (predecessor === undefined || roll() >= 0.2) return edge;
        const lag = lagOf(edge, predecessor, { start, end });
        return {
          ...edge,
          greatest: lag + Math.round(60 * slack * roll()) + between(roll, 0, 20),
          greatestCause: causeOf('gap_too_long', id, predecessor.id),
        };
      }),
    });
  }
  const makespan = Math.max(...drawn.map(({ end }) => end), 1);
  const severity = options.severity ?? 1;
  return { roll, slack, severity, people, shifts, blackouts, drawn, makespan };
}

/** Ranks follow starts, as in an approved plan. */
function ranked(drawn: readonly Drawn[]): Drawn[] {
  return drawn
    .toSorted((one, other) => one.start - other.start || one.rank - other.rank)
    .map((item, index) => ({ ...item, rank: index + 1 }));
}

type Event = {
  readonly late: number;
  readonly outage: { readonly person: Id; readonly span: Span } | null;
  readonly closes: number;
  readonly evidence: { readonly checkpoint: Id; readonly from: number } | null;
  readonly withdrawn: Id | null;
};

function strike(night: Night, now: number, happens: boolean): Event {
  const { roll, severity, makespan } = night;
  const closes = Math.round(makespan * (1 + night.slack));
  if (!happens) return { late: 0, outage: null, closes, evidence: null, withdrawn: null };
  const chance = (): boolean => roll() < 0.4;
  const open = night.drawn.filter(({ start }) => start >= now);
  const outageAt = now + between(roll, 0, 60);
  return {
    late: Math.round(between(roll, 15, 90) * severity),
    outage: chance()
      ? {
          person: oneOf(roll, night.people),
          span: {
            opens: outageAt,
            closes: outageAt + Math.round(between(roll, 20, 90) * severity),
          },
        }
      : null,
    closes: chance() ? closes - Math.round(between(roll, 10, 60) * severity) : closes,
    evidence:
      chance() && open.length > 0
        ? {
            checkpoint: oneOf(roll, open).id,
            from: now + Math.round(between(roll, 10, 120) * severity),
          }
        : null,
    withdrawn: chance() && open.length > 0 ? oneOf(roll, open).id : null,
  };
}

function candidates(night: Night, event: Event, item: Drawn): Candidate[] {
  const owners = new Set(night.drawn.map(({ owner }) => owner));
  return [item.owner, ...item.delegates].map((person, index) => {
    const limits: Limit[] = [
      {
        cause: causeOf('owner_unavailable', item.id, person),
        starts: inside(night.shifts.get(person) ?? [], item.duration),
      },
    ];
    if (event.outage?.person === person) {
      limits.push({
        cause: causeOf('owner_unavailable', item.id, `${person}:outage`),
        starts: avoiding([event.outage.span], item.duration),
      });
    }
    if (index === 0 && event.withdrawn === item.id) {
      limits.push({ cause: causeOf('not_authorised_owner', item.id, person), starts: [] });
    }
    return { person, limits, newlyWoken: !owners.has(person) };
  });
}

function limitsOf(night: Night, event: Event, at: { item: Drawn; now: number }): Limit[] {
  const { item, now } = at;
  const window = [{ opens: 0, closes: event.closes }];
  const limits: Limit[] = [
    { cause: causeOf('in_past', item.id), starts: [{ first: now, last: horizon }] },
    { cause: causeOf('outside_window', item.id), starts: inside(window, item.duration) },
    ...night.blackouts.map((span, index) => ({
      cause: causeOf('inside_blackout', item.id, `blackout-${index}`),
      starts: avoiding([span], item.duration),
    })),
  ];
  if (night.roll() < 0.5) {
    limits.push({
      cause: causeOf('before_pinned_start', item.id),
      starts: [{ first: item.start, last: horizon }],
    });
  }
  if (item.protected) {
    const room = Math.round(night.makespan * night.slack) + between(night.roll, 10, 60);
    const boundary = { opens: Math.max(0, item.start - room), closes: item.end + room };
    limits.push({
      cause: causeOf('outside_boundary', item.id, `boundary-${item.id}`),
      starts: inside([boundary], item.duration),
    });
  }
  if (event.evidence?.checkpoint === item.id) {
    limits.push({
      cause: causeOf('before_pinned_start', item.id, 'evidence'),
      starts: [{ first: event.evidence.from, last: horizon }],
    });
  }
  return limits;
}

/** Spacings and separations that the plan as drawn happens to keep. */
function extras(night: Night, drawn: readonly Drawn[]) {
  const { roll } = night;
  const spacings: Spacing[] = [];
  const separations: { id: Id; members: Id[] }[] = [];
  for (let index = 0; index < drawn.length / 10; index += 1) {
    const first = oneOf(roll, drawn);
    const second = drawn.find(({ start }) => start >= first.end + 5);
    if (second !== undefined && roll() < 0.5) {
      const gap = Math.min(10, second.start - first.end);
      spacings.push({ id: `spacing-${index}`, members: [first.id, second.id], gap });
    }
    const other = oneOf(roll, drawn);
    if (other.owner !== first.owner && roll() < 0.5) {
      separations.push({ id: `separation-${index}`, members: [first.id, other.id] });
    }
  }
  return { spacings, separations };
}

const byId = (one: { id: Id }, other: { id: Id }): number => (one.id < other.id ? -1 : 1);

/** A random problem of `size` checkpoints; about `passed` of them are facts already. */
export function randomProblem(seed: number, options: RandomProblemOptions): Problem {
  const roll = dice(seed);
  const night = draw(options, roll);
  const drawn = ranked(night.drawn);
  const now = Math.round(night.makespan * (options.passed ?? 0.4));
  const event = strike(night, now, options.event ?? true);
  const started = drawn.filter(({ start }) => start < now);
  const lastRunning = started.filter(({ end }) => end > now).at(-1) ?? started.at(-1);
  const fixed = started.map((item): FixedCheckpoint => {
    const late = item === lastRunning ? event.late : 0;
    const end = late === 0 ? item.end : Math.max(item.end, now) + late;
    return {
      id: item.id,
      rank: item.rank,
      protected: item.protected,
      start: item.start,
      end,
      state: end > now ? 'in_progress' : 'done',
      owner: end > now ? item.owner : null,
      room: end > now ? item.room : null,
      cause: late === 0 ? null : causeOf('late_finish', item.id),
    };
  });
  const open = drawn
    .filter(({ start }) => start >= now)
    .map((item): OpenCheckpoint => ({
      id: item.id,
      rank: item.rank,
      protected: item.protected,
      duration: item.duration,
      exceptionOnly: item.protected && roll() < 0.1,
      preferredStart: item.start,
      preferredOwner: item.owner,
      wasPlaced: true,
      weight: between(roll, 1, 5),
      limits: limitsOf(night, event, { item, now }),
      candidates: candidates(night, event, item),
      room: item.room,
      blockers: [],
    }));
  const openIds = new Set(open.map(({ id }) => id));
  const { spacings, separations } = extras(night, drawn);
  const openOnly = <T extends { members: readonly Id[] }>(groups: readonly T[]): T[] =>
    groups
      .map((group) => ({ ...group, members: group.members.filter((id) => openIds.has(id)) }))
      .filter(({ members }) => members.length > 1);
  return {
    originAt: Date.UTC(2026, 10, 7, 22, 0),
    tickMs: 60_000,
    now,
    open: open.toSorted(byId),
    fixed: fixed.toSorted(byId),
    edges: drawn.flatMap(({ id, edges }) => (openIds.has(id) ? edges : [])),
    separations: openOnly(separations),
    spacings,
    exceptionKinds: ['outside_window', 'gap_too_long', 'outside_boundary', 'owner_unavailable'],
  };
}
