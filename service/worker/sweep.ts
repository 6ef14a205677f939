/**
 * The sweep: compares every cutover's head with what was last seen at rest, and rings for those with work. What is still
 * waiting at the next look is worked on directly, so that nothing ever depends on a doorbell. A look does not wait for
 * the work that it begins: a cutover in a storm, or a mind that is slow, must not hold up the look at all the others.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { CutoverState } from '../../ledger/cutover.ts';
import type { LedgerDeps } from '../../ledger/handle.ts';
import { load } from '../../ledger/load.ts';
import { workWaits } from '../../ledger/running.ts';
import { type Id, type Instant, minuteMs } from '../../ledger/vocabulary.ts';

export type SweepDeps = {
  readonly ledger: LedgerDeps;
  readonly everyMs: number;
  /** How many are worked on at a time. */
  readonly atOnce: number;
  readonly ring: (cutoverId: Id) => Promise<void>;
  readonly work: (cutoverId: Id, signal: AbortSignal) => Promise<void>;
  /** Told how many cutovers wait, after each look. */
  readonly onLook: (waiting: number) => void;
  readonly onTrouble: (cutoverId: Id | null, error: unknown) => void;
};

/** A cutover seen at rest: nothing to do until its head moves or the clock says so. */
type Rest = { readonly version: number; readonly until: Instant };

/** When the clock alone may make work: as a request ends, or a minute on while checkpoints are open. */
function restUntil(state: CutoverState, now: Instant): Instant {
  const open = Object.values(state.situation.progress).some(
    (progress) => progress.state !== 'done' && progress.state !== 'skipped',
  );
  const ends = state.pending?.request?.expiresAt ?? Infinity;
  return Math.min(ends + 1, open ? now + minuteMs : Infinity);
}

/** What is worked on: no more at a time than may be, and no cutover twice. */
function working(
  { work, atOnce, onTrouble }: Pick<SweepDeps, 'work' | 'atOnce' | 'onTrouble'>,
  stopping: AbortSignal,
) {
  const underWay = new Map<Id, Promise<void>>();
  const begin = (cutoverId: Id): void => {
    const mine = work(cutoverId, stopping)
      .catch((error: unknown) => onTrouble(cutoverId, error))
      .finally(() => underWay.delete(cutoverId));
    underWay.set(cutoverId, mine);
  };
  return {
    isOn: (cutoverId: Id): boolean => underWay.has(cutoverId),
    /** Waits until it may begin, and not for the end. */
    begin: async (cutoverId: Id): Promise<void> => {
      while (underWay.size >= atOnce) await Promise.race(underWay.values());
      if (!underWay.has(cutoverId) && !stopping.aborted) begin(cutoverId);
    },
    ended: (): Promise<unknown> => Promise.all(underWay.values()),
  };
}

/** The loop. `stop` begins nothing more and waits for what is under way. */
export function startSweep(deps: SweepDeps): { stop(): Promise<void> } {
  const { ledger } = deps;
  const stopping = new AbortController();
  const worked = working(deps, stopping.signal);
  const rests = new Map<Id, Rest>();
  let waitedBefore: ReadonlySet<Id> = new Set();

  const waits = async (cutoverId: Id, version: number): Promise<boolean> => {
    const now = ledger.now();
    const rest = rests.get(cutoverId);
    if (rest?.version === version && now < rest.until) return false;
    const state = await load(ledger.store, cutoverId);
    if (state === null) return false;
    if (workWaits(state, { judge: ledger.judge, now })) return true;
    rests.set(cutoverId, { version: state.version, until: restUntil(state, now) });
    return false;
  };

  const look = async (): Promise<void> => {
    const heads = await ledger.store.heads();
    // Several workers sweep: each begins somewhere else.
    const from = heads.length === 0 ? 0 : Date.now() % heads.length;
    const left = [...heads.slice(from), ...heads.slice(0, from)].values();
    const waiting = new Set<Id>();
    const worker = async (): Promise<void> => {
      for (const { cutoverId, version } of left) {
        if (stopping.signal.aborted) return;
        try {
          if (!(await waits(cutoverId, version))) continue;
          waiting.add(cutoverId);
          if (worked.isOn(cutoverId)) continue;
          if (waitedBefore.has(cutoverId)) await worked.begin(cutoverId);
          else await deps.ring(cutoverId);
        } catch (error) {
          deps.onTrouble(cutoverId, error);
        }
      }
    };
    await Promise.all(Array.from({ length: deps.atOnce }, worker));
    waitedBefore = waiting;
    deps.onLook(waiting.size);
  };

  const forever = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      await look().catch((error: unknown) => deps.onTrouble(null, error));
      await pause(deps.everyMs, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  };
  const loop = forever();
  return {
    stop: async () => {
      stopping.abort();
      await loop;
      await worked.ended();
    },
  };
}
