/**
 * The OpenID provider that people log in at: where to send them, and who came back. Every check of the answer and of
 * the id token is the library's; this file owns what is asked for and which claim names the person.
 */
import * as openid from 'openid-client';
import { Id } from '../../ledger/vocabulary.ts';
import type { LoggedIn } from './sessions.ts';
import type { ProviderSettings } from './settings.ts';

/** What must be remembered between sending somebody away and their coming back. */
export type Errand = {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
  /** Seconds: the login may not be older. */
  readonly maxAge: number;
};

/** The provider's answer does not make a person known to us. `claimed` names who it was, where that is known. */
export type NotLoggedIn = { readonly refused: string; readonly claimed: string };

export type Provider = {
  readonly callbackPath: string;
  /** Where to send somebody, and what to remember. Throws when the provider cannot be asked. */
  send(maxAge: number): Promise<{ readonly url: URL; readonly errand: Errand }>;
  /** Who came back to this path and query. Throws when the answer does not pass the library's checks. */
  receive(pathAndQuery: string, errand: Errand): Promise<LoggedIn | NotLoggedIn>;
  /** Where to end the session at the provider too; null when it has no such place. */
  goodbye(): Promise<URL | null>;
};

const callbackPath = '/login/callback';
const patienceSeconds = 10;

/** Finds the provider when it is first needed, so that a start does not wait for it, and anew after a failure. */
function configuration({ issuer, clientId, clientSecret }: ProviderSettings) {
  const url = new URL(issuer);
  const discover = (): Promise<openid.Configuration> =>
    openid.discovery(
      url,
      clientId,
      // Without it a provider may leave out when somebody logged in, and deciding rests on that.
      { require_auth_time: true },
      clientSecret === null ? openid.None() : openid.ClientSecretBasic(clientSecret),
      {
        timeout: patienceSeconds,
        execute: [
          // The library would trust the connection that an id token came over; its signature is checked as well.
          openid.enableNonRepudiationChecks,
          // The settings allow plain http for this machine only.
          ...(url.protocol === 'http:' ? [openid.allowInsecureRequests] : []),
        ],
      },
    );
  let found: Promise<openid.Configuration> | null = null;
  return async (): Promise<openid.Configuration> => {
    found ??= discover();
    try {
      return await found;
    } catch (error) {
      found = null;
      throw error;
    }
  };
}

const text = (claim: unknown): string =>
  typeof claim === 'string' ? claim : claim === undefined ? 'nothing' : JSON.stringify(claim);

/** The person an id token names, or why it names none. */
function personIn(claims: openid.IDToken, settings: ProviderSettings): LoggedIn | NotLoggedIn {
  const { personClaim } = settings;
  const claimed = claims[personClaim];
  const person = Id.safeParse(claimed);
  const name = `${claims.sub} at ${claims.iss}`;
  if (!person.success) {
    const detail = `the claim "${personClaim}" of your login is ${text(claimed)}, which is no person's id in a plan`;
    return { refused: detail, claimed: name };
  }
  if (claims.auth_time === undefined) {
    return { refused: 'the provider does not say when you logged in (auth_time)', claimed: name };
  }
  return {
    person: person.data,
    issuer: `oidc:${claims.iss}`,
    subject: claims.sub,
    strength: `acr ${text(claims['acr'])}, amr ${text(claims['amr'])}`,
    authenticatedAt: claims.auth_time * 1_000,
  };
}

/** The provider of these settings; nothing is asked of it before somebody logs in. */
export function providerOf(settings: ProviderSettings): Provider {
  const { publicOrigin, scope } = settings;
  const found = configuration(settings);
  return {
    callbackPath,
    send: async (maxAge) => {
      const verifier = openid.randomPKCECodeVerifier();
      const errand = { state: openid.randomState(), nonce: openid.randomNonce(), verifier, maxAge };
      const url = openid.buildAuthorizationUrl(await found(), {
        redirect_uri: `${publicOrigin}${callbackPath}`,
        scope,
        code_challenge: await openid.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
        state: errand.state,
        nonce: errand.nonce,
        max_age: String(maxAge),
      });
      return { url, errand };
    },
    receive: async (pathAndQuery, { state, nonce, verifier, maxAge }) => {
      const answer = await openid.authorizationCodeGrant(
        await found(),
        new URL(pathAndQuery, publicOrigin),
        { expectedState: state, expectedNonce: nonce, pkceCodeVerifier: verifier, maxAge },
      );
      const claims = answer.claims();
      if (claims === undefined) throw new Error('the provider sent no id token');
      return personIn(claims, settings);
    },
    goodbye: async () => {
      const known = await found();
      return known.serverMetadata().end_session_endpoint === undefined
        ? null
        : openid.buildEndSessionUrl(known, { post_logout_redirect_uri: `${publicOrigin}/` });
    },
  };
}
