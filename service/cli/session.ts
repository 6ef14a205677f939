/**
 * The verbs for sessions of people: who is logged in, ending somebody's sessions, and the link of the embedded mode.
 */
import { Id } from '../../ledger/vocabulary.ts';
import type { IdentityDeps } from '../identity/audit.ts';
import { linkFor, notForANetwork } from '../identity/embeddedDoor.ts';
import { endSessions, openSessions } from '../identity/sessions.ts';
import { type Answer, answered, exits, UsageError } from './answer.ts';
import { atTerminal } from './token.ts';

/** Options of `interlock link` as they stand on the command line. */
export type LinkOptions = { readonly as: string; readonly url: string };

const minute = (at: number): string => new Date(at).toISOString().slice(0, 16).replace('T', ' ');

/** Who is logged in. */
export async function list(deps: IdentityDeps): Promise<Answer> {
  const sessions = await openSessions(deps);
  const lines = sessions.map(
    ({ session, person, issuer, authenticatedAt, seenAt, expiresAt }) =>
      `${session} · ${person} · ${issuer} · logged in ${minute(authenticatedAt)} · last seen ${minute(seenAt)} · until ${minute(expiresAt)}`,
  );
  const text = lines.length === 0 ? 'Nobody is logged in.' : lines.join('\n');
  return answered(text, { sessions });
}

/** Ends every session of a person. */
export async function end(deps: IdentityDeps, person: string): Promise<Answer> {
  const ended = await endSessions(deps, { person }, atTerminal());
  if (ended.length > 0) {
    return answered(`Ended ${ended.length} of ${person}: ${ended.join(', ')}.`, { ended });
  }
  return { exit: exits.refused, text: `${person} is not logged in.`, json: { ended } };
}

/** Makes a one-time link for the embedded mode. */
export async function link(deps: IdentityDeps, { as, url }: LinkOptions): Promise<Answer> {
  const person = Id.safeParse(as);
  if (!person.success) throw new UsageError(`--as "${as}" is no person's id`);
  const origin = URL.canParse(url) ? new URL(url).origin : '';
  if (!/^http:\/\/(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/.test(origin)) {
    throw new UsageError(
      `--url "${url}" is not on this machine: the embedded mode is not for a network`,
    );
  }
  const made = await linkFor(deps, person.data, origin);
  return answered(
    [notForANetwork, `Opens once, within ten minutes, as ${person.data}:`, made].join('\n'),
    { link: made, person: person.data },
  );
}
