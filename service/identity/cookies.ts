/**
 * The two cookies: the session, and a login under way. Behind https they carry the `__Host-` prefix, so that no other
 * host and no plain connection can set or see them. No script ever reads them.
 */
import type { Context } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import { parse } from 'hono/utils/cookie';

/** How cookies are set: `secure` everywhere but on the loopback of the embedded mode, where browsers differ. */
export type Cookies = { readonly secure: boolean };
type Name = 'session' | 'login';

const nameOf = (name: Name, { secure }: Cookies): string =>
  secure ? `__Host-interlock-${name}` : `interlock-embedded-${name}`;

/** The secret in a cookie of a request, if it has one. */
export const cookieIn = (headers: Headers, name: Name, cookies: Cookies): string | undefined =>
  parse(headers.get('cookie') ?? '', nameOf(name, cookies))[nameOf(name, cookies)];

const shape = ({ secure }: Cookies) =>
  ({ path: '/', secure, httpOnly: true, sameSite: 'Lax' }) as const;

/** Sets a cookie for so many seconds. */
export const giveCookie = (
  context: Context,
  { name, value, seconds }: { name: Name; value: string; seconds: number },
  cookies: Cookies,
): void => setCookie(context, nameOf(name, cookies), value, { ...shape(cookies), maxAge: seconds });

/** Takes a cookie away and answers with what it held. */
export function takeCookie(context: Context, name: Name, cookies: Cookies): string | undefined {
  const value = getCookie(context, nameOf(name, cookies));
  deleteCookie(context, nameOf(name, cookies), shape(cookies));
  return value;
}
