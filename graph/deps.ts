/** What the graph is handed: the ledger, a place for its checkpoints, the agents, and who wants to watch. */
import type { BaseCheckpointSaver } from '@langchain/langgraph';
import type { Agents } from '../agents/agent.ts';
import type { ModelCaps } from '../ledger/modelCost.ts';
import type { LedgerDeps } from '../ledger/handle.ts';
import type { Id } from '../ledger/vocabulary.ts';

export const nodeNames = [
  'supervisor',
  'readiness',
  'resequencing',
  'holds',
  'packet',
  'gate',
  'explain',
  'approval',
  'settle',
] as const;
/** Node names are a stored format: renaming one loses a waiting approval, so the graph version goes up with it. */
export type NodeName = (typeof nodeNames)[number];

/** One node that begins, for progress displays. */
export type StepSeen = { readonly cutoverId: Id; readonly runId: Id; readonly node: NodeName };

export type LoopDeps = {
  readonly ledger: LedgerDeps;
  readonly agents: Agents;
  /** What asking models may cost; the standard caps when it is left out. */
  readonly caps?: ModelCaps;
  /** Lets the process do other work in the middle of a long search; without it nothing else is let in. */
  readonly pause?: () => Promise<void>;
  /** Called as each node begins. */
  readonly onStep?: (step: StepSeen) => void;
};

export type GraphDeps = LoopDeps & {
  readonly checkpointer: BaseCheckpointSaver;
  /** Stops the run between two steps, and a mind in the middle of one. */
  readonly signal?: AbortSignal;
};
