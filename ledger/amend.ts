/**
 * The small changes that effects are made of: each returns a new situation and leaves the old one alone.
 */
import type { Fact, FactKind } from './facts.ts';
import type { Authority, Boundary, Checkpoint, Plan } from './plan.ts';
import { type AssentRecord, noProgress, type Progress, type Situation } from './situation.ts';
import type { Id, Interval } from './vocabulary.ts';

export type AssertionOf<K extends FactKind> = Extract<Fact['assertion'], { kind: K }>;

export const progressOf = (situation: Situation, id: Id, change: Partial<Progress>): Situation => {
  const known = situation.progress[id];
  if (known === undefined) return situation;
  return { ...situation, progress: { ...situation.progress, [id]: { ...known, ...change } } };
};

export const planOf = (
  situation: Situation,
  fact: Fact,
  amend: { name: string; change: Partial<Plan> },
): Situation => ({
  ...situation,
  plan: { ...situation.plan, ...amend.change },
  amendedBy: { ...situation.amendedBy, [amend.name]: fact.factId },
});

export const replace = <T extends { id: Id }>(list: readonly T[], next: T): T[] =>
  list.some((item) => item.id === next.id)
    ? list.map((item) => (item.id === next.id ? next : item))
    : [...list, next];

export const amendCheckpoint = (
  situation: Situation,
  fact: Fact,
  amend: { id: Id; change: Partial<Checkpoint> },
): Situation =>
  planOf(situation, fact, {
    name: `checkpoint:${amend.id}`,
    change: {
      checkpoints: situation.plan.checkpoints.map((checkpoint) =>
        checkpoint.id === amend.id ? { ...checkpoint, ...amend.change } : checkpoint,
      ),
    },
  });

export const amendAuthority = (
  situation: Situation,
  fact: Fact,
  amend: { id: Id; change: (row: Authority) => Authority },
): Situation =>
  planOf(situation, fact, {
    name: `authority:${amend.id}`,
    change: {
      authority: situation.plan.authority.map((row) =>
        row.id === amend.id ? amend.change(row) : row,
      ),
    },
  });

export const recordAssent = (
  situation: Situation,
  fact: Fact,
  answer: Omit<AssentRecord, 'at' | 'factId'>,
): Situation => ({
  ...situation,
  assents: [
    ...situation.assents.filter(
      (known) =>
        known.checkpoint !== answer.checkpoint ||
        known.assent !== answer.assent ||
        known.party !== answer.party,
    ),
    { ...answer, at: fact.occurredAt, factId: fact.factId },
  ],
});

export const recordEvidence = (
  situation: Situation,
  fact: Fact,
  record: { checkpoint: Id; evidence: Id; observedAt: number | null; revoked: boolean },
): Situation => ({
  ...situation,
  evidence: [
    ...situation.evidence.filter(
      (known) => known.checkpoint !== record.checkpoint || known.evidence !== record.evidence,
    ),
    { ...record, factId: fact.factId },
  ],
});

/** The parts of `spans` that do not touch `taken`. */
export function subtract(spans: readonly Interval[], taken: Interval): Interval[] {
  return spans.flatMap((span) => {
    const before = { opensAt: span.opensAt, closesAt: Math.min(span.closesAt, taken.opensAt) };
    const after = { opensAt: Math.max(span.opensAt, taken.closesAt), closesAt: span.closesAt };
    return [before, after].filter((part) => part.opensAt < part.closesAt);
  });
}

/** The new holder's tenure takes its span out of the others'; what was held before stays on record. */
export function changeHolder(row: Authority, holder: Id, span: Interval): Authority {
  const others = row.holders.flatMap((tenure) =>
    subtract([tenure], span).map((part) => ({ ...tenure, ...part })),
  );
  return { ...row, holders: [...others, { person: holder, ...span }] };
}

export const settleCondition = (
  situation: Situation,
  fact: Fact,
  to: { id: Id; met: boolean },
): Situation =>
  planOf(situation, fact, {
    name: `condition:${to.id}`,
    change: {
      conditions: situation.plan.conditions.map((condition) =>
        condition.id === to.id ? { ...condition, met: to.met } : condition,
      ),
    },
  });

export const without = <T>(list: readonly T[], drop: (item: T) => boolean): T[] =>
  list.filter((item) => !drop(item));

export const nothing = (situation: Situation): Situation => situation;

export function changeAvailability(
  situation: Situation,
  assertion: AssertionOf<'availability_changed'>,
  fact: Fact,
): Situation {
  const { person, span, available } = assertion;
  const outages = situation.unavailable.flatMap((outage) =>
    outage.person === person
      ? subtract([outage.span], span).map((part) => ({ ...outage, span: part }))
      : [outage],
  );
  if (!available) {
    return { ...situation, unavailable: [...outages, { person, span, factId: fact.factId }] };
  }
  const people = situation.plan.people.map((known) =>
    known.id === person ? { ...known, working: [...known.working, span] } : known,
  );
  return planOf({ ...situation, unavailable: outages }, fact, {
    name: `person:${person}`,
    change: { people },
  });
}

export function addCheckpoint(situation: Situation, added: Checkpoint, fact: Fact): Situation {
  if (situation.progress[added.id] !== undefined) return situation;
  const { checkpoints } = situation.plan;
  const taken = checkpoints.some(({ rank }) => rank === added.rank);
  const later = (known: Checkpoint): Checkpoint =>
    taken && known.rank >= added.rank ? { ...known, rank: known.rank + 1 } : known;
  const next = planOf(situation, fact, {
    name: `checkpoint:${added.id}`,
    change: { checkpoints: [...checkpoints.map(later), added] },
  });
  return { ...next, progress: { ...next.progress, [added.id]: noProgress } };
}

export function alterCheckpoint(
  situation: Situation,
  { checkpoint, change }: AssertionOf<'checkpoint_altered'>,
  fact: Fact,
): Situation {
  const altered = amendCheckpoint(situation, fact, {
    id: checkpoint,
    change: {
      ...(change.name === null ? {} : { name: change.name }),
      ...(change.role === null ? {} : { role: change.role }),
      ...(change.owner === null ? {} : { approvedOwner: change.owner }),
      ...(change.duration === null ? {} : { duration: change.duration }),
    },
  });
  return change.skipped ? progressOf(altered, checkpoint, { state: 'skipped' }) : altered;
}

export const setBoundary = (situation: Situation, boundary: Boundary, fact: Fact): Situation =>
  planOf(situation, fact, {
    name: `boundary:${boundary.id}`,
    change: {
      boundaries: replace(situation.plan.boundaries, boundary),
    },
  });
