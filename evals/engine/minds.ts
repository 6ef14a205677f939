/** Which minds play: the deterministic ones, and how a workflow with them is opened for each drill. */
import type { Agents } from '../../agents/agent.ts';
import type { AgentName } from '../../ledger/vocabulary.ts';
import type { DrillDeps } from '../../service/drill/run.ts';
import { openInterlock } from '../../service/interlock.ts';
import type { ModelConfig } from '../../service/modelSettings.ts';

export type Minds = {
  readonly name: string;
  readonly open: DrillDeps['open'];
  /** The minds that asked what their cassette does not hold in the drill that was closed last; left out: no cassette. */
  readonly lacking?: () => readonly AgentName[];
};

/** The workflow in memory, on deterministic minds. */
export const deterministic: Minds = {
  name: 'deterministic',
  open: (clock) => openInterlock({ ledger: ':memory:', checkpoints: ':memory:' }, clock),
};

/** The same workflow with some of its agents exchanged. */
export const withAgents = (name: string, agents: Partial<Agents>): Minds => ({
  name,
  open: async (clock) => {
    const interlock = await deterministic.open(clock);
    const { graph } = interlock;
    return { ...interlock, graph: { ...graph, agents: { ...graph.agents, ...agents } } };
  },
});

/** The four minds on a live endpoint, behind the same gate and with the same deterministic minds to take over. */
export const onModel = (model: ModelConfig): Minds => ({
  name: model.model,
  open: (clock) => openInterlock({ ledger: ':memory:', checkpoints: ':memory:', model }, clock),
});
