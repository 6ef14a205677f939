/**
 * What ties open checkpoints to others: predecessors with their gaps, review spacings. Gaps are measured on exact
 * instants and only then rounded: least gaps up, greatest gaps down.
 */
import { type Checkpoint, plannedMs, type Predecessor } from '../../ledger/plan.ts';
import { type Id, type Instant, minuteMs, secondMs } from '../../ledger/vocabulary.ts';
import { cause } from './limits.ts';
import { amendedBy, progressAt, type Scene, waivers } from './scene.ts';
import { down, type Frame, up } from './ticks.ts';
import type { Edge, Spacing, Tick } from '../problem.ts';

/** An execution on the exact clock and in ticks. */
type Run = {
  readonly startAt: Instant;
  readonly endAt: Instant;
  readonly start: Tick;
  readonly end: Tick;
};

const durationTicks = (frame: Frame, checkpoint: Checkpoint): Tick =>
  Math.ceil(plannedMs(checkpoint.duration) / frame.tickMs);

/** An open checkpoint as if it started at the origin: differences to it hold wherever it starts. */
const atOrigin = (frame: Frame, checkpoint: Checkpoint): Run => ({
  startAt: frame.originAt,
  endAt: frame.originAt + plannedMs(checkpoint.duration),
  start: 0,
  end: durationTicks(frame, checkpoint),
});

/** Started work: its start rounded down and its end up, as the problem states it; null when it has no times. */
function workRun(scene: Scene, checkpoint: Id): Run | null {
  const work = scene.works.get(checkpoint);
  if (work === undefined) return null;
  const { startAt, endAt } = work;
  return { startAt, endAt, start: down(scene.frame, startAt), end: up(scene.frame, endAt) };
}

/** Which ends of the two runs a gap lies between, and how far the successor's end lies behind its start. */
function measured(type: Predecessor['type'], before: Run, after: { ms: number; ticks: Tick }) {
  switch (type) {
    case 'finish_to_start':
      return { at: before.endAt, tick: before.end, ms: 0, ticks: 0 };
    case 'start_to_start':
      return { at: before.startAt, tick: before.start, ms: 0, ticks: 0 };
    case 'finish_to_finish':
      return { at: before.endAt, tick: before.end, ms: after.ms, ticks: after.ticks };
  }
}

function edgeOf(scene: Scene, to: Checkpoint, predecessor: Predecessor): Edge[] {
  const { frame, situation } = scene;
  const before = scene.checkpoints.get(predecessor.checkpoint);
  if (before === undefined) return [];
  const isOpen = progressAt(situation, before.id).state === 'planned';
  const run = isOpen ? atOrigin(frame, before) : workRun(scene, before.id);
  if (run === null) return [];
  const after = { ms: plannedMs(to.duration), ticks: durationTicks(frame, to) };
  const point = measured(predecessor.type, run, after);
  const shift = point.ticks - point.tick;
  const leastAt = point.at + predecessor.gapSeconds * secondMs - point.ms;
  const ends = waivers(scene, to.id, 'gap_too_long');
  const bounded = predecessor.maxGapSeconds !== null && !ends.includes(null);
  const greatestAt = point.at + (predecessor.maxGapSeconds ?? 0) * secondMs - point.ms;
  const waivedTo = ends.map((untilAt) => down(frame, (untilAt ?? 0) - after.ms));
  const progress = progressAt(situation, before.id);
  const parts = {
    subject: before.id,
    factId: isOpen
      ? amendedBy(scene, `checkpoint:${to.id}`)
      : (progress.finishFactId ?? progress.forecastFactId ?? progress.startFactId),
    at: isOpen ? null : point.at,
  };
  return [
    {
      from: before.id,
      to: to.id,
      type: predecessor.type,
      least: up(frame, leastAt) + shift,
      greatest: bounded ? down(frame, greatestAt) + shift : null,
      ...(bounded && waivedTo.length > 0 ? { greatestWaivedTo: Math.max(...waivedTo) } : {}),
      leastCause: cause('gap_too_short', to.id, parts),
      greatestCause: bounded ? cause('gap_too_long', to.id, parts) : null,
    },
  ];
}

/** Every gap that ends at an open checkpoint. A skipped predecessor releases what follows it. */
export const edgesOf = (scene: Scene, open: readonly Checkpoint[]): Edge[] =>
  open.flatMap((to) =>
    to.predecessors
      .flatMap((predecessor) => edgeOf(scene, to, predecessor))
      .toSorted((one, other) => (textOf(one) < textOf(other) ? -1 : 1)),
  );

const textOf = ({ from, type, least, greatest }: Edge): string =>
  `${from} ${type} ${least} ${greatest}`;

/** Review spacings among open and started members; one under an exception without end is left out. */
export function spacingsOf(scene: Scene): Spacing[] {
  const { plan } = scene.situation;
  const waivedOf = (member: Id): readonly (Instant | null)[] =>
    waivers(scene, member, 'review_spacing');
  return plan.reviewSpacings.map((spacing) => {
    const members = spacing.checkpoints.filter((member) => !waivedOf(member).includes(null));
    const waived = members.flatMap((member) =>
      waivedOf(member).map((untilAt) => {
        const checkpoint = scene.checkpoints.get(member);
        const lasts = checkpoint === undefined ? 0 : plannedMs(checkpoint.duration);
        const work = scene.works.get(member);
        const to = down(scene.frame, (untilAt ?? 0) - lasts);
        const started = work !== undefined && work.endAt <= (untilAt ?? 0);
        return { member, to: started ? scene.frame.horizon : to };
      }),
    );
    return {
      id: spacing.id,
      members: members.toSorted(),
      gap: Math.ceil((spacing.minutes * minuteMs) / scene.frame.tickMs),
      ...(waived.length > 0 ? { waived } : {}),
    };
  });
}
