/**
 * What an agent is: a name and one question, "what do you propose?". It owns nothing, writes nothing and never sees the
 * store. Whatever mind answers, deterministic or model, the same slice goes in, the same body comes out, and the same
 * gate judges it.
 */
import type { CutoverState } from '../ledger/cutover.ts';
import type { ModelAnswer, ModelAsk } from '../ledger/events.ts';
import type { Use } from '../ledger/modelCost.ts';
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
  /** Without one there is nowhere to count, so no model is asked. */
  readonly meter?: Meter;
};

/** What one ask may cost at most, once the ledger has set it aside. */
export type Ticket = {
  readonly allowance: Use;
  /** Settles it with what it really cost. */
  close(answer: Omit<ModelAnswer, 'askId'>): Promise<void>;
};

/** Where asking a model is counted: before it happens, and durably. */
export type Meter = {
  /** What the clock of the ledger shows: a run's own instant is the one it began at. */
  now(): Instant;
  /** Sets at most `need` aside for this agent's ask; null when a cap leaves too little for it. */
  open(ask: Pick<ModelAsk, 'agent' | 'model' | 'promptDigest'>, need: Use): Promise<Ticket | null>;
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

/** The same thought under another mind; a packet names its mind itself. */
export function withMind({ body }: Thought, mind: Mind): Thought {
  if (body.agent !== 'packet') return { body, mind };
  const minds = [...body.packet.minds.slice(0, -1), { agent: body.agent, mind }];
  return { body: { ...body, packet: { ...body.packet, minds } }, mind };
}

/** What takes a failed model's turn. */
export const modelFailed: Mind = { kind: 'deterministic', reason: 'model_failed' };

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
