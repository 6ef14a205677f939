/**
 * The words every other file is written in: ids, instants, intervals and the closed lists of kinds.
 * It refuses to know any rule; rules live in constraints/, effects in situation.ts.
 */
import { z } from 'zod';

/** A lower-case slug. `constructor` is refused because ids are used as record keys. */
export const Id = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9._:-]{0,99}$/,
    'an id is lower-case letters, digits and . _ : - (at most 100)',
  )
  .refine((id) => id !== 'constructor', 'this word is reserved');
export type Id = z.infer<typeof Id>;

/** Epoch milliseconds between the years 2000 and 2100, so that a slipped unit is refused. */
export const Instant = z.int().min(946_684_800_000).max(4_102_444_800_000);
export type Instant = z.infer<typeof Instant>;

/** Lower-case hex SHA-256. */
export const Digest = z.string().regex(/^[0-9a-f]{64}$/);
export type Digest = z.infer<typeof Digest>;

/** `opensAt` is inclusive, `closesAt` exclusive. Never empty. */
export const Interval = z
  .strictObject({ opensAt: Instant, closesAt: Instant })
  .refine((span) => span.opensAt < span.closesAt, 'opensAt must come before closesAt');
export type Interval = z.infer<typeof Interval>;

/** A whole number of minutes, from none to thirty days. */
export const Minutes = z.int().min(0).max(43_200);
/** A whole number of seconds, from none to thirty days: durations and gaps, because some runbooks are second-grained. */
export const Seconds = z.int().min(0).max(2_592_000);

export const CheckpointKind = z.enum([
  'task',
  'milestone',
  'notice',
  'deadline',
  'decision',
  'approval',
  'hold_point',
  'freeze',
  'window',
  'point_of_no_return',
]);
export type CheckpointKind = z.infer<typeof CheckpointKind>;

export const BoundaryKind = z.enum(['maintenance', 'freeze', 'blackout']);
export type BoundaryKind = z.infer<typeof BoundaryKind>;

/** Who declared a boundary: the widest level comes first. */
export const BoundaryLevel = z.enum(['organisation', 'service', 'cutover']);
export type BoundaryLevel = z.infer<typeof BoundaryLevel>;

export const StartRule = z.enum(['pinned', 'asap', 'conditional']);
export type StartRule = z.infer<typeof StartRule>;

export const PredecessorType = z.enum(['finish_to_start', 'start_to_start', 'finish_to_finish']);
export type PredecessorType = z.infer<typeof PredecessorType>;

export const ProgressState = z.enum(['planned', 'in_progress', 'done', 'skipped']);
export type ProgressState = z.infer<typeof ProgressState>;

export const AgentName = z.enum(['readiness', 'resequencing', 'holds', 'packet']);
export type AgentName = z.infer<typeof AgentName>;

/** Milliseconds in a second and in a minute: the one place where the factors are written. */
export const secondMs = 1_000;
export const minuteMs = 60_000;
