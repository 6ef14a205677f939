/**
 * What became of every notice, as a fold of the events: sent, waiting, overtaken by a newer one, or not sent and why.
 * It renders no text and decides nothing.
 */
import type { EventBody, LedgerEvent } from './events.ts';
import type { NoticeChannel, NoticeTrouble, SuppressionReason } from './outbox.ts';
import type { Id, Instant } from './vocabulary.ts';

export type NoticeEntry = {
  readonly noticeId: Id;
  readonly person: Id;
  /** Of the packet whose adoption queued it. */
  readonly version: number;
  readonly queuedAt: Instant;
  readonly became: 'waiting' | 'sent' | 'overtaken' | 'not_sent';
  /** When it became so; null while it waits. */
  readonly at: Instant | null;
  readonly channel: NoticeChannel | null;
  /** Of the packet that the message told of; null when none was sent. */
  readonly toldVersion: number | null;
  readonly attempts: number;
  /** The last trouble while it waits, or why it is not sent; null otherwise. */
  readonly reason: NoticeTrouble | SuppressionReason | null;
  /** It may have got through unseen, or twice. */
  readonly doubtful: boolean;
};

type Log = ReadonlyMap<Id, NoticeEntry>;
type NoticeBody = Extract<EventBody, { type: `Notice${string}` }>;

const isOfNotice = (body: EventBody): body is NoticeBody => body.type.startsWith('Notice');

const changed = (log: Log, noticeId: Id, change: Partial<NoticeEntry>): Log => {
  const entry = log.get(noticeId);
  return entry === undefined ? log : new Map([...log, [noticeId, { ...entry, ...change }]]);
};

/** Those of one person that still wait give way to a newer one. */
function overtaken(log: Log, person: Id, at: Instant): Log {
  const waiting = [...log.values()].filter(
    (entry) => entry.person === person && entry.became === 'waiting',
  );
  return waiting.reduce(
    (before, { noticeId }) => changed(before, noticeId, { became: 'overtaken', at }),
    log,
  );
}

function after(log: Log, body: NoticeBody, at: Instant): Log {
  switch (body.type) {
    case 'NoticeQueued': {
      const { noticeId, person, version } = body;
      const entry: NoticeEntry = {
        noticeId,
        person,
        version,
        queuedAt: at,
        became: 'waiting',
        at: null,
        channel: null,
        toldVersion: null,
        attempts: 0,
        reason: null,
        doubtful: false,
      };
      return new Map([...overtaken(log, person, at), [noticeId, entry]]);
    }
    case 'NoticeAttempted': {
      const attempts = (log.get(body.noticeId)?.attempts ?? 0) + 1;
      return changed(log, body.noticeId, { attempts, channel: body.channel });
    }
    case 'NoticeSent': {
      const { channel, version: toldVersion, possibleDuplicate: doubtful } = body;
      const sent = { became: 'sent', at, channel, toldVersion, reason: null, doubtful } as const;
      return changed(log, body.noticeId, sent);
    }
    case 'NoticeFailed': {
      const { reason, ambiguous } = body;
      const doubtful = ambiguous || log.get(body.noticeId)?.doubtful === true;
      return changed(log, body.noticeId, { reason, doubtful });
    }
    case 'NoticeSuppressed':
      return changed(log, body.noticeId, { became: 'not_sent', at, reason: body.reason });
  }
}

/** Every notice ever queued, in the order in which they were. */
export const noticeLog = (events: readonly LedgerEvent[]): readonly NoticeEntry[] => [
  ...events
    .reduce<Log>(
      (log, { body, recordedAt }) => (isOfNotice(body) ? after(log, body, recordedAt) : log),
      new Map(),
    )
    .values(),
];
