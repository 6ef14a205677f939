/** The four minds with a model, each beside the deterministic one that stands in for it. */
import type { Prompt } from '../prompts/parse.ts';
import type { Agents } from './agent.ts';
import { holdsModel } from './holdsModel.ts';
import type { ModelDeps } from './modelAgent.ts';
import { packetModel } from './packetModel.ts';
import { readinessModel } from './readinessModel.ts';
import { resequencingModel } from './resequencingModel.ts';

export type Prompts = { readonly [Name in keyof Agents]: Prompt };

/** All four on one model. */
export const modelAgents = (prompts: Prompts, deps: ModelDeps): Agents => ({
  readiness: readinessModel(prompts.readiness, deps),
  resequencing: resequencingModel(prompts.resequencing, deps),
  holds: holdsModel(prompts.holds, deps),
  packet: packetModel(prompts.packet, deps),
});
