/**
 * When and within what an open checkpoint may stand: now, its own earliest start, boundaries, windows and the
 * last safe start for a rollback. Other checkpoints play no part here.
 */
import type { Boundary } from '../ledger/plan.ts';
import { minuteMs } from '../ledger/vocabulary.ts';
import { progressOf, type Work } from './executions.ts';
import { boundariesOn, isExcepted, type Rule, type Scene } from './scene.ts';
import { footprintOf, liesInside, liesInsideAny, merged, touches } from './spans.ts';
import { broken } from './violations.ts';

/** An open checkpoint starts at now or later. */
export const inPast: Rule = ({ placed, now }) =>
  placed
    .filter(({ startAt }) => startAt < now)
    .map(({ checkpoint, startAt }) =>
      broken('in_past', checkpoint.id, { limitAt: now, foundAt: startAt }),
    );

/** The earliest start that a checkpoint's own start rule allows; null for none. */
export function ownEarliestAt(
  { situation }: Pick<Scene, 'situation'>,
  { id, startRule, approvedStartAt }: Work['checkpoint'],
): number | null {
  const { revisedStartAt } = progressOf(situation, id);
  switch (startRule) {
    case 'asap':
      return revisedStartAt;
    case 'pinned':
    case 'conditional':
      return revisedStartAt ?? approvedStartAt;
  }
}

/** A pinned or conditional checkpoint never starts before its revised or approved time; an asap one not before a revised one. */
export const beforePinnedStart: Rule = (scene) =>
  scene.placed.flatMap(({ checkpoint, startAt }) => {
    const limitAt = ownEarliestAt(scene, checkpoint);
    return limitAt === null || startAt >= limitAt
      ? []
      : [broken('before_pinned_start', checkpoint.id, { limitAt, foundAt: startAt })];
  });

const touching = (scene: Scene, kind: Boundary['kind'], work: Work): Boundary[] =>
  boundariesOn(scene, kind, work.checkpoint).filter((boundary) => touches(work, boundary));

const forbidden = (
  code: 'inside_freeze' | 'inside_blackout',
  work: Work,
  { id, opensAt }: Boundary,
) =>
  broken(code, work.checkpoint.id, {
    subjects: [id],
    limitAt: opensAt,
    foundAt: footprintOf(work).closesAt,
  });

/** No execution touches a freeze that binds it. No role is exempt and no exception lifts it. */
export const insideFreeze: Rule = (scene) =>
  scene.placed.flatMap((work) =>
    touching(scene, 'freeze', work).map((freeze) => forbidden('inside_freeze', work, freeze)),
  );

/** No execution touches a blackout that binds it, unless its role is exempt. */
export const insideBlackout: Rule = (scene) =>
  scene.placed
    .filter((work) => !isExcepted(scene, 'inside_blackout', work))
    .flatMap((work) =>
      touching(scene, 'blackout', work).map((blackout) =>
        forbidden('inside_blackout', work, blackout),
      ),
    );

/** Which side of a span an execution sticks out of: the limit and what was found instead. */
function sideOf(work: Work, { opensAt, closesAt }: { opensAt: number; closesAt: number }) {
  return work.startAt < opensAt
    ? { limitAt: opensAt, foundAt: work.startAt }
    : { limitAt: closesAt, foundAt: footprintOf(work).closesAt };
}

/** Every execution lies inside the command window. */
export const outsideWindow: Rule = (scene) =>
  scene.placed
    .filter((work) => !liesInside(work, scene.plan.window))
    .filter((work) => !isExcepted(scene, 'outside_window', work))
    .map((work) => broken('outside_window', work.checkpoint.id, sideOf(work, scene.plan.window)));

/** Every execution lies inside every maintenance boundary in force that binds it, unless its role is exempt. */
export const outsideBoundary: Rule = (scene) =>
  scene.placed
    .filter((work) => !isExcepted(scene, 'outside_boundary', work))
    .flatMap((work) =>
      boundariesOn(scene, 'maintenance', work.checkpoint)
        .filter((boundary) => !liesInside(work, boundary))
        .map((boundary) =>
          broken('outside_boundary', work.checkpoint.id, {
            subjects: [boundary.id],
            ...sideOf(work, boundary),
          }),
        ),
    );

/** An execution lies inside one of the merged allowed windows of its checkpoint, when it has any. */
export const outsideAllowedWindow: Rule = (scene) =>
  scene.placed
    .filter(({ checkpoint }) => checkpoint.allowedWindows.length > 0)
    .filter((work) => !liesInsideAny(work, work.checkpoint.allowedWindows))
    .filter((work) => !isExcepted(scene, 'outside_allowed_window', work))
    .map((work) => {
      const windows = merged(work.checkpoint.allowedWindows);
      const within = windows.findLast(({ opensAt }) => opensAt <= work.startAt);
      const limitAt = within?.closesAt ?? windows[0]?.opensAt ?? null;
      return broken('outside_allowed_window', work.checkpoint.id, {
        limitAt,
        foundAt: within === undefined ? work.startAt : footprintOf(work).closesAt,
      });
    });

/** A point of no return starts early enough that a rollback begun at that instant still ends in time. */
export const pastLastSafeStart: Rule = ({ placed, plan }) =>
  placed.flatMap(({ checkpoint, startAt }) =>
    plan.guardrails
      .filter(({ pointOfNoReturn }) => pointOfNoReturn === checkpoint.id)
      .map(({ id, rollbackMinutes, mustEndAt }) => ({
        id,
        limitAt: mustEndAt - rollbackMinutes * minuteMs,
      }))
      .filter(({ limitAt }) => startAt > limitAt)
      .map(({ id, limitAt }) =>
        broken('past_last_safe_start', checkpoint.id, {
          subjects: [id],
          limitAt,
          foundAt: startAt,
        }),
      ),
  );
