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
import type { Night, Scene } from './scene.ts';
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

/** The gaps, least and greatest, of the dependencies between two works, in milliseconds. */
function gapsBetween({ checkpoint: one }: Work, { checkpoint: other }: Work): number[] {
  const edges = [
    ...one.predecessors.filter((edge) => edge.checkpoint === other.id),
    ...other.predecessors.filter((edge) => edge.checkpoint === one.id),
  ];
  return edges.flatMap(({ gapSeconds, maxGapSeconds }) => [
    gapSeconds * secondMs,
    (maxGapSeconds ?? 0) * secondMs,
  ]);
}

/** The works that this one waits for, and those that wait for it. */
const dependent = ({ ties, works }: Night, { checkpoint }: Work): Work[] => [
  ...ties.following(checkpoint.id),
  ...checkpoint.predecessors
    .filter((edge) => edge.checkpoint !== checkpoint.id)
    .flatMap((edge) => works.get(edge.checkpoint) ?? []),
];

/** Instants at which a rule between this work and another can change its answer. */
function sharedEdges(scene: Night, work: Work): Set<number> {
  const always = [0, ...scene.plan.reviewSpacings.map(({ minutes }) => minutes * minuteMs)];
  const edges = new Set<number>();
  const addAround = ({ startAt, endAt }: Work, waits: readonly number[]): void => {
    for (const wait of waits) {
      edges
        .add(startAt - wait)
        .add(startAt + wait)
        .add(endAt - wait)
        .add(endAt + wait);
    }
  };
  for (const other of scene.ties.sharing(work)) addAround(other, always);
  for (const other of dependent(scene, work)) {
    addAround(other, [...always, ...gapsBetween(work, other)]);
  }
  return edges;
}

/** The whole minutes of slip, in order, at which some rule may first say no. */
function turns(scene: Night, work: Work): number[] {
  const lasts = plannedMs(work.checkpoint.duration);
  const edges = new Set([...ownEdges(scene, work), ...sharedEdges(scene, work)]);
  const minutes = new Set([1]);
  for (const edge of edges) {
    for (const at of [edge, edge - lasts, edge - Math.max(lasts, 1)]) {
      const slip = (at - work.startAt) / minuteMs;
      minutes.add(Math.ceil(slip)).add(Math.floor(slip) + 1);
    }
  }
  return [...minutes]
    .filter((minute) => minute >= 1 && minute <= mostFloat)
    .toSorted((one, other) => one - other);
}

/** The greatest number of minutes such that no slip up to it breaks a rule of a scene that breaks none. */
export function floatOf(scene: Night, work: Work): number {
  const stuck = turns(scene, work).find((minute) => {
    const by = minute * minuteMs;
    return !fits(scene, { ...work, startAt: work.startAt + by, endAt: work.endAt + by });
  });
  return stuck === undefined ? mostFloat : stuck - 1;
}
