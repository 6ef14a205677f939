/**
 * Idempotency keys: who sent which key with which body, and what was answered. The same key with the same body gets the
 * same answer; a key whose request died unanswered may be taken up again after a while, since what it does is known to
 * the ledger by the same key. The table stands beside the ledger and may be emptied.
 */
import { createHash } from 'node:crypto';
import type { ColumnType, Kysely } from 'kysely';
import { canonicalJson } from '../../ledger/canonical.ts';
import type { Beside } from '../../ledger/stores/beside.ts';
import type { Tables } from '../../ledger/stores/tables.ts';
import type { Instant } from '../../ledger/vocabulary.ts';
import { Problem } from './problem.ts';

type Whole = ColumnType<number | string, number, number>;
type WholeOrNull = ColumnType<number | string | null, number | null, number | null>;
type KeyTables = {
  request_keys: {
    caller: string;
    key: string;
    digest: string;
    /** Null until there is an answer. */
    status: WholeOrNull;
    /** JSON text: pairs of names and values. */
    headers: string | null;
    body: string | null;
    claimed_until: Whole;
    created_at: Whole;
  };
};
type Database = Kysely<Tables & KeyTables>;

export type RequestKey = { readonly caller: string; readonly key: string; readonly digest: string };

/** How long an unanswered request keeps its key: longer than any request may take. */
const claimMs = 60_000;
const keptMs = 7 * 86_400_000;
const keyForm = /^[\x21-\x7e]{1,200}$/;

/** Headers that belong to an answer. */
const keptHeaders = ['content-type', 'location', 'etag'];

/** The key that a request carries. Throws a problem when it carries none that can be kept. */
export function keyIn(headers: Headers): string {
  const key = headers.get('idempotency-key') ?? '';
  if (keyForm.test(key)) return key;
  const fix =
    'send a header "Idempotency-Key" with 1 to 200 visible characters, new for each thing you do';
  const message = key === '' ? 'is missing' : 'is too long, or holds spaces or signs outside ASCII';
  throw new Problem({
    status: 400,
    code: 'idempotency_key_needed',
    detail: `the Idempotency-Key ${message}`,
    fix,
    errors: [{ field: 'Idempotency-Key', message, fix }],
  });
}

/** What makes two requests the same: method, path, what they say they saw, and the JSON whatever its spelling. */
export const digestOfRequest = ({ method, url, headers }: Request, body: unknown): string =>
  createHash('sha256')
    .update(
      canonicalJson([method, new URL(url).pathname, headers.get('if-match') ?? '', body ?? null]),
    )
    .digest('hex');

type Found =
  | { readonly is: 'mine' }
  | { readonly is: 'in_flight' }
  | { readonly is: 'another_body' }
  | { readonly is: 'answered'; readonly response: Response };

type Row = {
  digest: string;
  status: number | string | null;
  headers: string | null;
  body: string | null;
  claimed_until: number | string;
};

const answered = ({ status, headers, body }: Row): Response =>
  new Response(body, {
    status: Number(status),
    headers: { ...Object.fromEntries(JSON.parse(headers ?? '[]')), 'idempotency-replayed': 'true' },
  });

async function claimIn(
  database: Database,
  { caller, key, digest }: RequestKey,
  now: Instant,
): Promise<Found> {
  const mine = { caller, key, digest, created_at: now, claimed_until: now + claimMs };
  const added = await database
    .insertInto('request_keys')
    .values({ ...mine, status: null, headers: null, body: null })
    .onConflict((conflict) => conflict.columns(['caller', 'key']).doNothing())
    .returning('key')
    .executeTakeFirst();
  if (added !== undefined) return { is: 'mine' };
  const known = await database
    .selectFrom('request_keys')
    .select(['digest', 'status', 'headers', 'body', 'claimed_until'])
    .where('caller', '=', caller)
    .where('key', '=', key)
    .executeTakeFirst();
  if (known === undefined) return { is: 'in_flight' };
  if (known.digest !== digest) return { is: 'another_body' };
  if (known.status !== null) return { is: 'answered', response: answered(known) };
  const { numUpdatedRows } = await database
    .updateTable('request_keys')
    .set({ claimed_until: now + claimMs })
    .where('caller', '=', caller)
    .where('key', '=', key)
    .where('status', 'is', null)
    .where('claimed_until', '<=', now)
    .executeTakeFirst();
  return { is: numUpdatedRows > 0n ? 'mine' : 'in_flight' };
}

const inFlight = (): Problem =>
  new Problem({
    status: 409,
    code: 'request_in_flight',
    detail: 'a request with this Idempotency-Key is being answered',
    fix: 'wait a moment and send it again with the same key',
    headers: { 'retry-after': '1' },
  });

const anotherBody = (): Problem =>
  new Problem({
    status: 422,
    code: 'idempotency_key_reused',
    detail: 'this Idempotency-Key was used for another request',
    fix: 'use a new key for each thing you do',
    errors: [
      { field: 'Idempotency-Key', message: 'was used for another request', fix: 'use a new key' },
    ],
  });

export type RequestKeys = {
  /** Answers once for each key: with `work`, or with what `work` answered before. Throws when neither may be. */
  readonly once: (key: RequestKey, work: () => Promise<Response>) => Promise<Response>;
};

type KeyDeps = {
  readonly beside: Beside;
  readonly now: () => Instant;
  readonly trouble: (error: unknown, where: string) => void;
};

/** What of an answer is kept; a failure of our own is not, so that it can be tried again. */
const isKept = ({ status }: Response): boolean => status < 500 && status !== 429;

/** The keys in the tables beside the ledger. */
export function openRequestKeys({ beside, now, trouble }: KeyDeps): RequestKeys {
  const database: Database = beside.database.withTables<KeyTables>();
  const write = <T>(work: (database: Database) => Promise<T>): Promise<T> =>
    beside.ask(() => database.transaction().execute((transaction) => work(transaction)));
  let cleanedAt = 0;
  const clean = async (transaction: Database): Promise<void> => {
    if (now() - cleanedAt < keptMs / 168) return;
    cleanedAt = now();
    await transaction
      .deleteFrom('request_keys')
      .where('created_at', '<', now() - keptMs)
      .execute();
  };
  const mine = (key: RequestKey) => ({ caller: key.caller, key: key.key });
  const forget = (key: RequestKey): Promise<unknown> =>
    write((transaction) =>
      transaction
        .deleteFrom('request_keys')
        .where('caller', '=', mine(key).caller)
        .where('key', '=', mine(key).key)
        .where('status', 'is', null)
        .execute(),
    ).catch((error: unknown) => trouble(error, 'forgetting a request key'));
  const keep = async (key: RequestKey, response: Response): Promise<Response> => {
    const body = await response.clone().text();
    const headers = keptHeaders.flatMap((name) => {
      const value = response.headers.get(name);
      return value === null ? [] : [[name, value]];
    });
    // What was done is in the ledger: an answer that cannot be kept is given all the same.
    await write((transaction) =>
      transaction
        .updateTable('request_keys')
        .set({ status: response.status, headers: JSON.stringify(headers), body })
        .where('caller', '=', mine(key).caller)
        .where('key', '=', mine(key).key)
        .execute(),
    ).catch((error: unknown) => trouble(error, 'keeping an answer'));
    return response;
  };
  return {
    once: async (key, work) => {
      const found = await write(async (transaction) => {
        await clean(transaction);
        return claimIn(transaction, key, now());
      });
      if (found.is === 'in_flight') throw inFlight();
      if (found.is === 'another_body') throw anotherBody();
      if (found.is === 'answered') return found.response;
      try {
        const response = await work();
        if (isKept(response)) return await keep(key, response);
        await forget(key);
        return response;
      } catch (error) {
        await forget(key);
        throw error;
      }
    },
  };
}
