/**
 * What reports would do: the ledger copied into memory, the reports received there, and one run on the copy by the
 * deterministic minds. The ledger itself is not touched.
 */
import { run, type RunResult } from '../graph/run.ts';
import type { CutoverState } from '../ledger/cutover.ts';
import type { ReportBody } from '../ledger/facts.ts';
import type { LedgerDeps } from '../ledger/handle.ts';
import { load } from '../ledger/load.ts';
import type { Id } from '../ledger/vocabulary.ts';
import { type Interlock, openInterlock } from './interlock.ts';
import { eventsOf } from './packets.ts';
import { receiveReports } from './receiving.ts';

/** Runs `look` on the copy after the run, with the state before it; the copy is gone when it returns. */
export async function onCopy<T>(
  ledger: LedgerDeps,
  { cutoverId, bodies }: { readonly cutoverId: Id; readonly bodies: readonly ReportBody[] },
  look: (copy: Interlock, result: RunResult, before: CutoverState | null) => Promise<T>,
): Promise<T> {
  const copy = await openInterlock({ ledger: ':memory:', checkpoints: ':memory:' }, ledger);
  try {
    const events = await eventsOf(ledger.store, cutoverId);
    await copy.ledger.store.transact(cutoverId, (transaction) =>
      transaction.append(cutoverId, 0, events),
    );
    const before = await load(copy.ledger.store, cutoverId);
    await receiveReports(copy.ledger, cutoverId, bodies);
    return await look(copy, await run(copy.graph, cutoverId), before);
  } finally {
    await copy.close();
  }
}
