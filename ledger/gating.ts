/**
 * The gate: the stored proposal is judged against the facts as they are now, on the head it is appended to. A clean one
 * takes effect at once (rulings, or a packet that waits for a person); any other leaves only its verdict.
 */
import { adoption } from './adopting.ts';
import { checkCodeOf, digestOf } from './canonical.ts';
import type { CommandOf } from './commands.ts';
import type { CutoverState, PacketRecord, Request } from './cutover.ts';
import { accept, type DecideContext, type Decision, reject } from './decision.ts';
import type { EventBody } from './events.ts';
import { foresee } from './evolve.ts';
import { sameOrders } from './orders.ts';
import type { Packet } from './packet.ts';
import { plannedMs } from './plan.ts';
import type { Proposal, ReadinessBody, Violation } from './proposal.ts';
import { AgentName } from './vocabulary.ts';
import { readEvents } from './statements.ts';
import { clearing, requestFor, requestTrouble } from './requesting.ts';

/** A packet's id names it for ever: a proposal cannot borrow the id of another packet. */
function borrowedId({ packetId, version }: Packet, state: CutoverState): Violation[] {
  const taken =
    state.decided[packetId] !== undefined || state.pending?.record.packet.packetId === packetId;
  return taken
    ? [
        {
          code: 'packet_version_wrong',
          checkpoint: null,
          subjects: [packetId, `v${version}`],
          limitAt: null,
          foundAt: null,
        },
      ]
    : [];
}

/** The rulings, and what they show of the authority behind earlier facts: who had none, and who had it after all. */
function withAuthority(
  ruled: EventBody,
  state: CutoverState,
  { judge, now }: DecideContext,
): EventBody[] {
  const after = foresee(state, [ruled], now);
  const held: EventBody = { type: 'FactsHeldAgain', facts: [...judge.heldAgain(state, after)] };
  const heard: EventBody = { type: 'FactsHeardAgain', facts: [...judge.heardAgain(state, after)] };
  return [ruled, ...[held, heard].filter(({ facts }) => facts.length > 0)];
}

function rule(
  proposal: Proposal,
  body: ReadinessBody,
  { state, context }: { state: CutoverState; context: DecideContext },
): EventBody[] {
  if (body.rulings.length === 0) return [];
  const ruled: EventBody = {
    type: 'FactsRuled',
    proposalId: proposal.proposalId,
    rulings: body.rulings,
  };
  const known: EventBody[] = [
    ...withAuthority(ruled, state, context),
    ...readEvents(proposal.proposalId, body, state),
  ];
  const after = foresee(state, known, context.now);
  return requestTrouble(after, context) === 'basis_moved'
    ? [...known, ...clearing(after, 'basis_moved').filter((event) => event.type !== 'RunEnded')]
    : known;
}

/** Whether the packet is exactly what the lead approved when declaring: every start, end and owner, nothing held. */
function keepsApprovedSequence({ lines, holds }: Packet, state: CutoverState): boolean {
  const byId = new Map(lines.map((line) => [line.checkpoint, line]));
  const { plan } = state.situation;
  return (
    holds.length === 0 &&
    lines.length === plan.checkpoints.length &&
    plan.checkpoints.every((checkpoint) => {
      const line = byId.get(checkpoint.id);
      return (
        line !== undefined &&
        line.state !== 'held' &&
        line.state !== 'skipped' &&
        line.owner === checkpoint.approvedOwner &&
        line.startAt === checkpoint.approvedStartAt &&
        line.endAt === checkpoint.approvedStartAt + plannedMs(checkpoint.duration)
      );
    })
  );
}

/**
 * Packet 1 stands on the declaring lead's authority when the plan is still the one declared, its sequence is kept
 * whole, and the lead may still decide now. In any other case it waits for a person like every packet.
 */
function standsOnDeclaration(
  state: CutoverState,
  record: PacketRecord,
  { judge, now }: DecideContext,
): boolean {
  const question = { actor: state.declaredBy, record, decision: 'adopt' } as const;
  return (
    record.packet.version === 1 &&
    state.current === null &&
    state.declaredByLead &&
    state.declaredBy.kind === 'person' &&
    state.planDigest === digestOf('plan', state.situation.plan) &&
    keepsApprovedSequence(record.packet, state) &&
    judge.mayDecide(question, state, now) === null &&
    judge.checkPacket(record, state, now).length === 0
  );
}

function prepare(
  proposal: Proposal,
  packet: Packet,
  { state, context }: { state: CutoverState; context: DecideContext },
): EventBody[] {
  const packetHash = digestOf('packet', packet);
  const record: PacketRecord = { packet, packetHash, checkCode: checkCodeOf(packetHash) };
  const request: Request = requestFor(
    state,
    { packet, packetHash, runId: proposal.runId },
    context,
  );
  const proposalIds = AgentName.options.flatMap((agent) => {
    const attempt = state.run?.attempts[agent];
    return attempt?.clean === true ? [attempt.proposal.proposalId] : [];
  });
  const replaced = state.pending?.record.packet.packetId ?? null;
  const events: EventBody[] = [
    ...(replaced === null
      ? []
      : [{ type: 'ApprovalCleared', packetId: replaced, reason: 'replaced' } as const]),
    { type: 'PacketPrepared', ...record, proposalIds },
    { type: 'ApprovalRequested', ...request },
  ];
  const after = foresee(state, events, context.now);
  return standsOnDeclaration(after, record, context)
    ? [...events, ...adoption(after, { record, request, actor: state.declaredBy }, context)]
    : events;
}

/** The packet whose orders this one only repeats: the current one, or the pending one that still stands. */
function repeated(packet: Packet, state: CutoverState, context: DecideContext): Packet | null {
  const pending = requestTrouble(state, context) === null ? state.pending?.record.packet : null;
  const tolerance = state.situation.plan.policy.slipToleranceMinutes;
  const known = [state.current?.packet, pending];
  return known.find((other) => other && sameOrders(other, packet, tolerance)) ?? null;
}

function effects(
  proposal: Proposal,
  at: { state: CutoverState; context: DecideContext },
): EventBody[] {
  switch (proposal.body.agent) {
    case 'readiness':
      return rule(proposal, proposal.body, at);
    case 'packet':
      return prepare(proposal, proposal.body.packet, at);
    case 'resequencing':
    case 'holds':
      return [];
  }
}

/** A packet that orders nothing new is refused, and its run has nothing more to say. */
const endUnchanged = ({ runId, proposalId }: Proposal, same: Packet): Decision => ({
  events: [{ type: 'RunEnded', runId, outcome: 'no_change' }],
  rejection: {
    code: 'nothing_changed',
    detail: `${proposalId} orders nothing that v${same.version} does not`,
    violations: [],
  },
});

/** Judges a stored proposal of the open run once, at the store's `now`. */
export function gateProposal(
  { proposalId }: CommandOf<'GateProposal'>,
  state: CutoverState,
  context: DecideContext,
): Decision {
  const attempts = Object.values(state.run?.attempts ?? {});
  const attempt = attempts.find((known) => known.proposal.proposalId === proposalId);
  if (attempt === undefined) {
    return reject('proposal_unknown', `${proposalId} is not a newest proposal of the open run`);
  }
  if (attempt.clean !== null) {
    return reject('proposal_already_judged', `${proposalId} has its verdict`);
  }
  const { proposal } = attempt;
  const packet = proposal.body.agent === 'packet' ? proposal.body.packet : null;
  const violations = [
    ...context.judge.check(proposal, state, context.now),
    ...(packet === null ? [] : borrowedId(packet, state)),
  ];
  const same = packet === null || violations.length > 0 ? null : repeated(packet, state, context);
  if (same !== null) return endUnchanged(proposal, same);
  const clean = violations.length === 0;
  const verdict: EventBody = {
    type: 'VerdictGiven',
    proposalId,
    agent: proposal.agent,
    checkerVersion: context.judge.version,
    clean,
    violations,
  };
  const judged = foresee(state, [verdict], context.now);
  return accept(verdict, ...(clean ? effects(proposal, { state: judged, context }) : []));
}
