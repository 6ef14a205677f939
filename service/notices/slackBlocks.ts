/**
 * A letter as Slack blocks: rich text, in which Slack looks for no mention, link or formatting, so that nothing in a
 * plan can call a channel together. What would not fit into Slack's limits is left out and said to be.
 */
import type { KnownBlock, RichTextBlock, RichTextElement } from '@slack/web-api';
import {
  changeLines,
  changesHeading,
  noOrders,
  noticePlace,
  noticeReplaces,
  noticeTitle,
  orderLines,
} from '../words/notices.ts';
import { acknowledgeText, subjectOf, warningsOf } from './plainLetter.ts';
import type { Outgoing } from './sink.ts';

/** A message of Slack's holds some 13,000 signs in all; a line of ours at most some 400. */
const linesPerList = 14;
const signsPerLine = 400;

const cut = (text: string): string =>
  text.length > signsPerLine ? `${text.slice(0, signsPerLine - 1)}…` : text;

const words = (text: string, bold = false): RichTextElement => ({
  type: 'text',
  text: cut(text),
  ...(bold ? { style: { bold } } : {}),
});

const sentence = (...elements: RichTextElement[]): RichTextBlock => ({
  type: 'rich_text',
  elements: [{ type: 'rich_text_section', elements }],
});

/** Lines under a heading. */
function list(heading: string, lines: readonly string[]): RichTextBlock {
  const left = lines.length - linesPerList;
  const shown = lines.slice(0, linesPerList);
  const all = left > 0 ? [...shown, `and ${left} more, which did not fit here`] : shown;
  return {
    type: 'rich_text',
    elements: [
      { type: 'rich_text_section', elements: [words(heading, true)] },
      {
        type: 'rich_text_list',
        style: 'bullet',
        elements: all.map((line) => ({ type: 'rich_text_section', elements: [words(line)] })),
      },
    ],
  };
}

function acknowledgement(outgoing: Outgoing): RichTextBlock {
  const { ackUrl, letter } = outgoing;
  if (ackUrl === null) return sentence(words(acknowledgeText(outgoing)));
  const link = { type: 'link', url: ackUrl, text: `Acknowledge v${letter.version}` } as const;
  return sentence(
    { ...link, style: { bold: true } },
    words(' - opens a page; press the button there.'),
  );
}

/** The one line that telephones show, with Slack's three signs as entities. */
const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** The blocks, and the line for telephones. */
export function slackMessage(outgoing: Outgoing): { text: string; blocks: KnownBlock[] } {
  const { letter } = outgoing;
  const orders = orderLines(letter);
  const heading = changesHeading(letter);
  const replaces = noticeReplaces(letter);
  const title = noticeTitle(letter).slice(0, 150);
  return {
    text: escaped(subjectOf(outgoing)),
    blocks: [
      { type: 'header', text: { type: 'plain_text', text: title, emoji: false } },
      ...warningsOf(outgoing).map((warning) => sentence(words(warning, true))),
      sentence(words(noticePlace(letter))),
      ...(replaces === '' ? [] : [sentence(words(replaces, true))]),
      list('Your orders now', orders.length === 0 ? [noOrders] : orders),
      ...(heading === '' ? [] : [list(heading, changeLines(letter))]),
      acknowledgement(outgoing),
    ],
  };
}
