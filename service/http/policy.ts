/**
 * Who may call a route. Each route declares one of these; roles inside a cutover are the ledger's authority mapping and
 * are asked there, in the transaction. It refuses whoever it does not name.
 */
import type { Id } from '../../ledger/vocabulary.ts';
import type { Caller } from '../identity/caller.ts';
import { needsRecentLogin } from '../identity/recent.ts';
import { type Refusal, refusalOf, refused } from '../identity/refusal.ts';

/**
 * `anyone`: no caller is asked for, and the route says why that is right.
 * `readers`: a person of the plan, or a token that may read about this cutover.
 * `reporters`: a person of the plan, or a token that may report about this cutover, in its own source's name.
 * `people`: a person of the plan; never a token.
 * `deciders`: as `people`, logged in recently. What they may decide is the ledger's word.
 */
export type Policy =
  | { readonly who: 'anyone'; readonly because: string }
  | { readonly who: 'readers' | 'reporters' | 'people' | 'deciders' };

export type Who = Policy['who'];

const no = (code: string, detail: string, fix: string): Refusal =>
  refused({ status: 403, code, detail, fix });

const loginNeeded = refused(
  {
    status: 401,
    code: 'login_needed',
    title: 'Not logged in',
    detail: 'nobody is known to be calling',
    fix: 'log in at /login, or send a machine token as Bearer',
    headers: { 'www-authenticate': 'Bearer realm="interlock"' },
  },
  ['Authorization', 'Cookie'],
);

type Machine = Extract<Caller, { kind: 'machine' }>;

function machineTrouble(who: Who, { scopes }: Machine): Refusal | null {
  switch (who) {
    case 'anyone':
      return null;
    case 'readers':
      return scopes.includes('read')
        ? null
        : no('scope_missing', 'this token may not read', 'ask for one with the scope "read"');
    case 'reporters':
      return scopes.includes('report')
        ? null
        : no('scope_missing', 'this token may not report', 'ask for one with the scope "report"');
    case 'people':
    case 'deciders':
      return no(
        'machine_may_not_decide',
        'this is not for tokens, which never decide',
        'let a person do it, logged in by name',
      );
  }
}

/** Null when this caller may call a route with this policy, whatever it is about; otherwise what they are told. */
export function callerTrouble(
  { who }: Policy,
  caller: Caller,
  recently: { readonly now: number; readonly recentMs: number },
): Refusal | null {
  if (who === 'anyone') return null;
  switch (caller.kind) {
    case 'anonymous':
      return caller.because === undefined ? loginNeeded : refusalOf(caller.because);
    case 'machine':
      return machineTrouble(who, caller);
    case 'person':
      return who === 'deciders' ? needsRecentLogin(caller, recently) : null;
  }
}

/** Whether a caller has anything to do with a cutover whose plan knows these people. */
export function isConcerned(caller: Caller, cutoverId: Id, people: readonly Id[]): boolean {
  switch (caller.kind) {
    case 'anonymous':
      return false;
    case 'machine':
      return caller.cutovers === 'any' || caller.cutovers.includes(cutoverId);
    case 'person':
      return people.includes(caller.person);
  }
}

/** What somebody is told who is not concerned. */
export const notConcerned = (caller: Caller, cutoverId: Id): Refusal =>
  caller.kind === 'machine'
    ? no('not_about_this_cutover', `this token is not about ${cutoverId}`, 'ask for one that is')
    : no(
        'person_unknown',
        `you are nobody in the plan of ${cutoverId}`,
        'let one of its people do it, or log in as one',
      );
