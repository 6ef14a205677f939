/**
 * Receiving reports, from whichever door they came: each is appended durably by itself, and only then told of. Whether
 * its facts count is ruled by the next run.
 */
import type { Rejection } from '../ledger/commands.ts';
import type { ReportBody } from '../ledger/facts.ts';
import { handle, type LedgerDeps, type Outcome } from '../ledger/handle.ts';
import type { Id } from '../ledger/vocabulary.ts';

/** What became of one report. */
export type Receipt = {
  readonly source: Id;
  readonly sourceEventId: string;
  readonly result: 'received' | 'known_already' | 'refused';
  /** Null when it was refused. */
  readonly reportId: Id | null;
  /** Its position in the ledger. */
  readonly version: number | null;
  /** The ids of its facts, in the order of the report. */
  readonly facts: readonly Id[];
  /** Different pieces of its prose that were taken out: numbers of cards and accounts, credentials. */
  readonly redacted: number;
  readonly rejection: Rejection | null;
};

/** What became of a report that led to this outcome. */
export function receiptOf(body: ReportBody, outcome: Outcome): Receipt {
  const { rejection } = outcome;
  const event = outcome.events.find((one) => one.body.type === 'ReportReceived');
  const report = event?.body.type === 'ReportReceived' ? event.body.report : null;
  const known = outcome.repeated || report === null;
  return {
    source: body.source,
    sourceEventId: body.sourceEventId,
    result: rejection !== null ? 'refused' : known ? 'known_already' : 'received',
    reportId: report?.reportId ?? null,
    version: event?.version ?? null,
    facts: report?.facts.map(({ factId }) => factId) ?? [],
    redacted: report?.redacted ?? 0,
    rejection,
  };
}

/** Appends reports one by one; says of each whether it is new, known or refused. */
export async function receiveReports(
  ledger: LedgerDeps,
  cutoverId: Id,
  bodies: readonly ReportBody[],
): Promise<readonly Receipt[]> {
  const receipts: Receipt[] = [];
  for (const body of bodies) {
    const outcome = await handle(ledger, cutoverId, { type: 'ReceiveReport', body });
    receipts.push(receiptOf(body, outcome));
  }
  return receipts;
}
