/**
 * The loop as a graph: a supervisor that obeys `route`, four agents, one gate, one explanation, one approval, one end.
 * Each node reads the ledger anew and leaves ids behind; only `gate`, `explain` and `settle` append. A mind's answer
 * waits in this process for the gate, which records and judges it in one transaction.
 */
import { Command, END, START, StateGraph } from '@langchain/langgraph';
import type { CutoverState } from '../ledger/cutover.ts';
import type { AgentName } from '../ledger/vocabulary.ts';
import { approval } from './approval.ts';
import { type GraphDeps, type LoopDeps, type NodeName, nodeNames } from './deps.ts';
import { explain } from './explain.ts';
import { look } from './look.ts';
import { route, type Step } from './route.ts';
import { settle } from './settle.ts';
import { LoopState, type LoopUpdate, type Question } from './state.ts';
import { submit, think, type Thoughts } from './think.ts';

/** Recorded in RunStarted. A run of another version is never continued: it is ended, and another run looks again. */
export const graphVersion = 'loop-2';

type State = typeof LoopState.State;
/** What the graph hands to a node beside the state: the signal that stops the run. */
type At = { readonly signal?: AbortSignal };

/** The question before the lead, as the approval interrupt shows it. */
function questionOf(state: CutoverState): Question {
  const { pending } = state;
  if (pending?.request == null) throw new Error(`${state.cutoverId}: nothing waits for a decision`);
  const { packetId, packetHash, basisDigest, nonce, expiresAt } = pending.request;
  const { record } = pending;
  return {
    packetId,
    packetVersion: record.packet.version,
    packetHash,
    checkCode: record.checkCode,
    basisDigest,
    nonce,
    ledgerVersion: state.version,
    expiresAt,
  };
}

function orderFor(step: Step, state: CutoverState): Command<unknown, LoopUpdate, NodeName> {
  switch (step.to) {
    case 'agent':
      return new Command({ goto: step.name, update: { proposalId: null } });
    case 'gate': {
      const proposalId = state.run?.attempts[step.name]?.proposal.proposalId ?? null;
      return new Command({ goto: 'gate', update: { proposalId } });
    }
    case 'explain':
      return new Command({ goto: 'explain' });
    case 'approval':
      return new Command({ goto: 'approval', update: { question: questionOf(state) } });
    case 'end':
      return new Command({ goto: 'settle', update: { ending: step.ending } });
  }
}

async function supervise(
  { ledger }: LoopDeps,
  { cutoverId, runId }: State,
): Promise<Command<unknown, LoopUpdate, NodeName>> {
  const { view, state } = await look(ledger, { cutoverId, runId });
  return orderFor(route(view), state);
}

/** The gate is `decide` on GateProposal: the rule book runs on the bytes that are stored and the head they are appended to. */
async function gate(
  deps: LoopDeps,
  { cutoverId, proposalId }: State,
  thoughts: Thoughts,
): Promise<Command<unknown, LoopUpdate, NodeName>> {
  const again = new Command<unknown, LoopUpdate, NodeName>({
    goto: 'supervisor',
    update: { proposalId: null },
  });
  if (proposalId === null) return again;
  const said = await submit(deps, { cutoverId, proposalId }, thoughts.get(proposalId) ?? null);
  thoughts.delete(proposalId);
  switch (said) {
    case 'judged':
      return again;
    case 'nothing_changed':
      return new Command({ goto: 'settle', update: { proposalId: null, ending: 'no_change' } });
  }
}

async function speak(
  deps: LoopDeps,
  { state, name, thoughts }: { state: State; name: AgentName; thoughts: Thoughts },
  signal: AbortSignal | null,
): Promise<LoopUpdate> {
  const { cutoverId, runId } = state;
  const proposal = await think(deps, { cutoverId, runId, name }, signal);
  if (proposal !== null) thoughts.set(proposal.proposalId, proposal);
  return { proposalId: proposal?.proposalId ?? null };
}

async function end(
  { ledger }: LoopDeps,
  state: State,
): Promise<Command<unknown, LoopUpdate, NodeName | typeof END>> {
  return (await settle(ledger, state))
    ? new Command({ goto: END })
    : new Command({ goto: 'supervisor', update: { decisionVersion: null, question: null } });
}

/** The graph, not yet bound to a place for its checkpoints. */
export function loopGraph(deps: LoopDeps) {
  const thoughts: Thoughts = new Map();
  const seen = (node: NodeName, { cutoverId, runId }: State): void =>
    deps.onStep?.({ cutoverId, runId, node });
  const agent =
    (name: AgentName) =>
    (state: State, { signal }: At): Promise<LoopUpdate> => {
      seen(name, state);
      return speak(deps, { state, name, thoughts }, signal ?? null);
    };
  const watched =
    <T>(node: NodeName, work: (deps: LoopDeps, state: State, at: At) => T) =>
    (state: State, at: At): T => {
      seen(node, state);
      return work(deps, state, at);
    };
  const judge = (given: LoopDeps, state: State) => gate(given, state, thoughts);
  return new StateGraph(LoopState)
    .addNode('supervisor', watched('supervisor', supervise), {
      ends: nodeNames.filter((name) => name !== 'supervisor'),
    })
    .addNode('readiness', agent('readiness'))
    .addNode('resequencing', agent('resequencing'))
    .addNode('holds', agent('holds'))
    .addNode('packet', agent('packet'))
    .addNode('gate', watched('gate', judge), { ends: ['supervisor', 'settle'] })
    .addNode('explain', watched('explain', explain))
    .addNode('approval', approval)
    .addNode('settle', watched('settle', end), { ends: ['supervisor', END] })
    .addEdge(START, 'supervisor')
    .addEdge('readiness', 'gate')
    .addEdge('resequencing', 'gate')
    .addEdge('holds', 'gate')
    .addEdge('packet', 'gate')
    .addEdge('explain', 'supervisor')
    .addEdge('approval', 'settle');
}

/** The compiled graph on the checkpointer it is given. */
export function buildGraph(deps: GraphDeps) {
  return loopGraph(deps).compile({ checkpointer: deps.checkpointer, name: 'interlock' });
}
