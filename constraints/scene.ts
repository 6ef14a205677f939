/**
 * What a resequencing rule looks at: the well-formed placements beside the started work, and what they leave
 * unplaced. A placement that breaks a shape rule is kept out, so that every later rule has one meaning.
 */
import type { RelaxableCode } from '../ledger/codes.ts';
import type { CutoverState } from '../ledger/cutover.ts';
import type { Boundary, Checkpoint, Plan } from '../ledger/plan.ts';
import type { ResequencingBody, Violation } from '../ledger/proposal.ts';
import type { Situation } from '../ledger/situation.ts';
import type { Id } from '../ledger/vocabulary.ts';
import { progressOf, startedWork, type Work } from './executions.ts';
import type { Execution } from './spans.ts';
import { type Ties, tiesAmong } from './ties.ts';
import { byText } from './violations.ts';

export type Scene = {
  readonly body: ResequencingBody;
  readonly state: CutoverState;
  readonly situation: Situation;
  readonly plan: Plan;
  readonly now: number;
  /** Open checkpoints placed exactly once and not held, by rank. */
  readonly placed: readonly Work[];
  /** Placed and started work by id. */
  readonly works: Pick<ReadonlyMap<Id, Work>, 'get' | 'has'>;
  readonly pairs: readonly Pair[];
};

/** The scene of a whole night, in which one more (or one moved) placement can be looked at. */
export type Night = Scene & {
  readonly works: ReadonlyMap<Id, Work>;
  readonly ties: Ties;
};

/**
 * A placed work and another placed or started one that shares something with it (ties.ts). `late` is always placed: of two
 * placed ones, the later.
 */
export type Pair = { readonly late: Work; readonly early: Work };

/** One rule: every way in which the scene breaks it. */
export type Rule = (scene: Scene) => readonly Violation[];

export const byRank = (one: Checkpoint, other: Checkpoint): number =>
  one.rank - other.rank || byText(one.id, other.id);

/** Whether one work starts after another, or with it and after it in approved order. */
export const startsLater = (one: Work, other: Work): boolean =>
  (one.startAt - other.startAt || byRank(one.checkpoint, other.checkpoint)) > 0;

const pairsOf = (placed: readonly Work[], { sharing }: Ties): Pair[] =>
  placed.flatMap((work) =>
    sharing(work)
      .filter((other) => other.started || startsLater(work, other))
      .map((other) => ({ late: work, early: other })),
  );

/** How often each checkpoint is named by the placements and holds of a body. */
export function mentions(body: ResequencingBody): ReadonlyMap<Id, number> {
  const counts = new Map<Id, number>();
  for (const { checkpoint } of [...body.placements, ...body.unplaced]) {
    counts.set(checkpoint, (counts.get(checkpoint) ?? 0) + 1);
  }
  return counts;
}

export const isOpen = (situation: Situation, checkpoint: Id): boolean =>
  progressOf(situation, checkpoint).state === 'planned';

/** The scene of a proposal at an instant. */
export function sceneOf(body: ResequencingBody, state: CutoverState, now: number): Night {
  const { situation } = state;
  const { plan } = situation;
  const counts = mentions(body);
  const known = new Map(plan.checkpoints.map((item) => [item.id, item]));
  const placed = body.placements
    .flatMap(({ checkpoint: id, startAt, endAt, owner }): Work[] => {
      const checkpoint = known.get(id);
      if (checkpoint === undefined || counts.get(id) !== 1 || !isOpen(situation, id)) return [];
      return [{ checkpoint, startAt, endAt, owner, started: false }];
    })
    .toSorted((one, other) => byRank(one.checkpoint, other.checkpoint));
  const works = new Map(
    [...startedWork(state, now), ...placed].map((work) => [work.checkpoint.id, work]),
  );
  const ties = tiesAmong(plan, [...works.values()]);
  const pairs = pairsOf(placed, ties);
  return { body, state, situation, plan, now, placed, works, pairs, ties };
}

/**
 * The part of a scene that one more (or one moved) placement touches: itself, what follows it, and every pair that
 * it is one of. In a scene that breaks no rule, a rule broken here is broken because of this work.
 */
export function sceneAround({ ties, ...night }: Night, work: Work): Scene {
  const { id } = work.checkpoint;
  const works = {
    has: (other: Id) => other === id || night.works.has(other),
    get: (other: Id) => (other === id ? work : night.works.get(other)),
  };
  const followers = ties.following(id).filter(({ started }) => !started);
  const pairs = ties
    .sharing(work)
    .map((other) =>
      other.started || startsLater(work, other)
        ? { late: work, early: other }
        : { late: other, early: work },
    );
  return { ...night, placed: [work, ...followers], works, pairs };
}

/** Whether a granted exception that policy allows switches `rule` off for a whole execution of a checkpoint. */
export const isExcepted = (
  { situation, plan }: Scene,
  rule: RelaxableCode,
  { checkpoint, endAt }: Execution & { readonly checkpoint: Checkpoint },
): boolean =>
  plan.policy.exceptions.includes(rule) &&
  situation.exceptions.some(
    (exception) =>
      exception.relaxes === rule &&
      exception.checkpoint === checkpoint.id &&
      (exception.untilAt === null || endAt <= exception.untilAt),
  );

/** Boundaries of one kind that bind a checkpoint and are in force: from when they were stated. */
export const boundariesOn = (
  { plan, now }: Pick<Scene, 'plan' | 'now'>,
  kind: Boundary['kind'],
  checkpoint: Checkpoint,
): Boundary[] =>
  plan.boundaries.filter(
    (boundary) =>
      boundary.kind === kind &&
      boundary.statedAt <= now &&
      (boundary.binds === 'all' || boundary.binds.includes(checkpoint.id)) &&
      (kind === 'freeze' || !boundary.exemptRoles.includes(checkpoint.role)),
  );
