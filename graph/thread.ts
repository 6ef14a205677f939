/**
 * The graph's thread of one run: entered, answered, thrown away. One thread per run, every step saved before the next
 * begins. What a thread says is never believed beyond "this is where I stopped".
 */
import { Command, isUnknownInterruptError, type StateSnapshot } from '@langchain/langgraph';
import { z } from 'zod';
import { buildGraph, graphVersion } from './graph.ts';
import type { Id } from '../ledger/vocabulary.ts';
import type { GraphDeps } from './deps.ts';
import { type RunRef, stateOf } from './look.ts';
import { Question } from './state.ts';

const threadOf = ({ cutoverId, runId }: RunRef): string => `${cutoverId}:${runId}`;

const configOf = ({ signal }: GraphDeps, ref: RunRef) => ({
  configurable: { thread_id: threadOf(ref), __pregel_strict_resume: true },
  durability: 'sync' as const,
  // Four agents at four attempts are some fifty steps; facts that keep arriving add more.
  recursionLimit: 250,
  ...(signal === undefined ? {} : { signal }),
});

/** Forgets a run's thread. The ledger knows how the run ended. */
export const dropThread = ({ checkpointer }: GraphDeps, ref: RunRef): Promise<void> =>
  checkpointer.deleteThread(threadOf(ref));

type Waiting = { readonly interruptId: string; readonly question: Question };

/** The one interrupt of a thread and what it asks; null when it has none, several, or one of another shape. */
function waitingOf({ tasks }: StateSnapshot): Waiting | null {
  const [found, ...others] = tasks.flatMap((task) => task.interrupts);
  if (found?.id === undefined || others.length > 0) return null;
  const asked = Question.strip().safeParse(found.value);
  return asked.success ? { interruptId: found.id, question: asked.data } : null;
}

/** Where the thread stopped; null when there is none, none that can be read, or one of another graph version. */
async function snapshotOf(
  graph: ReturnType<typeof buildGraph>,
  config: ReturnType<typeof configOf>,
): Promise<StateSnapshot | null> {
  try {
    const snapshot = await graph.getState(config);
    const known = z.object({ graphVersion: z.literal(graphVersion) }).safeParse(snapshot.values);
    return known.success && snapshot.tasks.length > 0 ? snapshot : null;
  } catch {
    return null;
  }
}

/**
 * Brings the run as far as it can go without a person: goes on where the thread stopped, stays where it already asks
 * about the ledger's pending packet, and begins from the ledger in every other case.
 */
export async function enter(deps: GraphDeps, ref: RunRef): Promise<void> {
  const graph = buildGraph(deps);
  const config = configOf(deps, ref);
  const snapshot = await snapshotOf(graph, config);
  if (snapshot !== null && snapshot.tasks.every((task) => task.interrupts.length === 0)) {
    await graph.invoke(null, config);
    return;
  }
  const asked = snapshot === null ? null : waitingOf(snapshot)?.question;
  const { pending } = await stateOf(deps.ledger, ref.cutoverId);
  if (asked != null && asked.nonce === pending?.request?.nonce) return;
  await dropThread(deps, ref);
  const { cutoverId, runId } = ref;
  await graph.invoke({ cutoverId, runId, graphVersion }, config);
}

/** Resumes the thread if it asks about the packet that was decided; any other thread is left alone. */
export async function answer(
  deps: GraphDeps,
  ref: RunRef,
  decision: { readonly version: number; readonly packetId: Id },
): Promise<void> {
  const graph = buildGraph(deps);
  const config = configOf(deps, ref);
  const snapshot = await snapshotOf(graph, config);
  const waiting = snapshot === null ? null : waitingOf(snapshot);
  if (waiting === null || waiting.question.packetId !== decision.packetId) return;
  const resume = { [waiting.interruptId]: { decisionVersion: decision.version } };
  try {
    await graph.invoke(new Command({ resume }), config);
  } catch (error) {
    // Another process resumed it first. Nothing is lost: the decision stands in the ledger.
    if (!isUnknownInterruptError(error)) throw error;
  }
}
