/**
 * The lineage: every report, fact, ruling, proposal, verdict, packet, decision, refusal, notice and
 * acknowledgement as one typed row each, so that anyone can replay what was known at an instant and what was
 * already true then but not yet received.
 */
import type { EventBody, LedgerEvent } from './events.ts';
import type { Fact, Report, Ruling } from './facts.ts';
import type { LineageItem, LineageRow } from './lineageRow.ts';
import { subjectOf } from './subjects.ts';
import type { Id, Instant } from './vocabulary.ts';

type Told = { readonly occurredAt: Instant | null; readonly item: LineageItem };

const own = (item: LineageItem): Told[] => [{ occurredAt: null, item }];

const factRow = ({ factId, reportId, occurredAt, assertion, text }: Fact): Told => ({
  occurredAt,
  item: {
    kind: 'fact',
    factId,
    reportId,
    subject: subjectOf(assertion),
    assertion: assertion.kind,
    text,
  },
});

function reportRows(report: Report): Told[] {
  const { reportId, source, sourceEventId, reporter, occurredAt, text } = report;
  const { underPacketVersion: under, currentPacketVersion: current } = report;
  const underOldOrders = under !== null && current !== null && under < current;
  return [
    {
      occurredAt,
      item: { kind: 'report', reportId, source, sourceEventId, reporter, underOldOrders, text },
    },
    ...report.facts.map(factRow),
  ];
}

function packetRow(
  packetId: Id,
  became: string,
  known: { version: number | null; checkCode: string | null },
): Told[] {
  return own({ kind: 'packet', packetId, became, ...known });
}

type NoticeBody = Extract<EventBody, { type: `Notice${string}` }>;

function noticeItem(body: NoticeBody): LineageItem {
  const { noticeId, version, person } = body;
  const of = { kind: 'notice', noticeId, version, person } as const;
  const quiet = { channel: null, reason: null, doubtful: false };
  switch (body.type) {
    case 'NoticeQueued':
      return { ...of, became: 'queued', ...quiet };
    case 'NoticeAttempted':
      return { ...of, became: 'attempted', ...quiet, channel: body.channel };
    case 'NoticeSent': {
      const { channel, possibleDuplicate: doubtful } = body;
      return { ...of, became: 'sent', channel, reason: null, doubtful };
    }
    case 'NoticeFailed': {
      const { channel, reason, ambiguous: doubtful } = body;
      return { ...of, became: 'failed', channel, reason, doubtful };
    }
    case 'NoticeSuppressed':
      return { ...of, became: 'suppressed', ...quiet, reason: body.reason };
  }
}

// eslint-disable-next-line max-lines-per-function -- one line per event type is the clearest form of this table
function rowsOf(body: EventBody): Told[] {
  switch (body.type) {
    case 'CutoverDeclared':
      return own({ kind: 'declaration', by: body.actor.subject, asLead: body.declaredByLead });
    case 'ReportReceived':
      return reportRows(body.report);
    case 'ReportRefused':
      return own({
        kind: 'refusal',
        of: 'report',
        named: body.sourceEventId,
        code: body.reason,
        by: body.source,
      });
    case 'RunStarted':
      return own({ kind: 'run', runId: body.runId, became: 'started' });
    case 'RunEnded':
      return own({ kind: 'run', runId: body.runId, became: body.outcome });
    case 'ProposalMade': {
      const { proposalId, runId, agent, attempt, mind } = body.proposal;
      const isInPlace = mind.kind === 'deterministic' && mind.reason === 'model_failed';
      const spoke = isInPlace ? ('model_failed' as const) : mind.kind;
      return own({ kind: 'proposal', proposalId, runId, agent, attempt, mind: spoke });
    }
    case 'VerdictGiven': {
      const { proposalId, clean, violations } = body;
      return own({ kind: 'verdict', proposalId, clean, codes: violations.map(({ code }) => code) });
    }
    case 'FactsRuled':
      return body.rulings.flatMap(({ factId, ruling, code }) =>
        own({ kind: 'ruling', factId, proposalId: body.proposalId, ruling, code }),
      );
    case 'FactsHeldAgain':
      return body.facts.flatMap(({ factId, code, against }) =>
        own({ kind: 'held_again', factId, code, against }),
      );
    case 'FactsHeardAgain':
      return body.facts.flatMap((again) => own({ kind: 'heard_again', ...again }));
    case 'StatementRead':
      return body.facts.map(factRow);
    case 'ModelAsked': {
      const { askId, runId, agent, model } = body;
      return own({
        kind: 'model',
        askId,
        became: 'asked',
        about: { runId, agent, model },
        used: null,
      });
    }
    case 'ModelAnswered': {
      const { askId, outcome, used } = body;
      return own({ kind: 'model', askId, became: outcome, about: null, used });
    }
    case 'PacketPrepared': {
      const { packet, checkCode } = body;
      return packetRow(packet.packetId, 'prepared', { version: packet.version, checkCode });
    }
    case 'ApprovalRequested':
      return packetRow(body.packetId, 'requested', { version: null, checkCode: null });
    case 'HoldsExplained':
      return own({
        kind: 'explanation',
        packetHash: body.packetHash,
        holds: body.holds.length,
        codes: body.violations.map(({ code }) => code),
      });
    case 'ApprovalCleared':
      return packetRow(body.packetId, body.reason, { version: null, checkCode: null });
    case 'PacketSuperseded':
      return packetRow(body.packetId, 'superseded', { version: body.version, checkCode: null });
    case 'PacketAdopted': {
      const { packetId, actor } = body;
      return own({
        kind: 'decision',
        packetId,
        decision: 'adopted',
        by: actor.subject,
        reason: null,
      });
    }
    case 'PacketDeclined': {
      const { packetId, actor, reason } = body;
      return own({ kind: 'decision', packetId, decision: 'declined', by: actor.subject, reason });
    }
    case 'DecisionRefused': {
      const { decision, binding, code, actor } = body;
      const named = binding.packetId;
      return own({ kind: 'refusal', of: decision, named, code, by: actor.subject });
    }
    case 'NoticeQueued':
    case 'NoticeAttempted':
    case 'NoticeSent':
    case 'NoticeFailed':
    case 'NoticeSuppressed':
      return own(noticeItem(body));
    case 'PacketAcknowledged': {
      const { packetId, version, person } = body;
      return own({ kind: 'acknowledgement', packetId, version, person });
    }
  }
}

export type Lineage = {
  /** What the ledger held at the instant, in its order. */
  readonly known: readonly LineageRow[];
  /** Reports and facts that say they were true by then and arrived only later, by when they became true. */
  readonly notYetReceived: readonly LineageRow[];
};

/** The lineage as of an instant (inclusive); null: as of the newest event, so that nothing is missing. */
export function lineage(events: readonly LedgerEvent[], asOf: Instant | null): Lineage {
  const rows = events.flatMap(({ version, recordedAt, body }) =>
    rowsOf(body).map(({ occurredAt, item }) => ({
      version,
      recordedAt,
      occurredAt: occurredAt ?? recordedAt,
      item,
    })),
  );
  if (asOf === null) return { known: rows, notYetReceived: [] };
  const isTold = ({ item }: LineageRow): boolean => item.kind === 'report' || item.kind === 'fact';
  return {
    known: rows.filter((row) => row.recordedAt <= asOf),
    notYetReceived: rows
      .filter((row) => row.recordedAt > asOf && row.occurredAt <= asOf && isTold(row))
      .toSorted((one, other) => one.occurredAt - other.occurredAt || one.version - other.version),
  };
}

/** Every ruling in these events, in order; a fact that was held or heard again has a second one. */
export const rulingsIn = (events: readonly LedgerEvent[]): Ruling[] =>
  events.flatMap(({ body }): Ruling[] => {
    if (body.type === 'FactsRuled') return body.rulings;
    if (body.type !== 'FactsHeldAgain') return [];
    return body.facts.map((again) => ({ ...again, ruling: 'held', candidates: [] }));
  });
