/**
 * The table of what requests were answered with. A row is written in the transaction of what the request led to, so that
 * neither is there without the other; it can be emptied, and whoever asks again is then known by the ledger alone.
 */
import type { Kysely, Transaction as KyselyTransaction } from 'kysely';
import { type Answer, type Reader, type RequestKey, VersionMoved } from '../store.ts';
import type { Instant } from '../vocabulary.ts';
import type { Tables } from './tables.ts';

/** As many as are forgotten in one transaction: no writer waits long for it. */
const forgottenAtOnce = 1_000;

/** What was answered to a request; null when none with its key was answered. */
export async function answeredIn(
  database: Pick<Kysely<Tables>, 'selectFrom'>,
  { caller, key }: Pick<RequestKey, 'caller' | 'key'>,
): ReturnType<Reader['answered']> {
  const row = await database
    .selectFrom('request_keys')
    .select(['digest', 'status', 'headers', 'body'])
    .where('caller', '=', caller)
    .where('key', '=', key)
    .executeTakeFirst();
  if (row === undefined || row.status === null) return null;
  const { digest, status, headers, body } = row;
  return { digest, status: Number(status), headers: headers ?? '[]', body: body ?? '' };
}

/** Keeps an answer, in place of the claim of an older build that never answered. */
export async function keepAnswerIn(
  database: KyselyTransaction<Tables>,
  [request, answer, at]: readonly [RequestKey, Answer, Instant],
): Promise<void> {
  const row = { digest: request.digest, ...answer, claimed_until: at, created_at: at };
  const { numInsertedOrUpdatedRows } = await database
    .insertInto('request_keys')
    .values({ caller: request.caller, key: request.key, ...row })
    .onConflict((conflict) =>
      conflict.columns(['caller', 'key']).doUpdateSet(row).where('request_keys.status', 'is', null),
    )
    .executeTakeFirst();
  if (numInsertedOrUpdatedRows !== 1n) {
    throw new VersionMoved(`${request.caller}: this key was answered by another`);
  }
}

/** Takes the oldest rows away that were kept before an instant. */
export async function forgetAnswersIn(database: Kysely<Tables>, before: Instant): Promise<void> {
  await database.transaction().execute((transaction) =>
    transaction
      .deleteFrom('request_keys')
      .where((asks) =>
        asks(
          asks.refTuple('caller', 'key'),
          'in',
          asks
            .selectFrom('request_keys as old')
            .select(['old.caller', 'old.key'])
            .where('old.created_at', '<', before)
            .orderBy('old.created_at')
            .limit(forgottenAtOnce)
            .$asTuple('caller', 'key'),
        ),
      )
      .execute(),
  );
}
