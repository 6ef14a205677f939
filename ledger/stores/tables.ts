/**
 * The tables as Kysely types and the only place where a row becomes an event or a snapshot and back. A row that
 * is not byte for byte what was written is refused here, so nothing behind the store ever sees it.
 */
import type { ColumnType } from 'kysely';
import { z } from 'zod';
import { canonicalJson } from '../canonical.ts';
import { hashOf } from '../chain.ts';
import { CutoverState } from '../cutover.ts';
import { LedgerEvent } from '../events.ts';
import type { Snapshot } from '../store.ts';
import { StoreTrouble } from '../trouble.ts';
import { Digest, type Id } from '../vocabulary.ts';

/** A 64-bit column: PostgreSQL's driver hands it over as text. Events are never updated. */
type Whole = ColumnType<number | string, number, never>;
type Kept = ColumnType<string, string, never>;
type KeptOrNull = ColumnType<string | null, string | null, never>;

type Changing = ColumnType<number | string, number, number>;

export type Tables = {
  events: {
    cutover_id: Kept;
    version: Whole;
    recorded_at: Whole;
    /** Set on received reports only: with `source_event_id` it is the key of their idempotency. */
    source: KeptOrNull;
    source_event_id: KeptOrNull;
    /** Canonical JSON text. */
    body: Kept;
    previous_hash: Kept;
    hash: Kept;
  };
  snapshots: {
    cutover_id: string;
    version: Changing;
    head_hash: string;
    state_digest: string;
    code_version: string;
    state: string;
  };
  leases: { cutover_id: string; holder: string; epoch: Changing; until_at: Changing };
  request_keys: {
    caller: string;
    key: string;
    digest: string;
    /** Null where an older build has begun to answer. */
    status: ColumnType<number | string | null, number, number>;
    headers: string | null;
    body: string | null;
    /** Read by older builds only. */
    claimed_until: Changing;
    created_at: Changing;
  };
};

const EventRow = z.object({
  cutover_id: z.string(),
  version: z.coerce.number(),
  recorded_at: z.coerce.number(),
  source: z.string().nullable(),
  source_event_id: z.string().nullable(),
  body: z.string(),
  previous_hash: z.string(),
  hash: z.string(),
});
export type EventRow = z.infer<typeof EventRow>;

/** A source's event id as it is stored: JSON text without the quotes, because PostgreSQL keeps no zero byte. */
export const sourceEventKey = (sourceEventId: string): string =>
  JSON.stringify(sourceEventId).slice(1, -1);

const reportKeyOf = (event: Pick<LedgerEvent, 'body'>) =>
  event.body.type === 'ReportReceived'
    ? {
        source: event.body.report.source,
        source_event_id: sourceEventKey(event.body.report.sourceEventId),
      }
    : { source: null, source_event_id: null };

/** The row an event is stored as. */
export const rowOf = (event: LedgerEvent): EventRow => ({
  cutover_id: event.cutoverId,
  version: event.version,
  recorded_at: event.recordedAt,
  ...reportKeyOf(event),
  body: canonicalJson(event.body),
  previous_hash: event.previousHash,
  hash: event.hash,
});

function bodyOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The event a row holds. Throws StoreTrouble `broken_row` when anything in the row is not what `rowOf` wrote. */
export function eventOf(stored: unknown): LedgerEvent {
  const row = EventRow.parse(stored);
  const broken = (what: string): StoreTrouble =>
    new StoreTrouble('broken_row', `${row.cutover_id}: event ${row.version}: ${what}`);
  const parsed = LedgerEvent.safeParse({
    cutoverId: row.cutover_id,
    version: row.version,
    recordedAt: row.recorded_at,
    body: bodyOf(row.body),
    previousHash: row.previous_hash,
    hash: row.hash,
  });
  if (!parsed.success) throw broken(`is not an event: ${z.prettifyError(parsed.error)}`);
  const event = parsed.data;
  const key = reportKeyOf(event);
  if (canonicalJson(event.body) !== row.body) throw broken('its body is not canonical JSON');
  if (key.source !== row.source || key.source_event_id !== row.source_event_id) {
    throw broken('its report key is not the one in its body');
  }
  if (hashOf(event) !== row.hash) throw broken('its hash does not cover what it says');
  return event;
}

const SnapshotRow = z.object({
  version: z.coerce.number().int().min(1),
  head_hash: Digest,
  state_digest: Digest,
  code_version: z.string(),
  state: z.string(),
});

/** The snapshot a row holds, or null when it cannot be one: a snapshot is never worth an error. */
export function snapshotOf(stored: unknown): Snapshot | null {
  const row = SnapshotRow.safeParse(stored);
  if (!row.success) return null;
  const state = CutoverState.safeParse(bodyOf(row.data.state));
  if (!state.success) return null;
  const { version, head_hash, state_digest, code_version } = row.data;
  return {
    version,
    headHash: head_hash,
    stateDigest: state_digest,
    codeVersion: code_version,
    state: state.data,
  };
}

/** The row a snapshot is stored as. */
export const snapshotRowOf = (cutoverId: Id, snapshot: Snapshot) => ({
  cutover_id: cutoverId,
  version: snapshot.version,
  head_hash: snapshot.headHash,
  state_digest: snapshot.stateDigest,
  code_version: snapshot.codeVersion,
  state: JSON.stringify(snapshot.state),
});
