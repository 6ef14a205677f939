/**
 * The events of an adoption, all of one transaction: the packet becomes current, the old one is superseded, each
 * person whose orders changed gets one notice in the outbox, and the run that made it ends.
 */
import type { CutoverState, PacketRecord, Request } from './cutover.ts';
import type { DecideContext } from './decision.ts';
import type { Actor, DecisionBinding, EventBody } from './events.ts';

/** What a decision on this request has to name. */
export const bindingOf = (record: PacketRecord, request: Request): DecisionBinding => ({
  packetId: record.packet.packetId,
  packetVersion: record.packet.version,
  packetHash: record.packetHash,
  basisDigest: request.basisDigest,
  nonce: request.nonce,
});

/** The open run ends with the decision it waited for; a run that was at work on the old order is overtaken. */
export function runEnding(
  state: CutoverState,
  request: Request,
  outcome: 'adopted' | 'declined',
): EventBody[] {
  if (state.run === null) return [];
  const { runId } = state.run;
  if (runId === request.runId) return [{ type: 'RunEnded', runId, outcome }];
  return outcome === 'adopted' ? [{ type: 'RunEnded', runId, outcome: 'overtaken' }] : [];
}

/** Every check has passed: what adopting this record appends. */
export function adoption(
  state: CutoverState,
  decided: { record: PacketRecord; request: Request; actor: Actor },
  { judge, newId }: DecideContext,
): EventBody[] {
  const { record, request, actor } = decided;
  const { packetId, version, deltas } = record.packet;
  const old = state.current?.packet ?? null;
  return [
    {
      type: 'PacketAdopted',
      packetId,
      version,
      binding: bindingOf(record, request),
      actor,
      checkerVersion: judge.version,
    },
    ...(old === null
      ? []
      : [
          {
            type: 'PacketSuperseded',
            packetId: old.packetId,
            version: old.version,
            byPacketId: packetId,
          } as const,
        ]),
    ...deltas.map(
      (delta) =>
        ({
          type: 'NoticeQueued',
          noticeId: newId('notice'),
          packetId,
          version,
          person: delta.person,
          delta,
        }) as const,
    ),
    ...runEnding(state, request, 'adopted'),
  ];
}
