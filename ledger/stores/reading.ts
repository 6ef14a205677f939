/**
 * What can be asked of the tables, on the open database or inside a transaction alike. Every event it returns
 * was checked row by row (tables.ts); a snapshot that cannot be read counts as none.
 */
import { setImmediate as othersTurn } from 'node:timers/promises';
import type { Kysely } from 'kysely';
import type { LedgerEvent } from '../events.ts';
import type { Head, KnownReport, Reader, Snapshot } from '../store.ts';
import type { Id } from '../vocabulary.ts';
import { answeredIn } from './answers.ts';
import type { Ask } from './gate.ts';
import { eventOf, type EventRow, snapshotOf, sourceEventKey, type Tables } from './tables.ts';

export type Database = Pick<Kysely<Tables>, 'selectFrom'>;

async function head(database: Database, cutoverId: Id): Promise<Head | null> {
  const row = await database
    .selectFrom('events')
    .select(['version', 'hash'])
    .where('cutover_id', '=', cutoverId)
    .orderBy('version', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row === undefined ? null : { version: Number(row.version), hash: row.hash };
}

/** Characters of bodies that are checked in one go: some milliseconds, where one large packet takes tens of them. */
const checkedAtOnce = 100_000;

/** The events of these rows. A file is read without waiting: between large ones everybody else has a turn. */
async function eventsIn(rows: readonly Pick<EventRow, 'body'>[]): Promise<LedgerEvent[]> {
  const events: LedgerEvent[] = [];
  let checked = 0;
  for (const row of rows) {
    if (checked >= checkedAtOnce) {
      checked = 0;
      await othersTurn();
    }
    events.push(eventOf(row));
    checked += row.body.length;
  }
  return events;
}

async function read(
  database: Database,
  cutoverId: Id,
  range: { after: number; limit?: number },
): Promise<LedgerEvent[]> {
  const after = database
    .selectFrom('events')
    .selectAll()
    .where('cutover_id', '=', cutoverId)
    .where('version', '>', range.after)
    .orderBy('version');
  const rows = await (range.limit === undefined ? after : after.limit(range.limit)).execute();
  return eventsIn(rows);
}

async function findReport(
  database: Database,
  cutoverId: Id,
  key: { readonly source: Id; readonly sourceEventId: string },
): Promise<KnownReport | null> {
  const row = await database
    .selectFrom('events')
    .selectAll()
    .where('cutover_id', '=', cutoverId)
    .where('source', '=', key.source)
    .where('source_event_id', '=', sourceEventKey(key.sourceEventId))
    .executeTakeFirst();
  if (row === undefined) return null;
  const { version, body } = eventOf(row);
  return body.type === 'ReportReceived' ? { version, bodyDigest: body.report.bodyDigest } : null;
}

async function snapshot(database: Database, cutoverId: Id): Promise<Snapshot | null> {
  const row = await database
    .selectFrom('snapshots')
    .selectAll()
    .where('cutover_id', '=', cutoverId)
    .executeTakeFirst();
  return snapshotOf(row);
}

/**
 * The newest position of every cutover, by id. It steps from one cutover to the next by the primary key and looks each
 * newest version up there, so that its cost grows with the cutovers and not with their events (`npm run bench heads`).
 */
export async function headsIn(
  database: Kysely<Tables>,
): Promise<readonly { readonly cutoverId: Id; readonly version: number }[]> {
  const rows = await database
    .withRecursive('named(cutover_id)', (named) =>
      named
        .selectFrom('events')
        .select(({ fn }) => fn.min('events.cutover_id').$castTo<Id | null>().as('cutover_id'))
        .unionAll(
          named
            .selectFrom('named')
            .where('named.cutover_id', 'is not', null)
            .select((from) =>
              from
                .selectFrom('events')
                .whereRef('events.cutover_id', '>', 'named.cutover_id')
                .select(({ fn }) => fn.min('events.cutover_id').$castTo<Id | null>().as('next'))
                .as('cutover_id'),
            ),
        ),
    )
    .selectFrom('named')
    .where('named.cutover_id', 'is not', null)
    .select((from) => [
      from.ref('named.cutover_id').$notNull().as('cutover_id'),
      from
        .selectFrom('events')
        .whereRef('events.cutover_id', '=', 'named.cutover_id')
        .select(({ fn }) => fn.max('events.version').as('version'))
        .as('version'),
    ])
    .orderBy('named.cutover_id')
    .execute();
  return rows.map((row) => ({ cutoverId: row.cutover_id, version: Number(row.version) }));
}

/** Every cutover that has an event, by id. */
export const cutoversIn = async (database: Kysely<Tables>): Promise<Id[]> =>
  (await headsIn(database)).map(({ cutoverId }) => cutoverId);

/** A reader over `database`; each question goes through `ask`, which turns the database's errors into ours. */
export const readerOf = (database: Database, ask: Ask): Reader => ({
  head: (cutoverId) => ask(() => head(database, cutoverId)),
  read: (cutoverId, range) => ask(() => read(database, cutoverId, range)),
  findReport: (cutoverId, source, sourceEventId) =>
    ask(() => findReport(database, cutoverId, { source, sourceEventId })),
  snapshot: (cutoverId) => ask(() => snapshot(database, cutoverId)),
  answered: (request) => ask(() => answeredIn(database, request)),
});
