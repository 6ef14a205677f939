/**
 * What every agent emits: one `Proposal`, whatever mind made it. A proposal changes nothing; the gate
 * (GateProposal, with constraints/ handed in) turns it into a verdict and, when clean, into effects.
 */
import { z } from 'zod';
import { ViolationCode } from './codes.ts';
import { Assertion, Ruling } from './facts.ts';
import { Cause, Hold } from './holds.ts';
import { Mind, Packet } from './packet.ts';
import { AgentName, Digest, Id, Instant } from './vocabulary.ts';

/** One placed open checkpoint. `endAt` is the start plus the planned duration. */
export const Placement = z.strictObject({
  checkpoint: Id,
  startAt: Instant,
  endAt: Instant,
  owner: Id,
});
export type Placement = z.infer<typeof Placement>;

/** A checkpoint not placed. `behind` names the held checkpoint it hangs on; a root has null and its own causes. */
export const Unplaced = z.strictObject({
  checkpoint: Id,
  behind: Id.nullable(),
  causes: z.array(Cause).min(1),
});
export type Unplaced = z.infer<typeof Unplaced>;

/** Values of the soft levels in order, and up to which level they are proven least. */
export const Quality = z.strictObject({
  levels: z.array(z.int()),
  provenLevels: z.int().min(0),
  proven: z.boolean(),
});
export type Quality = z.infer<typeof Quality>;

/**
 * One typed fact read out of a waiting statement: the words it rests on, verbatim, from the place where they stand.
 * Its origin (source, reporter, clock) is the statement's, and it is ruled on like any other fact.
 */
export const StatementReading = z.strictObject({
  statement: Id,
  /** Where the quote begins in the statement, in UTF-16 units. */
  from: z.int().min(0),
  quote: z.string().min(1).max(4_000),
  assertion: Assertion,
});
export type StatementReading = z.infer<typeof StatementReading>;

export const ReadinessBody = z.strictObject({
  agent: z.literal('readiness'),
  rulings: z.array(Ruling),
  /** Only a mind that can read has any. They take effect after the rulings. */
  readings: z.array(StatementReading).optional(),
});
export const ResequencingBody = z.strictObject({
  agent: z.literal('resequencing'),
  placements: z.array(Placement),
  unplaced: z.array(Unplaced),
  quality: Quality,
});
export const HoldsBody = z.strictObject({ agent: z.literal('holds'), holds: z.array(Hold) });
/** The whole packet as it would be adopted. The rule book re-derives every line from the ledger. */
export const PacketProposalBody = z.strictObject({ agent: z.literal('packet'), packet: Packet });
export type ReadinessBody = z.infer<typeof ReadinessBody>;
export type ResequencingBody = z.infer<typeof ResequencingBody>;
export type HoldsBody = z.infer<typeof HoldsBody>;
export type PacketProposalBody = z.infer<typeof PacketProposalBody>;

export const Proposal = z.strictObject({
  proposalId: Id,
  cutoverId: Id,
  runId: Id,
  agent: AgentName,
  mind: Mind,
  /** Counted per run and agent from 1; the repair after a refused proposal is the next one. */
  attempt: z.int().min(1),
  /** Ledger position the proposer read, and the digest of the facts that matter at it. */
  basisVersion: z.int().min(1),
  basisDigest: Digest,
  body: z.discriminatedUnion('agent', [
    ReadinessBody,
    ResequencingBody,
    HoldsBody,
    PacketProposalBody,
  ]),
});
export type Proposal = z.infer<typeof Proposal>;

/** One broken rule. `subjects` names what it is about; `limitAt` and `foundAt` are the two sides of the edge. */
export const Violation = z.strictObject({
  code: ViolationCode,
  checkpoint: Id.nullable(),
  subjects: z.array(z.string()),
  limitAt: Instant.nullable(),
  foundAt: Instant.nullable(),
});
export type Violation = z.infer<typeof Violation>;
