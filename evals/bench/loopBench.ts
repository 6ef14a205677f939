/**
 * Change to packet: how long it takes from a report that moves the timeline to a packet that waits for a person, with
 * everything on disk, beside a bare graph of as many nodes on the same saver that does nothing at all.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command, END, interrupt, START, StateGraph, StateSchema } from '@langchain/langgraph';
import { z } from 'zod';
import { run } from '../../graph/run.ts';
import type { Assertion, ReportBody } from '../../ledger/facts.ts';
import { handle } from '../../ledger/handle.ts';
import type { Plan } from '../../ledger/plan.ts';
import { type Instant, minuteMs } from '../../ledger/vocabulary.ts';
import { openCheckpoints } from '../../service/checkpoints.ts';
import { type Interlock, openInterlock } from '../../service/interlock.ts';
import { parseRunbook } from '../../service/runbook/parse.ts';
import { packageFile } from '../../service/packageRoot.ts';
import { besides, type BenchRow } from './row.ts';

const agents = ['readiness', 'resequencing', 'holds', 'packet'] as const;
const BareState = new StateSchema({ done: z.int().default(0) });
type Bare = typeof BareState.State;

/** Supervisor, four agents, gate, approval, end: the same steps in the same order, and nothing in any of them. */
function bareGraph(checkpointer: Awaited<ReturnType<typeof openCheckpoints>>['saver']) {
  const pass = (): Partial<Bare> => ({});
  return new StateGraph(BareState)
    .addNode('supervisor', ({ done }: Bare) => new Command({ goto: agents[done] ?? 'approval' }), {
      ends: [...agents, 'approval'],
    })
    .addNode('readiness', pass)
    .addNode('resequencing', pass)
    .addNode('holds', pass)
    .addNode('packet', pass)
    .addNode('gate', ({ done }: Bare) => ({ done: done + 1 }))
    .addNode('approval', () => {
      interrupt('adopt or decline');
      return {};
    })
    .addNode('settle', pass)
    .addEdge(START, 'supervisor')
    .addEdge('readiness', 'gate')
    .addEdge('resequencing', 'gate')
    .addEdge('holds', 'gate')
    .addEdge('packet', 'gate')
    .addEdge('gate', 'supervisor')
    .addEdge('approval', 'settle')
    .addEdge('settle', END)
    .compile({ checkpointer });
}

async function bare(folder: string) {
  const checkpoints = await openCheckpoints(join(folder, 'bare.db'));
  const graph = bareGraph(checkpoints.saver);
  return {
    close: checkpoints.close,
    run: async (round: number): Promise<void> => {
      const configurable = { thread_id: `bare-${round}` };
      await graph.invoke({}, { configurable, durability: 'sync', recursionLimit: 100 });
      await checkpoints.saver.deleteThread(`bare-${round}`);
    },
  };
}

/** The first checkpoint of the plan runs, and is now expected to end at `at`. */
function lateReport(plan: Plan, round: number, at: Instant): ReportBody {
  const [first] = plan.checkpoints;
  if (first === undefined) throw new Error(`${plan.cutoverId} has no checkpoint`);
  const reading = (instant: Instant) => {
    const text = new Date(instant).toISOString();
    return { text, zone: 'UTC', at: instant, candidates: [instant] };
  };
  const start: Assertion = {
    kind: 'actual_start',
    checkpoint: first.id,
    at: reading(first.approvedStartAt),
    owner: first.approvedOwner,
  };
  const end: Assertion = { kind: 'forecast_finish', checkpoint: first.id, at: reading(at) };
  const said = round === 0 ? [start, end] : [end];
  return {
    source: plan.sources[0]?.id ?? '',
    sourceEventId: `late-${round}`,
    sourceSequence: round,
    reporter: first.approvedOwner,
    occurredAt: first.approvedStartAt + (round + 1) * 1_000,
    underPacketVersion: null,
    text: `report ${round}`,
    assertions: said.map((assertion) => ({ text: assertion.kind, assertion })),
  };
}

/** The payments night on files of its own, packet 1 current, a quarter of an hour after it began. */
async function payments(folder: string): Promise<{ interlock: Interlock; plan: Plan }> {
  const name = 'evals/runbooks/payments.yaml';
  const { plan } = parseRunbook(await readFile(packageFile(name), 'utf8'), name);
  if (plan === null) throw new Error(`${name} does not parse`);
  const clock = { at: plan.window.opensAt - 60 * minuteMs };
  let ids = 0;
  const interlock = await openInterlock(
    {
      ledger: join(folder, 'ledger.db'),
      checkpoints: join(folder, 'threads.db'),
      longLived: true,
    },
    { now: () => clock.at, newId: (kind) => `${kind}-${(ids += 1)}` },
  );
  const lead = plan.authority.find(({ role }) => role === plan.leadRole)?.holders[0]?.person ?? '';
  const actor = {
    kind: 'person',
    issuer: 'bench',
    subject: lead,
    role: plan.leadRole,
    authenticatedAt: null,
    origin: 'bench',
  } as const;
  await handle(interlock.ledger, plan.cutoverId, { type: 'DeclareCutover', plan, actor });
  await run(interlock.graph, plan.cutoverId);
  clock.at = plan.window.opensAt + 15 * minuteMs;
  return { interlock, plan };
}

/** The row about the loop. Takes a few seconds on a quiet machine. */
export async function benchLoop(rounds = 40): Promise<BenchRow[]> {
  const folder = await mkdtemp(join(tmpdir(), 'interlock-loop-'));
  const reference = await bare(folder);
  const { interlock, plan } = await payments(folder);
  const goal =
    'at most 2x a bare graph of as many nodes on the same saver, which keeps no ledger, flushes ' +
    'nothing to disk, and plans and judges nothing';
  try {
    return [
      await besides(
        { name: 'change to packet, the whole loop', goal, rounds },
        async (round) => {
          const at = plan.window.opensAt + (40 + (round % 7)) * minuteMs;
          const body = lateReport(plan, round, at);
          await handle(interlock.ledger, plan.cutoverId, { type: 'ReceiveReport', body });
          const { outcome } = await run(interlock.graph, plan.cutoverId);
          if (outcome !== 'awaiting_decision') throw new Error(`a late step ended in ${outcome}`);
        },
        reference.run,
      ),
    ];
  } finally {
    await reference.close();
    await interlock.close();
    await rm(folder, { recursive: true, force: true });
  }
}
