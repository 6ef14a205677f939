/**
 * How runs end and packets leave their place: the part of the fold in which a decision takes effect.
 * Refuses nothing: whether a decision may be taken was judged before its event was appended.
 */
import type { CutoverState, PacketRecord, Settled } from './cutover.ts';
import type { EventOf } from './events.ts';
import type { Id, Instant } from './vocabulary.ts';

/** Where and when an event stands: all that a fold may know of it besides its body. */
export type Recorded = { readonly version: number; readonly recordedAt: Instant };

/** The packet no longer waits or is no longer current: how, and who said so. */
export const settle = (state: CutoverState, packetId: Id, how: Settled): CutoverState => ({
  ...state,
  decided: { ...state.decided, [packetId]: how },
});

/** An acknowledgement of the superseded packet still counts for whoever the new one does not affect. */
function carryAcknowledgements(
  state: CutoverState,
  next: PacketRecord,
): CutoverState['acknowledgements'] {
  const affected = new Set(next.packet.mustAcknowledge);
  const before = state.current?.packet.version ?? 0;
  return Object.fromEntries(
    Object.entries(state.acknowledgements).map(([person, known]) => [
      person,
      affected.has(person) || known.countsFor < before
        ? known
        : { ...known, countsFor: next.packet.version },
    ]),
  );
}

/** The pending packet becomes the current one. */
export function adopt(
  state: CutoverState,
  body: EventOf<'PacketAdopted'>,
  event: Recorded,
): CutoverState {
  if (state.pending?.record.packet.packetId !== body.packetId) return state;
  const { record } = state.pending;
  const adopted: CutoverState = {
    ...state,
    current: record,
    moved: state.moved.filter((fact) => fact.version > record.packet.basisVersion),
    pending: null,
    usedNonces: [...state.usedNonces, body.binding.nonce],
    acknowledgements: carryAcknowledgements(state, record),
  };
  return settle(adopted, body.packetId, {
    how: 'adopted',
    version: body.version,
    by: body.actor.subject,
    at: event.recordedAt,
  });
}

/** A run that was cleared or overtaken leaves its work undone, so that the next one has something to look at. */
export function endRun(
  state: CutoverState,
  body: EventOf<'RunEnded'>,
  event: Recorded,
): CutoverState {
  if (state.run?.runId !== body.runId) return state;
  const { runId, startedVersion, nowAt } = state.run;
  const undone = body.outcome === 'cleared' || body.outcome === 'overtaken';
  return {
    ...state,
    run: null,
    lastRunStartedVersion: startedVersion,
    lastRunId: runId,
    lastRunNowAt: nowAt,
    inputVersion: undone ? event.version : state.inputVersion,
  };
}

/** The pending packet stops waiting. With no run open, what it was to change is again work for the next one. */
export function clear(
  state: CutoverState,
  body: EventOf<'ApprovalCleared'>,
  event: Recorded,
): CutoverState {
  if (state.pending?.record.packet.packetId !== body.packetId) return state;
  const { version } = state.pending.record.packet;
  const cleared: CutoverState = {
    ...state,
    pending: null,
    inputVersion: state.run === null ? event.version : state.inputVersion,
  };
  return settle(cleared, body.packetId, {
    how: body.reason,
    version,
    by: null,
    at: event.recordedAt,
  });
}

/** The release lead said no; the current packet stays in force. */
export function decline(
  state: CutoverState,
  body: EventOf<'PacketDeclined'>,
  event: Recorded,
): CutoverState {
  if (state.pending?.record.packet.packetId !== body.packetId) return state;
  const { version } = state.pending.record.packet;
  const declined: CutoverState = {
    ...state,
    pending: null,
    usedNonces: [...state.usedNonces, body.binding.nonce],
  };
  return settle(declined, body.packetId, {
    how: 'declined',
    version,
    by: body.actor.subject,
    at: event.recordedAt,
  });
}
