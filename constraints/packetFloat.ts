/**
 * How long one placed checkpoint may slip, alone, before it breaks a rule. Found by asking the rules themselves at every
 * instant where their answer can change, so that it can claim nothing that they would refuse.
 */
import { plannedMs } from '../ledger/plan.ts';
import { minuteMs, secondMs } from '../ledger/vocabulary.ts';
import { authorisedSpans } from './authorityAt.ts';
import { answersTo, assentedUntil, freshUntil } from './evidence.ts';
import type { Work } from './executions.ts';
import { fits } from './resequencing.ts';
import type { Scene } from './scene.ts';
import { merged } from './spans.ts';

/** The greatest float that is ever claimed, in minutes. */
export const mostFloat = 43_200;

/** Instants at which a rule on this work's own place can change its answer. */
function ownEdges({ plan, situation }: Scene, { checkpoint, owner }: Work): number[] {
  const { id, role, evidence, approvals, confirmations } = checkpoint;
  const spans = [
    plan.window,
    ...plan.boundaries,
    ...merged(checkpoint.allowedWindows),
    ...authorisedSpans(plan, owner, { role, checkpoint: id }),
    ...merged(plan.people.find((person) => person.id === owner)?.working ?? []),
    ...situation.unavailable.filter(({ person }) => person === owner).map(({ span }) => span),
  ];
  const untilOf = (kind: 'approval' | 'confirmation', list: typeof approvals) =>
    list.map((assent) =>
      assentedUntil(assent, answersTo(situation, { kind, checkpoint: id, assent })),
    );
  return [
    ...spans.flatMap(({ opensAt, closesAt }) => [opensAt, closesAt]),
    ...plan.guardrails.map((guard) => guard.mustEndAt - guard.rollbackMinutes * minuteMs),
    ...situation.exceptions.flatMap(({ untilAt }) => untilAt ?? []),
    ...evidence.flatMap((rule) => freshUntil(situation, id, rule) ?? []),
    ...untilOf('approval', approvals).flatMap((until) => until ?? []),
    ...untilOf('confirmation', confirmations).flatMap((until) => until ?? []),
  ];
}

/** Instants at which a rule between this work and another can change its answer. */
function sharedEdges({ plan, works }: Scene, { checkpoint }: Work): number[] {
  const waits = [
    0,
    ...plan.reviewSpacings.map(({ minutes }) => minutes * minuteMs),
    ...[...works.values()].flatMap((other) =>
      other.checkpoint.predecessors
        .filter((edge) => edge.checkpoint === checkpoint.id || other.checkpoint === checkpoint)
        .flatMap(({ gapSeconds, maxGapSeconds }) => [gapSeconds, maxGapSeconds ?? 0])
        .map((seconds) => seconds * secondMs),
    ),
  ];
  return [...works.values()]
    .filter((other) => other.checkpoint !== checkpoint)
    .flatMap(({ startAt, endAt }) => [startAt, endAt])
    .flatMap((at) => [...new Set(waits)].flatMap((wait) => [at - wait, at + wait]));
}

/** The whole minutes of slip, in order, at which some rule may first say no. */
function turns(scene: Scene, work: Work): number[] {
  const lasts = plannedMs(work.checkpoint.duration);
  const minutes = [...ownEdges(scene, work), ...sharedEdges(scene, work)]
    .flatMap((at) => [at, at - lasts, at - Math.max(lasts, 1)])
    .map((at) => (at - work.startAt) / minuteMs)
    .flatMap((minute) => [Math.ceil(minute), Math.floor(minute) + 1])
    .filter((minute) => minute >= 1 && minute <= mostFloat);
  return [...new Set([1, ...minutes])].toSorted((one, other) => one - other);
}

/** The greatest number of minutes such that no slip up to it breaks a rule of a scene that breaks none. */
export function floatOf(scene: Scene, work: Work): number {
  const stuck = turns(scene, work).find((minute) => {
    const by = minute * minuteMs;
    return !fits(scene, { ...work, startAt: work.startAt + by, endAt: work.endAt + by });
  });
  return stuck === undefined ? mostFloat : stuck - 1;
}
