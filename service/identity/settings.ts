/**
 * What an operator decides about identities. Nothing set means the embedded mode; half of a provider set stops the
 * start with the name of what is missing.
 */
import { z } from 'zod';

const isLoopback = ({ hostname }: URL): boolean =>
  hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d+){3}$/.test(hostname);

const web = z
  .url({ protocol: /^https?$/, error: 'is no http or https url' })
  .refine(
    (text) => new URL(text).protocol === 'https:' || isLoopback(new URL(text)),
    'must be https: plain http is for this machine only',
  );
const origin = web.refine(
  (text) => new URL(text).href === `${new URL(text).origin}/`,
  'must be scheme, host and port only, such as https://interlock.example',
);
const minutes = (usual: number, greatest: number) =>
  z.coerce.number().int().min(1).max(greatest).default(usual);

const Settings = z
  .object({
    INTERLOCK_URL: origin.optional(),
    INTERLOCK_OIDC_ISSUER: web.optional(),
    INTERLOCK_OIDC_CLIENT_ID: z.string().min(1).optional(),
    INTERLOCK_OIDC_CLIENT_SECRET: z.string().min(1).optional(),
    /** The claim of the id token that is the person's id in the plan. */
    INTERLOCK_OIDC_PERSON_CLAIM: z.string().min(1).default('preferred_username'),
    INTERLOCK_OIDC_SCOPE: z
      .string()
      .default('openid profile')
      .refine((scope) => scope.split(' ').includes('openid'), 'must contain openid'),
    /** Deciding needs a login no older than this. */
    INTERLOCK_RECENT_MINUTES: minutes(15, 720),
    INTERLOCK_SESSION_IDLE_MINUTES: minutes(120, 1_440),
    INTERLOCK_SESSION_HOURS: minutes(12, 168),
  })
  .superRefine((given, context) => {
    if (given.INTERLOCK_OIDC_ISSUER === undefined) {
      // Whoever set any of these wants people to log in by name, and would get the embedded mode.
      const meant = [
        'INTERLOCK_OIDC_CLIENT_ID',
        'INTERLOCK_OIDC_CLIENT_SECRET',
        'INTERLOCK_URL',
      ] as const;
      const name = meant.find((one) => given[one] !== undefined);
      if (name === undefined) return;
      const message = `is needed with ${name}`;
      context.addIssue({ code: 'custom', path: ['INTERLOCK_OIDC_ISSUER'], message });
      return;
    }
    for (const name of ['INTERLOCK_OIDC_CLIENT_ID', 'INTERLOCK_URL'] as const) {
      if (given[name] !== undefined) continue;
      const message = 'is needed with INTERLOCK_OIDC_ISSUER';
      context.addIssue({ code: 'custom', path: [name], message });
    }
  });

/** How long sessions count, in milliseconds. */
export type SessionLimits = {
  readonly recentMs: number;
  readonly idleMs: number;
  readonly ageMs: number;
};

/** The provider that people log in at. */
export type ProviderSettings = {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string | null;
  readonly personClaim: string;
  readonly scope: string;
  /** Scheme, host and port under which people reach this service. */
  readonly publicOrigin: string;
};

export type IdentitySettings = {
  /** Null: embedded, with a link printed at the terminal. */
  readonly provider: ProviderSettings | null;
  readonly limits: SessionLimits;
};

const minuteMs = 60_000;

/** Reads the settings of identities from names and values. The problems name the setting. */
export const identitySettings = Settings.transform((given): IdentitySettings => {
  const { INTERLOCK_OIDC_ISSUER: issuer, INTERLOCK_OIDC_CLIENT_ID: clientId } = given;
  const url = given.INTERLOCK_URL;
  const provider =
    issuer === undefined || clientId === undefined || url === undefined
      ? null
      : {
          issuer,
          clientId,
          clientSecret: given.INTERLOCK_OIDC_CLIENT_SECRET ?? null,
          personClaim: given.INTERLOCK_OIDC_PERSON_CLAIM,
          scope: given.INTERLOCK_OIDC_SCOPE,
          publicOrigin: new URL(url).origin,
        };
  return {
    provider,
    limits: {
      recentMs: given.INTERLOCK_RECENT_MINUTES * minuteMs,
      idleMs: given.INTERLOCK_SESSION_IDLE_MINUTES * minuteMs,
      ageMs: given.INTERLOCK_SESSION_HOURS * 60 * minuteMs,
    },
  };
});
