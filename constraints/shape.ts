/**
 * The shape of a resequencing: every open checkpoint once, nothing else, each with its own length. What breaks
 * these rules is kept out of the scene that the other rules look at.
 */
import { plannedMs } from '../ledger/plan.ts';
import { isOpen, mentions, type Rule } from './scene.ts';
import { broken } from './violations.ts';

/** A placement or a hold never names a checkpoint that the plan does not have. */
export const unknownCheckpoint: Rule = ({ body, plan }) => {
  const known = new Set(plan.checkpoints.map(({ id }) => id));
  return [...mentions(body).keys()]
    .filter((id) => !known.has(id))
    .map((id) => broken('unknown_checkpoint', id));
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
