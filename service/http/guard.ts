/**
 * The guard of every declared route: who calls, whether the policy lets them, whether the cutover is one they are
 * concerned with, and how much they have asked already. Nothing of a route runs before it says yes.
 */
import { load } from '../../ledger/load.ts';
import { Id } from '../../ledger/vocabulary.ts';
import { actorOf } from '../identity/actor.ts';
import type { Caller } from '../identity/caller.ts';
import { addressOf } from '../identity/door.ts';
import type { ApiContext, ApiDeps } from './deps.ts';
import type { Limiter } from './limits.ts';
import { callerTrouble, isConcerned, notConcerned } from './policy.ts';
import { Problem } from './problem.ts';
import type { Declared, Place } from './route.ts';

/** A name for the caller in counters and keys. */
export function nameOf(caller: Caller): string {
  switch (caller.kind) {
    case 'person':
      return `person:${caller.person}`;
    case 'machine':
      return `token:${caller.token}`;
    case 'anonymous':
      return 'anyone';
  }
}

/** The caller of a route, let through by its policy. Proofs that do not count are counted by address. */
export async function callerOf(
  context: ApiContext,
  { policy, kinds }: Pick<Declared, 'policy' | 'kinds'>,
  { deps, limiter }: { readonly deps: ApiDeps; readonly limiter: Limiter },
): Promise<Caller> {
  const { door, ledger } = deps;
  if (policy.who === 'anyone') {
    await limiter.count('calls', `address:${addressOf(context)}`);
    return { kind: 'anonymous' };
  }
  const caller = await door.authenticate(context.req.raw);
  if (caller.kind === 'anonymous') await limiter.count('unproven', addressOf(context));
  const recently = { now: ledger.now(), recentMs: door.recentMs };
  const trouble = callerTrouble(policy, caller, recently);
  if (trouble !== null) throw new Problem(trouble);
  for (const kind of kinds) await limiter.count(kind, nameOf(caller));
  return caller;
}

const unknownCutover = (cutoverId: string): Problem =>
  new Problem({
    status: 404,
    code: 'cutover_unknown',
    detail: `no cutover "${cutoverId.slice(0, 100)}" is declared`,
    fix: 'declare it first, or correct its id: GET /cutovers lists yours',
    errors: [{ field: 'cutover', message: 'is not declared', fix: 'correct the id in the path' }],
  });

/** The cutover that the path names, if the caller is concerned with it; null when it names none. */
export async function placeOf(
  context: ApiContext,
  caller: Caller,
  { ledger }: ApiDeps,
): Promise<Place | null> {
  const named = context.req.param('cutover');
  if (named === undefined) return null;
  const cutoverId = Id.safeParse(named);
  if (!cutoverId.success) throw unknownCutover(named);
  const state = await load(ledger.store, cutoverId.data);
  if (state === null) throw unknownCutover(named);
  const { plan } = state.situation;
  const people = plan.people.map(({ id }) => id);
  if (!isConcerned(caller, cutoverId.data, people)) {
    throw new Problem(notConcerned(caller, cutoverId.data));
  }
  const actor = actorOf(caller, { plan, origin: addressOf(context) });
  if ('status' in actor) throw new Problem(actor);
  return { cutoverId: cutoverId.data, state, actor };
}
