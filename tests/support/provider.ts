/**
 * Login providers on loopback: a real OpenID provider (the oidc-provider package) that logs in whom the test names, and
 * one that lies, which signs whatever id token it is told to. Both are taken away by `stop`.
 */
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { text } from 'node:stream/consumers';
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import Provider, { type Configuration } from 'oidc-provider';

export const clientId = 'interlock';
export const clientSecret = 'a-secret-that-only-tests-know';

/** Who is at the login screen. `loggedInAgo` is how many seconds ago they typed their password; null: they close the window. */
export type AtTheScreen = { account: string | null; loggedInAgo: number };

export type TestProvider = {
  readonly issuer: string;
  readonly screen: AtTheScreen;
  stop(): Promise<void>;
};

async function listen(handler: RequestListener): Promise<{ server: Server; url: string }> {
  const server = createServer(handler);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port to serve on');
  return { server, url: `http://127.0.0.1:${address.port}` };
}

const stopping = (server: Server) => async (): Promise<void> => {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeAllConnections();
  await closed;
};

const hour = 3_600;

const configuration = (redirectOrigin: string): Configuration => ({
  ttl: { AccessToken: hour, Grant: hour, IdToken: hour, Interaction: hour, Session: hour },
  clients: [
    {
      client_id: clientId,
      client_secret: clientSecret,
      redirect_uris: [`${redirectOrigin}/login/callback`],
      post_logout_redirect_uris: [`${redirectOrigin}/`],
      response_types: ['code'],
      grant_types: ['authorization_code'],
    },
  ],
  pkce: { required: () => true },
  conformIdTokenClaims: false,
  claims: { openid: ['sub'], profile: ['preferred_username'], auth_time: null, acr: null },
  features: { devInteractions: { enabled: false } },
  interactions: { url: (_context, interaction) => `/interaction/${interaction.uid}` },
  findAccount: (_context, id) => ({
    accountId: id,
    claims: () => ({ sub: `sub-of-${id}`, preferred_username: id }),
  }),
  loadExistingGrant: async (context) => {
    const { provider, session, client } = context.oidc;
    const grant = new provider.Grant({
      clientId: client?.clientId ?? '',
      accountId: session?.accountId ?? '',
    });
    grant.addOIDCScope('openid profile');
    await grant.save();
    return grant;
  },
  cookies: { keys: ['only-for-tests'] },
});

/** The real provider, with one client whose callback is under `redirectOrigin`. */
export async function startProvider(redirectOrigin: string): Promise<TestProvider> {
  const screen: AtTheScreen = { account: 'lead', loggedInAgo: 0 };
  let handler: RequestListener = () => undefined;
  const { server, url } = await listen((request, response) => handler(request, response));
  const provider = new Provider(url, configuration(redirectOrigin));
  const callback = provider.callback();
  handler = (request, response) => {
    if (request.url?.startsWith('/interaction/') !== true) return void callback(request, response);
    const { account, loggedInAgo } = screen;
    const result =
      account === null
        ? { error: 'access_denied', error_description: 'the window was closed' }
        : { login: { accountId: account, ts: Math.floor(Date.now() / 1_000) - loggedInAgo } };
    void provider.interactionFinished(request, response, result, {
      mergeWithLastSubmission: false,
    });
  };
  return { issuer: url, screen, stop: stopping(server) };
}

/** What a lying provider puts into an id token: changes to an honest one, and how it is signed. */
export type Lie = {
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly signedBy?: 'itself' | 'a stranger' | 'nobody' | 'the client secret';
};

export type LyingProvider = {
  readonly issuer: string;
  lie: Lie;
  /** The nonce of the login under way, which an honest token repeats. */
  nonce: string;
  stop(): Promise<void>;
};

const unsigned = (payload: JWTPayload): string => {
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'none' })}.${part(payload)}.`;
};

/** A provider that gives any code a token of its own making. */
export async function startLyingProvider(): Promise<LyingProvider> {
  const own = await generateKeyPair('RS256');
  const stranger = await generateKeyPair('RS256');
  const jwk = { ...(await exportJWK(own.publicKey)), kid: 'own', alg: 'RS256', use: 'sig' };
  const state: { lie: Lie; nonce: string } = { lie: {}, nonce: '' };
  let issuer = '';
  const idToken = async (): Promise<string> => {
    const now = Math.floor(Date.now() / 1_000);
    const honest = {
      iss: issuer,
      aud: clientId,
      sub: 'sub-of-lead',
      nonce: state.nonce,
      iat: now,
      exp: now + 300,
      auth_time: now,
      preferred_username: 'lead',
    };
    const payload = JSON.parse(JSON.stringify({ ...honest, ...state.lie.claims }));
    switch (state.lie.signedBy ?? 'itself') {
      case 'nobody':
        return unsigned(payload);
      case 'the client secret':
        return new SignJWT(payload)
          .setProtectedHeader({ alg: 'HS256' })
          .sign(new TextEncoder().encode(clientSecret.padEnd(32, '.')));
      case 'a stranger':
        return new SignJWT(payload)
          .setProtectedHeader({ alg: 'RS256', kid: 'own' })
          .sign(stranger.privateKey);
      case 'itself':
        return new SignJWT(payload)
          .setProtectedHeader({ alg: 'RS256', kid: 'own' })
          .sign(own.privateKey);
    }
  };
  const answers: Readonly<Record<string, (request: IncomingMessage) => Promise<unknown>>> = {
    '/.well-known/openid-configuration': async () => ({
      issuer,
      authorization_endpoint: `${issuer}/auth`,
      token_endpoint: `${issuer}/token`,
      jwks_uri: `${issuer}/jwks`,
      response_types_supported: ['code'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256'],
      code_challenge_methods_supported: ['S256'],
    }),
    '/jwks': async () => ({ keys: [jwk] }),
    '/token': async (request) => {
      await text(request);
      return { access_token: 'x', token_type: 'Bearer', expires_in: 60, id_token: await idToken() };
    },
  };
  const { server, url } = await listen((request, response) => {
    const answer = answers[request.url ?? ''];
    if (answer === undefined) return void response.writeHead(404).end();
    void answer(request).then((body) =>
      response.setHeader('content-type', 'application/json').end(JSON.stringify(body)),
    );
  });
  issuer = url;
  return Object.assign(state, { issuer, stop: stopping(server) });
}

/** A browser's cookie jar for one origin, without its rules: what was set last counts. */
export type Jar = Map<string, string>;

export function keepCookies(jar: Jar, response: Response): void {
  for (const line of response.headers.getSetCookie()) {
    const [pair = '', ...attributes] = line.split('; ');
    const at = pair.indexOf('=');
    const [name, value] = [pair.slice(0, at), pair.slice(at + 1)];
    const gone = value === '' || attributes.some((item) => /^max-age=0$/i.test(item));
    if (gone) jar.delete(name);
    else jar.set(name, value);
  }
}

export const cookieHeader = (jar: Jar): string =>
  [...jar].map(([name, value]) => `${name}=${value}`).join('; ');

/** Follows redirects at the provider as a browser would, until one leads away from it; answers with that address. */
export async function throughProvider(from: string, jar: Jar): Promise<URL> {
  const { origin } = new URL(from);
  let url = new URL(from);
  for (let hop = 0; hop < 10; hop += 1) {
    const response = await fetch(url, {
      redirect: 'manual',
      headers: { cookie: cookieHeader(jar) },
    });
    keepCookies(jar, response);
    const location = response.headers.get('location');
    if (location === null)
      throw new Error(`${url.pathname}: ${response.status} ${await response.text()}`);
    url = new URL(location, url);
    if (url.origin !== origin) return url;
  }
  throw new Error('the provider sends round in circles');
}
