/**
 * A letter as Slack blocks: rich text, in which Slack looks for no mention, link or formatting, so that nothing in a
 * plan can call a channel together. What would not fit into Slack's limits is left out and said to be.
 */
import type { KnownBlock, RichTextBlock, RichTextElement } from '@slack/web-api';
import {
  noticePlace,
  noticeReplaces,
  noticeSections,
  noticeTitle,
  type Section,
} from '../words/notices.ts';
import { acknowledgeText, linkWords, subjectOf, warningsOf } from './plainLetter.ts';
import type { Outgoing } from './sink.ts';

/** A message of Slack's holds some 13,000 signs in all, and there are three lists at most. */
const signsPerList = 3_600;
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

/** As many of the first lines as fit. */
function fitting(lines: readonly string[]): string[] {
  const ends = lines.reduce<number[]>(
    (sums, line) => [...sums, (sums.at(-1) ?? 0) + cut(line).length],
    [],
  );
  return lines.filter((_line, index) => (ends[index] ?? 0) <= signsPerList);
}

/** Lines under a heading. */
function list({ heading, lines }: Section): RichTextBlock {
  const shown = fitting(lines);
  const left = lines.length - shown.length;
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
  const { ackUrl } = outgoing;
  if (ackUrl === null) return sentence(words(acknowledgeText(outgoing)));
  const { link, next } = linkWords(outgoing);
  return sentence(
    { type: 'link', url: ackUrl, text: link, style: { bold: true } },
    words(` - ${next}.`),
  );
}

/** The one line that telephones show, with Slack's three signs as entities. */
const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** The blocks, and the line for telephones. */
export function slackMessage(outgoing: Outgoing): { text: string; blocks: KnownBlock[] } {
  const { letter } = outgoing;
  const replaces = noticeReplaces(letter);
  const title = noticeTitle(letter).slice(0, 150);
  return {
    text: escaped(subjectOf(outgoing)),
    blocks: [
      { type: 'header', text: { type: 'plain_text', text: title, emoji: false } },
      ...warningsOf(outgoing).map((warning) => sentence(words(warning, true))),
      sentence(words(noticePlace(letter))),
      ...(replaces === '' ? [] : [sentence(words(replaces, true))]),
      ...noticeSections(letter).map(list),
      acknowledgement(outgoing),
    ],
  };
}
