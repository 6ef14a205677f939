/**
 * Who acts, as the ledger keeps it: issuer, subject, when they logged in and where they came from. A person that the
 * plan does not know acts on nothing.
 */
import type { Actor } from '../../ledger/events.ts';
import type { Plan } from '../../ledger/plan.ts';
import type { Caller } from './caller.ts';
import { type Refusal, refused } from './refusal.ts';

/** The actor of a caller for one plan, or the refusal that names what is missing. Roles are the authority mapping's. */
export function actorOf(
  caller: Caller,
  { plan, origin }: { readonly plan: Pick<Plan, 'people'>; readonly origin: string },
): Actor | Refusal {
  switch (caller.kind) {
    case 'anonymous':
      return refused({
        status: 403,
        code: 'login_needed',
        detail: 'nobody known acts on a cutover',
        fix: 'log in at /login',
      });
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
        : refused({
            status: 403,
            code: 'person_unknown',
            detail: `${caller.person} is nobody in this plan`,
            fix: 'let one of its people do it, or log in as one',
          });
  }
}
