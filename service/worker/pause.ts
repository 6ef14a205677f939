/**
 * When to look at a cutover: the first change after a calm minute at once, later ones when reports pause. So a storm of
 * reports makes one packet when it begins and one when it is over, and never a packet a report.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { CutoverState } from '../../ledger/cutover.ts';
import { load } from '../../ledger/load.ts';
import type { Store } from '../../ledger/store.ts';
import type { Instant } from '../../ledger/vocabulary.ts';

export type Pace = {
  /** Reports have paused when none has come for so long. */
  readonly quietMs: number;
  /** After so long without a run the next change is looked at without waiting. */
  readonly calmMs: number;
  /** However the reports keep coming, they are looked at after so long: no round figure, at which storms end too. */
  readonly longestWaitMs: number;
};

export const standardPace: Pace = { quietMs: 700, calmMs: 60_000, longestWaitMs: 45_000 };

/** How long to wait before looking again whether reports have paused; 0 when they have. */
export function msToWait(state: CutoverState, now: Instant, pace: Pace): number {
  const newest = state.unruled.at(-1)?.receivedAt;
  const lookedAt = state.run?.nowAt ?? state.lastRunNowAt;
  if (newest === undefined || lookedAt === null || now - lookedAt >= pace.calmMs) return 0;
  return Math.max(0, Math.min(pace.quietMs, newest + pace.quietMs - now));
}

type Waiting = {
  readonly store: Store;
  readonly now: () => Instant;
  readonly pace: Pace;
  readonly signal: AbortSignal;
  /** Done after each look while they keep coming. */
  readonly meanwhile: (state: CutoverState) => Promise<void>;
};

/** Waits until reports about the cutover pause. False when they did not within the longest wait. */
export async function untilTheyPause(
  { store, now, pace, signal, meanwhile }: Waiting,
  first: CutoverState,
): Promise<boolean> {
  const endsAt = performance.now() + pace.longestWaitMs;
  let state: CutoverState | null = first;
  while (state !== null) {
    const ms = msToWait(state, now(), pace);
    if (ms === 0) return true;
    if (performance.now() + ms > endsAt) return false;
    await meanwhile(state);
    await sleep(ms, undefined, { signal });
    state = await load(store, first.cutoverId);
  }
  return true;
}
