/**
 * Attending to one cutover: while the ledger has work for a run, waits until reports pause and runs the graph, under the
 * lease and with its fence. It keeps nothing: whoever attends next reads the ledger.
 */
import type { CutoverState } from '../../ledger/cutover.ts';
import { load } from '../../ledger/load.ts';
import { workWaits } from '../../ledger/running.ts';
import type { Fence } from '../../ledger/store.ts';
import type { Id, Instant } from '../../ledger/vocabulary.ts';
import { type GraphDeps, run, type RunResult, type StepSeen } from '../../graph/run.ts';
import { crashPoint } from '../crashPoint.ts';
import { type Holder, holding } from './hold.ts';
import { type Pace, untilTheyPause } from './pause.ts';

/** What a run came to, for those who count and trace. */
export type RunSeen = {
  readonly cutoverId: Id;
  readonly outcome: RunResult['outcome'];
  readonly ms: number;
  /** From the oldest report that it looked at to the packet that waits; null when none waits or none was new. */
  readonly reportToPacketMs: number | null;
};

export type AttendDeps = Omit<Holder, 'store'> & {
  readonly graph: GraphDeps;
  readonly pace: Pace;
  readonly onRun: (seen: RunSeen) => void;
  /** Runs `work` as one traced step. */
  readonly traced: <T>(
    run: { readonly cutoverId: Id; readonly reports: readonly Id[] },
    work: () => Promise<T>,
  ) => Promise<T>;
};

/** So many runs in a row without coming to rest are given up, to be rung for again. */
const mostRuns = 64;
/** A run is put off when so many reports have overtaken it. */
const overtakenBy = 4;
const lookEveryMs = 200;
/** So many facts are not left waiting until reports pause: a thousand at once would make the packet late. */
const readAheadAt = 128;
/** Reading ahead is given up after so many steps: reports come faster than they are read. */
const readAheadSteps = 16;

type Attending = { readonly cutoverId: Id; readonly fence: Fence; readonly signal: AbortSignal };

/** Aborts a run that reports keep overtaking: it would think again and again and never come to a packet. */
function overtaking({ graph }: AttendDeps, cutoverId: Id) {
  const overtaken = new AbortController();
  let before: number | null = null;
  const look = async (): Promise<void> => {
    const state = await load(graph.ledger.store, cutoverId);
    before ??= state?.unruled.length ?? 0;
    if ((state?.unruled.length ?? 0) > before + overtakenBy) overtaken.abort();
  };
  const timer = setInterval(() => void look().catch(() => undefined), lookEveryMs);
  return { signal: overtaken.signal, end: () => clearInterval(timer) };
}

/** What a run came to; `packetAt` is when its packet was before its reader, if it made one. */
type Ran = { readonly outcome: RunResult['outcome']; readonly packetAt: Instant };

async function runOnce(
  deps: AttendDeps,
  { cutoverId, fence, signal }: Attending,
  mayPutOff: boolean,
): Promise<Ran> {
  let packetAt: Instant | null = null;
  const watch = overtaking(deps, cutoverId);
  const both = mayPutOff ? AbortSignal.any([signal, watch.signal]) : signal;
  const ledger = { ...deps.graph.ledger, fence };
  try {
    const onStep = (step: StepSeen): void => {
      // The packet is with its reader: what is explained from here on keeps nobody waiting.
      if (step.node === 'explain') packetAt ??= ledger.now();
      deps.graph.onStep?.(step);
    };
    const graph = { ...deps.graph, ledger, signal: both, onStep };
    const { outcome } = await run(graph, cutoverId, { turns: 1 });
    return { outcome, packetAt: packetAt ?? ledger.now() };
  } catch (error) {
    if (!watch.signal.aborted || signal.aborted) throw error;
    return { outcome: 'overtaken', packetAt: ledger.now() };
  } finally {
    watch.end();
  }
}

/** Has the facts ruled on that wait while reports still come, and stops before anything is proposed about them. */
async function readAhead(
  deps: AttendDeps,
  { cutoverId, fence, signal }: Attending,
  state: CutoverState,
): Promise<void> {
  if (state.unruled.length < readAheadAt) return;
  const read = new AbortController();
  let steps = 0;
  let ruled = false;
  const graph: GraphDeps = {
    ...deps.graph,
    ledger: { ...deps.graph.ledger, fence },
    signal: AbortSignal.any([signal, read.signal]),
    onStep: (step) => {
      deps.graph.onStep?.(step);
      steps += 1;
      if ((ruled && step.node === 'supervisor') || steps >= readAheadSteps) read.abort();
      ruled ||= step.node === 'gate';
    },
  };
  try {
    await run(graph, cutoverId, { turns: 1 });
  } catch (error) {
    if (!read.signal.aborted || signal.aborted) throw error;
  }
}

async function workOnce(
  deps: AttendDeps,
  attending: Attending,
  state: CutoverState,
): Promise<void> {
  const { ledger } = deps.graph;
  const { cutoverId, signal } = attending;
  const meanwhile = (seen: CutoverState): Promise<void> => readAhead(deps, attending, seen);
  const waiting = { ...ledger, pace: deps.pace, signal, meanwhile };
  const paused = await untilTheyPause(waiting, state);
  crashPoint('run.begins');
  const before = await load(ledger.store, cutoverId);
  const oldest = before?.unruled[0]?.receivedAt ?? null;
  const startedAt = performance.now();
  const reports = [...new Set(before?.unruled.map(({ reportId }) => reportId))];
  const { outcome, packetAt } = await deps.traced({ cutoverId, reports }, () =>
    runOnce(deps, attending, paused),
  );
  crashPoint('run.ended');
  const shown = outcome === 'awaiting_decision' && oldest !== null;
  deps.onRun({
    cutoverId,
    outcome,
    ms: Math.round(performance.now() - startedAt),
    reportToPacketMs: shown ? packetAt - oldest : null,
  });
}

/**
 * Does all the work that one cutover has. Throws Elsewhere when another worker is at it, Fenced when it lost the lease
 * on the way, and what the store or the graph throw; a ring later begins where the ledger stands.
 */
export async function attend(deps: AttendDeps, cutoverId: Id, signal: AbortSignal): Promise<void> {
  const { ledger } = deps.graph;
  const waiting = async (): Promise<CutoverState | null> => {
    const state = await load(ledger.store, cutoverId);
    return state !== null && workWaits(state, { judge: ledger.judge, now: ledger.now() })
      ? state
      : null;
  };
  if ((await waiting()) === null) return;
  const holder = { ...deps, store: ledger.store };
  await holding(holder, cutoverId, async (fence, lost) => {
    const either = AbortSignal.any([signal, lost]);
    for (let runs = 0; runs < mostRuns; runs += 1) {
      const state = await waiting();
      if (state === null) return;
      either.throwIfAborted();
      await workOnce(deps, { cutoverId, fence, signal: either }, state);
    }
    throw new Error(`${cutoverId}: ${mostRuns} runs did not come to rest`);
  });
}
