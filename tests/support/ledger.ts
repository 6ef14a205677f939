/**
 * What tests of the ledger hand to `handle`: a judge that finds nothing wrong, a clock that is set by hand, ids
 * that count, and a history of any length made of ordinary commands. No store is chosen here.
 */
import { digestOf } from '../../ledger/canonical.ts';
import type { LedgerCommand } from '../../ledger/commands.ts';
import type { Assertion, ReportBody } from '../../ledger/facts.ts';
import type { LedgerDeps } from '../../ledger/handle.ts';
import type { Judge } from '../../ledger/judge.ts';
import type { Store } from '../../ledger/store.ts';
import { actor, checkpoint, nightAt, plan, reading } from './build.ts';

/** Lets everything through: tests of keeping, not of rules. The basis is the whole situation. */
export const lenient: Judge = {
  version: 'lenient',
  planProblems: () => [],
  check: () => [],
  checkPacket: () => [],
  checkExplanation: () => [],
  basisDigest: (state) => digestOf('basis', state.situation),
  heldAgain: () => [],
  heardAgain: () => [],
  mayDecide: () => null,
  isReleaseLead: () => true,
};

/** Dependencies with a clock that moves one second per reading, from `fromAt`. */
export function depsOn(store: Store, prefix = 'x', fromAt = nightAt): LedgerDeps {
  let at = fromAt;
  let ids = 0;
  return {
    store,
    judge: lenient,
    now: () => (at += 1_000),
    newId: (kind) => `${kind}-${prefix}-${(ids += 1)}`,
  };
}

export const declare = (cutoverId = 'payments'): LedgerCommand => ({
  type: 'DeclareCutover',
  plan: plan([checkpoint('cut'), checkpoint('check'), checkpoint('open')], { cutoverId }),
  actor: actor(),
});

/** The report with this number: one forecast of the end of one of the three checkpoints. */
export function reportBody(sourceEventId: string, change: Partial<ReportBody> = {}): ReportBody {
  const assertion: Assertion = {
    kind: 'forecast_finish',
    checkpoint: 'cut',
    at: reading(nightAt + 1_800_000),
  };
  return {
    source: 'board',
    sourceEventId,
    sourceSequence: null,
    reporter: 'operator',
    occurredAt: nightAt,
    underPacketVersion: null,
    text: `told as ${sourceEventId}`,
    assertions: [{ text: 'late', assertion }],
    ...change,
  };
}

export const report = (sourceEventId: string, change: Partial<ReportBody> = {}): LedgerCommand => ({
  type: 'ReceiveReport',
  body: reportBody(sourceEventId, change),
});
