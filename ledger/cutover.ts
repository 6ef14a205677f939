/**
 * The state of one cutover: what the events of its ledger add up to. Everything here is JSON, so that it can be
 * kept as a snapshot and thrown away. How each event changes it is in evolve.ts; what is allowed, in decide.ts.
 */
import { z } from 'zod';
import { Actor } from './events.ts';
import { Assertion, Fact, Ruling } from './facts.ts';
import { Hold } from './holds.ts';
import { Outbox } from './outbox.ts';
import { ModelUse } from './modelCost.ts';
import { Packet } from './packet.ts';
import { Proposal, Violation } from './proposal.ts';
import { Situation } from './situation.ts';
import { AgentName, Digest, Id, Instant } from './vocabulary.ts';

/** The newest accepted fact on one subject: what a later one is measured against. */
export const KnownFact = z.strictObject({
  ...Fact.shape,
  /** Position of the event that accepted it: what a packet newly stands on is later than the current one's basis. */
  ruledVersion: z.int(),
});
export type KnownFact = z.infer<typeof KnownFact>;

/** What one source said on one subject, accepted or repeated: what its next word is measured against. */
export const HeardFact = z.strictObject({
  factId: Id,
  source: Id,
  sourceSequence: z.int().nullable(),
  occurredAt: Instant,
  /** As it stands: a finish told in advance as the forecast that it is. */
  assertion: Assertion,
});
export type HeardFact = z.infer<typeof HeardFact>;

/** The last words of one source on one subject: by its own count, when it counts, and by its own clock. */
export const LastWords = z.strictObject({ byCount: HeardFact.nullable(), byClock: HeardFact });
export type LastWords = z.infer<typeof LastWords>;

export const PacketRecord = z.strictObject({
  packet: Packet,
  packetHash: Digest,
  checkCode: z.string(),
  /** Its holds with the smallest reason for each; left out until they are explained (explaining.ts). */
  explained: z.array(Hold).optional(),
});
export type PacketRecord = z.infer<typeof PacketRecord>;

export const Request = z.strictObject({
  packetId: Id,
  packetHash: Digest,
  basisDigest: Digest,
  nonce: Id,
  expiresAt: Instant,
  runId: Id,
});
export type Request = z.infer<typeof Request>;

/** The newest proposal of one agent in the open run, and what the gate said of it (null: not yet judged). */
export const Attempt = z.strictObject({
  proposal: Proposal,
  clean: z.boolean().nullable(),
  violations: z.array(Violation),
});
export type Attempt = z.infer<typeof Attempt>;

export const Run = z.strictObject({
  runId: Id,
  startedVersion: z.int(),
  nowAt: Instant,
  graphVersion: z.string(),
  attempts: z.partialRecord(AgentName, Attempt),
});
export type Run = z.infer<typeof Run>;

/** How a packet left the waiting place (or the current one): who decided, when. `by` is null when time or facts did. */
export const Settled = z.strictObject({
  how: z.enum(['adopted', 'declined', 'superseded', 'basis_moved', 'expired', 'replaced']),
  version: z.int(),
  by: z.string().nullable(),
  at: Instant,
});
export type Settled = z.infer<typeof Settled>;

export const CutoverState = z.strictObject({
  cutoverId: Id,
  version: z.int(),
  headHash: Digest,
  recordedAt: Instant,
  planDigest: Digest,
  declaredBy: Actor,
  declaredByLead: z.boolean(),
  situation: Situation,
  /** Received and not yet ruled on, in order of arrival. */
  unruled: z.array(Fact),
  heldFacts: z.array(z.strictObject({ fact: Fact, ruling: Ruling })),
  known: z.record(z.string(), KnownFact),
  /** Last words of each source, by source and subject. */
  heard: z.record(z.string(), LastWords),
  /** Facts accepted since the basis of the current packet, with the position at which each was. */
  moved: z.array(z.strictObject({ factId: Id, subject: z.string(), version: z.int() })),
  /** Position of the newest event that a run has to look at. */
  inputVersion: z.int(),
  /** The open run; null between runs. */
  run: Run.nullable(),
  /** Position at which the last run that ended had started. */
  lastRunStartedVersion: z.int(),
  lastRunId: Id.nullable(),
  /** The instant the last run that ended reasoned about. */
  lastRunNowAt: Instant.nullable(),
  current: PacketRecord.nullable(),
  /** Prepared and waiting for a person. */
  pending: z.strictObject({ record: PacketRecord, request: Request.nullable() }).nullable(),
  lastPacketVersion: z.int(),
  /** Every packet that no longer waits, by its id. */
  decided: z.record(Id, Settled),
  usedNonces: z.array(z.string()),
  /** Newest acknowledgement of each person: `version` is the one they saw, `countsFor` the newest it still covers. */
  acknowledgements: z.record(
    Id,
    z.strictObject({ version: z.int(), countsFor: z.int(), at: Instant }),
  ),
  /** Who was told what, and what waits to be sent, by person. */
  outbox: z.record(Id, Outbox),
  refusals: z.int(),
  modelUse: ModelUse,
});
export type CutoverState = z.infer<typeof CutoverState>;
