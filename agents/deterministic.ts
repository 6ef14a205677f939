/** The four minds that need no model, no key and no network: the default, and what takes over when a model fails. */
import type { Agents } from './agent.ts';
import { holdsAgent } from './holds.ts';
import { packetAgent } from './packet.ts';
import { readinessAgent } from './readiness.ts';
import { resequencingAgent } from './resequencing.ts';

export const deterministicAgents: Agents = {
  readiness: readinessAgent,
  resequencing: resequencingAgent,
  holds: holdsAgent,
  packet: packetAgent,
};
