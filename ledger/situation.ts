/**
 * The situation: the plan as accepted facts have left it. The solver and the checker both read this and
 * nothing else, each with its own code. Effects of facts are in effects.ts.
 */
import { z } from 'zod';
import { RelaxableCode } from './codes.ts';
import { Plan } from './plan.ts';
import { Id, Instant, Interval, ProgressState } from './vocabulary.ts';

/** What is known of one checkpoint's execution. Each instant names the fact it came from. */
export const Progress = z.strictObject({
  state: ProgressState,
  actualStartAt: Instant.nullable(),
  actualFinishAt: Instant.nullable(),
  /** The newest forecast of its finish; it never counts as done. */
  forecastFinishAt: Instant.nullable(),
  /** A start set by an authoritative source in place of the approved one. */
  revisedStartAt: Instant.nullable(),
  /** Who started it. */
  owner: Id.nullable(),
  startFactId: Id.nullable(),
  finishFactId: Id.nullable(),
  forecastFactId: Id.nullable(),
  revisedFactId: Id.nullable(),
});
export type Progress = z.infer<typeof Progress>;

export const EvidenceRecord = z.strictObject({
  checkpoint: Id,
  evidence: Id,
  observedAt: Instant.nullable(),
  revoked: z.boolean(),
  factId: Id,
});
export type EvidenceRecord = z.infer<typeof EvidenceRecord>;

/** A party's latest answer. A party that has not answered has no record: that is not a refusal. */
export const AssentRecord = z.strictObject({
  checkpoint: Id,
  assent: Id,
  kind: z.enum(['approval', 'confirmation']),
  party: Id,
  answer: z.enum(['given', 'refused']),
  at: Instant,
  factId: Id,
});
export type AssentRecord = z.infer<typeof AssentRecord>;

export const PlacedHold = z.strictObject({
  hold: Id,
  checkpoint: Id,
  reason: z.string(),
  placedBy: Id,
  at: Instant,
  factId: Id,
});
export type PlacedHold = z.infer<typeof PlacedHold>;

export const Exception = z.strictObject({
  exception: Id,
  checkpoint: Id,
  relaxes: RelaxableCode,
  untilAt: Instant.nullable(),
  grantedBy: Id,
  factId: Id,
});
export type Exception = z.infer<typeof Exception>;

export const Unavailability = z.strictObject({ person: Id, span: Interval, factId: Id });
export type Unavailability = z.infer<typeof Unavailability>;

export const Situation = z.strictObject({
  plan: Plan,
  progress: z.record(Id, Progress),
  evidence: z.array(EvidenceRecord),
  assents: z.array(AssentRecord),
  holds: z.array(PlacedHold),
  exceptions: z.array(Exception),
  unavailable: z.array(Unavailability),
  /** Newest fact that changed each amended part of the plan, by its name ("boundary:replication"). */
  amendedBy: z.record(z.string(), Id),
});
export type Situation = z.infer<typeof Situation>;

export const noProgress: Progress = {
  state: 'planned',
  actualStartAt: null,
  actualFinishAt: null,
  forecastFinishAt: null,
  revisedStartAt: null,
  owner: null,
  startFactId: null,
  finishFactId: null,
  forecastFactId: null,
  revisedFactId: null,
};

/** The situation right after declaring: the plan, and nothing has happened. */
export function initialSituation(plan: Plan): Situation {
  return {
    plan,
    progress: Object.fromEntries(plan.checkpoints.map((checkpoint) => [checkpoint.id, noProgress])),
    evidence: [],
    assents: [],
    holds: [],
    exceptions: [],
    unavailable: [],
    amendedBy: {},
  };
}
