/**
 * Sessions of people: opened by a login, kept as the hash of the cookie's secret, ended by idleness, by age, by
 * logging out or by an operator. They stand in the database, so a restart ends none and every process sees an end at once.
 */
import { z } from 'zod';
import { Id, type Instant } from '../../ledger/vocabulary.ts';
import { type Doer, type IdentityDeps, note } from './audit.ts';
import { hashOfSecret, newSecret } from './secret.ts';
import { identityTables } from './tables.ts';

const whole = z.coerce.number();
const SessionRow = z
  .object({
    id: z.string(),
    person: Id,
    issuer: z.string(),
    subject: z.string(),
    strength: z.string(),
    authenticated_at: whole,
    opened_at: whole,
    seen_at: whole,
    expires_at: whole,
    ended_at: whole.nullable(),
  })
  .transform((row) => ({
    session: row.id,
    person: row.person,
    issuer: row.issuer,
    subject: row.subject,
    strength: row.strength,
    authenticatedAt: row.authenticated_at,
    openedAt: row.opened_at,
    seenAt: row.seen_at,
    expiresAt: row.expires_at,
    endedAt: row.ended_at,
  }));
export type Session = z.infer<typeof SessionRow>;

/** Who logged in, as the provider or the terminal says. */
export type LoggedIn = {
  readonly person: Id;
  readonly issuer: string;
  readonly subject: string;
  readonly strength: string;
  readonly authenticatedAt: Instant;
};

/** Sessions and logins this long past their end are taken away when the next session is opened. */
const keptAfterEndMs = 30 * 86_400_000;
const markEveryMs = 60_000;

/** Opens a session until `expiresAt` and answers with the secret for the cookie. */
export async function openSession(
  deps: IdentityDeps,
  { who, expiresAt }: { readonly who: LoggedIn; readonly expiresAt: Instant },
  by: Doer,
): Promise<{ readonly session: string; readonly secret: string }> {
  const secret = newSecret();
  const session = deps.newId('session');
  const now = deps.now();
  const { authenticatedAt, ...told } = who;
  await deps.beside.ask(() =>
    identityTables(deps.beside)
      .transaction()
      .execute(async (database) => {
        const past = now - keptAfterEndMs;
        await database.deleteFrom('sessions').where('expires_at', '<', past).execute();
        await database.deleteFrom('logins').where('expires_at', '<', past).execute();
        await database
          .insertInto('sessions')
          .values({
            ...told,
            id: session,
            hash: hashOfSecret(secret),
            authenticated_at: authenticatedAt,
            opened_at: now,
            seen_at: now,
            expires_at: expiresAt,
            ended_at: null,
          })
          .execute();
        const detail = `${who.person} is ${who.subject} at ${who.issuer} (${who.strength})`;
        await note(database, deps, { action: 'session_opened', subject: session, by, detail });
      }),
  );
  return { session, secret };
}

/** The session with this secret, whatever its state; null when there is none. */
export async function findSession(
  { beside }: IdentityDeps,
  secret: string,
): Promise<Session | null> {
  const row = await beside.ask(() =>
    identityTables(beside)
      .selectFrom('sessions')
      .selectAll()
      .where('hash', '=', hashOfSecret(secret))
      .executeTakeFirst(),
  );
  return row === undefined ? null : SessionRow.parse(row);
}

/** Sessions that are neither ended nor past their age, newest first. */
export async function openSessions({ beside, now }: IdentityDeps): Promise<readonly Session[]> {
  const rows = await beside.ask(() =>
    identityTables(beside)
      .selectFrom('sessions')
      .selectAll()
      .where('ended_at', 'is', null)
      .where('expires_at', '>', now())
      .orderBy('opened_at', 'desc')
      .execute(),
  );
  return rows.map((row) => SessionRow.parse(row));
}

/** Ends the open sessions chosen, for good; answers with their ids. */
export const endSessions = (
  deps: IdentityDeps,
  which: { readonly session: string } | { readonly person: Id },
  by: Doer,
): Promise<readonly string[]> =>
  deps.beside.ask(() =>
    identityTables(deps.beside)
      .transaction()
      .execute(async (database) => {
        const open = database
          .updateTable('sessions')
          .set({ ended_at: deps.now() })
          .where('ended_at', 'is', null);
        const chosen =
          'session' in which
            ? open.where('id', '=', which.session)
            : open.where('person', '=', which.person);
        const ended = (await chosen.returning('id').execute()).map(({ id }) => id);
        for (const subject of ended) {
          const detail = 'ends at once';
          await note(database, deps, { action: 'session_ended', subject, by, detail });
        }
        return ended;
      }),
  );

/** Remembers that a session is in use, to the minute. */
export async function markSeen(deps: IdentityDeps, { session, seenAt }: Session): Promise<void> {
  const now = deps.now();
  if (now - seenAt < markEveryMs) return;
  await deps.beside.ask(() =>
    identityTables(deps.beside)
      .transaction()
      .execute((database) =>
        database.updateTable('sessions').set({ seen_at: now }).where('id', '=', session).execute(),
      ),
  );
}
