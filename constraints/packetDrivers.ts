/**
 * Whether what a line says drove its start is true: each driver makes one claim about the instant (README.md, the table
 * of drivers).
 */
import type { Driver } from '../ledger/packet.ts';
import { plannedMs, type Predecessor } from '../ledger/plan.ts';
import { minuteMs, secondMs } from '../ledger/vocabulary.ts';
import { authorisedSpans } from './authorityAt.ts';
import { progressOf, type Work, wholeTick } from './executions.ts';
import { boundariesOn, type Night } from './scene.ts';
import { merged } from './spans.ts';

type Look = { readonly scene: Night; readonly work: Work; readonly subject: string | null };

/** The instants at which this driver would make the work start, before rounding to a tick. */
type Starts = (look: Look) => readonly (number | null)[];

const nameless =
  (starts: Starts): Starts =>
  (look) =>
    look.subject === null ? starts(look) : [];

/** The others that share an owner, a room or a review spacing with it, among more. */
const others = ({ scene, work }: Look): readonly Work[] => scene.ties.sharing(work);

function leastStart({ type, gapSeconds }: Predecessor, before: Work, after: Work): number {
  const gap = gapSeconds * secondMs;
  switch (type) {
    case 'finish_to_start':
      return before.endAt + gap;
    case 'start_to_start':
      return before.startAt + gap;
    case 'finish_to_finish':
      return before.endAt + gap - plannedMs(after.checkpoint.duration);
  }
}

const predecessor: Starts = ({ scene, work, subject }) =>
  work.checkpoint.predecessors
    .filter(({ checkpoint }) => checkpoint === subject)
    .flatMap((edge) => {
      const before = scene.works.get(edge.checkpoint);
      return before === undefined ? [] : [leastStart(edge, before, work)];
    });

/** Ends of other work that shares something: all of it when the subject is what is shared, else that checkpoint's. */
const shared =
  (useOf: (work: Work) => string | null): Starts =>
  (look) =>
    others(look)
      .filter((other) => useOf(other) !== null && useOf(other) === useOf(look.work))
      .filter(({ checkpoint }) => [checkpoint.id, useOf(look.work)].includes(look.subject))
      .map(({ endAt }) => endAt);

const available: Starts = ({ scene: { plan, situation }, work: { owner }, subject }) => {
  if (subject !== owner) return [];
  const working = plan.people.find(({ id }) => id === owner)?.working ?? [];
  const outages = situation.unavailable.filter(({ person }) => person === owner);
  return [
    ...merged(working).map(({ opensAt }) => opensAt),
    ...outages.map(({ span }) => span.closesAt),
  ];
};

const authority: Starts = ({ scene: { plan }, work: { checkpoint, owner }, subject }) => {
  if (subject !== owner) return [];
  const spans = authorisedSpans(plan, owner, { role: checkpoint.role, checkpoint: checkpoint.id });
  return spans.map(({ opensAt }) => opensAt);
};

const boundary: Starts = ({ scene, work, subject }) =>
  (['maintenance', 'freeze', 'blackout'] as const).flatMap((kind) =>
    boundariesOn(scene, kind, work.checkpoint)
      .filter(({ id }) => id === subject)
      .map(({ opensAt, closesAt }) => (kind === 'maintenance' ? opensAt : closesAt)),
  );

const protectedOrder: Starts = ({ scene, work, subject }) => {
  const other = subject === null ? undefined : scene.works.get(subject);
  if (other === undefined || other.checkpoint === work.checkpoint) return [];
  const isBefore = other.checkpoint.rank < work.checkpoint.rank;
  const isOrdered = other.checkpoint.protected && work.checkpoint.protected && isBefore;
  return isOrdered ? [other.startAt] : [];
};

const reviewSpacing: Starts = (look) => {
  const spacing = look.scene.plan.reviewSpacings.find(({ id }) => id === look.subject);
  if (spacing?.checkpoints.includes(look.work.checkpoint.id) !== true) return [];
  return others(look)
    .filter(({ checkpoint }) => spacing.checkpoints.includes(checkpoint.id))
    .map(({ endAt }) => endAt + spacing.minutes * minuteMs);
};

const revised: Starts = ({ scene, work }) => [
  progressOf(scene.situation, work.checkpoint.id).revisedStartAt,
];
const now: Starts = ({ scene }) => [scene.now];
const review: Starts = ({ scene }) => {
  const { reviewMinutes } = scene.plan.policy;
  return reviewMinutes === 0 ? [] : [scene.now + reviewMinutes * minuteMs];
};

/** What each driver claims; `chosen` and `actual` claim no instant. */
const claimed: { readonly [By in Driver['by']]?: Starts } = {
  approved_start: nameless(({ work }) => [work.checkpoint.approvedStartAt]),
  revised_start: nameless(revised),
  now: nameless(now),
  review_time: nameless(review),
  predecessor,
  owner_busy: shared(({ owner }) => owner),
  room_busy: shared(({ checkpoint }) => checkpoint.room),
  owner_available: available,
  authority,
  boundary,
  window: nameless(({ scene }) => [scene.plan.window.opensAt]),
  allowed_window: nameless(({ work }) =>
    merged(work.checkpoint.allowedWindows).map(({ opensAt }) => opensAt),
  ),
  protected_order: protectedOrder,
  review_spacing: reviewSpacing,
};

/** Whether the work starts at an instant that the driver names, or on the first whole tick after it. */
function isTrueDriver(scene: Night, work: Work, { by, subject }: Driver): boolean {
  const ats = claimed[by]?.({ scene, work, subject }) ?? [];
  const { tickSeconds } = scene.plan;
  return ats.some((at) => at !== null && [at, wholeTick(at, tickSeconds)].includes(work.startAt));
}

/** Whether the drivers of a placed line are at least one, none twice, and each true. */
export function areTrueDrivers(scene: Night, work: Work, drivers: readonly Driver[]): boolean {
  const names = drivers.map(({ by, subject }) => `${by} ${subject ?? ''}`);
  if (names.length === 0 || new Set(names).size !== names.length) return false;
  const isPlain = (by: Driver['by']) => isTrueDriver(scene, work, { by, subject: null });
  const isFree = !(['approved_start', 'revised_start', 'now'] as const).some(isPlain);
  return drivers.every((driver) =>
    driver.by === 'chosen'
      ? isFree && driver.subject === null && drivers.length === 1
      : isTrueDriver(scene, work, driver),
  );
}
