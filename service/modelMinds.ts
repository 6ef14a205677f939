/**
 * The minds with a model, put together: the port, and the four prompts that go with the package. It is loaded only when
 * the settings name a model, because the client library takes a second to load.
 */
import { readFileSync } from 'node:fs';
import type { Agents } from '../agents/agent.ts';
import { type ModelSettings, modelPort, standardBreaker } from '../agents/model.ts';
import { type ModelDeps, standardTurn } from '../agents/modelAgent.ts';
import { modelAgents } from '../agents/modelMinds.ts';
import { type Prompt, parsePrompt } from '../prompts/parse.ts';
import { packageFile } from './packageRoot.ts';

const promptOf = (agent: Prompt['id']): Prompt =>
  parsePrompt(readFileSync(packageFile(`prompts/${agent}.md`), 'utf8'));

export type MindSettings = Omit<ModelSettings, 'breaker'> &
  Pick<ModelDeps, 'price'> & {
    /** What one turn of one agent may cost; the standard when left out. */
    readonly turn?: ModelDeps['turn'];
    readonly breaker?: ModelSettings['breaker'];
  };

/** The four minds on one port. Throws when a prompt is missing or not whole. */
export function mindsOnPort(deps: Pick<ModelDeps, 'port' | 'price'> & Partial<ModelDeps>): Agents {
  const prompts = {
    readiness: promptOf('readiness'),
    resequencing: promptOf('resequencing'),
    holds: promptOf('holds'),
    packet: promptOf('packet'),
  };
  return modelAgents(prompts, {
    ...deps,
    turn: deps.turn ?? standardTurn,
    clock: deps.clock ?? (() => performance.now()),
  });
}

/** The four minds on one model behind an endpoint. */
export function modelMinds({ turn, breaker, price, ...endpoint }: MindSettings): Agents {
  const port = modelPort({ ...endpoint, breaker: breaker ?? standardBreaker });
  return mindsOnPort({ port, price, ...(turn === undefined ? {} : { turn }) });
}
