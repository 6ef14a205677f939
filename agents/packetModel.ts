/**
 * The packet mind with a model: which holds and which people lead, and in which of the closed templates. Every line,
 * time, hold and delta is the deterministic packet's; no sentence of a model reaches a packet, because there is no place
 * for one.
 */
import { z } from 'zod';
import { RationaleCode } from '../ledger/modelCost.ts';
import { type Packet, PacketTemplate } from '../ledger/packet.ts';
import type { Prompt } from '../prompts/parse.ts';
import type { Agent } from './agent.ts';
import { type ModelDeps, modelAgent, type Task } from './modelAgent.ts';
import { contextNotes, told } from './modelView.ts';
import { packetAgent } from './packet.ts';
import { templatesFor } from './packetLead.ts';

export const PacketAnswer = z.strictObject({
  leadHolds: z.array(z.string()).max(500),
  leadPeople: z.array(z.string()).max(500),
  template: PacketTemplate.describe('one of the templates offered'),
  rationale: z.array(RationaleCode).max(10),
});
type PacketAnswer = z.infer<typeof PacketAnswer>;

/** There is something to order. */
const hasChoice = ({ leadHolds, leadPeople }: Packet): boolean =>
  leadHolds.length > 1 || leadPeople.length > 1;

const within = (chosen: readonly string[], offered: readonly string[]): boolean =>
  chosen.every((id) => offered.includes(id));

const task = (prompt: Prompt): Task<PacketAnswer> => ({
  last: packetAgent,
  prompt,
  schema: PacketAnswer,
  chooses: (_, base) => base.agent === 'packet' && hasChoice(base.packet),
  given: ({ state, now }, base) => {
    if (base.agent !== 'packet') return null;
    const { leadHolds, leadPeople, holds, deltas, mustAcknowledge } = base.packet;
    const guarded = new Set(
      state.situation.plan.checkpoints.flatMap((item) => (item.protected ? [item.id] : [])),
    );
    return {
      now: told(now),
      holds: leadHolds.flatMap((id) => {
        const hold = holds.find(({ holdId }) => holdId === id);
        if (hold === undefined) return [];
        const { checkpoint, holdClass, blocks } = hold;
        return [{ hold: id, checkpoint, holdClass, blocks, protected: guarded.has(checkpoint) }];
      }),
      people: leadPeople.map((person) => ({
        person,
        mustAcknowledge: mustAcknowledge.includes(person),
        lines: deltas.find((delta) => delta.person === person)?.lines ?? [],
      })),
      templates: templatesFor(base.packet, state.situation.plan),
      notes: contextNotes(state),
    };
  },
  tools: () => [],
  make: ({ leadHolds, leadPeople, template, rationale }, { base }) => {
    if (base.agent !== 'packet') return null;
    const { packet } = base;
    if (leadHolds.length === 0 && leadPeople.length === 0) return null;
    if (!within(leadHolds, packet.leadHolds) || !within(leadPeople, packet.leadPeople)) return null;
    return { body: { ...base, packet: { ...packet, leadHolds, leadPeople, template } }, rationale };
  },
});

/** The packet mind that asks a model what should lead. */
export const packetModel = (prompt: Prompt, deps: ModelDeps): Agent =>
  modelAgent(task(prompt), deps);
