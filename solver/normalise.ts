/**
 * From facts to a problem: the situation at `now` and the incumbent timeline as whole ticks with named limits.
 * Rounding may refuse a start, never allow one. It decides nothing and shares no code with constraints/.
 */
import type { CutoverState } from '../ledger/cutover.ts';
import { type Checkpoint, plannedMs } from '../ledger/plan.ts';
import { type Id, type Instant, minuteMs } from '../ledger/vocabulary.ts';
import { blockersOf, byCause, cause, excepted, limitsOn } from './normalise/limits.ts';
import { edgesOf, spacingsOf } from './normalise/order.ts';
import { candidatesFor } from './normalise/people.ts';
import { progressAt, type Scene, sceneOf, waivers } from './normalise/scene.ts';
import { down, from, up } from './normalise/ticks.ts';
import type { FixedCheckpoint, Limit, OpenCheckpoint, Problem } from './problem.ts';
import { union } from './board/ranges.ts';

const byId = (one: { readonly id: Id }, other: { readonly id: Id }): number =>
  one.id < other.id ? -1 : 1;

/** A started checkpoint as a constant; one whose times nobody knows binds nothing. */
function fixedFrom(scene: Scene, checkpoint: Checkpoint): FixedCheckpoint {
  const { frame, situation, now } = scene;
  const progress = progressAt(situation, checkpoint.id);
  const work = scene.works.get(checkpoint.id);
  const isBusy = work !== undefined && up(frame, work.endAt) > up(frame, now);
  const factId = progress.finishFactId ?? progress.forecastFactId ?? progress.startFactId;
  return {
    id: checkpoint.id,
    rank: checkpoint.rank,
    protected: checkpoint.protected,
    state: progress.state === 'planned' ? 'skipped' : progress.state,
    start: work === undefined ? null : down(frame, work.startAt),
    end: work === undefined ? null : up(frame, work.endAt),
    owner: isBusy ? work.owner : null,
    room: isBusy ? checkpoint.room : null,
    cause:
      work === undefined ? null : cause('late_finish', checkpoint.id, { factId, at: work.endAt }),
  };
}

/** Started work keeps its place in the protected order, on its exact start. */
function afterStarted(scene: Scene, checkpoint: Checkpoint): Limit[] {
  if (!checkpoint.protected) return [];
  return [...scene.works].flatMap(([id, work]): Limit[] => {
    const other = scene.checkpoints.get(id);
    const isBefore = other !== undefined && other.protected && other.rank < checkpoint.rank;
    if (!isBefore || work.startAt <= scene.now) return [];
    const named = cause('protected_order', checkpoint.id, { subject: id, at: work.startAt });
    return [{ cause: named, starts: from(scene.frame, work.startAt) }];
  });
}

/** A start that only an exception may move: elsewhere only as far as an exception with an end reaches. */
function moveLimits(scene: Scene, checkpoint: Checkpoint, preferredAt: Instant): Limit[] {
  if (!checkpoint.protected || checkpoint.moves !== 'exception_only') return [];
  const ends = waivers(scene, checkpoint.id, 'protected_move');
  if (ends.includes(null)) return [];
  const preferred = up(scene.frame, preferredAt);
  const isWhole = preferred === down(scene.frame, preferredAt);
  if (isWhole && ends.length === 0) return [];
  const kept = isWhole ? [{ first: preferred, last: preferred }] : [];
  const starts = union([...kept, ...excepted(scene, checkpoint, 'protected_move')]);
  return [{ cause: cause('protected_move', checkpoint.id, { at: preferredAt }), starts }];
}

function openFrom(scene: Scene, checkpoint: Checkpoint): OpenCheckpoint {
  const { frame, situation } = scene;
  const incumbent = scene.incumbent.get(checkpoint.id);
  const lasts = plannedMs(checkpoint.duration);
  const { revisedStartAt } = progressAt(situation, checkpoint.id);
  const approvedAt = revisedStartAt ?? checkpoint.approvedStartAt;
  const preferredAt = incumbent?.startAt ?? approvedAt;
  const preferredStart = up(frame, preferredAt);
  const approvedStart = up(frame, approvedAt);
  const ends = waivers(scene, checkpoint.id, 'protected_move');
  return {
    id: checkpoint.id,
    rank: checkpoint.rank,
    protected: checkpoint.protected,
    exceptionOnly:
      checkpoint.protected && checkpoint.moves === 'exception_only' && ends.length === 0,
    duration: Math.ceil(lasts / frame.tickMs),
    ...(lasts % frame.tickMs === 0 ? {} : { exactMs: lasts }),
    preferredStart,
    preferredOwner: incumbent?.owner ?? checkpoint.approvedOwner,
    ...(approvedStart === preferredStart ? {} : { approvedStart }),
    ...(revisedStartAt === null ? {} : { revisedFrom: up(frame, checkpoint.approvedStartAt) }),
    wasPlaced: incumbent !== undefined,
    weight: checkpoint.weight,
    limits: [
      ...limitsOn(scene, checkpoint, preferredStart),
      ...afterStarted(scene, checkpoint),
      ...moveLimits(scene, checkpoint, preferredAt),
    ].toSorted((one, other) => byCause(one.cause, other.cause)),
    candidates: candidatesFor(scene, checkpoint),
    room: checkpoint.room,
    blockers: blockersOf(scene, checkpoint).toSorted(byCause),
  };
}

/** The problem at `now`: every open checkpoint with its limits, started ones as constants, and what ties them. */
export function problemFrom(state: CutoverState, now: Instant): Problem {
  const scene = sceneOf(state, now);
  const { plan } = state.situation;
  const checkpoints = plan.checkpoints.toSorted(byId);
  const isOpen = ({ id }: Checkpoint): boolean =>
    progressAt(state.situation, id).state === 'planned';
  const open = checkpoints.filter(isOpen);
  const started = checkpoints.filter((checkpoint) => !isOpen(checkpoint));
  const openIds = new Set(open.map(({ id }) => id));
  const skipped = started.filter(({ id }) => !scene.works.has(id));
  const { reviewMinutes } = plan.policy;
  return {
    originAt: scene.frame.originAt,
    tickMs: scene.frame.tickMs,
    now: up(scene.frame, now),
    ...(reviewMinutes === 0 ? {} : { reviewFrom: up(scene.frame, now + reviewMinutes * minuteMs) }),
    open: open.map((checkpoint) => openFrom(scene, checkpoint)),
    fixed: started.map((checkpoint) => fixedFrom(scene, checkpoint)),
    edges: edgesOf(scene, open),
    separations: plan.separations
      .map(({ id, checkpoints: of }) => ({
        id,
        members: of.filter((item) => openIds.has(item)).toSorted(),
      }))
      .filter(({ members }) => members.length > 1)
      .toSorted(byId),
    spacings: spacingsOf(scene).toSorted(byId),
    awake: [
      ...[...scene.works.values()].map(({ owner }) => owner),
      ...skipped.flatMap(({ id }) => scene.incumbent.get(id)?.owner ?? []),
    ].toSorted(),
    exceptionKinds: plan.policy.exceptions,
  };
}
