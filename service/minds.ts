/** Which minds serve: the deterministic ones, or those with a model when the settings name one. */
import type { Agents } from '../agents/agent.ts';
import { deterministicAgents } from '../agents/deterministic.ts';
import type { ModelConfig } from './modelSettings.ts';

/** The minds that the settings ask for. */
export async function mindsFor(model: ModelConfig | null): Promise<Agents> {
  if (model === null) return deterministicAgents;
  const { modelMinds } = await import('./modelMinds.ts');
  return modelMinds(model);
}
