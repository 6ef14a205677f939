/**
 * The two ways into the loop. `run` starts or re-enters the work of one cutover and stops at the approval; `resume`
 * tells a waiting run which ledger event decided. Both trust the ledger alone: a lost, stale or foreign checkpoint is
 * thrown away and the graph re-enters from the events.
 */
import type { CutoverState } from '../ledger/cutover.ts';
import type { LedgerEvent } from '../ledger/events.ts';
import { handle } from '../ledger/handle.ts';
import { questionStands, requestTrouble, waitingRun } from '../ledger/requesting.ts';
import type { Id } from '../ledger/vocabulary.ts';
import type { GraphDeps } from './deps.ts';
import { graphVersion } from './graph.ts';
import { stateOf } from './look.ts';
import { withMemory } from './remember.ts';
import { isDecision } from './settle.ts';
import { answer, dropThread, enter } from './thread.ts';

export type { GraphDeps, StepSeen } from './deps.ts';

export type RunResult = {
  readonly outcome:
    | 'awaiting_decision'
    | 'no_change'
    | 'adopted'
    | 'declined'
    | 'refused_by_gate'
    | 'nothing_to_do'
    | 'overtaken';
  readonly runId: Id | null;
  /** The packet that waits, or the current one when it was adopted in this run; else null. */
  readonly packetId: Id | null;
  readonly packetVersion: number | null;
};

/** A run that is overtaken begins again at most this often, unless the caller wants to look for itself sooner. */
const mostTurns = 8;

/** The run whose question stands: nothing is started beside it, and what it asks about is not touched. */
async function askingNow(deps: GraphDeps, cutoverId: Id): Promise<Id | null> {
  const { judge, now } = deps.ledger;
  const state = await stateOf(deps.ledger, cutoverId);
  return questionStands(state, { judge, now: now() }) ? waitingRun(state) : null;
}

/** Starts a run when the ledger has something new, or finds the one to re-enter; null when there is neither. */
async function openRun(deps: GraphDeps, cutoverId: Id): Promise<Id | null> {
  const asking = await askingNow(deps, cutoverId);
  if (asking !== null) return asking;
  const runId = deps.ledger.newId('run');
  const command = { type: 'StartRun', runId, graphVersion } as const;
  const { state, events, rejection } = await handle(deps.ledger, cutoverId, command);
  if (rejection !== null || state === null) {
    throw new Error(`${cutoverId}: no run could start: ${rejection?.detail ?? 'no state'}`);
  }
  for (const ended of events.flatMap(({ body }) => (body.type === 'RunEnded' ? [body] : []))) {
    await dropThread(deps, { cutoverId, runId: ended.runId });
  }
  if (state.run !== null && state.run.graphVersion !== graphVersion) {
    await replaceForeignRun(deps, { cutoverId, runId: state.run.runId });
    return openRun(deps, cutoverId);
  }
  return state.run?.runId ?? state.pending?.request?.runId ?? null;
}

/**
 * Work of another graph version is never continued: its run ends as overtaken, and its successor proposes again. A
 * question that waits is not work: it is the ledger's, bound to its bytes, and stays.
 */
async function replaceForeignRun(
  deps: GraphDeps,
  ref: { readonly cutoverId: Id; readonly runId: Id },
): Promise<void> {
  await dropThread(deps, ref);
  await handle(deps.ledger, ref.cutoverId, {
    type: 'EndRun',
    runId: ref.runId,
    outcome: 'overtaken',
  });
}

/** How the run ended, by the ledger; null while it is open. */
async function endingOf(deps: GraphDeps, state: CutoverState, runId: Id) {
  if (state.run?.runId === runId) return null;
  const events = await deps.ledger.store.read(state.cutoverId, {
    after: state.lastRunStartedVersion,
  });
  const ended = events.flatMap(({ body }) =>
    body.type === 'RunEnded' && body.runId === runId ? [body.outcome] : [],
  );
  return ended[0] ?? null;
}

/** What came of one turn, or null when the ledger has moved on and the work has to begin again. */
async function resultOf(deps: GraphDeps, cutoverId: Id, runId: Id): Promise<RunResult | null> {
  const { judge, now } = deps.ledger;
  const state = await stateOf(deps.ledger, cutoverId);
  const { pending, current } = state;
  if (pending !== null) {
    if (requestTrouble(state, { judge, now: now() }) !== null) return null;
    const { packetId, version } = pending.record.packet;
    return { outcome: 'awaiting_decision', runId, packetId, packetVersion: version };
  }
  const none = { runId, packetId: null, packetVersion: null };
  const outcome = await endingOf(deps, state, runId);
  switch (outcome) {
    case null:
    case 'cleared':
    case 'overtaken':
      return null;
    case 'no_change':
    case 'refused_by_gate':
    case 'declined':
      return { outcome, ...none };
    case 'adopted': {
      const { packetId, version } = current?.packet ?? { packetId: null, version: null };
      return { outcome, runId, packetId, packetVersion: version };
    }
  }
}

/**
 * Does the work that the ledger has waiting for one cutover, up to the approval of a person. Safe to call again at any
 * time and after any crash: it repeats no event. With `turns` it stops as `overtaken` after that many, so that a caller
 * may wait until the facts pause. Throws on operating trouble, to be retried by the caller.
 */
export async function run(
  given: GraphDeps,
  cutoverId: Id,
  limits: { readonly turns?: number } = {},
): Promise<RunResult> {
  const deps = { ...given, ledger: withMemory(given.ledger) };
  const nothing = { runId: null, packetId: null, packetVersion: null };
  for (let turn = 0; turn < (limits.turns ?? mostTurns); turn += 1) {
    const runId = await openRun(deps, cutoverId);
    if (runId === null) return { outcome: 'nothing_to_do', ...nothing };
    await enter(deps, { cutoverId, runId });
    const result = await resultOf(deps, cutoverId, runId);
    if (result !== null) {
      if (result.outcome !== 'awaiting_decision') await dropThread(deps, { cutoverId, runId });
      return result;
    }
  }
  return { outcome: 'overtaken', ...nothing };
}

/** How many events are read first on the way back to the request that a decision answers, and at most at a time. */
const strides = { first: 8, most: 256 } as const;

/** The run that asked for a decision on this packet, looked for backwards from the decision. */
async function askingRun(
  { ledger }: GraphDeps,
  cutoverId: Id,
  decision: { readonly version: number; readonly packetId: Id },
): Promise<Id | null> {
  let end = decision.version;
  for (let stride: number = strides.first; end > 0; stride = Math.min(2 * stride, strides.most)) {
    const after = Math.max(0, end - stride);
    const events = await ledger.store.read(cutoverId, { after, limit: end - after });
    const asked = events.findLast(
      ({ body }) => body.type === 'ApprovalRequested' && body.packetId === decision.packetId,
    );
    if (asked?.body.type === 'ApprovalRequested') return asked.body.runId;
    end = after;
  }
  return null;
}

/** The decision at this position. Throws when there is none: nothing but a ledger event can resume a run. */
async function decisionAt({ ledger }: GraphDeps, cutoverId: Id, version: number) {
  const [event]: LedgerEvent[] = Number.isSafeInteger(version)
    ? await ledger.store.read(cutoverId, { after: version - 1, limit: 1 })
    : [];
  if (event?.version !== version || !isDecision(event.body)) {
    throw new Error(`${cutoverId}: no decision stands at position ${String(version)}`);
  }
  return { version, packetId: event.body.packetId };
}

/**
 * Tells the run that waits on a packet where in the ledger it was decided. The decision has already taken effect; this
 * only lets the graph end. With no such run or thread there is nothing to do. Throws when no decision stands there.
 */
export async function resume(
  deps: GraphDeps,
  cutoverId: Id,
  decisionVersion: number,
): Promise<void> {
  const decision = await decisionAt(deps, cutoverId, decisionVersion);
  const runId = await askingRun(deps, cutoverId, decision);
  if (runId === null) return;
  await answer(deps, { cutoverId, runId }, decision);
  await dropThread(deps, { cutoverId, runId });
}
