/**
 * Logging in at the provider and out again: `GET /login`, `GET /login/callback`, `POST /logout`. A login that fails
 * says why, is written down, and leaves nothing behind that could be used.
 */
import { type Context, Hono } from 'hono';
import { z } from 'zod';
import { problemResponse } from '../http/problem.ts';
import type { IdentityDeps } from './audit.ts';
import { authenticateWith, type SessionRules } from './authenticate.ts';
import { giveCookie, takeCookie } from './cookies.ts';
import { isCrossSite, isForeign } from './crossSite.ts';
import { addressOf, type Door, letIn, lookedAt, noteRefusal, ownPath, sayGoodbye } from './door.ts';
import { beginLogin, takeLogin } from './logins.ts';
import { type Provider, providerOf } from './provider.ts';
import { type Refusal, refusalOf, refused } from './refusal.ts';
import type { IdentitySettings, ProviderSettings } from './settings.ts';

const loginMs = 10 * 60_000;

const Remembered = z.strictObject({
  errand: z.strictObject({
    state: z.string(),
    nonce: z.string(),
    verifier: z.string(),
    maxAge: z.int(),
  }),
  returnTo: z.string(),
});

/** Seconds since the login that is asked for; never more than a session lasts. */
const MaxAge = z.coerce.number().int().min(0);

type Hall = {
  readonly deps: IdentityDeps;
  readonly rules: SessionRules;
  readonly provider: Provider;
};

const notLoggedIn = (
  status: Refusal['status'],
  [code, detail, fix]: readonly [string, string, string],
  about: readonly string[] = [],
): Response =>
  problemResponse(refused({ status, code, title: 'Not logged in', detail, fix }, about));

async function login(context: Context, { deps, rules, provider }: Hall): Promise<Response> {
  const longest = Math.floor(rules.limits.ageMs / 1_000);
  const asked = MaxAge.safeParse(context.req.query('max_age') ?? longest);
  if (!asked.success) {
    const why = 'max_age is no whole number of seconds';
    return notLoggedIn(400, ['max_age_unreadable', why, 'write it as max_age=900'], ['max_age']);
  }
  const sent = await provider.send(Math.min(asked.data, longest)).catch(() => null);
  if (sent === null) {
    const why = 'the login provider does not answer';
    return notLoggedIn(502, ['provider_unreachable', why, 'try again']);
  }
  const returnTo = ownPath(context.req.query('return_to'), rules.origin);
  const secret = await beginLogin(deps, {
    kind: 'oidc',
    details: { errand: sent.errand, returnTo },
    expiresAt: deps.now() + loginMs,
  });
  giveCookie(context, { name: 'login', value: secret, seconds: loginMs / 1_000 }, rules.cookies);
  context.header('cache-control', 'no-store');
  return context.redirect(sent.url.href, 303);
}

/** What the library or the provider says, without anything that came in the address. */
const reasonOf = (error: unknown): string => {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
  const said = error instanceof Error && 'error' in error ? `, ${String(error.error)}` : '';
  return `the login did not pass its checks (${code}${said})`;
};

async function callback(context: Context, { deps, rules, provider }: Hall): Promise<Response> {
  if (context.req.raw.method === 'HEAD') return lookedAt();
  const origin = addressOf(context);
  const secret = takeCookie(context, 'login', rules.cookies);
  const login = { kind: 'oidc', details: Remembered } as const;
  const begun = secret === undefined ? null : await takeLogin(deps, secret, login);
  const no = async (code: string, detail: string, claimed = 'unknown'): Promise<Response> => {
    await noteRefusal(deps, { claimed, detail, origin });
    return notLoggedIn(403, [code, detail, 'log in again at /login']);
  };
  if (begun === null) {
    return no('login_unknown', 'this login was not begun here, was used already, or took too long');
  }
  const { pathname, search } = new URL(context.req.url);
  let came: Awaited<ReturnType<Provider['receive']>>;
  try {
    came = await provider.receive(`${pathname}${search}`, begun.errand);
  } catch (error) {
    return no('login_failed', reasonOf(error));
  }
  if ('refused' in came) return no('person_unknown', came.refused, came.claimed);
  await letIn(context, { deps, rules }, came);
  context.header('cache-control', 'no-store');
  return context.redirect(begun.returnTo, 303);
}

async function logout(context: Context, { deps, rules, provider }: Hall): Promise<Response> {
  if (isCrossSite(context.req.raw, rules.origin)) return problemResponse(refusalOf('cross_site'));
  await sayGoodbye(context, { deps, rules });
  const goodbye = await provider.goodbye().catch(() => null);
  return context.redirect(goodbye?.href ?? '/', 303);
}

/** The door that opens to a login at the provider. */
export function oidcDoor(
  deps: IdentityDeps,
  {
    provider: settings,
    limits,
  }: { provider: ProviderSettings; limits: IdentitySettings['limits'] },
): Door {
  const { publicOrigin: origin } = settings;
  const secure = new URL(origin).protocol === 'https:';
  const rules: SessionRules = { origin, cookies: { secure }, limits };
  const hall: Hall = { deps, rules, provider: providerOf(settings) };
  const routes = new Hono();
  routes.get('/login', (context) => login(context, hall));
  routes.get(hall.provider.callbackPath, (context) => callback(context, hall));
  routes.post('/logout', (context) => logout(context, hall));
  return {
    authenticate: authenticateWith(deps, rules),
    routes,
    guard: (_context, next) => next(),
    recentMs: limits.recentMs,
    isForeign: (request) => isForeign(request, origin),
  };
}
