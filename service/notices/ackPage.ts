/**
 * What the page behind an acknowledge link looks like: plain, large, in one column, with nothing loaded from
 * anywhere. It is handed what to say and decides nothing.
 */
import { createHash } from 'node:crypto';
import { escaped } from './markup.ts';

export type AckPage = {
  readonly status: 200 | 403 | 409 | 410;
  readonly title: string;
  readonly sentences: readonly string[];
  /** The person's own lines. */
  readonly lines: readonly string[];
  /** The button, and where it posts to; null when there is nothing to press. */
  readonly button: { readonly text: string; readonly action: string } | null;
};

const style =
  'body{font:1.25rem/1.5 system-ui,sans-serif;max-width:40rem;margin:2rem auto;padding:0 1rem;' +
  'color-scheme:light dark}button{font:inherit;font-weight:bold;padding:1rem 1.5rem;width:100%}' +
  'h1{font-size:1.5rem}li{margin:.5rem 0}';

const styleHash = createHash('sha256').update(style).digest('base64');

/** Nothing may be loaded, framed or kept; the address, which holds the token, is told to nobody else. */
const headers = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  'content-security-policy': `default-src 'none'; style-src 'sha256-${styleHash}'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'`,
  'referrer-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'x-robots-tag': 'noindex, nofollow',
};

/** The page as an answer. */
export function ackResponse({ status, title, sentences, lines, button }: AckPage): Response {
  const form =
    button === null
      ? ''
      : `<form method="post" action="${escaped(button.action)}"><input type="hidden" name="confirm" value="yes"><button>${escaped(button.text)}</button></form>`;
  const list =
    lines.length === 0
      ? ''
      : `<ul>${lines.map((line) => `<li>${escaped(line)}</li>`).join('')}</ul>`;
  const body = [
    '<!doctype html><html lang="en"><head><meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>${escaped(title)}</title><style>${style}</style></head><body>`,
    `<h1>${escaped(title)}</h1>`,
    ...sentences.map((sentence) => `<p>${escaped(sentence)}</p>`),
    list,
    form,
    '</body></html>',
  ].join('\n');
  return new Response(body, { status, headers });
}
