/**
 * The graph for LangGraph Studio (`langgraph.json`), on a ledger in memory with one late report waiting. The server
 * brings its own checkpointer, so none is compiled in. Give it
 * `{"cutoverId": "payments", "runId": "run-2", "graphVersion": "loop-2"}`.
 */
import { MemorySaver } from '@langchain/langgraph';
import { deterministicAgents } from '../agents/deterministic.ts';
import { judge } from '../constraints/judge.ts';
import { handle, type LedgerDeps } from '../ledger/handle.ts';
import { graphVersion, loopGraph } from './graph.ts';
import { run } from './run.ts';
import { memoryLedger } from './studioLedger.ts';
import { studioNow, studioPlan, studioReport } from './studioNight.ts';

function countingIds(): LedgerDeps['newId'] {
  const counts = new Map<string, number>();
  return (kind) => {
    const next = (counts.get(kind) ?? 0) + 1;
    counts.set(kind, next);
    return `${kind}-${next}`;
  };
}

const ledger: LedgerDeps = {
  store: memoryLedger(),
  judge,
  now: () => studioNow,
  newId: countingIds(),
};
const { cutoverId } = studioPlan;

/** Packet 1 is current, the report is in, and run-2 is open: everything that is left is the graph's. */
async function prepare(): Promise<void> {
  const actor = {
    kind: 'person',
    issuer: 'studio',
    subject: 'release-lead',
    role: 'release-lead',
    authenticatedAt: null,
    origin: 'studio',
  } as const;
  const declared = await handle(ledger, cutoverId, {
    type: 'DeclareCutover',
    plan: studioPlan,
    actor,
  });
  if (declared.rejection !== null) throw new Error(declared.rejection.detail);
  await run({ ledger, checkpointer: new MemorySaver(), agents: deterministicAgents }, cutoverId);
  await handle(ledger, cutoverId, { type: 'ReceiveReport', body: studioReport });
  await handle(ledger, cutoverId, {
    type: 'StartRun',
    runId: ledger.newId('run'),
    graphVersion,
  });
}

await prepare();

export const graph = loopGraph({ ledger, agents: deterministicAgents }).compile({
  name: 'interlock',
});
