/** Every packet that a ledger ever prepared or put in force, as it stood then, through the audit of what is published. */
import { z } from 'zod';
import type { LedgerEvent } from '../../ledger/events.ts';
import { evolve } from '../../ledger/evolve.ts';
import type { CutoverState, PacketRecord } from '../../ledger/cutover.ts';
import { audit, type Audit, auditReceived, type Channels, type Published } from './published.ts';

const modelsIn = (events: readonly LedgerEvent[]): string[] =>
  events.flatMap(({ body }) => (body.type === 'ModelAsked' ? [body.model] : []));

/** The record that this event puts before people, in the state that it leaves. */
function shownBy({ body }: LedgerEvent, state: CutoverState): PacketRecord | null {
  if (body.type === 'PacketAdopted') return state.current;
  const isShown = body.type === 'PacketPrepared' || body.type === 'HoldsExplained';
  return isShown ? (state.pending?.record ?? null) : null;
}

type Options = {
  readonly channels?: Channels;
  /** Bodies of webhooks as a receiver got them. */
  readonly received?: readonly string[];
};

const Addressed = z.looseObject({
  data: z.looseObject({ person: z.string(), version: z.int() }),
});

/** Adds to the audit everything that the packets of these events publish, and what was really received of them. */
export async function auditNight(
  events: readonly LedgerEvent[],
  into: Audit,
  { channels, received = [] }: Options = {},
): Promise<void> {
  const adopted = new Map<number, Published>();
  const packets = {
    adopted: async (_: string, version: number) => adopted.get(version)?.record ?? null,
    answered: async () => null,
  };
  const models = modelsIn(events);
  const seen = new Set<string>();
  let state: CutoverState | null = null;
  for (const event of events) {
    state = evolve(state, event);
    if (state === null) continue;
    const record = shownBy(event, state);
    if (record === null) continue;
    const shown = { state, record, packets, models };
    if (event.body.type === 'PacketAdopted') adopted.set(record.packet.version, shown);
    // The same bytes with the same reasons say the same, waiting or in force.
    const key = `${record.packetHash} ${record.explained === undefined}`;
    if (seen.has(key)) continue;
    seen.add(key);
    await audit(shown, into, channels);
  }
  for (const body of received) {
    const { person, version } = Addressed.parse(JSON.parse(body)).data;
    const of = adopted.get(version);
    if (of === undefined) into.faults.push(`a notice of v${version}, which never was in force`);
    else auditReceived(body, { person, of }, into);
  }
}
