/**
 * Ledger commands: requests to change the ledger, imperative. `decide` answers each with events or a Rejection.
 * There is no command that executes a step, posts outside or recommends: the ten laws of DESIGN.md. Those on notices
 * record what the service does with the outbox.
 */
import { z } from 'zod';
import type { RejectionCode } from './codes.ts';
import { Actor, DecisionBinding, ModelAnswer, ModelAsk } from './events.ts';
import { ReportBody } from './facts.ts';
import { Hold } from './holds.ts';
import { NoticeChannel, NoticeTrouble, SuppressionReason } from './outbox.ts';
import { Plan } from './plan.ts';
import { Proposal, type Violation } from './proposal.ts';
import { Digest, Id, Instant } from './vocabulary.ts';

const command = <T extends string, S extends z.ZodRawShape>(type: T, shape: S) =>
  z.strictObject({ type: z.literal(type), ...shape });

export const LedgerCommand = z.discriminatedUnion('type', [
  command('DeclareCutover', { plan: Plan, actor: Actor }),
  command('ReceiveReport', { body: ReportBody }),
  command('StartRun', { runId: Id, graphVersion: z.string() }),
  command('RecordProposal', { proposal: Proposal }),
  command('GateProposal', { proposalId: Id }),
  /** Sets aside what an ask may cost, before a model is asked. */
  command('AskModel', { ask: ModelAsk }),
  /** Settles an ask with what it really cost; does nothing when it is settled. */
  command('AnswerModel', { answer: ModelAnswer }),
  command('EndRun', { runId: Id, outcome: z.enum(['no_change', 'overtaken', 'refused_by_gate']) }),
  /** Adds the explanation of its holds to the packet that waits; does nothing when it no longer does. */
  command('ExplainHolds', { packetHash: Digest, holds: z.array(Hold) }),
  /** Clears a pending request whose basis moved or whose time ran out; does nothing when it still stands. */
  command('ReviewRequest', {}),
  command('AdoptPacket', { binding: DecisionBinding, actor: Actor }),
  command('DeclinePacket', {
    binding: DecisionBinding,
    actor: Actor,
    reason: z.string().max(2_000),
  }),
  command('AcknowledgePacket', { packetId: z.string(), person: Id, actor: Actor }),
  /** Claims a notice for one attempt on one channel. */
  command('BeginNotice', {
    noticeId: Id,
    person: Id,
    channel: NoticeChannel,
    relay: Id,
    /** Other relays leave this person alone for so long. */
    claimSeconds: z.int().min(1).max(600),
    /** In so long a person gets at most `noticesPerWindow` messages. */
    windowSeconds: z.int().min(0).max(3_600),
  }),
  command('EndNotice', {
    noticeId: Id,
    person: Id,
    channel: NoticeChannel,
    attempt: z.int().min(1),
    /** Of the packet that the message told of. */
    version: z.int().min(1),
    outcome: z.discriminatedUnion('kind', [
      z.strictObject({
        kind: z.literal('sent'),
        providerId: z.string().max(500).nullable(),
        found: z.boolean(),
        possibleDuplicate: z.boolean(),
      }),
      z.strictObject({
        kind: z.literal('failed'),
        reason: NoticeTrouble,
        ambiguous: z.boolean(),
        final: z.boolean(),
        retryAt: Instant.nullable(),
      }),
    ]),
  }),
  command('SuppressNotice', { noticeId: Id, person: Id, reason: SuppressionReason }),
]);
export type LedgerCommand = z.infer<typeof LedgerCommand>;
export type CommandOf<T extends LedgerCommand['type']> = Extract<LedgerCommand, { type: T }>;

/** `decide` saying no. `detail` names the place and the fix; `violations` are there when the check failed. */
export type Rejection = {
  readonly code: RejectionCode;
  readonly detail: string;
  readonly violations: readonly Violation[];
};
