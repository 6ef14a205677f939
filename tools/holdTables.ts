/**
 * What an agent may ask about holds: which ones a clean timeline leads to, and what follows from the causes of one by
 * the tables of constraints/README.md ("Holds"). Read-only; whether a register is true is the gate's to say.
 */
import { cleanRunOf } from '../constraints/cleanRun.ts';
import { isTrueCause, linkedTo } from '../constraints/holdCauses.ts';
import { registerOf } from '../constraints/holdRegister.ts';
import { blockedBy, disputedFacts, lifterOf, releaseOf } from '../constraints/holdRelease.ts';
import { classOfRule, decidingOf, holdIdOf } from '../constraints/holdTables.ts';
import type { CutoverState } from '../ledger/cutover.ts';
import type { Cause, Hold } from '../ledger/holds.ts';
import type { Id } from '../ledger/vocabulary.ts';

/** A hold that has to be written. `stands` lacks only the facts and instants of its causes; null: a conflict to explain. */
export type HoldWanted = {
  readonly checkpoint: Id;
  readonly behind: Id | null;
  readonly stands: readonly Pick<Cause, 'rule' | 'checkpoint' | 'subject'>[] | null;
};

/** Every hold that the clean timeline of the open run leads to, by rank of its checkpoint; none without one. */
export function holdsWanted(state: CutoverState): readonly HoldWanted[] {
  const night = cleanRunOf(state);
  if (night === null) return [];
  return registerOf(night).map(({ checkpoint, behind, stands }) => ({
    checkpoint: checkpoint.id,
    behind,
    stands: stands.on === 'conflict' ? null : stands.causes,
  }));
}

/** Those of the causes that are true of a held checkpoint by the rule book, in their order; none without a clean timeline. */
export function trueOf(causes: readonly Cause[], held: Id, state: CutoverState): readonly Cause[] {
  const night = cleanRunOf(state);
  const checkpoint = night?.unplaced.get(held);
  if (night === null || checkpoint === undefined) return [];
  const linked = linkedTo(night, checkpoint);
  return causes.filter((cause) => isTrueCause(night, cause, linked));
}

/**
 * The hold that these causes make, without relaxations. Throws when the open run has no clean timeline or the
 * checkpoint is not in the plan.
 */
export function holdFrom(
  { checkpoint, behind, stands }: HoldWanted,
  causes: readonly Cause[],
  state: CutoverState,
): Hold {
  const night = cleanRunOf(state);
  const held = night?.checkpoints.get(checkpoint);
  if (night === null || held === undefined) throw new Error(`${checkpoint}: nothing holds it here`);
  const first = behind === null ? causes[0] : causes.find(({ subject }) => subject === behind);
  const named = stands === null || first === undefined ? null : first;
  const known = { disputed: disputedFacts(night), checkpoints: night.checkpoints };
  const deciding =
    named === null
      ? decidingOf(causes, held, known)
      : { cause: named, holdClass: classOfRule[named.rule] ?? 'order_conflict' };
  const release = releaseOf(night, { ...deciding, held, causes });
  return {
    holdId: holdIdOf(deciding.holdClass, { checkpoint, subject: named?.subject ?? null }),
    checkpoint,
    holdClass: deciding.holdClass,
    behind,
    causes: [...causes],
    release,
    liftedBy: lifterOf(night, release),
    blocks: blockedBy(night, checkpoint),
    relaxations: [],
  };
}
