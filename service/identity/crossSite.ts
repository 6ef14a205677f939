/**
 * Whether a change was sent by a page of another site, which a browser would send with our cookie all the same. Only
 * what is plainly from our own origin passes; a change that does not say where it comes from does not.
 */

const changesNothing = /^(GET|HEAD|OPTIONS)$/;

/** What a form of another site can send without asking first. */
const formTypes = /^(application\/x-www-form-urlencoded|multipart\/form-data|text\/plain)\s*(;|$)/i;

/** True for a change that is not plainly of this origin: by Sec-Fetch-Site, Origin and content type. */
export function isCrossSite(
  { method, headers }: Pick<Request, 'method' | 'headers'>,
  origin: string,
): boolean {
  if (changesNothing.test(method)) return false;
  const site = headers.get('sec-fetch-site');
  const from = headers.get('origin');
  if (site === null && from === null) return true;
  if (site !== null && site !== 'same-origin') return true;
  if (from !== null && from !== origin) return true;
  return formTypes.test(headers.get('content-type') ?? '');
}

/** Whether a request, even one that changes nothing, says that a page of another origin makes it. */
export function isForeign({ headers }: Pick<Request, 'headers'>, origin: string): boolean {
  const site = headers.get('sec-fetch-site');
  const from = headers.get('origin');
  if (from !== null && from !== origin) return true;
  return site !== null && site !== 'same-origin' && site !== 'none';
}
