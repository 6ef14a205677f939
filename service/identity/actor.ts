/**
 * Who acts, as the ledger keeps it: issuer, subject, when they logged in and where they came from. A person that the
 * plan does not know acts on nothing.
 */
import type { Actor } from '../../ledger/events.ts';
import type { Plan } from '../../ledger/plan.ts';
import type { Caller } from './caller.ts';
import type { Refusal } from './refusal.ts';

/** The actor of a caller for one plan, or the refusal that names what is missing. Roles are the authority mapping's. */
export function actorOf(
  caller: Caller,
  { plan, origin }: { readonly plan: Pick<Plan, 'people'>; readonly origin: string },
): Actor | Refusal {
  const refused = (code: string, detail: string): Refusal => ({
    status: 403,
    code,
    title: 'Refused',
    detail,
    headers: {},
  });
  switch (caller.kind) {
    case 'anonymous':
      return refused('login_needed', 'nobody known acts on a cutover: log in at /login');
    case 'machine':
      return {
        kind: 'machine',
        issuer: 'token',
        subject: caller.token,
        role: null,
        authenticatedAt: null,
        origin,
      };
    case 'person':
      return plan.people.some(({ id }) => id === caller.person)
        ? {
            kind: 'person',
            issuer: caller.issuer,
            subject: caller.person,
            role: null,
            authenticatedAt: caller.authenticatedAt,
            origin: `${origin}, ${caller.session}`,
          }
        : refused(
            'person_unknown',
            `${caller.person} is nobody in this plan: its people are the only ones who act on it`,
          );
  }
}
