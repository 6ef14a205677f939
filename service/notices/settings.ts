/**
 * The settings of notices, as read from the environment by service/config.ts: which channels are set up, who may be
 * written to, and the acknowledge link. Nothing set means nothing is ever sent.
 */
import { z } from 'zod';
import { isAddress, isRule, type Target, targetFrom } from './addresses.ts';
import type { AckSettings } from './ackLink.ts';
import type { EmailSettings } from './email.ts';
import type { SlackSettings } from './slack.ts';
import type { WebhookSettings } from './webhook.ts';

const words = (text: string): string[] => text.split(/[\s,]+/).filter((word) => word !== '');

const targets = (isRight: (target: Target) => boolean, fix: string) =>
  z
    .string()
    .default('')
    .transform((text, context): Target[] =>
      words(text).flatMap((word) => {
        const target = targetFrom(word);
        if (target !== null && isRight(target)) return [target];
        context.addIssue({ code: 'custom', message: `"${word}" is not understood: write ${fix}` });
        return [];
      }),
    );

const ranges = /^[0-9a-fA-F.:]+(\/\d{1,3})?$/;

/** The variables, for the one schema in service/config.ts. */
export const noticeVariables = {
  INTERLOCK_SLACK_TOKEN: z.string().min(1).optional(),
  INTERLOCK_SLACK_URL: z.url({ protocol: /^https?$/ }).default('https://slack.com/api/'),
  /** `@on-call=U0123456`: which user or conversation a plan means by a name on Slack. */
  INTERLOCK_SLACK_NAMES: z
    .string()
    .default('')
    .transform((text, context) => {
      const pairs = words(text).map((word) =>
        /^([@#][\w.-]{1,80})=([UWCG][A-Z0-9]{6,20})$/.exec(word),
      );
      if (pairs.includes(null)) {
        context.addIssue({ code: 'custom', message: 'write @on-call=U0123456 #room=C0123456' });
      }
      return new Map(
        pairs.flatMap((pair) => (pair === null ? [] : [[`${pair[1]}`, `${pair[2]}`]])),
      );
    }),
  INTERLOCK_SMTP_URL: z.url({ protocol: /^smtps?$/ }).optional(),
  INTERLOCK_MAIL_FROM: z
    .string()
    .refine((address) => isAddress({ channel: 'email', address }), 'is not an e-mail address')
    .optional(),
  /** `whsec_…` secrets, newest first. */
  INTERLOCK_WEBHOOK_SECRETS: z
    .string()
    .default('')
    .transform(words)
    .refine(
      (secrets) => secrets.every((secret) => /^whsec_[A-Za-z0-9+/=]{32,}$/.test(secret)),
      'every secret is whsec_ and at least 24 bytes in base64',
    ),
  INTERLOCK_NOTICE_ALLOW: targets(
    isRule,
    'email:*@example.org, email:ops@example.org, slack:*, slack:*@example.org, slack:U0123456 or webhook:https://host/path/',
  ),
  INTERLOCK_NOTICE_TEST_TO: targets(
    isAddress,
    'email:ops@example.org, slack:C0123456 or webhook:https://host/',
  ),
  /** Private addresses and ranges that webhooks may reach. */
  INTERLOCK_NOTICE_PRIVATE: z
    .string()
    .default('')
    .transform(words)
    .refine(
      (all) => all.every((range) => ranges.test(range)),
      'write addresses or ranges: 10.1.0.0/16',
    ),
  INTERLOCK_NOTICE_WINDOW_SECONDS: z.coerce.number().int().min(0).max(3_600).default(60),
  /** For so long an attempt keeps other relays from a person; it may itself take half of it, and 20 s at most. */
  INTERLOCK_NOTICE_CLAIM_SECONDS: z.coerce.number().int().min(1).max(600).default(24),
  /** Where people reach this service from their messages. */
  INTERLOCK_PUBLIC_URL: z.url({ protocol: /^https?$/ }).optional(),
  INTERLOCK_ACK_SECRET: z.string().min(32, 'is at least 32 characters').optional(),
  INTERLOCK_ACK_VALID_MINUTES: z.coerce.number().int().min(5).max(2_880).default(720),
};

export type NoticeVariables = z.output<z.ZodObject<typeof noticeVariables>>;

export type NoticeSettings = {
  readonly slack: SlackSettings | null;
  readonly email: EmailSettings | null;
  readonly webhook: WebhookSettings | null;
  readonly allow: readonly Target[];
  readonly testRecipients: readonly Target[];
  readonly slackNames: ReadonlyMap<string, string>;
  readonly windowSeconds: number;
  readonly claimSeconds: number;
  /** Null: messages carry no link. */
  readonly ack: AckSettings | null;
};

/** The variables as settings. A channel with half of what it needs is not set up. */
export function noticeSettings(from: NoticeVariables): NoticeSettings {
  const { INTERLOCK_SLACK_TOKEN: token, INTERLOCK_SMTP_URL: smtpUrl } = from;
  const { INTERLOCK_MAIL_FROM: mailFrom, INTERLOCK_WEBHOOK_SECRETS: secrets } = from;
  const { INTERLOCK_PUBLIC_URL: publicUrl, INTERLOCK_ACK_SECRET: secret } = from;
  return {
    slack: token === undefined ? null : { token, apiUrl: from.INTERLOCK_SLACK_URL },
    email: smtpUrl === undefined || mailFrom === undefined ? null : { smtpUrl, from: mailFrom },
    webhook:
      secrets.length === 0 ? null : { secrets, privateNetworks: from.INTERLOCK_NOTICE_PRIVATE },
    allow: from.INTERLOCK_NOTICE_ALLOW,
    testRecipients: from.INTERLOCK_NOTICE_TEST_TO,
    slackNames: from.INTERLOCK_SLACK_NAMES,
    windowSeconds: from.INTERLOCK_NOTICE_WINDOW_SECONDS,
    claimSeconds: from.INTERLOCK_NOTICE_CLAIM_SECONDS,
    ack:
      publicUrl === undefined || secret === undefined
        ? null
        : { publicUrl, secret, validMinutes: from.INTERLOCK_ACK_VALID_MINUTES },
  };
}
