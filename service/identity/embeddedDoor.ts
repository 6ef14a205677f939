/**
 * The embedded mode: one person on one machine, let in by a link that the terminal prints, that works once and only
 * for minutes. It is not for a network, says so loudly, and refuses requests that name another host (DNS rebinding).
 */
import { type Context, Hono } from 'hono';
import { z } from 'zod';
import { Id } from '../../ledger/vocabulary.ts';
import { problemResponse } from '../http/problem.ts';
import type { IdentityDeps } from './audit.ts';
import { authenticateWith, type SessionRules } from './authenticate.ts';
import { isCrossSite, isForeign } from './crossSite.ts';
import { addressOf, type Door, letIn, lookedAt, noteRefusal, sayGoodbye } from './door.ts';
import { beginLogin, takeLogin } from './logins.ts';
import { refusalOf, refused } from './refusal.ts';
import type { SessionLimits } from './settings.ts';

/** The only address the embedded mode listens on. */
export const loopback = '127.0.0.1';

const linkMs = 10 * 60_000;
const Details = z.strictObject({ person: Id });

/** What the terminal says at the start, before the link. */
export const notForANetwork = [
  '*** EMBEDDED MODE: THIS IS NOT FOR A NETWORK. ***',
  'Whoever opens the link below acts as the person it is for, without a password. It listens on this machine only.',
  'For a team, set INTERLOCK_OIDC_ISSUER and INTERLOCK_URL, so that people log in by name.',
].join('\n');

/** A link that opens one session for this person, once, within ten minutes. `origin` is where the service listens. */
export async function linkFor(deps: IdentityDeps, person: Id, origin: string): Promise<string> {
  const wanted = { kind: 'link', details: { person }, expiresAt: deps.now() + linkMs } as const;
  return `${origin}/link/${await beginLogin(deps, wanted)}`;
}

const another = 'make another at the terminal: interlock link --as PERSON --url URL';

/** Whether a request names the loopback and the port that we listen on: a page of another name may not speak to us. */
const isOurs = (headers: Headers, port: number): boolean =>
  [loopback, 'localhost', '[::1]'].some(
    (name) => headers.get('host')?.toLowerCase() === `${name}:${port}`,
  );

type Hall = { readonly deps: IdentityDeps; readonly rules: SessionRules };

async function open(context: Context, { deps, rules }: Hall): Promise<Response> {
  if (context.req.raw.method === 'HEAD') return lookedAt();
  const found = await takeLogin(deps, context.req.param('secret') ?? '', {
    kind: 'link',
    details: Details,
  });
  context.header('cache-control', 'no-store');
  context.header('referrer-policy', 'no-referrer');
  if (found === null) {
    const detail = 'this link was used already or is too old';
    await noteRefusal(deps, { claimed: 'unknown', detail, origin: addressOf(context) });
    return problemResponse(refused({ status: 403, code: 'link_spent', detail, fix: another }));
  }
  await letIn(
    context,
    { deps, rules },
    {
      person: found.person,
      issuer: 'embedded',
      subject: found.person,
      strength: 'link of the terminal',
      authenticatedAt: deps.now(),
    },
  );
  return context.redirect('/', 303);
}

/** The door of the embedded mode. `port` is where it listens, known once it does. */
export function embeddedDoor(
  deps: IdentityDeps,
  { limits, port }: { readonly limits: SessionLimits; readonly port: () => number },
): Door {
  const rulesOf = ({ headers }: Request): SessionRules => ({
    origin: `http://${headers.get('host')?.toLowerCase() ?? loopback}`,
    cookies: { secure: false },
    limits,
  });
  const routes = new Hono();
  routes.get('/login', () =>
    problemResponse(
      refused({
        status: 401,
        code: 'link_needed',
        title: 'Not logged in',
        detail: 'a link of the terminal logs people in here',
        fix: another,
      }),
    ),
  );
  routes.get('/link/:secret', (context) =>
    open(context, { deps, rules: rulesOf(context.req.raw) }),
  );
  routes.post('/logout', async (context) => {
    const rules = rulesOf(context.req.raw);
    if (isCrossSite(context.req.raw, rules.origin)) return problemResponse(refusalOf('cross_site'));
    await sayGoodbye(context, { deps, rules });
    return context.redirect('/', 303);
  });
  return {
    authenticate: async (request) =>
      isOurs(request.headers, port())
        ? authenticateWith(deps, rulesOf(request))(request)
        : { kind: 'anonymous', because: 'wrong_host' },
    routes,
    guard: async (context, next) =>
      isOurs(context.req.raw.headers, port()) ? next() : problemResponse(refusalOf('wrong_host')),
    recentMs: limits.recentMs,
    isForeign: (request) => isForeign(request, rulesOf(request).origin),
  };
}
