/**
 * The way in and out for people, whichever kind of proof opens it: who asks, the routes to log in and out, and what
 * an operator should be told at the start. It refuses to send anybody to another site after a login.
 */
import type { Context, Hono, MiddlewareHandler } from 'hono';
import { z } from 'zod';
import type { Doer, IdentityDeps } from './audit.ts';
import { note } from './audit.ts';
import type { SessionRules } from './authenticate.ts';
import type { Authenticate } from './caller.ts';
import { giveCookie, takeCookie } from './cookies.ts';
import { endSessions, findSession, type LoggedIn, openSession } from './sessions.ts';
import { identityTables } from './tables.ts';

export type Door = {
  readonly authenticate: Authenticate;
  /** Routes to log in and out; each of them is for everybody. */
  readonly routes: Hono;
  /** To be put before every route: refuses what must not even be looked at. */
  readonly guard: MiddlewareHandler;
  /** How recent a login must be to decide, in milliseconds. */
  readonly recentMs: number;
  /** Whether a page of another origin makes this request, even one that changes nothing: no stream is opened for it. */
  readonly isForeign: (request: Request) => boolean;
};

const Incoming = z.object({
  incoming: z.object({ socket: z.object({ remoteAddress: z.string() }) }),
});

/** The address that a request came from, as the audit keeps it. */
export function addressOf(context: Context): string {
  const parsed = Incoming.safeParse(context.env);
  return parsed.success ? parsed.data.incoming.socket.remoteAddress : 'unknown address';
}

/** A path of our own to go to after a login; the top when the one asked for leads anywhere else. */
export function ownPath(wanted: string | undefined, origin: string): string {
  if (wanted === undefined || !URL.canParse(wanted, origin)) return '/';
  const to = new URL(wanted, origin);
  // Two slashes would name another host again.
  const ours = to.origin === origin && !to.pathname.startsWith('//');
  return ours ? `${to.pathname}${to.search}` : '/';
}

/** Opens a session in place of the one the browser had, so that no one else's session is taken over. */
export async function letIn(
  context: Context,
  { deps, rules }: { readonly deps: IdentityDeps; readonly rules: SessionRules },
  who: LoggedIn,
): Promise<void> {
  const by: Doer = { name: who.person, origin: addressOf(context) };
  await sayGoodbye(context, { deps, rules });
  const { ageMs } = rules.limits;
  const now = deps.now();
  // By a provider's clock that is ahead, a login would be recent for longer than anybody may decide on it.
  const authenticatedAt = Math.min(Math.floor(who.authenticatedAt), now);
  const known = { who: { ...who, authenticatedAt }, expiresAt: now + ageMs };
  const { secret } = await openSession(deps, known, by);
  giveCookie(
    context,
    { name: 'session', value: secret, seconds: Math.floor(ageMs / 1_000) },
    rules.cookies,
  );
}

/** Ends the session of this browser, if it has one, here and in every other process. */
export async function sayGoodbye(
  context: Context,
  { deps, rules }: { readonly deps: IdentityDeps; readonly rules: SessionRules },
): Promise<void> {
  const secret = takeCookie(context, 'session', rules.cookies);
  const found = secret === undefined ? null : await findSession(deps, secret);
  if (found === null) return;
  const by = { name: found.person, origin: addressOf(context) };
  await endSessions(deps, { session: found.session }, by);
}

/** What looks without asking (HEAD), as some programs do at every link, is let in by none and uses none up. */
export const lookedAt = (): Response =>
  new Response(null, { status: 405, headers: { allow: 'GET' } });

/** Writes down that somebody was not let in. */
export const noteRefusal = (
  deps: IdentityDeps,
  { claimed, detail, origin }: { claimed: string; detail: string; origin: string },
): Promise<void> =>
  deps.beside.ask(() =>
    identityTables(deps.beside)
      .transaction()
      .execute((database) =>
        note(database, deps, {
          action: 'login_refused',
          subject: claimed,
          by: { name: claimed, origin },
          detail,
        }),
      ),
  );
