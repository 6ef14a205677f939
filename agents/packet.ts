/**
 * The packet agent: one packet from the clean timeline and holds of the run, with everything a person needs to act on
 * it. It adds nothing that the ledger does not say, and writes no prose.
 */
import type { CutoverState } from '../ledger/cutover.ts';
import type { Packet } from '../ledger/packet.ts';
import { AgentName, type Digest } from '../ledger/vocabulary.ts';
import { deviationsIn } from '../tools/deviations.ts';
import { type Agent, cleanBody, deterministicMind } from './agent.ts';
import { recipientsOf } from './packetDeltas.ts';
import type { Draft } from './packetDraft.ts';
import { deadlineOf, leadHolds, leadPeople, templatesFor } from './packetLead.ts';
import { packetLines } from './packetLines.ts';

/** The minds of the clean proposals it stands on, in the order of the loop, then the packet's own. */
function mindsOf({ state }: Draft): Packet['minds'] {
  const before = AgentName.options
    .filter((agent) => agent !== 'packet')
    .flatMap((agent) => {
      const attempt = state.run?.attempts[agent];
      return attempt?.clean === true ? [{ agent, mind: attempt.proposal.mind }] : [];
    });
  return [...before, { agent: 'packet', mind: deterministicMind }];
}

const heldFactsOf = ({ state }: Draft): Packet['heldFacts'] =>
  state.heldFacts.flatMap(({ fact, ruling }) =>
    ruling.code === null
      ? []
      : [
          {
            factId: fact.factId,
            code: ruling.code,
            candidates: [...ruling.candidates],
            against: ruling.against,
          },
        ],
  );

/** The packet that stands on this draft: the next version, superseding the current one. */
function assemblePacket(draft: Draft): Packet {
  const { state, now, basisDigest, holds } = draft;
  const { plan } = state.situation;
  const version = state.lastPacketVersion + 1;
  const lines = packetLines(draft);
  const recipients = recipientsOf(state, lines);
  const ranks = new Map(plan.checkpoints.map((checkpoint) => [checkpoint.id, checkpoint]));
  const { current } = state;
  const led = leadHolds(holds.holds, plan);
  const [template] = templatesFor({ leadHolds: led, holds: holds.holds, ...recipients }, plan);
  return {
    packetId: `packet-${version}`,
    cutoverId: state.cutoverId,
    version,
    supersedes:
      current === null ? null : { version: current.packet.version, packetHash: current.packetHash },
    preparedAt: now,
    basisVersion: state.version,
    basisDigest,
    minds: mindsOf(draft),
    lines,
    holds: [...holds.holds],
    heldFacts: heldFactsOf(draft),
    deviations: [...deviationsIn(state, now)],
    ...recipients,
    ...deadlineOf(lines, ranks),
    leadHolds: led,
    leadPeople: leadPeople(recipients),
    template,
    stoppedAt: 'approval',
  };
}

const made = new WeakMap<CutoverState, { basisDigest: Digest; packet: Packet }>();

/**
 * The packet that the clean timeline and holds of the open run lead to; null while either is missing. Made once for each
 * state: the graph asks whether it would say anything new before the agent is asked for it.
 */
export function packetOf(state: CutoverState, basisDigest: Digest): Packet | null {
  const known = made.get(state);
  if (known?.basisDigest === basisDigest) return known.packet;
  const timeline = cleanBody(state, 'resequencing');
  const holds = cleanBody(state, 'holds');
  if (timeline === null || holds === null || state.run === null) return null;
  const packet = assemblePacket({ state, now: state.run.nowAt, basisDigest, timeline, holds });
  if (Object.isFrozen(state)) made.set(state, { basisDigest, packet });
  return packet;
}

export const packetAgent: Agent = {
  name: 'packet',
  propose: async ({ state, basisDigest }) => {
    const packet = packetOf(state, basisDigest);
    if (packet === null) {
      throw new Error(`${state.cutoverId}: a packet needs a clean timeline and clean holds`);
    }
    return { body: { agent: 'packet', packet }, mind: deterministicMind };
  },
};
