/**
 * The rule book of the resequencing agent: every rule a new timeline must obey, in rank order. It reads raw facts,
 * shares no code with the solver, and reports every broken rule, not just the first.
 */
import type { CutoverState } from '../ledger/cutover.ts';
import type { ResequencingBody, Violation } from '../ledger/proposal.ts';
import {
  approvalExpired,
  approvalRefused,
  conditionOpen,
  confirmationExpired,
  confirmationRefused,
  evidenceRevoked,
  evidenceStale,
  holdInForce,
} from './evidence.ts';
import {
  gapTooLong,
  gapTooShort,
  predecessorHeld,
  protectedMove,
  protectedOrder,
  reviewSpacing,
} from './order.ts';
import {
  notAuthorisedOwner,
  ownerClash,
  ownerUnavailable,
  roomClash,
  separationOfDuties,
} from './people.ts';
import type { Work } from './executions.ts';
import { type Night, type Rule, sceneAround, sceneOf } from './scene.ts';
import {
  duplicateCheckpoint,
  missingCheckpoint,
  movedStarted,
  unknownCheckpoint,
  wrongDuration,
} from './shape.ts';
import {
  beforePinnedStart,
  inPast,
  insideBlackout,
  insideFreeze,
  outsideAllowedWindow,
  outsideBoundary,
  outsideWindow,
  pastLastSafeStart,
} from './times.ts';
import { ranked } from './violations.ts';

const shapeRules: readonly Rule[] = [
  unknownCheckpoint,
  duplicateCheckpoint,
  missingCheckpoint,
  movedStarted,
  wrongDuration,
];

const placementRules: readonly Rule[] = [
  inPast,
  beforePinnedStart,
  insideFreeze,
  insideBlackout,
  outsideWindow,
  outsideBoundary,
  outsideAllowedWindow,
  pastLastSafeStart,
  notAuthorisedOwner,
  separationOfDuties,
  ownerUnavailable,
  ownerClash,
  roomClash,
  predecessorHeld,
  gapTooShort,
  gapTooLong,
  protectedOrder,
  protectedMove,
  reviewSpacing,
  evidenceRevoked,
  evidenceStale,
  approvalRefused,
  approvalExpired,
  confirmationRefused,
  confirmationExpired,
  conditionOpen,
  holdInForce,
];

/** Every rule on a resequencing, highest rank first. */
export const rules: readonly Rule[] = [...shapeRules, ...placementRules];

/** Every rule that a resequencing breaks if it were in force at `now`, ranked; empty is clean. */
export function checkResequencing(
  body: ResequencingBody,
  state: CutoverState,
  now: number,
): Violation[] {
  const scene = sceneOf(body, state, now);
  return ranked(
    rules.flatMap((rule) => rule(scene)),
    scene.plan,
  );
}

/** Whether one more (or one moved) placement breaks no rule in a scene that breaks none. */
export function fits(night: Night, work: Work): boolean {
  const around = sceneAround(night, work);
  return placementRules.every((rule) => rule(around).length === 0);
}
