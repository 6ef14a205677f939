/**
 * A letter as HTML, for mail programs that show it: the same words as the plain one in the same order, nothing loaded
 * from anywhere, styles inline since many programs drop all others.
 */
import { noticePlace, noticeSections, noticeTitle } from '../words/notices.ts';
import { escaped } from './markup.ts';
import { acknowledgeText, linkWords, packetText, subjectOf, warningsOf } from './plainLetter.ts';
import type { Outgoing } from './sink.ts';

const body = 'font:16px/1.5 system-ui,Arial,sans-serif;max-width:40em;margin:0 auto;padding:16px';
const boxed = 'border:2px solid;padding:8px;font-weight:bold';
const button =
  'display:inline-block;background:#0b5cad;color:#ffffff;font-weight:bold;padding:12px 20px;border-radius:4px;text-decoration:none';

const paragraph = (text: string, style = 'margin:0 0 8px'): string =>
  `<p style="${style}">${escaped(text)}</p>`;

function acknowledgement(outgoing: Outgoing): string {
  if (outgoing.ackUrl === null) return paragraph(acknowledgeText(outgoing), 'margin:24px 0 0');
  const { link, next } = linkWords(outgoing);
  return `<p style="margin:24px 0 0"><a href="${escaped(outgoing.ackUrl)}" style="${button}">${escaped(link)}</a><br>${escaped(next)}</p>`;
}

/** The whole page. */
export function htmlLetter(outgoing: Outgoing): string {
  const { letter } = outgoing;
  const sections = noticeSections(letter).map(
    ({ heading, lines }) =>
      `<h2 style="font-size:18px;margin:24px 0 4px">${escaped(heading)}</h2><ul style="margin:0;padding-left:20px">${lines
        .map((line) => `<li style="margin:4px 0">${escaped(line)}</li>`)
        .join('')}</ul>`,
  );
  return [
    '<!doctype html><html lang="en"><head><meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="color-scheme" content="light dark">',
    `<title>${escaped(subjectOf(outgoing))}</title></head><body style="${body}">`,
    ...warningsOf(outgoing).map((warning) => paragraph(warning, boxed)),
    `<h1 style="font-size:22px;margin:0 0 8px">${escaped(noticeTitle(letter))}</h1>`,
    paragraph(noticePlace(letter)),
    paragraph(packetText(outgoing)),
    ...sections,
    acknowledgement(outgoing),
    '</body></html>',
    '',
  ].join('\n');
}
