/**
 * The lineage: every report, fact, ruling, proposal, verdict, packet, decision, refusal, notice and
 * acknowledgement as one typed row each, so that anyone can replay what was known at an instant and what was
 * already true then but not yet received.
 */
import type { EventBody, LedgerEvent } from './events.ts';
import type { Report, Ruling } from './facts.ts';
import { subjectOf } from './subjects.ts';
import type { Id, Instant } from './vocabulary.ts';

/** What a row says besides where and when. Ids link rows to each other. */
export type LineageItem =
  | { readonly kind: 'declaration'; readonly by: string; readonly asLead: boolean }
  | {
      readonly kind: 'report';
      readonly reportId: Id;
      readonly source: Id;
      readonly sourceEventId: string;
      readonly reporter: Id;
      /** Made while acting on a packet that was no longer the current one. */
      readonly underOldOrders: boolean;
      readonly text: string;
    }
  | {
      readonly kind: 'fact';
      readonly factId: Id;
      readonly reportId: Id;
      readonly subject: string;
      readonly assertion: Report['facts'][number]['assertion']['kind'];
      readonly text: string;
    }
  | {
      readonly kind: 'ruling';
      readonly factId: Id;
      readonly proposalId: Id;
      readonly ruling: string;
      readonly code: string | null;
    }
  | {
      /** It was accepted once; `against` is the fact through which that proved wrong. */
      readonly kind: 'held_again';
      readonly factId: Id;
      readonly code: string;
      readonly against: Id | null;
    }
  | { readonly kind: 'run'; readonly runId: Id; readonly became: string }
  | {
      readonly kind: 'proposal';
      readonly proposalId: Id;
      readonly runId: Id;
      readonly agent: string;
      readonly attempt: number;
      readonly mind: string;
    }
  | {
      readonly kind: 'verdict';
      readonly proposalId: Id;
      readonly clean: boolean;
      readonly codes: readonly string[];
    }
  | {
      readonly kind: 'packet';
      readonly packetId: Id;
      readonly became: string;
      readonly version: number | null;
      readonly checkCode: string | null;
    }
  | {
      readonly kind: 'decision';
      readonly packetId: Id;
      readonly decision: 'adopted' | 'declined';
      readonly by: string;
      readonly reason: string | null;
    }
  | {
      readonly kind: 'refusal';
      readonly of: 'report' | 'adopt' | 'decline' | 'acknowledge';
      readonly named: string;
      readonly code: string;
      readonly by: string;
    }
  | {
      readonly kind: 'notice';
      readonly noticeId: Id;
      readonly became: 'queued' | 'attempted' | 'sent' | 'failed' | 'suppressed';
      readonly version: number;
      readonly person: Id;
      /** Null before a channel is chosen. */
      readonly channel: string | null;
      /** Why it failed or is not sent; null otherwise. */
      readonly reason: string | null;
      /** It may have got through although nobody knows, or twice. */
      readonly doubtful: boolean;
    }
  | {
      readonly kind: 'acknowledgement';
      readonly packetId: Id;
      readonly version: number;
      readonly person: Id;
    };

export type LineageRow = {
  readonly version: number;
  readonly recordedAt: Instant;
  /** When it became true: what the source says of a report or fact, else when it was recorded. */
  readonly occurredAt: Instant;
  readonly item: LineageItem;
};

type Told = { readonly occurredAt: Instant | null; readonly item: LineageItem };

const own = (item: LineageItem): Told[] => [{ occurredAt: null, item }];

function reportRows(report: Report): Told[] {
  const { reportId, source, sourceEventId, reporter, occurredAt, text } = report;
  const { underPacketVersion: under, currentPacketVersion: current } = report;
  const underOldOrders = under !== null && current !== null && under < current;
  return [
    {
      occurredAt,
      item: { kind: 'report', reportId, source, sourceEventId, reporter, underOldOrders, text },
    },
    ...report.facts.map((fact) => ({
      occurredAt: fact.occurredAt,
      item: {
        kind: 'fact',
        factId: fact.factId,
        reportId,
        subject: subjectOf(fact.assertion),
        assertion: fact.assertion.kind,
        text: fact.text,
      } as const,
    })),
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
      return own({ kind: 'proposal', proposalId, runId, agent, attempt, mind: mind.kind });
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
    case 'PacketPrepared': {
      const { packet, checkCode } = body;
      return packetRow(packet.packetId, 'prepared', { version: packet.version, checkCode });
    }
    case 'ApprovalRequested':
      return packetRow(body.packetId, 'requested', { version: null, checkCode: null });
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

/** Every ruling in these events, in order; an accepted fact that was held again has a second one. */
export const rulingsIn = (events: readonly LedgerEvent[]): Ruling[] =>
  events.flatMap(({ body }): Ruling[] => {
    if (body.type === 'FactsRuled') return body.rulings;
    if (body.type !== 'FactsHeldAgain') return [];
    return body.facts.map((again) => ({ ...again, ruling: 'held', candidates: [] }));
  });
