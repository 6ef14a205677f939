/**
 * The command packet: one version of the timeline with everything a person needs to act on it. It is bytes:
 * its hash (canonical.ts) is what a decision binds to. Texts are rendered from it by closed templates elsewhere.
 */
import { z } from 'zod';
import { ReadinessCode } from './codes.ts';
import { Hold } from './holds.ts';
import { AgentName, Digest, Id, Instant, ProgressState } from './vocabulary.ts';

/** A model's name as endpoints spell it: people read it, so it can hold no sentence, link or markup. */
export const ModelName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._:/@+-]{0,99}$/);

/** Which mind proposed: shown in the packet. A model names itself, its prompt's digest and what it cost. */
export const Mind = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('deterministic'), reason: z.enum(['default', 'model_failed']) }),
  z.strictObject({
    kind: z.literal('model'),
    model: ModelName,
    promptDigest: Digest,
    inputTokens: z.int().min(0),
    outputTokens: z.int().min(0),
    latencyMs: z.int().min(0),
  }),
]);
export type Mind = z.infer<typeof Mind>;

/** What fixed a start: the binding rule and its subject (a predecessor, boundary, person, condition…). */
export const Driver = z.strictObject({
  by: z.enum([
    'actual',
    'approved_start',
    'revised_start',
    'now',
    'predecessor',
    'owner_busy',
    'owner_available',
    'room_busy',
    'boundary',
    'window',
    'protected_order',
    'review_spacing',
    'allowed_window',
    'authority',
    'review_time',
    'chosen',
  ]),
  subject: Id.nullable(),
});
export type Driver = z.infer<typeof Driver>;

/** Something the person who starts this checkpoint must still have by its start. */
export const StillNeeded = z.strictObject({
  kind: z.enum(['evidence', 'approval', 'confirmation']),
  subject: Id,
});
export type StillNeeded = z.infer<typeof StillNeeded>;

export const PacketLine = z.strictObject({
  checkpoint: Id,
  state: z.union([ProgressState, z.literal('held')]),
  /** Null when held or skipped (or started at an instant that nobody knows). */
  startAt: Instant.nullable(),
  endAt: Instant.nullable(),
  /** The end if it takes its least time; differs from `endAt` for a range. Null when held. */
  earliestEndAt: Instant.nullable(),
  durationKnown: z.boolean(),
  owner: Id.nullable(),
  drivenBy: z.array(Driver),
  /** Minutes it may slip before it moves another or breaks a rule; null when held or over. */
  floatMinutes: z.int().min(0).nullable(),
  critical: z.boolean(),
  /** A protected checkpoint that does not start when it was approved to. */
  protectedMove: z.boolean(),
  stillNeeded: z.array(StillNeeded),
});
export type PacketLine = z.infer<typeof PacketLine>;

export const DeltaChange = z.enum([
  'added',
  'removed',
  'start_moved',
  'end_moved',
  'owner_gained',
  'owner_lost',
  'held',
  'released',
]);
export type DeltaChange = z.infer<typeof DeltaChange>;
/** What changed for one person on one checkpoint, as owner or as observer. */
export const DeltaLine = z.strictObject({
  checkpoint: Id,
  as: z.enum(['owner', 'observer']),
  changes: z.array(DeltaChange).min(1),
  fromStartAt: Instant.nullable(),
  toStartAt: Instant.nullable(),
  fromEndAt: Instant.nullable(),
  toEndAt: Instant.nullable(),
  fromOwner: Id.nullable(),
  toOwner: Id.nullable(),
});
export type DeltaLine = z.infer<typeof DeltaLine>;

export const Delta = z.strictObject({ person: Id, lines: z.array(DeltaLine).min(1) });
export type Delta = z.infer<typeof Delta>;

export const NotNotified = z.strictObject({
  person: Id,
  reason: z.enum(['nothing_changed', 'not_involved', 'only_finished_work']),
});
export type NotNotified = z.infer<typeof NotNotified>;

export const HeldFact = z.strictObject({
  factId: Id,
  code: ReadinessCode,
  candidates: z.array(Instant),
  against: Id.nullable(),
});
export type HeldFact = z.infer<typeof HeldFact>;

/** An accepted fact that breaks a rule (late work past a boundary). Reported; never a proposal. */
export const Deviation = z.strictObject({
  checkpoint: Id,
  rule: z.enum([
    'outside_window',
    'inside_freeze',
    'inside_blackout',
    'outside_boundary',
    'owner_unavailable',
    'not_authorised_owner',
    'gap_too_short',
    'protected_order',
  ]),
  subject: Id.nullable(),
});
export type Deviation = z.infer<typeof Deviation>;

/** Which part of a packet a reader meets first; the others follow in this order: timeline, holds, people. */
export const PacketTemplate = z.enum(['timeline_first', 'holds_first', 'people_first']);
export type PacketTemplate = z.infer<typeof PacketTemplate>;

export const Packet = z.strictObject({
  packetId: Id,
  cutoverId: Id,
  version: z.int().min(1),
  supersedes: z.strictObject({ version: z.int().min(1), packetHash: Digest }).nullable(),
  preparedAt: Instant,
  basisVersion: z.int().min(1),
  basisDigest: Digest,
  /** The minds of the four proposals it stands on. */
  minds: z.array(z.strictObject({ agent: AgentName, mind: Mind })),
  /** In order of start, then rank; held ones last, in rank order. */
  lines: z.array(PacketLine),
  holds: z.array(Hold),
  heldFacts: z.array(HeldFact),
  deviations: z.array(Deviation),
  deltas: z.array(Delta),
  notNotified: z.array(NotNotified),
  mustAcknowledge: z.array(Id),
  /** Adopting after this instant would place something in the past or break a rule; null when nothing is placed. */
  decisionDeadlineAt: Instant.nullable(),
  decisionDeadlineCheckpoint: Id.nullable(),
  /** What leads when it is shown: hold ids and people, most pressing first. */
  leadHolds: z.array(Id),
  leadPeople: z.array(Id),
  /** Absent in packets from before there was a choice: `timeline_first`. */
  template: PacketTemplate.optional(),
  /** Where the workflow stopped: it always stops for a person. */
  stoppedAt: z.literal('approval'),
});
export type Packet = z.infer<typeof Packet>;
