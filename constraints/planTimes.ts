/**
 * The approved sequence against the plan's own times: window, boundaries, freezes, gaps, guardrails, ticks. What
 * is approved must be possible as approved; where it is not, the plan contradicts itself.
 */
import type { PlanProblem } from '../ledger/judge.ts';
import {
  type Boundary,
  type Checkpoint,
  plannedMs,
  type Plan,
  type Predecessor,
} from '../ledger/plan.ts';
import { type Id, type Interval, minuteMs, secondMs } from '../ledger/vocabulary.ts';
import { isZone } from './instantZones.ts';
import { problem } from './planProblem.ts';
import { type Execution, liesInside, liesInsideAny, touches } from './spans.ts';

/** A checkpoint's execution as it was approved. */
export const approvedRun = ({ approvedStartAt, duration }: Checkpoint): Execution => ({
  startAt: approvedStartAt,
  endAt: approvedStartAt + plannedMs(duration),
});

function frame(plan: Plan): PlanProblem[] {
  const spans: readonly (readonly [string, Interval])[] = [
    ['window', plan.window],
    ...plan.boundaries.map((item) => [`boundaries/${item.id}`, item] as const),
    ...plan.authority.flatMap((row) => [
      ...row.holders.map((item, index) => [`authority/${row.id}/holders/${index}`, item] as const),
      ...row.delegates.map(
        (item, index) => [`authority/${row.id}/delegates/${index}`, item] as const,
      ),
    ]),
  ];
  const empty = spans
    .filter(([, span]) => span.opensAt >= span.closesAt)
    .map(([path]) =>
      problem('interval_empty', path, {
        message: `${path} closes before it opens`,
        fix: 'let it close after it opens',
      }),
    );
  if (isZone(plan.zone)) return empty;
  return [
    problem('unknown_zone', 'zone', {
      message: `"${plan.zone}" is not an IANA time zone`,
      fix: 'name one such as Europe/London',
    }),
    ...empty,
  ];
}

/** On a grid of minutes, what is given in odd seconds could never be placed where it was approved. */
function grid(plan: Plan): PlanProblem[] {
  const off = (milliseconds: number | null): boolean =>
    milliseconds !== null && milliseconds % (plan.tickSeconds * secondMs) !== 0;
  return plan.checkpoints.flatMap((checkpoint) => {
    const at = `checkpoints/${checkpoint.id}`;
    const values: readonly (readonly [string, number | null])[] = [
      ['approvedStartAt', checkpoint.approvedStartAt],
      ['duration', plannedMs(checkpoint.duration)],
      ...checkpoint.predecessors.flatMap(
        ({ gapSeconds, maxGapSeconds }, index) =>
          [
            [`predecessors/${index}/gapSeconds`, gapSeconds * secondMs],
            [
              `predecessors/${index}/maxGapSeconds`,
              maxGapSeconds === null ? null : maxGapSeconds * secondMs,
            ],
          ] as const,
      ),
    ];
    return values
      .filter(([, value]) => off(value))
      .map(([field]) =>
        problem('tick_too_coarse', `${at}/${field}`, {
          message: `"${checkpoint.id}" is given to the second, the plan is kept to the minute`,
          fix: 'set tickSeconds to 1, or give whole minutes',
        }),
      );
  });
}

const bindsIt = ({ binds }: Boundary, id: Id): boolean => binds === 'all' || binds.includes(id);

function boundaryProblem(boundary: Boundary, checkpoint: Checkpoint): PlanProblem[] {
  const run = approvedRun(checkpoint);
  const at = `checkpoints/${checkpoint.id}/approvedStartAt`;
  const exempt = boundary.exemptRoles.includes(checkpoint.role);
  if (!bindsIt(boundary, checkpoint.id)) return [];
  switch (boundary.kind) {
    case 'maintenance':
      return exempt || liesInside(run, boundary)
        ? []
        : [
            problem('approved_outside_boundary', at, {
              message: `protected "${checkpoint.id}" is approved outside its boundary "${boundary.id}"`,
              fix: 'approve a time inside the boundary, or correct the boundary',
            }),
          ];
    case 'freeze':
      return touches(run, boundary)
        ? [
            problem('approved_inside_freeze', at, {
              message: `protected "${checkpoint.id}" is approved inside the freeze "${boundary.id}"`,
              fix: 'approve a time outside the freeze; no exception lifts one',
            }),
          ]
        : [];
    case 'blackout':
      return !exempt && touches(run, boundary)
        ? [
            problem('approved_inside_blackout', at, {
              message: `protected "${checkpoint.id}" is approved inside the blackout "${boundary.id}"`,
              fix: 'approve a time outside the blackout, or exempt its role',
            }),
          ]
        : [];
  }
}

function protectedPlaces(plan: Plan): PlanProblem[] {
  return plan.checkpoints
    .filter((checkpoint) => checkpoint.protected)
    .flatMap((checkpoint) => {
      const run = approvedRun(checkpoint);
      const at = `checkpoints/${checkpoint.id}/approvedStartAt`;
      const { allowedWindows } = checkpoint;
      return [
        ...(liesInside(run, plan.window)
          ? []
          : [
              problem('approved_outside_window', at, {
                message: `protected "${checkpoint.id}" is approved outside the command window`,
                fix: 'approve a time inside the window, or declare a wider one',
              }),
            ]),
        ...(allowedWindows.length === 0 || liesInsideAny(run, allowedWindows)
          ? []
          : [
              problem('approved_outside_allowed_window', at, {
                message: `protected "${checkpoint.id}" is approved outside its own allowed windows`,
                fix: 'approve a time inside one of them',
              }),
            ]),
        ...plan.boundaries.flatMap((boundary) => boundaryProblem(boundary, checkpoint)),
      ];
    });
}

/** How long after its predecessor a checkpoint is approved, measured between the ends that the gap is about. */
function approvedGapMs(link: Predecessor, before: Execution, run: Execution): number {
  switch (link.type) {
    case 'finish_to_start':
      return run.startAt - before.endAt;
    case 'start_to_start':
      return run.startAt - before.startAt;
    case 'finish_to_finish':
      return run.endAt - before.endAt;
  }
}

function gaps(plan: Plan): PlanProblem[] {
  const runs = new Map(plan.checkpoints.map((item) => [item.id, approvedRun(item)]));
  return plan.checkpoints.flatMap((checkpoint) =>
    checkpoint.predecessors.flatMap((link, index) => {
      const before = runs.get(link.checkpoint);
      if (before === undefined) return [];
      const gap = approvedGapMs(link, before, approvedRun(checkpoint));
      const long = link.maxGapSeconds !== null && gap > link.maxGapSeconds * secondMs;
      if (gap >= link.gapSeconds * secondMs && !long) return [];
      return [
        problem('approved_gap_broken', `checkpoints/${checkpoint.id}/predecessors/${index}`, {
          message: `"${checkpoint.id}" is approved too ${long ? 'long' : 'soon'} after "${link.checkpoint}"`,
          fix: 'move one of the two, or correct the gap',
        }),
      ];
    }),
  );
}

const guardrails = (plan: Plan): PlanProblem[] =>
  plan.guardrails.flatMap(({ id, pointOfNoReturn, rollbackMinutes, mustEndAt }) =>
    plan.checkpoints
      .filter(
        (checkpoint) =>
          checkpoint.id === pointOfNoReturn &&
          checkpoint.approvedStartAt + rollbackMinutes * minuteMs > mustEndAt,
      )
      .map((checkpoint) =>
        problem('approved_past_last_safe_start', `guardrails/${id}`, {
          message: `a rollback begun when "${checkpoint.id}" is approved to start would end too late`,
          fix: 'approve an earlier start, or correct the rollback duration or its end',
        }),
      ),
  );

const plainName = (name: string): string => name.trim().replaceAll(/\s+/g, ' ').toLowerCase();

function sameFreeze(one: Boundary, other: Boundary): boolean {
  return (
    one.opensAt === other.opensAt &&
    one.closesAt === other.closesAt &&
    one.level === other.level &&
    one.binds.toString() === other.binds.toString()
  );
}

/** One freeze has one definition: the same name with other times, level or members is a contradiction. */
function freezes(plan: Plan): PlanProblem[] {
  const all = plan.boundaries.filter((boundary) => boundary.kind === 'freeze');
  return all.flatMap((freeze, index) => {
    const earlier = all
      .slice(0, index)
      .find(
        (known) =>
          (known.id === freeze.id || plainName(known.name) === plainName(freeze.name)) &&
          !sameFreeze(known, freeze),
      );
    if (earlier === undefined) return [];
    return [
      problem('freeze_defined_twice', `boundaries/${freeze.id}`, {
        message: `the freeze "${freeze.name}" is defined twice: as "${earlier.id}" and as "${freeze.id}"`,
        fix: 'keep the one that holds, or give them different names',
      }),
    ];
  });
}

/** Everything in which the approved times contradict the rest of the plan. */
export const timeProblems = (plan: Plan): PlanProblem[] => [
  ...frame(plan),
  ...grid(plan),
  ...freezes(plan),
  ...gaps(plan),
  ...protectedPlaces(plan),
  ...guardrails(plan),
];
