/**
 * What the HTTP API is given. It opens nothing itself, so that a test hands in its own store, clock and door.
 */
import type { Context, MiddlewareHandler } from 'hono';
import type { LedgerDeps } from '../../ledger/handle.ts';
import type { Beside } from '../../ledger/stores/beside.ts';
import type { Id } from '../../ledger/vocabulary.ts';
import type { Door } from '../identity/door.ts';
import type { AckSettings } from '../notices/ackLink.ts';
import type { Questions } from '../questions.ts';
import type { Hook } from '../hooks/settings.ts';
import type { Limits } from './limits.ts';

export type ApiDeps = {
  readonly ledger: LedgerDeps;
  readonly beside: Beside;
  /** What makes a process think is asked here: it may be answered elsewhere. */
  readonly questions: Questions;
  readonly door: Door;
  readonly hooks: readonly Hook[];
  /** Null: messages carry no link, and the page behind one answers nobody. */
  readonly ack: AckSettings | null;
  /** Asks for a run; never waited for. */
  readonly ring: (cutoverId: Id) => Promise<void>;
  /** Told which event decided, so that the run that waits can end; never waited for. */
  readonly decided: (cutoverId: Id, version: number) => void;
  /** Told of our own trouble and where it was met, never of a body. */
  readonly trouble: (error: unknown, where: string) => void;
  /** Goes around every request, before everything else. */
  readonly around?: MiddlewareHandler;
  readonly limits?: Partial<Limits>;
  /** How streams behave; a test hurries. */
  readonly streams?: Partial<StreamPace>;
  /** Aborted when the service stops: streams end at once and are taken up elsewhere. */
  readonly stopping?: AbortSignal;
};

/** Milliseconds between a stream's looks at the ledger, its signs of life, and its looks at its caller. */
export type StreamPace = {
  readonly lookMs: number;
  readonly aliveMs: number;
  readonly callerMs: number;
  /** Streams that one caller may hold open. */
  readonly perCaller: number;
  readonly atOnce: number;
};

export type ApiContext = Context;

/** Rings without waiting: what is in the ledger is found by a sweep even if nobody hears. */
export function ringFor({ ring, trouble }: ApiDeps, cutoverId: Id): void {
  void ring(cutoverId).catch((error: unknown) => trouble(error, `ring ${cutoverId}`));
}
