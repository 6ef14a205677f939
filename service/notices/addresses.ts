/**
 * Whom a machine may write to: the rules of the allow list, and whether an address is one that they mean. Anything
 * that is not plainly an address of its channel is refused, so that no look-alike or second address slips through.
 */
import { NoticeChannel } from '../../ledger/outbox.ts';

export type Target = { readonly channel: NoticeChannel; readonly address: string };

const email =
  /^[A-Za-z0-9][A-Za-z0-9.+_-]{0,63}@((?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63})$/;
/**
 * A user, a direct message, a channel. Names are none of these, since they can be given to somebody else; a person's
 * e-mail address is looked up in the workspace.
 */
const slackId = /^[UWCDG][A-Z0-9]{6,20}$/;

/** `slack:U0123456` as a target, or null when it has no such form. */
export function targetFrom(text: string): Target | null {
  const cut = text.indexOf(':');
  const channel = NoticeChannel.options.find((known) => known === text.slice(0, cut));
  const address = text.slice(cut + 1);
  if (cut < 1 || channel === undefined || address === '') return null;
  return { channel, address };
}

const domainOf = (address: string): string | null =>
  address.length > 254 || address.includes('..') ? null : (email.exec(address)?.[1] ?? null);

function urlOf(address: string): URL | null {
  if (!/^https?:\/\/[\x21-\x7e]+$/.test(address) || address.includes('\\')) return null;
  const url = URL.canParse(address) ? new URL(address) : null;
  const isPlain = url?.username === '' && url.password === '' && url.hash === '';
  return isPlain ? url : null;
}

/** Whether the address has the one form that its channel takes. */
export function isAddress({ channel, address }: Target): boolean {
  switch (channel) {
    case 'email':
      return domainOf(address) !== null;
    case 'slack':
      return slackId.test(address) || domainOf(address) !== null;
    case 'webhook':
      return urlOf(address) !== null;
  }
}

const isUnder = (url: URL, rule: URL): boolean =>
  url.origin === rule.origin &&
  (rule.pathname.endsWith('/')
    ? url.pathname.startsWith(rule.pathname)
    : url.pathname === rule.pathname);

const isMail = (address: string, rule: string): boolean =>
  rule.startsWith('*@') ? domainOf(address) === rule.slice(2) : address === rule;

function means({ channel, address: rule }: Target, address: string): boolean {
  switch (channel) {
    case 'email':
      return isMail(address, rule);
    case 'slack':
      return rule === '*' || isMail(address, rule);
    case 'webhook': {
      const [url, under] = [urlOf(address), urlOf(rule)];
      return url !== null && under !== null && isUnder(url, under);
    }
  }
}

/** Whether a rule has a form that can ever mean an address: `*@domain`, an address, `*` for Slack, a URL. */
export const isRule = (rule: Target): boolean =>
  isAddress(rule) ||
  (rule.channel === 'slack' && rule.address === '*') ||
  (rule.channel !== 'webhook' &&
    domainOf(`x${rule.address.slice(1)}`) !== null &&
    rule.address[0] === '*');

/** Whether this address may be written to. */
export const isAllowed = (target: Target, rules: readonly Target[]): boolean =>
  isAddress(target) &&
  rules.some((rule) => rule.channel === target.channel && means(rule, target.address));
