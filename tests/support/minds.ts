/**
 * Agents and gate without a store: a state goes through one mind after another, each judged by the real rule book.
 * It answers with what the gate found, so that a test decides what to make of it.
 */
import { explaining } from '../../agents/holds.ts';
import { finished } from './finished.ts';
import type { Agent } from '../../agents/agent.ts';
import { deterministicAgents } from '../../agents/deterministic.ts';
import { judge } from '../../constraints/judge.ts';
import { checkCodeOf, digestOf } from '../../ledger/canonical.ts';
import type { CutoverState } from '../../ledger/cutover.ts';
import type { EventBody } from '../../ledger/events.ts';
import type { Packet } from '../../ledger/packet.ts';
import type { HoldsBody, Proposal, Violation } from '../../ledger/proposal.ts';
import { actor, fold } from './build.ts';

export type Gated = {
  readonly state: CutoverState;
  readonly body: Proposal['body'];
  readonly violations: readonly Violation[];
};

/** The state after this agent proposed at the run's instant and the gate gave its verdict. */
export async function through(state: CutoverState, agent: Agent, now: number): Promise<Gated> {
  const basisDigest = judge.basisDigest(state);
  const slice = { state, now, basisDigest, attempt: 1, refused: [], signal: null };
  const { body, mind } = await agent.propose(slice);
  const proposal: Proposal = {
    proposalId: `${state.run?.runId}.${agent.name}.1`,
    cutoverId: state.cutoverId,
    runId: state.run?.runId ?? '',
    agent: agent.name,
    mind,
    attempt: 1,
    basisVersion: state.version,
    basisDigest,
    body,
  };
  const made = fold(state, [
    { type: 'ProposalMade', proposal, proposalDigest: digestOf('proposal', proposal) },
  ]);
  const violations = judge.check(proposal, made, now);
  const verdict: EventBody = {
    type: 'VerdictGiven',
    proposalId: proposal.proposalId,
    agent: agent.name,
    checkerVersion: judge.version,
    clean: violations.length === 0,
    violations: [...violations],
  };
  return { state: fold(made, [verdict]), body, violations };
}

export type Looped = {
  readonly state: CutoverState;
  readonly holds: HoldsBody['holds'];
  /** The same holds, with the smallest conflict of each. */
  readonly explained: HoldsBody['holds'];
  readonly packet: Packet;
  /** What the gate found, with the agent it found it on. */
  readonly violations: readonly string[];
};

/** One whole loop of the deterministic minds on a state without waiting facts. */
export async function loopOnce(before: CutoverState, runId: string, now: number): Promise<Looped> {
  const started: EventBody = { type: 'RunStarted', runId, nowAt: now, graphVersion: 'test' };
  const timeline = await through(fold(before, [started]), deterministicAgents.resequencing, now);
  const register = await through(timeline.state, deterministicAgents.holds, now);
  const explained = finished(explaining({ state: timeline.state, now }));
  const last = await through(register.state, deterministicAgents.packet, now);
  if (register.body.agent !== 'holds' || last.body.agent !== 'packet') {
    throw new Error('an agent answered for another');
  }
  const untrue = judge.checkExplanation(explained, timeline.state);
  const found = [
    ...[timeline, register, last].map(({ body, violations }) => [body.agent, violations] as const),
    ['explanation', untrue] as const,
  ].flatMap(([by, violations]) =>
    violations.map(({ code, checkpoint, subjects }) =>
      [by, code, checkpoint, ...subjects].join(' '),
    ),
  );
  return {
    state: last.state,
    holds: register.body.holds,
    explained,
    packet: last.body.packet,
    violations: found,
  };
}

/** The state once this packet of the open run has been prepared, asked for and adopted. */
export function adoptedIn(state: CutoverState, packet: Packet, runId: string): CutoverState {
  const packetHash = digestOf('packet', packet);
  const { packetId, version, basisDigest, preparedAt } = packet;
  const nonce = `nonce-${version}`;
  const binding = { packetId, packetVersion: version, packetHash, basisDigest, nonce };
  return fold(state, [
    {
      type: 'PacketPrepared',
      packet,
      packetHash,
      checkCode: checkCodeOf(packetHash),
      proposalIds: [],
    },
    {
      type: 'ApprovalRequested',
      packetId,
      packetHash,
      basisDigest,
      nonce,
      expiresAt: preparedAt,
      runId,
    },
    {
      type: 'PacketAdopted',
      packetId,
      version,
      binding,
      actor: actor(),
      checkerVersion: 'test',
    },
    { type: 'RunEnded', runId, outcome: 'adopted' },
  ]);
}
