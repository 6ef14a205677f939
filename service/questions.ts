/**
 * The questions that make a process think: the status of a cutover, whose forecast is solved, and what reports would do,
 * which is a whole run. They are asked here or in a thread of their own (askApart.ts); the answers are JSON texts, as
 * HTTP gives them.
 */
import type { PacketRecord } from '../ledger/cutover.ts';
import { packetDiff } from '../ledger/diff.ts';
import type { ReportBody } from '../ledger/facts.ts';
import type { LedgerDeps } from '../ledger/handle.ts';
import { rulingsIn } from '../ledger/lineage.ts';
import { load } from '../ledger/load.ts';
import type { Id } from '../ledger/vocabulary.ts';
import { eventsOf } from './packets.ts';
import { statusJson, statusOf } from './status.ts';
import { onCopy } from './whatIf.ts';

export type WhatIf = { readonly cutoverId: Id; readonly bodies: readonly ReportBody[] };

/** Each throws Busy when it cannot be answered in time; StoreTrouble as the ledger does. */
export type Questions = {
  /** As of now, with the forecast. */
  readonly status: (cutoverId: Id) => Promise<string>;
  /** What a run would make of these reports. Writes nothing. */
  readonly whatIf: (wanted: WhatIf) => Promise<string>;
};

/** Too much is asked at once, or this took too long. Nothing was written: ask again later. */
export class Busy extends Error {
  override readonly name = 'Busy';
}

/** What a run would make of reports, over HTTP. */
type WouldBe = {
  readonly outcome: string;
  readonly rulings: ReturnType<typeof rulingsIn>;
  readonly packet: PacketRecord | null;
  readonly changes: ReturnType<typeof packetDiff>;
};

async function status({ store, judge, now }: LedgerDeps, cutoverId: Id): Promise<string> {
  const state = await load(store, cutoverId);
  if (state === null) throw new Error(`${cutoverId} is gone`);
  return JSON.stringify(statusJson(statusOf(state, { judge, now: now() })));
}

function whatIf(ledger: LedgerDeps, { cutoverId, bodies }: WhatIf): Promise<string> {
  return onCopy(ledger, { cutoverId, bodies }, async (copy, { outcome }, before) => {
    const after = await load(copy.ledger.store, cutoverId);
    const events = await eventsOf(copy.ledger.store, cutoverId);
    const packet = after?.pending?.record ?? null;
    const current = before?.current?.packet ?? null;
    const told: WouldBe = {
      outcome,
      rulings: rulingsIn(events.slice(before?.version ?? 0)),
      packet,
      changes: packet === null || current === null ? [] : packetDiff(current, packet.packet),
    };
    return JSON.stringify(told);
  });
}

/** Answers in this very thread, which does nothing else meanwhile. */
export const questionsHere = (ledger: LedgerDeps): Questions => ({
  status: (cutoverId) => status(ledger, cutoverId),
  whatIf: (wanted) => whatIf(ledger, wanted),
});
