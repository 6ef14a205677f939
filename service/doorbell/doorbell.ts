/**
 * The doorbell: tells some worker that a cutover has work, and carries nothing but its id. It may lose, repeat and
 * reorder: what has to be done stands in the ledger, and a sweep finds what nobody rang for.
 */
import type { Id } from '../../ledger/vocabulary.ts';

/** `signal` is aborted when the listener is stopped in a hurry. A rejection rings again later, a bounded number of times. */
export type Answer = (cutoverId: Id, signal: AbortSignal) => Promise<void>;

export type Doorbell = {
  /** Never throws and never waits longer than its own short deadline. */
  ring(cutoverId: Id): Promise<void>;
  /** Whether a ring would get through now. Never throws, and answers within half a second. */
  isUp(): Promise<boolean>;
  /** Calls `work` for each ring, at most once at a time for one cutover here. `stop` waits for what is under way. */
  listen(work: Answer): Promise<{ stop(): Promise<void> }>;
  close(): Promise<void>;
};

/** Hears of every trouble that work, or a look for it, ended in. */
export type OnTrouble = (cutoverId: Id | null, error: unknown) => void;

export type DoorbellDeps = {
  /** How many cutovers are worked on at a time in this process. */
  readonly atOnce: number;
  readonly onTrouble: OnTrouble;
};

/** The work's own answer, or an error once it has taken `ms`; the work itself is left to end when it does. */
export async function within<T>(ms: number, what: string, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, refuse) => {
    timer = setTimeout(() => refuse(new Error(`${what} took longer than ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
    work.catch(() => undefined);
  }
}
