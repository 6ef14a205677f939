/**
 * The packet agent: one packet from the clean timeline and holds of the run, with everything a person needs to act on
 * it. It adds nothing that the ledger does not say, and writes no prose.
 */
import type { Packet } from '../ledger/packet.ts';
import { AgentName } from '../ledger/vocabulary.ts';
import { deviationsIn } from '../tools/deviations.ts';
import { type Agent, cleanBody, deterministicMind } from './agent.ts';
import { recipientsOf } from './packetDeltas.ts';
import type { Draft } from './packetDraft.ts';
import { deadlineOf, leadHolds, leadPeople } from './packetLead.ts';
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
export function assemblePacket(draft: Draft): Packet {
  const { state, now, basisDigest, holds } = draft;
  const { plan } = state.situation;
  const version = state.lastPacketVersion + 1;
  const lines = packetLines(draft);
  const recipients = recipientsOf(state, lines);
  const ranks = new Map(plan.checkpoints.map((checkpoint) => [checkpoint.id, checkpoint]));
  const { current } = state;
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
    leadHolds: leadHolds(holds.holds, plan),
    leadPeople: leadPeople(recipients),
    stoppedAt: 'approval',
  };
}

export const packetAgent: Agent = {
  name: 'packet',
  propose: async ({ state, now, basisDigest }) => {
    const timeline = cleanBody(state, 'resequencing');
    const holds = cleanBody(state, 'holds');
    if (timeline === null || holds === null) {
      throw new Error(`${state.cutoverId}: a packet needs a clean timeline and clean holds`);
    }
    const packet = assemblePacket({ state, now, basisDigest, timeline, holds });
    return { body: { agent: 'packet', packet }, mind: deterministicMind };
  },
};
