/**
 * The shape of a resequencing: every open checkpoint once, nothing else, each with its own length. What breaks
 * these rules is kept out of the scene that the other rules look at.
 */
import { plannedMs } from '../ledger/plan.ts';
import type { ResequencingBody } from '../ledger/proposal.ts';
import type { Situation } from '../ledger/situation.ts';
import type { Id } from '../ledger/vocabulary.ts';
import { isOpen, mentions, type Rule } from './scene.ts';
import { broken } from './violations.ts';

/** Every text of a situation: nothing else is the name of anything. */
function namesIn(value: unknown, names: Set<string>): Set<string> {
  if (typeof value === 'string') names.add(value);
  else if (typeof value === 'object' && value !== null) {
    for (const item of Object.values(value)) namesIn(item, names);
  }
  return names;
}

/** What the reasons of holds name: their subjects and facts, checkpoints, and what they hang on. */
const reasonsOf = ({ unplaced }: ResequencingBody) =>
  unplaced.flatMap(({ behind, causes }) => [
    { name: behind, of: behind },
    ...causes.flatMap(({ checkpoint, subject, factId }) =>
      [checkpoint, subject, factId].map((name) => ({ name, of: checkpoint })),
    ),
  ]);

/** The checkpoints of reasons that name something which nothing in the situation is called. */
function inventedBy(body: ResequencingBody, situation: Situation): Id[] {
  const reasons = reasonsOf(body);
  if (reasons.length === 0) return [];
  const names = namesIn(situation, new Set(['review_time']));
  return reasons.flatMap(({ name, of }) =>
    name === null || of === null || names.has(name) ? [] : [of],
  );
}

/** A placement, a hold or a hold's reason never names what the plan does not have. */
export const unknownCheckpoint: Rule = ({ body, plan, situation }) => {
  const known = new Set(plan.checkpoints.map(({ id }) => id));
  const unknown = [...mentions(body).keys()].filter((id) => !known.has(id));
  return [...new Set([...unknown, ...inventedBy(body, situation)])].map((id) =>
    broken('unknown_checkpoint', id),
  );
};

/** No checkpoint is placed or held more than once. */
export const duplicateCheckpoint: Rule = ({ body }) =>
  [...mentions(body)]
    .filter(([, count]) => count > 1)
    .map(([id]) => broken('duplicate_checkpoint', id));

/** Every open checkpoint is placed or held. */
export const missingCheckpoint: Rule = ({ body, plan, situation }) => {
  const named = mentions(body);
  return plan.checkpoints
    .filter(({ id }) => isOpen(situation, id) && !named.has(id))
    .map(({ id }) => broken('missing_checkpoint', id));
};

/** A started or skipped checkpoint is neither placed nor held: it never moves. */
export const movedStarted: Rule = ({ body, plan, situation }) => {
  const named = mentions(body);
  return plan.checkpoints
    .filter(({ id }) => !isOpen(situation, id) && named.has(id))
    .map(({ id }) => broken('moved_started', id));
};

/** A placement ends its planned duration after it starts. */
export const wrongDuration: Rule = ({ placed }) =>
  placed.flatMap(({ checkpoint, startAt, endAt }) => {
    const limitAt = startAt + plannedMs(checkpoint.duration);
    return endAt === limitAt
      ? []
      : [broken('wrong_duration', checkpoint.id, { limitAt, foundAt: endAt })];
  });
