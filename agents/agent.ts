/**
 * What an agent is: a name and one question, "what do you propose?". It owns nothing, writes nothing and never sees the
 * store. Whatever mind answers, deterministic or model, the same slice goes in, the same body comes out, and the same
 * gate judges it.
 */
import type { CutoverState } from '../ledger/cutover.ts';
import type { Mind } from '../ledger/packet.ts';
import type { Proposal, Violation } from '../ledger/proposal.ts';
import type { AgentName, Digest, Instant } from '../ledger/vocabulary.ts';

/** Everything an agent may know. */
export type Slice = {
  readonly state: CutoverState;
  /** The instant that every proposal of the run reasons about. */
  readonly now: Instant;
  /** Digest of the facts that the proposal will stand on. */
  readonly basisDigest: Digest;
  /** Which attempt of this agent in this run, from 1. */
  readonly attempt: number;
  /** What the gate said of this mind's last attempt, as data; empty on a first one. */
  readonly refused: readonly Violation[];
  /** Aborted when the run is stopped; null where nothing can stop it. */
  readonly signal: AbortSignal | null;
};

export type Thought = { readonly body: Proposal['body']; readonly mind: Mind };

/** `propose` may be slow and may throw; it never changes anything. */
export type Agent = {
  readonly name: AgentName;
  propose(slice: Slice): Promise<Thought>;
};

export type Agents = { readonly [Name in AgentName]: Agent };

/** The mind of a deterministic agent that was asked first. */
export const deterministicMind: Mind = { kind: 'deterministic', reason: 'default' };

/** The newest proposal body of one agent in the open run that the gate found clean, or null. */
export function cleanBody<Name extends AgentName>(
  state: CutoverState,
  name: Name,
): Extract<Proposal['body'], { agent: Name }> | null {
  const attempt = state.run?.attempts[name];
  if (attempt?.clean !== true) return null;
  const { body } = attempt.proposal;
  return isBodyOf(body, name) ? body : null;
}

function isBodyOf<Name extends AgentName>(
  body: Proposal['body'],
  name: Name,
): body is Extract<Proposal['body'], { agent: Name }> {
  return body.agent === name;
}
