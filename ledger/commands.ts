/**
 * Ledger commands: requests to change the ledger, imperative. `decide` answers each with events or a Rejection.
 * There is no command that executes a step, posts outside or recommends: the ten laws of DESIGN.md.
 */
import { z } from 'zod';
import type { RejectionCode } from './codes.ts';
import { Actor, DecisionBinding } from './events.ts';
import { ReportBody } from './facts.ts';
import { Plan } from './plan.ts';
import { Proposal, type Violation } from './proposal.ts';
import { Id } from './vocabulary.ts';

const command = <T extends string, S extends z.ZodRawShape>(type: T, shape: S) =>
  z.strictObject({ type: z.literal(type), ...shape });

export const LedgerCommand = z.discriminatedUnion('type', [
  command('DeclareCutover', { plan: Plan, actor: Actor }),
  command('ReceiveReport', { body: ReportBody }),
  command('StartRun', { runId: Id, graphVersion: z.string() }),
  command('RecordProposal', { proposal: Proposal }),
  command('GateProposal', { proposalId: Id }),
  command('EndRun', { runId: Id, outcome: z.enum(['no_change', 'overtaken', 'refused_by_gate']) }),
  /** Clears a pending request whose basis moved or whose time ran out; does nothing when it still stands. */
  command('ReviewRequest', {}),
  command('AdoptPacket', { binding: DecisionBinding, actor: Actor }),
  command('DeclinePacket', {
    binding: DecisionBinding,
    actor: Actor,
    reason: z.string().max(2_000),
  }),
  command('AcknowledgePacket', { packetId: z.string(), person: Id, actor: Actor }),
]);
export type LedgerCommand = z.infer<typeof LedgerCommand>;
export type CommandOf<T extends LedgerCommand['type']> = Extract<LedgerCommand, { type: T }>;

/** `decide` saying no. `detail` names the place and the fix; `violations` are there when the check failed. */
export type Rejection = {
  readonly code: RejectionCode;
  readonly detail: string;
  readonly violations: readonly Violation[];
};
