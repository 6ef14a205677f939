/**
 * The rehearsal clock: lets a rehearsal be stepped through at any hour. A live cutover never runs on it.
 */
import type { Plan } from '../../ledger/plan.ts';
import { load } from '../../ledger/load.ts';
import type { Store } from '../../ledger/store.ts';
import { Instant } from '../../ledger/vocabulary.ts';
import { UsageError } from './answer.ts';

/** The clock to use: the real one, or one that stands at the instant given. */
export function clockAt(at: string | undefined): () => number {
  if (at === undefined) return () => Date.now();
  const instant = Instant.safeParse(Date.parse(at));
  if (!instant.success || !/(Z|[+-]\d\d:\d\d)$/.test(at)) {
    throw new UsageError(`--at "${at}" is not an instant; write it like 2026-11-08T02:40:00+00:00`);
  }
  return () => instant.data;
}

/** Refuses the rehearsal clock for a live plan. */
export function refuseForLive(
  plan: Pick<Plan, 'mode' | 'cutoverId'>,
  at: string | undefined,
): void {
  if (at !== undefined && plan.mode === 'live') {
    throw new UsageError(`${plan.cutoverId} is live: --at is for rehearsals only`);
  }
}

/** Refuses the rehearsal clock on a ledger that holds any live cutover. */
export async function refuseOnLiveLedger(store: Store, at: string | undefined): Promise<void> {
  if (at === undefined) return;
  for (const cutoverId of await store.cutovers()) {
    const state = await load(store, cutoverId);
    if (state !== null) refuseForLive(state.situation.plan, at);
  }
}
