/**
 * Holds: what was not placed, the smallest set of rules and facts that forces it, and what would release it.
 * Whether a hold is true is judged in constraints/holds.ts.
 */
import { z } from 'zod';
import { HoldClass, RelaxableCode, ViolationCode } from './codes.ts';
import { Id, Instant } from './vocabulary.ts';

/**
 * One member of a conflict: a named rule on a checkpoint, or a fact it rests on.
 * `subject` names the boundary, predecessor, person, evidence, condition, guardrail or placed hold meant.
 */
export const Cause = z.strictObject({
  rule: z.union([
    ViolationCode,
    z.enum(['late_finish', 'approved_start', 'kept_placed', 'duration']),
  ]),
  checkpoint: Id,
  subject: Id.nullable(),
  factId: Id.nullable(),
  /** The instant that matters: the end of a boundary, the finish that came late, the expiry. */
  at: Instant.nullable(),
});
export type Cause = z.infer<typeof Cause>;

/** A condition a machine can test on the ledger. Any true one lets the next run try to place the checkpoint. */
export const ReleaseCondition = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('predecessor_placed'), checkpoint: Id }),
  z.strictObject({ kind: z.literal('condition_met'), condition: Id }),
  z.strictObject({
    kind: z.literal('evidence_recorded'),
    checkpoint: Id,
    evidence: Id,
    observedFromAt: Instant.nullable(),
  }),
  z.strictObject({ kind: z.literal('approval_given'), checkpoint: Id, approval: Id }),
  z.strictObject({ kind: z.literal('confirmation_given'), checkpoint: Id, confirmation: Id }),
  z.strictObject({ kind: z.literal('hold_lifted'), hold: Id }),
  z.strictObject({ kind: z.literal('authority_mapped'), checkpoint: Id, role: Id }),
  z.strictObject({ kind: z.literal('availability_restored'), checkpoint: Id, role: Id }),
  z.strictObject({ kind: z.literal('boundary_changed'), checkpoint: Id, boundary: Id }),
  z.strictObject({ kind: z.literal('exception_granted'), checkpoint: Id, relaxes: RelaxableCode }),
  z.strictObject({ kind: z.literal('fact_settled'), factId: Id }),
  z.strictObject({ kind: z.literal('plan_changed'), checkpoint: Id }),
]);
export type ReleaseCondition = z.infer<typeof ReleaseCondition>;

/** One exception that a human could grant, alone, and what it would buy and cost. */
export const Relaxation = z.strictObject({
  relaxes: RelaxableCode,
  checkpoint: Id,
  untilAt: Instant.nullable(),
  /** Holds that this one exception ends. */
  releases: z.array(Id),
  moved: z.int().min(0),
  movedMinutes: z.int().min(0),
  newlyWoken: z.array(Id),
  /** Where the held checkpoint would then start: conditional, never mixed with placed ones. */
  provisionalStartAt: Instant.nullable(),
});
export type Relaxation = z.infer<typeof Relaxation>;

export const Hold = z.strictObject({
  /** `hold:<checkpoint>:<class>` or the id of the placed hold: stable from one packet to the next. */
  holdId: Id,
  checkpoint: Id,
  holdClass: HoldClass,
  /** The held checkpoint this one only hangs on, or null for a root. */
  behind: Id.nullable(),
  causes: z.array(Cause).min(1),
  release: ReleaseCondition,
  /** Role that may lift it. */
  liftedBy: Id,
  /** Checkpoints that wait because of it, in approved order. */
  blocks: z.array(Id),
  relaxations: z.array(Relaxation),
});
export type Hold = z.infer<typeof Hold>;
