/**
 * One agent's turn: its mind is asked, and what it proposes is recorded. Nothing takes effect here, and nothing an
 * agent answers is trusted: a body of the wrong shape, or a model that fails, gives the turn to the deterministic mind.
 */
import type { Agent, Slice, Thought } from '../agents/agent.ts';
import { deterministicAgents } from '../agents/deterministic.ts';
import type { RejectionCode } from '../ledger/codes.ts';
import { handle } from '../ledger/handle.ts';
import { Proposal } from '../ledger/proposal.ts';
import type { AgentName } from '../ledger/vocabulary.ts';
import type { LoopDeps } from './deps.ts';
import { look, type RunRef, type Seen } from './look.ts';
import { route } from './route.ts';

type Turn = { readonly name: AgentName; readonly mind: 'own' | 'deterministic' };

/** What the gate said of the last attempt, if this mind made it on these facts. */
function sliceFor(seen: Seen, turn: Turn, signal: AbortSignal | null): Slice {
  const { state, basisDigest, view } = seen;
  const last = state.run?.attempts[turn.name];
  const standing = view.standing[turn.name];
  const repairs = standing.at === 'refused' && (turn.mind === 'own' || standing.deterministic > 0);
  return {
    state,
    now: state.run?.nowAt ?? state.recordedAt,
    basisDigest,
    attempt: (last?.proposal.attempt ?? 0) + 1,
    refused: repairs ? (last?.violations ?? []) : [],
    signal,
  };
}

function proposalOf(
  thought: Thought,
  slice: Slice,
  { cutoverId, runId, name }: RunRef & { name: AgentName },
): Proposal {
  return {
    proposalId: `${runId}.${name}.${slice.attempt}`,
    cutoverId,
    runId,
    agent: name,
    mind: thought.mind,
    attempt: slice.attempt,
    basisVersion: slice.state.version,
    basisDigest: slice.basisDigest,
    body: thought.body,
  };
}

async function ask(agent: Agent, slice: Slice, ref: RunRef): Promise<Proposal> {
  const thought = await agent.propose(slice);
  const proposal = Proposal.parse(proposalOf(thought, slice, { ...ref, name: agent.name }));
  if (proposal.body.agent !== agent.name) {
    throw new TypeError(`${agent.name} proposed what only ${proposal.body.agent} may`);
  }
  return proposal;
}

/** The proposal of the mind whose turn it is; of the deterministic one, marked as such, when a model fails. */
async function propose(
  deps: LoopDeps,
  { slice, turn, ref }: { slice: Slice; turn: Turn; ref: RunRef },
): Promise<Proposal> {
  const own = deps.agents[turn.name];
  const last = deterministicAgents[turn.name];
  if (own === last) return ask(last, slice, ref);
  if (turn.mind === 'own') {
    try {
      return await ask(own, slice, ref);
    } catch (error) {
      if (slice.signal?.aborted === true) throw error;
    }
  }
  const proposal = await ask(last, slice, ref);
  return { ...proposal, mind: { kind: 'deterministic', reason: 'model_failed' } };
}

/** Another worker was first, or the run was ended from outside: the supervisor looks again. */
const elsewhere: readonly RejectionCode[] = [
  'attempt_out_of_order',
  'proposal_malformed',
  'run_already_ended',
  'run_unknown',
];

/**
 * Asks the agent and records its proposal; answers with the proposal's id, or null when it is not this agent's turn
 * (any more). Throws when the ledger refuses for a reason that no other writer explains.
 */
export async function think(
  deps: LoopDeps,
  ref: RunRef & { readonly name: AgentName },
  signal: AbortSignal | null,
): Promise<string | null> {
  const seen = await look(deps.ledger, ref);
  const step = route(seen.view);
  if (step.to !== 'agent' || step.name !== ref.name) return null;
  const slice = sliceFor(seen, step, signal);
  const proposal = await propose(deps, { slice, turn: step, ref });
  const { rejection } = await handle(deps.ledger, ref.cutoverId, {
    type: 'RecordProposal',
    proposal,
  });
  if (rejection === null) return proposal.proposalId;
  if (elsewhere.includes(rejection.code)) return null;
  throw new Error(`${ref.cutoverId}: ${ref.name} could not propose: ${rejection.detail}`);
}
