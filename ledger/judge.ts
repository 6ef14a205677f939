/**
 * What the ledger needs from constraints/, as a type: the checker is handed to `decide` as an argument, so that
 * gating and adopting re-check the stored bytes where they are appended without an upward import.
 */
import type { RejectionCode } from './codes.ts';
import type { CutoverState, PacketRecord } from './cutover.ts';
import type { Actor } from './events.ts';
import type { HeardAgain, HeldAgain } from './facts.ts';
import type { Hold } from './holds.ts';
import type { Plan } from './plan.ts';
import type { Proposal, Violation } from './proposal.ts';
import type { Digest, Instant } from './vocabulary.ts';

/** One contradiction inside a plan, at a path such as `checkpoints/security-approval/predecessors/0`. */
export type PlanProblem = {
  readonly code: string;
  readonly path: string;
  readonly message: string;
  readonly fix: string;
};

export type Judge = {
  /** Digest of the rules themselves: recorded with every verdict and decision. */
  readonly version: string;
  /** Every contradiction in a plan; empty when it can be declared. */
  planProblems(plan: Plan): readonly PlanProblem[];
  /** Every rule a proposal breaks, ranked; empty is clean. */
  check(proposal: Proposal, state: CutoverState, now: Instant): readonly Violation[];
  /** The rules a stored packet breaks if it became current at `now`. */
  checkPacket(record: PacketRecord, state: CutoverState, now: Instant): readonly Violation[];
  /** The rules that the explained holds of the packet that waits break; empty when all of them are true. */
  checkExplanation(holds: readonly Hold[], state: CutoverState): readonly Violation[];
  /**
   * Digest of the facts a timeline stands on, counting facts that have arrived and would be accepted but are
   * not ruled on yet. Facts that change nothing a timeline rests on do not change it.
   */
  basisDigest(state: CutoverState): Digest;
  /**
   * Facts accepted by `after` that their tellers had no authority for, as is known since `before`, by subject.
   */
  heldAgain(before: CutoverState, after: CutoverState): readonly HeldAgain[];
  /**
   * Facts held by `after` for want of an authority that their tellers had, as is known since `before`, as they were held.
   */
  heardAgain(before: CutoverState, after: CutoverState): readonly HeardAgain[];
  /** Why this actor may not decide on this packet now; null when it may. */
  mayDecide(
    question: { actor: Actor; record: PacketRecord; decision: 'adopt' | 'decline' },
    state: CutoverState,
    now: Instant,
  ): RejectionCode | null;
  /** Whether this actor is the release lead at this instant. */
  isReleaseLead(actor: Actor, plan: Plan, now: Instant): boolean;
};
