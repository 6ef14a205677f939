/**
 * The relay and its sinks, opened from settings. A channel's library is loaded only when the channel is set up.
 */
import { randomBytes } from 'node:crypto';
import type { LedgerDeps } from '../../ledger/handle.ts';
import type { NoticeChannel } from '../../ledger/outbox.ts';
import { type Relay, relay, type RelayDeps } from './relay.ts';
import type { NoticeSettings } from './settings.ts';
import type { Sink } from './sink.ts';

const standardSweepMs = 2_000;
const circuitOpenMs = 15_000;

async function openSinks({ slack, email, webhook }: NoticeSettings): Promise<Sink[]> {
  const opened = await Promise.all([
    slack === null ? null : import('./slack.ts').then(({ slackSink }) => slackSink(slack)),
    email === null ? null : import('./email.ts').then(({ emailSink }) => emailSink(email)),
    webhook === null
      ? null
      : import('./webhook.ts').then(({ webhookSink }) => webhookSink(webhook)),
  ]);
  return opened.filter((sink) => sink !== null);
}

/** The channels that are set up. */
export const channelsOf = ({ slack, email, webhook }: NoticeSettings): Set<NoticeChannel> =>
  new Set([
    ...(slack === null ? [] : (['slack'] as const)),
    ...(email === null ? [] : (['email'] as const)),
    ...(webhook === null ? [] : (['webhook'] as const)),
  ]);

/** A relay of its own on this ledger, not yet started. `onTrouble` hears of every look that ended in an error. */
export async function openRelay(
  ledger: LedgerDeps,
  settings: NoticeSettings,
  {
    onTrouble,
    sweepMs,
    watch,
  }: Pick<RelayDeps, 'onTrouble' | 'watch'> & { readonly sweepMs?: number },
): Promise<Relay> {
  const { ack, windowSeconds, claimSeconds, allow, testRecipients, slackNames } = settings;
  return relay({
    ledger,
    sinks: await openSinks(settings),
    audience: { allow, testRecipients, slackNames },
    ack,
    relay: `relay-${randomBytes(6).toString('hex')}`,
    windowSeconds,
    claimSeconds,
    circuitOpenMs,
    sweepMs: sweepMs ?? standardSweepMs,
    onTrouble,
    watch,
  });
}
