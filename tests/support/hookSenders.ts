/** The senders of signed messages, signing as their own documents say and not as our code does. */
import { createHmac } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import type { Hook } from '../../service/hooks/settings.ts';
import { nightAt } from './build.ts';

export type Sender = Hook['sender'];
const hex = (secret: string, text: string): string =>
  createHmac('sha256', secret).update(text).digest('hex');
export const secretOf: Readonly<Record<Sender, string>> = {
  standard: `whsec_${Buffer.from('secret of the board 1234').toString('base64')}`,
  slack: 'a secret of the chat',
  pagerduty: 'a secret of the pager',
  github: 'a secret of the forge',
};
export const secondsAt = (now: number): number => Math.floor(now / 1_000);

export const senders: readonly Sender[] = ['standard', 'slack', 'pagerduty', 'github'];

/** What a sender puts into its headers, made here from its documents and not from our code. */
export function signed(
  sender: Sender,
  text: string,
  { secret = secretOf[sender], now = nightAt, id = 'msg_1' } = {},
): Record<string, string> {
  const seconds = String(secondsAt(now));
  switch (sender) {
    case 'standard':
      return {
        'webhook-id': id,
        'webhook-timestamp': seconds,
        'webhook-signature': new Webhook(secret).sign(id, new Date(Number(seconds) * 1_000), text),
      };
    case 'slack':
      return {
        'x-slack-request-timestamp': seconds,
        'x-slack-signature': `v0=${hex(secret, `v0:${seconds}:${text}`)}`,
      };
    case 'pagerduty':
      return { 'x-pagerduty-signature': `v1=${hex(secret, text)}` };
    case 'github':
      return { 'x-hub-signature-256': `sha256=${hex(secret, text)}` };
  }
}
