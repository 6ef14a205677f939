/**
 * The description of the API as OpenAPI 3.1, made from the routes' own schemas, and a page to browse it: files of
 * swagger-ui-dist, with no script in the page and nothing loaded from anywhere else.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { OpenAPIHono } from '@hono/zod-openapi';
import { Problem } from './problem.ts';

const about = `One authoritative checkpoint timeline, and one command packet to adopt. Interlock never recommends go or no-go,
never executes a step and never adopts its own packet: there is no such route.

Every write needs an Idempotency-Key. Decisions need If-Match with the hash of the packet that was seen. Every error is a
problem detail (RFC 9457) with \`code\`, \`detail\`, \`fix\` and the fields it is about. Instants are epoch milliseconds.`;

const description = {
  openapi: '3.1.0',
  info: {
    title: 'Interlock',
    version: '1',
    description: about,
    license: { name: 'MIT', identifier: 'MIT' },
  },
  servers: [{ url: '/', description: 'here' }],
  tags: [
    { name: 'Cutovers', description: 'Which there are, and declaring one.' },
    { name: 'Reports', description: 'What happened, from sources and people.' },
    { name: 'Views', description: 'What stands, what waits, what was known when.' },
    { name: 'Decisions', description: 'What only people do.' },
    { name: 'Exports', description: 'What people take away.' },
  ],
};

/** The document, made once: the routes do not change while the process runs. */
function documentOf(app: OpenAPIHono): string {
  const { openAPIRegistry: registry } = app;
  registry.registerComponent('securitySchemes', 'token', {
    type: 'http',
    scheme: 'bearer',
    description: 'A machine token: interlock token create.',
  });
  registry.registerComponent('securitySchemes', 'session', {
    type: 'apiKey',
    in: 'cookie',
    name: '__Host-interlock-session',
    description: 'The session of a person: log in at /login.',
  });
  return JSON.stringify(app.getOpenAPI31Document(description));
}

const start = `window.addEventListener('load', () => {
  SwaggerUIBundle({
    url: '/openapi.json',
    dom_id: '#docs',
    deepLinking: true,
    docExpansion: 'list',
    defaultModelsExpandDepth: 0,
    validatorUrl: null,
  });
});
`;

const page = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Interlock: HTTP API</title>
<link rel="stylesheet" href="/docs/swagger-ui.css">
<link rel="icon" href="/docs/favicon-32x32.png">
</head>
<body>
<div id="docs"></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
`;

/** Styles may be written by the page's own script; scripts come from files of ours alone. */
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

type Kept = { readonly type: string; readonly text: string | Uint8Array };

/** The files of the page. Throws at the start when the package is not there. */
function files(): ReadonlyMap<string, Kept> {
  const { resolve } = createRequire(import.meta.url);
  const packaged = (name: string, type: string): [string, Kept] => [
    name,
    { type, text: readFileSync(resolve(`swagger-ui-dist/${name}`)) },
  ];
  return new Map([
    packaged('swagger-ui.css', 'text/css; charset=utf-8'),
    packaged('swagger-ui-bundle.js', 'text/javascript; charset=utf-8'),
    packaged('favicon-32x32.png', 'image/png'),
    ['start.js', { type: 'text/javascript; charset=utf-8', text: start }],
  ]);
}

const headersFor = (type: string) => ({
  'content-type': type,
  'content-security-policy': policy,
  'cache-control': 'no-cache',
});

/** Adds /, /openapi.json and /docs. */
export function addDocs(app: OpenAPIHono): void {
  const kept = files();
  const document = documentOf(app);
  app.get('/', (context) => context.redirect('/docs', 302));
  app.get('/openapi.json', (context) =>
    context.body(document, 200, headersFor('application/json')),
  );
  app.get('/docs', (context) => context.body(page, 200, headersFor('text/html; charset=utf-8')));
  app.get('/docs/:file', (context) => {
    const file = kept.get(context.req.param('file'));
    if (file === undefined) {
      throw new Problem({
        status: 404,
        code: 'no_such_place',
        detail: 'the description has no such file',
        fix: 'open /docs',
      });
    }
    return new Response(file.text, { headers: headersFor(file.type) });
  });
}
