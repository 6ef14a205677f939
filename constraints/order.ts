/**
 * The order among checkpoints: predecessors with their gaps, protected order and moves, review spacing. Started
 * work counts with its actual or expected interval.
 */
import { incumbentOf } from '../ledger/incumbent.ts';
import type { Checkpoint, Predecessor } from '../ledger/plan.ts';
import type { Id } from '../ledger/vocabulary.ts';
import { minuteMs, secondMs } from '../ledger/vocabulary.ts';
import { progressOf, type Work } from './executions.ts';
import { isExcepted, isOpen, startsLater, type Rule, type Scene } from './scene.ts';
import type { Execution } from './spans.ts';
import { broken } from './violations.ts';

/** Every predecessor is placed, started or skipped: a held one holds its successors. */
export const predecessorHeld: Rule = ({ placed, works, situation, plan }) => {
  const stands = (id: Id) =>
    works.has(id) || (plan.checkpoints.some((item) => item.id === id) && !isOpen(situation, id));
  return placed.flatMap(({ checkpoint }) =>
    checkpoint.predecessors
      .filter((predecessor) => !stands(predecessor.checkpoint))
      .map((predecessor) =>
        broken('predecessor_held', checkpoint.id, { subjects: [predecessor.checkpoint] }),
      ),
  );
};

type Edge = { readonly work: Work; readonly predecessor: Predecessor; readonly before: Work };

/** The edges between a placed checkpoint and a predecessor that stands somewhere. */
const edges = ({ placed, works }: Scene): Edge[] =>
  placed.flatMap((work) =>
    work.checkpoint.predecessors.flatMap((predecessor) => {
      const before = works.get(predecessor.checkpoint);
      return before === undefined ? [] : [{ work, predecessor, before }];
    }),
  );

/** The two instants that an edge measures between. */
export function ends(
  type: Predecessor['type'],
  before: Execution,
  after: Execution,
): { fromAt: number; toAt: number } {
  switch (type) {
    case 'finish_to_start':
      return { fromAt: before.endAt, toAt: after.startAt };
    case 'start_to_start':
      return { fromAt: before.startAt, toAt: after.startAt };
    case 'finish_to_finish':
      return { fromAt: before.endAt, toAt: after.endAt };
  }
}

/** At least the gap lies between a predecessor and what follows it. */
export const gapTooShort: Rule = (scene) =>
  edges(scene).flatMap(({ work, predecessor, before }) => {
    const { fromAt, toAt } = ends(predecessor.type, before, work);
    const limitAt = fromAt + predecessor.gapSeconds * secondMs;
    return toAt >= limitAt
      ? []
      : [
          broken('gap_too_short', work.checkpoint.id, {
            subjects: [predecessor.checkpoint],
            limitAt,
            foundAt: toAt,
          }),
        ];
  });

/** At most the greatest gap lies between a predecessor and what follows it. */
export const gapTooLong: Rule = (scene) =>
  edges(scene).flatMap(({ work, predecessor, before }) => {
    if (predecessor.maxGapSeconds === null || isExcepted(scene, 'gap_too_long', work)) return [];
    const { fromAt, toAt } = ends(predecessor.type, before, work);
    const limitAt = fromAt + predecessor.maxGapSeconds * secondMs;
    return toAt <= limitAt
      ? []
      : [
          broken('gap_too_long', work.checkpoint.id, {
            subjects: [predecessor.checkpoint],
            limitAt,
            foundAt: toAt,
          }),
        ];
  });

/** Of two protected checkpoints, the one with the lower rank does not start after the other. */
export const protectedOrder: Rule = (scene) =>
  scene.pairs
    .filter(({ late, early }) => late.checkpoint.protected && early.checkpoint.protected)
    .flatMap(({ late, early }) => {
      const [first, second] =
        late.checkpoint.rank < early.checkpoint.rank ? [late, early] : [early, late];
      const ordered =
        first.checkpoint.rank === second.checkpoint.rank || first.startAt <= second.startAt;
      return ordered
        ? []
        : [
            broken('protected_order', late.checkpoint.id, {
              subjects: [early.checkpoint.id],
              limitAt: early.startAt,
              foundAt: late.startAt,
            }),
          ];
    });

/** Where an exception-only protected checkpoint has to stay: its incumbent start, else its revised or approved one. */
export function incumbentStart({ state, situation }: Scene, checkpoint: Checkpoint): number {
  const { placements } = incumbentOf(state);
  const incumbent = placements.find((placement) => placement.checkpoint === checkpoint.id);
  const { revisedStartAt } = progressOf(situation, checkpoint.id);
  return incumbent?.startAt ?? revisedStartAt ?? checkpoint.approvedStartAt;
}

/** A protected checkpoint that moves by exception only starts exactly where the incumbent has it. */
export const protectedMove: Rule = (scene) =>
  scene.placed
    .filter(({ checkpoint }) => checkpoint.protected && checkpoint.moves === 'exception_only')
    .filter((work) => !isExcepted(scene, 'protected_move', work))
    .flatMap((work) => {
      const limitAt = incumbentStart(scene, work.checkpoint);
      return work.startAt === limitAt
        ? []
        : [broken('protected_move', work.checkpoint.id, { limitAt, foundAt: work.startAt })];
    });

/** Of two members of one review spacing, the later starts at least `minutes` after the earlier ends. */
export const reviewSpacing: Rule = (scene) =>
  scene.plan.reviewSpacings.flatMap(({ id, checkpoints, minutes }) =>
    scene.pairs
      .filter(({ late, early }) =>
        [late, early].every(
          (work) =>
            checkpoints.includes(work.checkpoint.id) && !isExcepted(scene, 'review_spacing', work),
        ),
      )
      .flatMap(({ late, early }) => {
        const [first, second] = startsLater(late, early) ? [early, late] : [late, early];
        const at = { limitAt: first.endAt + minutes * minuteMs, foundAt: second.startAt };
        const subjects = [id, early.checkpoint.id];
        return at.foundAt >= at.limitAt
          ? []
          : [broken('review_spacing', late.checkpoint.id, { subjects, ...at })];
      }),
  );
