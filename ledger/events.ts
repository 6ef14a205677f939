/**
 * The events: everything that ever happened to a cutover, as a closed union. Append-only; names are past tense.
 * An event is parsed here when it is read from a store and never again.
 */
import { z } from 'zod';
import { RejectionCode } from './codes.ts';
import { Fact, HeardAgain, HeldAgain, Report, Ruling } from './facts.ts';
import { Hold } from './holds.ts';
import { NoticeChannel, NoticeTrouble, SuppressionReason } from './outbox.ts';
import { ModelOutcome, RationaleCode, Use } from './modelCost.ts';
import { Delta, Packet } from './packet.ts';
import { Plan } from './plan.ts';
import { Proposal, Violation } from './proposal.ts';
import { AgentName, Digest, Id, Instant } from './vocabulary.ts';

/** Who acted: issuer and subject, the role it acted in, and how it was known (RELIABILITY.md section 8). */
export const Actor = z.strictObject({
  kind: z.enum(['person', 'machine', 'agent', 'system']),
  /** `cli`, `oidc:<issuer>`, `token`, `interlock`. */
  issuer: z.string(),
  subject: z.string(),
  role: Id.nullable(),
  authenticatedAt: Instant.nullable(),
  /** Address or terminal it came from; never a secret. */
  origin: z.string(),
});
export type Actor = z.infer<typeof Actor>;

/** What a decision (taken or refused) was bound to. */
export const DecisionBinding = z.strictObject({
  packetId: z.string(),
  packetVersion: z.int().nullable(),
  packetHash: z.string(),
  basisDigest: z.string(),
  nonce: z.string(),
});
export type DecisionBinding = z.infer<typeof DecisionBinding>;

export const ModelAsk = z.strictObject({
  askId: Id,
  runId: Id,
  agent: AgentName,
  model: z.string(),
  promptDigest: Digest,
  reserved: Use,
});
export type ModelAsk = z.infer<typeof ModelAsk>;

export const ModelAnswer = z.strictObject({
  askId: Id,
  outcome: ModelOutcome,
  used: Use,
  rationale: z.array(RationaleCode),
});
export type ModelAnswer = z.infer<typeof ModelAnswer>;

const event = <T extends string, S extends z.ZodRawShape>(type: T, shape: S) =>
  z.strictObject({ type: z.literal(type), ...shape });

export const EventBody = z.discriminatedUnion('type', [
  event('CutoverDeclared', {
    plan: Plan,
    planDigest: Digest,
    actor: Actor,
    declaredByLead: z.boolean(),
  }),
  event('ReportReceived', { report: Report }),
  /** The same source event id came again with another body. Nothing of it is applied; its text is kept. */
  event('ReportRefused', {
    source: Id,
    sourceEventId: z.string(),
    bodyDigest: Digest,
    knownDigest: Digest,
    text: z.string(),
    reason: RejectionCode,
  }),
  /** A run has begun; `nowAt` is the instant that all of its proposals reason about. */
  event('RunStarted', { runId: Id, nowAt: Instant, graphVersion: z.string() }),
  event('ProposalMade', { proposal: Proposal, proposalDigest: Digest }),
  event('VerdictGiven', {
    proposalId: Id,
    agent: AgentName,
    checkerVersion: z.string(),
    clean: z.boolean(),
    violations: z.array(Violation),
  }),
  /** A clean readiness proposal takes effect: each fact is accepted or held, on its own. */
  event('FactsRuled', { proposalId: Id, rulings: z.array(Ruling) }),
  /** Accepted facts that turn out to have been told without authority: undone, and before a human again. */
  event('FactsHeldAgain', { facts: z.array(HeldAgain) }),
  /** Held facts whose tellers turn out to have had the authority: they wait for a ruling like any other. */
  event('FactsHeardAgain', { facts: z.array(HeardAgain) }),
  /**
   * A statement was read: these typed facts wait for a ruling like any other. `whole`: they account for all of its
   * words; if not, the statement stays before a person.
   */
  event('StatementRead', {
    proposalId: Id,
    statement: Id,
    facts: z.array(Fact),
    whole: z.boolean(),
  }),
  /** A model is about to be asked; what it may cost at most is set aside first. */
  event('ModelAsked', ModelAsk.shape),
  /** What the ask came to, and what it really cost. */
  event('ModelAnswered', ModelAnswer.shape),
  event('PacketPrepared', {
    packet: Packet,
    packetHash: Digest,
    checkCode: z.string(),
    proposalIds: z.array(Id),
  }),
  event('ApprovalRequested', {
    packetId: Id,
    packetHash: Digest,
    basisDigest: Digest,
    nonce: Id,
    expiresAt: Instant,
    runId: Id,
  }),
  /**
   * Why each hold of the packet that waits is there: the smallest conflict, and what one exception would buy. One that
   * breaks a rule is kept with its violations and shown to nobody.
   */
  event('HoldsExplained', {
    packetHash: Digest,
    holds: z.array(Hold),
    checkerVersion: z.string(),
    violations: z.array(Violation),
  }),
  event('ApprovalCleared', {
    packetId: Id,
    reason: z.enum(['basis_moved', 'expired', 'replaced']),
  }),
  event('PacketAdopted', {
    packetId: Id,
    version: z.int(),
    binding: DecisionBinding,
    actor: Actor,
    checkerVersion: z.string(),
  }),
  event('PacketSuperseded', { packetId: Id, version: z.int(), byPacketId: Id }),
  event('PacketDeclined', {
    packetId: Id,
    binding: DecisionBinding,
    actor: Actor,
    reason: z.string(),
  }),
  /** A decision that was refused: who, why, and both sides of what did not match. */
  event('DecisionRefused', {
    decision: z.enum(['adopt', 'decline', 'acknowledge']),
    code: RejectionCode,
    actor: Actor,
    binding: DecisionBinding,
    expectedHash: Digest.nullable(),
    expectedBasis: Digest.nullable(),
    violations: z.array(Violation),
  }),
  /** The transactional outbox: one coalesced delta for one person of one adopted packet. */
  event('NoticeQueued', { noticeId: Id, packetId: Id, version: z.int(), person: Id, delta: Delta }),
  /** Written before anything is sent, so that no attempt goes unknown. `claimedUntil` keeps other relays away. */
  event('NoticeAttempted', {
    noticeId: Id,
    packetId: Id,
    version: z.int(),
    person: Id,
    channel: NoticeChannel,
    attempt: z.int().min(1),
    relay: Id,
    claimedUntil: Instant,
    /** How many earlier attempts of this notice on this channel may have got through without anybody knowing. */
    doubts: z.int().min(0),
  }),
  event('NoticeSent', {
    noticeId: Id,
    version: z.int(),
    person: Id,
    channel: NoticeChannel,
    attempt: z.int().min(1),
    /** The name under which the provider knows it; null when it gives none. */
    providerId: z.string().nullable(),
    /** It had got through before and was found there, not sent again. */
    found: z.boolean(),
    /** It was marked as one that may have come before. */
    possibleDuplicate: z.boolean(),
    /** Its relay had lost the claim before it could say so. */
    late: z.boolean(),
  }),
  event('NoticeFailed', {
    noticeId: Id,
    version: z.int(),
    person: Id,
    channel: NoticeChannel,
    attempt: z.int().min(1),
    reason: NoticeTrouble,
    /** It may have got through all the same. */
    ambiguous: z.boolean(),
    /** This channel is not tried again for this notice. */
    final: z.boolean(),
    retryAt: Instant.nullable(),
  }),
  event('NoticeSuppressed', {
    noticeId: Id,
    version: z.int(),
    person: Id,
    reason: SuppressionReason,
  }),
  event('PacketAcknowledged', { packetId: Id, version: z.int(), person: Id, actor: Actor }),
  event('RunEnded', {
    runId: Id,
    outcome: z.enum([
      'no_change',
      'adopted',
      'declined',
      'cleared',
      'overtaken',
      'refused_by_gate',
    ]),
  }),
]);
export type EventBody = z.infer<typeof EventBody>;
export type EventType = EventBody['type'];
export type EventOf<T extends EventType> = Extract<EventBody, { type: T }>;

/** One event at its place in the chain. `hash` covers everything else, `previousHash` the event before. */
export const LedgerEvent = z.strictObject({
  cutoverId: Id,
  version: z.int().min(1),
  recordedAt: Instant,
  body: EventBody,
  previousHash: Digest,
  hash: Digest,
});
export type LedgerEvent = z.infer<typeof LedgerEvent>;

/** What the first event of a cutover names as the hash before it. */
export const genesisHash: Digest = '0'.repeat(64);
