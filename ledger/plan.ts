/**
 * The plan: what a declared cutover consists of, in instants. A runbook file becomes one of these
 * (service/runbook), and accepted facts amend a copy of it (situation.ts). Shapes only: whether a plan
 * contradicts itself is judged in constraints/plan.ts.
 */
import { z } from 'zod';
import { RelaxableCode } from './codes.ts';
import {
  BoundaryKind,
  BoundaryLevel,
  CheckpointKind,
  Id,
  Instant,
  Interval,
  Minutes,
  PredecessorType,
  Seconds,
  secondMs,
  StartRule,
} from './vocabulary.ts';

/** A maintenance boundary must contain what it binds; a freeze or blackout must not touch it. */
export const Boundary = z.strictObject({
  id: Id,
  name: z.string(),
  kind: BoundaryKind,
  level: BoundaryLevel,
  opensAt: Instant,
  closesAt: Instant,
  /** Checkpoint ids, or `all`. A freeze that binds all also binds checkpoints added later. */
  binds: z.union([z.literal('all'), z.array(Id)]),
  /** Roles it does not bind. Ignored for a freeze: a freeze beats every role. */
  exemptRoles: z.array(Id),
  /** Effective from here, whenever it was received. */
  statedAt: Instant,
});
export type Boundary = z.infer<typeof Boundary>;

/** Until its point of no return starts, the cutover can be rolled back: that takes `rollbackMinutes` and must end by `mustEndAt`. */
export const Guardrail = z.strictObject({
  id: Id,
  pointOfNoReturn: Id,
  rollbackMinutes: Minutes,
  mustEndAt: Instant,
});
export type Guardrail = z.infer<typeof Guardrail>;

export const Role = z.strictObject({ id: Id, name: z.string() });
export type Role = z.infer<typeof Role>;

export const Contact = z.strictObject({
  channel: z.enum(['email', 'slack', 'phone', 'webhook']),
  address: z.string(),
});
export const Person = z.strictObject({
  id: Id,
  name: z.string(),
  contacts: z.array(Contact),
  /** Agreed working intervals. Outside them the person is not available. */
  working: z.array(Interval),
});
export type Person = z.infer<typeof Person>;

/** Who holds an authority when. Tenures of one row never overlap. */
export const Tenure = z.strictObject({ person: Id, opensAt: Instant, closesAt: Instant });
export type Tenure = z.infer<typeof Tenure>;

/** `grantedBy` is a holder, or another delegate where the row allows chains. Valid only while the grantor is. */
export const Delegate = z.strictObject({
  person: Id,
  grantedBy: Id,
  opensAt: Instant,
  closesAt: Instant,
});
export type Delegate = z.infer<typeof Delegate>;

/** One row of the authority mapping: role × checkpoint × time interval. */
export const Authority = z.strictObject({
  id: Id,
  role: Id,
  /** A checkpoint id, or `all`. Rows that name a checkpoint replace the `all` rows of that role for it. */
  checkpoint: z.union([z.literal('all'), Id]),
  holders: z.array(Tenure),
  delegates: z.array(Delegate),
  chainsAllowed: z.boolean(),
});
export type Authority = z.infer<typeof Authority>;

/** The owners of these checkpoints must all be different people. */
export const Separation = z.strictObject({ id: Id, checkpoints: z.array(Id).min(2) });
export type Separation = z.infer<typeof Separation>;

/** Between the end of one of these and the start of the next lie at least `minutes`. */
export const ReviewSpacing = z.strictObject({
  id: Id,
  checkpoints: z.array(Id).min(2),
  minutes: Minutes,
});
export type ReviewSpacing = z.infer<typeof ReviewSpacing>;

/** Which facts a source may assert, and through whom. Lower `rank` is more trusted. */
export const SourceRule = z.strictObject({
  id: Id,
  name: z.string(),
  rank: z.int().min(1).max(99),
  facts: z.array(z.string()),
  reporters: z.union([z.literal('any_mapped'), z.array(Id)]),
});
export type SourceRule = z.infer<typeof SourceRule>;

export const Duration = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('exact'), seconds: Seconds }),
  z.strictObject({ kind: z.literal('floor'), seconds: Seconds }),
  z.strictObject({ kind: z.literal('ceiling'), seconds: Seconds }),
  z
    .strictObject({
      kind: z.literal('range'),
      seconds: Seconds,
      maxSeconds: Seconds,
    })
    .refine(
      (range) => range.seconds <= range.maxSeconds,
      'maxSeconds must not be less than seconds',
    ),
  /** No duration is known; `assumedSeconds` is planned on and marked as an assumption. */
  z.strictObject({ kind: z.literal('unknown'), assumedSeconds: Seconds }),
]);
export type Duration = z.infer<typeof Duration>;

/** Milliseconds a checkpoint is planned on: the ceiling of a range, because a successor must be safe. */
export function plannedMs(duration: Duration): number {
  switch (duration.kind) {
    case 'exact':
    case 'floor':
    case 'ceiling':
      return duration.seconds * secondMs;
    case 'range':
      return duration.maxSeconds * secondMs;
    case 'unknown':
      return duration.assumedSeconds * secondMs;
  }
}

export const Predecessor = z.strictObject({
  checkpoint: Id,
  type: PredecessorType,
  gapSeconds: Seconds,
  /** Greatest allowed gap, or null for none. */
  maxGapSeconds: Seconds.nullable(),
});
export type Predecessor = z.infer<typeof Predecessor>;

/** A dated observation that must not be older than `maxAgeMinutes` when the checkpoint starts. */
export const EvidenceRule = z.strictObject({ kind: Id, source: Id, maxAgeMinutes: Minutes });
export type EvidenceRule = z.infer<typeof EvidenceRule>;

/** `needed` of `parties` must say yes; a yes counts for `validMinutes` (null: for good). */
export const Assent = z.strictObject({
  id: Id,
  parties: z.array(Id).min(1),
  needed: z.int().min(1),
  validMinutes: Minutes.nullable(),
});
export type Assent = z.infer<typeof Assent>;

export const Checkpoint = z.strictObject({
  id: Id,
  name: z.string(),
  kind: CheckpointKind,
  role: Id,
  protected: z.boolean(),
  moves: z.enum(['inside_boundary', 'exception_only']),
  /** The approved order, explicit. Never derived from times. */
  rank: z.int().min(1),
  approvedStartAt: Instant,
  approvedOwner: Id,
  startRule: StartRule,
  duration: Duration,
  durationCertainty: z.enum(['stated', 'derived', 'assumed']),
  predecessors: z.array(Predecessor),
  /** The whole execution lies inside one of these; empty means no such rule. */
  allowedWindows: z.array(Interval),
  /** All of these must be met before it may be placed. Never empty when `startRule` is conditional. */
  conditions: z.array(Id),
  evidence: z.array(EvidenceRule),
  approvals: z.array(Assent),
  confirmations: z.array(Assent),
  /** A place that holds one checkpoint at a time, or null. */
  room: Id.nullable(),
  observers: z.array(Id),
  weight: z.int().min(1).max(1000),
});
export type Checkpoint = z.infer<typeof Checkpoint>;

export const Condition = z.strictObject({
  id: Id,
  name: z.string(),
  met: z.boolean(),
  settledBy: Id,
});
export type Condition = z.infer<typeof Condition>;

export const Policy = z.strictObject({
  /** A slip smaller than this makes no new packet by itself. */
  slipToleranceMinutes: Minutes,
  /** A start that moves leaves the release lead this long to decide. */
  reviewMinutes: Minutes,
  /** An approval request not answered within this long is cleared. */
  requestValidMinutes: Minutes,
  exceptions: z.array(RelaxableCode),
});
export type Policy = z.infer<typeof Policy>;

/** The text and zone an instant was given in, kept by its path in the plan ("checkpoints/cut/approvedStartAt"). */
export const Original = z.strictObject({ path: z.string(), text: z.string(), zone: z.string() });

export const Plan = z.strictObject({
  cutoverId: Id,
  name: z.string(),
  zone: z.string(),
  mode: z.enum(['rehearsal', 'live']),
  notices: z.enum(['off', 'test', 'on']),
  tickSeconds: z.union([z.literal(1), z.literal(60)]),
  window: Interval,
  leadRole: Id,
  boundaries: z.array(Boundary),
  guardrails: z.array(Guardrail),
  roles: z.array(Role),
  people: z.array(Person),
  authority: z.array(Authority),
  separations: z.array(Separation),
  reviewSpacings: z.array(ReviewSpacing),
  sources: z.array(SourceRule),
  conditions: z.array(Condition),
  checkpoints: z.array(Checkpoint).min(1),
  policy: Policy,
  originals: z.array(Original),
});
export type Plan = z.infer<typeof Plan>;

/** People acting through this software. It may assert every kind; what its reporter may do is still checked. */
export const ownSource: Id = 'interlock';

/** How far a source is trusted: less is more. A person acting through this software comes before every feed. */
export const rankOf = (plan: Plan, source: Id): number =>
  source === ownSource ? 0 : (plan.sources.find((rule) => rule.id === source)?.rank ?? 100);
