/**
 * One agent's turn: its mind is asked, and what it proposes is recorded and judged. Nothing an agent answers is
 * trusted: a body of the wrong shape, or a model that fails, gives the turn to the deterministic mind.
 */
import { type Agent, modelFailed, type Slice, type Thought, withMind } from '../agents/agent.ts';
import { deterministicAgents } from '../agents/deterministic.ts';
import { canonicalJson } from '../ledger/canonical.ts';
import type { RejectionCode } from '../ledger/codes.ts';
import { handleAhead, handleAll } from '../ledger/handle.ts';
import { Proposal } from '../ledger/proposal.ts';
import type { AgentName, Id } from '../ledger/vocabulary.ts';
import type { LoopDeps } from './deps.ts';
import { meterFor } from './meter.ts';
import { look, type RunRef, type Seen, stateOf } from './look.ts';
import { route } from './route.ts';

type Turn = { readonly name: AgentName; readonly mind: 'own' | 'deterministic' };

/** What the gate said of the last attempt, if this mind made it on these facts. */
function sliceFor(seen: Seen, turn: Turn, run: Pick<Slice, 'signal' | 'meter'>): Slice {
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
    ...run,
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
  // What cannot be written down as canonical bytes is nobody's proposal.
  canonicalJson(proposal);
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
  return ask(
    { ...last, propose: async (given) => withMind(await last.propose(given), modelFailed) },
    slice,
    ref,
  );
}

/** Another worker was first, or the run was ended from outside: the supervisor looks again. */
const elsewhere: readonly RejectionCode[] = [
  'attempt_out_of_order',
  'proposal_already_judged',
  'proposal_malformed',
  'proposal_unknown',
  'run_already_ended',
  'run_unknown',
];

/**
 * What the minds of one graph have said and the ledger has not got yet, by proposal id. Nothing but a mind's answer is
 * ever lost with it: a process that dies here has proposed nothing, and the next one asks again.
 */
export type Thoughts = Map<Id, Proposal>;

/** Asks the agent; answers with its proposal, or null when it is not this agent's turn (any more). */
export async function think(
  deps: LoopDeps,
  ref: RunRef & { readonly name: AgentName },
  signal: AbortSignal | null,
): Promise<Proposal | null> {
  const seen = await look(deps.ledger, ref);
  const step = route(seen.view);
  if (step.to !== 'agent' || step.name !== ref.name) return null;
  const slice = sliceFor(seen, step, { signal, meter: meterFor(deps, ref) });
  return propose(deps, { slice, turn: step, ref });
}

/** Of so many checkpoints on it takes longer to judge a proposal than others should wait for the ledger. */
const largePlan = 100;

/**
 * Records a proposal and has it judged, in one transaction. One that the ledger holds already is only judged. Answers
 * whether it said nothing new, so that its run is over. Throws when the ledger refuses for a reason that no other
 * writer explains.
 */
export async function submit(
  { ledger }: LoopDeps,
  { cutoverId, proposalId }: { readonly cutoverId: Id; readonly proposalId: Id },
  proposal: Proposal | null,
): Promise<'judged' | 'nothing_changed'> {
  const { checkpoints } = (await stateOf(ledger, cutoverId)).situation.plan;
  const decide = checkpoints.length >= largePlan ? handleAhead : handleAll;
  const outcomes = await decide(ledger, cutoverId, [
    ...(proposal === null ? [] : [{ type: 'RecordProposal', proposal } as const]),
    { type: 'GateProposal', proposalId },
  ]);
  const rejection = outcomes.at(-1)?.rejection ?? null;
  if (rejection?.code === 'nothing_changed') return 'nothing_changed';
  if (rejection === null || elsewhere.includes(rejection.code)) return 'judged';
  throw new Error(`${cutoverId}: the gate could not judge ${proposalId}: ${rejection.detail}`);
}
