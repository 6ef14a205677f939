/**
 * The policy table checked at the start: every route that the router knows must stand in it, and every line of it must
 * be a route. The doors below are for everybody, each for a reason.
 */
import type { Hono } from 'hono';
import type { Policy } from './policy.ts';

export type PolicyLine = {
  readonly method: string;
  readonly path: string;
  readonly policy: Policy;
  /** It is there only in some settings. */
  readonly optional?: true;
};

const forAll = (place: string, because: string, optional?: true): PolicyLine => {
  const [method = '', path = ''] = place.split(' ');
  const line = { method, path, policy: { who: 'anyone', because } } as const;
  return optional === undefined ? line : { ...line, optional };
};

/** Routes that other modules own. */
export const doors: readonly PolicyLine[] = [
  forAll('GET /healthz', 'says only that the process runs', true),
  forAll('GET /readyz', 'says only whether it may be given work', true),
  forAll('GET /metrics', 'numbers and closed words, for inside the site', true),
  forAll('GET /login', 'nobody has logged in before'),
  forAll('GET /login/callback', 'the provider sends people back here', true),
  forAll('GET /link/:secret', 'the link is the proof, once', true),
  forAll('POST /logout', 'ends the session of its own cookie; other sites are refused'),
  forAll('POST /hooks/:hook', 'the signature is the proof'),
  forAll('GET /ack/:token', 'the signed link is the proof; looking changes nothing'),
  forAll('POST /ack/:token', 'the signed link is the proof, and acknowledges for its person only'),
  forAll('GET /', 'leads to the description'),
  forAll('GET /openapi.json', 'describes routes and holds no facts'),
  forAll('GET /docs', 'describes routes and holds no facts'),
  forAll('GET /docs/:file', 'what the description is shown with'),
];

/** Where middleware stands. It is registered for every method and answers nothing by itself but refusals. */
export const middlewareAt = {
  everywhere: '/*',
  doors: ['/login', '/login/*', '/link/*', '/logout', '/ack/*'],
} as const;
const middlePaths = new Set<string>([middlewareAt.everywhere, ...middlewareAt.doors]);

const nameOf = ({ method, path }: { readonly method: string; readonly path: string }): string =>
  `${method} ${path}`;

/** Throws, naming them, when a route has no policy, a policy has no route, or one of them stands twice. */
export function assertDeclared(
  routes: Pick<Hono, 'routes'>['routes'],
  lines: readonly PolicyLine[],
): void {
  const declared = new Set(lines.map(nameOf));
  const isMiddleware = ({ method, path }: { readonly method: string; readonly path: string }) =>
    method === 'ALL' && middlePaths.has(path);
  const there = new Set(routes.filter((route) => !isMiddleware(route)).map(nameOf));
  const bare = [...there].filter((name) => !declared.has(name));
  const idle = lines.filter((line) => line.optional !== true && !there.has(nameOf(line)));
  const twice = lines.map(nameOf).filter((name, at, all) => all.indexOf(name) !== at);
  const problems = [
    ...bare.map((name) => `${name} has no policy`),
    ...idle.map((line) => `${nameOf(line)} has a policy and is no route`),
    ...twice.map((name) => `${name} has two policies`),
  ];
  if (problems.length > 0) throw new Error(`the policy table is not whole: ${problems.join('; ')}`);
}
