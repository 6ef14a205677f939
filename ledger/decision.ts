/**
 * What `decide` is given and what it answers with. Every part of it is a value: a refusal is a Rejection, and
 * one that must be kept (who tried what, and why not) comes with the event that records it.
 */
import type { RejectionCode } from './codes.ts';
import type { Rejection } from './commands.ts';
import type { EventBody } from './events.ts';
import type { Judge } from './judge.ts';
import type { Violation } from './proposal.ts';
import type { KnownReport } from './store.ts';
import type { Id, Instant } from './vocabulary.ts';

/** Everything a decision may look at besides the state: `now` is the store's clock, read inside the transaction. */
export type DecideContext = {
  readonly now: Instant;
  readonly judge: Judge;
  readonly newId: (kind: string) => Id;
  /** The earlier report with the same source event id, looked up inside the transaction. */
  readonly knownReport: KnownReport | null;
};

/** Events to append, and the refusal if there is one. Both empty: the command had nothing to change. */
export type Decision = {
  readonly events: readonly EventBody[];
  readonly rejection: Rejection | null;
};

/** The command changes nothing: it was already done, or there is nothing to do. */
export const unchanged: Decision = { events: [], rejection: null };

export const accept = (...events: readonly EventBody[]): Decision => ({ events, rejection: null });

/** A refusal that leaves no record of its own. `detail` names the place and the fix. */
export const reject = (
  code: RejectionCode,
  detail: string,
  violations: readonly Violation[] = [],
): Decision => ({ events: [], rejection: { code, detail, violations } });
