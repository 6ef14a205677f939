/**
 * A notice as each channel carries it, taken apart into its lines: a mail as its bytes come over the wire, with its
 * calendar entry; Slack's blocks; the body of a webhook. Whatever has no place here is a fault, so that nothing is
 * published past the grammar.
 */
import { simpleParser } from 'mailparser';
import { createTransport } from 'nodemailer';
import { z } from 'zod';
import type { emailOf } from '../../service/notices/email.ts';
import type { Line, Role } from './noticeGrammar.ts';

/** The lines of one message, the values it carries beside them, and what is in it that nobody expects. */
export type Carried = {
  readonly lines: readonly Line[];
  readonly faults: readonly string[];
};

const line = (role: Role, text: string): Line => ({ role, text });

const headings = {
  'Your orders now': 'order',
  'You observe': 'order',
  'Changed for you since': 'change',
} as const;

/** The role of each line of a letter in plain text, from where it stands. */
function letterLines(text: string): Line[] {
  const lines: Line[] = [];
  let part: 'head' | 'order' | 'change' | 'end' = 'head';
  for (const row of text.split('\n')) {
    const heading = Object.entries(headings).find(([start]) => row.startsWith(start));
    if (row === '') part = part === 'head' ? 'head' : 'end';
    else if (heading !== undefined) {
      part = heading[1];
      lines.push(line(part === 'order' ? 'orders heading' : 'changes heading', row));
    } else if (part === 'head') lines.push(line(headRole(row), row));
    else if (part === 'end') lines.push(line('acknowledgement', row));
    else lines.push(line(part, row.replace(/^- /, '')));
  }
  return lines;
}

export const headRole = (row: string): Role =>
  row.startsWith('Packet v') ? 'packet' : /^(?:TEST:|You may)/.test(row) ? 'warning' : 'place';

/** Headers that a mail of ours may have: none of them but the subject takes words. */
const headersKnown = [
  'from to subject message-id in-reply-to references date mime-version content-type',
  'content-transfer-encoding auto-submitted x-interlock-notice x-interlock-packet',
  'x-interlock-possible-repeat',
].flatMap((names) => names.split(' '));

type Mail = ReturnType<typeof emailOf>;

/** A mail, composed to bytes as it is sent and parsed as it is read. */
export async function carriedByMail(
  mail: Mail,
): Promise<Carried & { readonly calendar: string | null; readonly html: string }> {
  const wire = createTransport({ streamTransport: true, buffer: true, newline: 'windows' });
  const { message } = await wire.sendMail(mail);
  const read = await simpleParser(message);
  const keys = read.headerLines.map(({ key }) => key);
  const calendars = read.attachments.filter(({ contentType }) => contentType === 'text/calendar');
  const others = read.attachments.filter(({ contentType }) => /calendar|ics/.test(contentType));
  return {
    lines: [line('subject', read.subject ?? ''), ...letterLines((read.text ?? '').trimEnd())],
    calendar: calendars[0]?.content.toString('utf8') ?? null,
    html: read.html || '',
    faults: [
      ...keys.filter((key) => !headersKnown.includes(key)).map((key) => `header ${key}`),
      ...(read.attachments.length > others.length ? ['an attachment that is no calendar'] : []),
      ...(read.from?.text === '"Interlock" <interlock@example.test>' ? [] : ['another sender']),
    ],
  };
}

const unescapedValue = (value: string): string =>
  value.replaceAll(/\\([\\;,nN])/g, (_, sign: string) => (/n/i.test(sign) ? '\n' : sign));

const calendarKeys = [
  'BEGIN VERSION PRODID METHOD UID SEQUENCE DTSTAMP DTSTART DTEND SUMMARY DESCRIPTION ORGANIZER',
  'ATTENDEE STATUS END',
].flatMap((names) => names.split(' '));

export type Calendar = Carried & {
  readonly method: string;
  readonly sequence: number;
  readonly startAt: number;
  readonly endAt: number;
};

/** `20261107T233000Z` as epoch milliseconds. */
const instantOf = (text: string | undefined): number =>
  Date.parse(
    (text ?? '').replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'),
  );

/** A calendar entry: its rows unfolded (RFC 5545, 3.1), its texts unescaped. */
export function carriedByCalendar(content: string): Calendar {
  const rows = content
    .replaceAll(/\r?\n[ \t]/g, '')
    .split(/\r?\n/)
    .filter((row) => row !== '');
  const entries = rows.map((row) => {
    const [, key, value] = /^([A-Z-]+)[^:]*:(.*)$/.exec(row) ?? [];
    return { key: key ?? row, value: value ?? '' };
  });
  const valueOf = (key: string): string | undefined =>
    entries.find((entry) => entry.key === key)?.value;
  const [place = '', packet = '', ...orders] = unescapedValue(valueOf('DESCRIPTION') ?? '').split(
    '\n',
  );
  return {
    lines: [
      line('summary', unescapedValue(valueOf('SUMMARY') ?? '')),
      line('place', place),
      line('packet', packet),
      ...orders.map((text) => line('order', text)),
    ],
    method: valueOf('METHOD') ?? '',
    sequence: Number(valueOf('SEQUENCE')),
    startAt: instantOf(valueOf('DTSTART')),
    endAt: instantOf(valueOf('DTEND')),
    faults: entries
      .filter(({ key }) => !calendarKeys.includes(key))
      .map(({ key }) => `calendar row ${key}`),
  };
}

const SlackText = z.strictObject({
  type: z.literal('text'),
  text: z.string(),
  style: z.strictObject({ bold: z.literal(true) }).optional(),
});
const SlackLink = z.strictObject({
  type: z.literal('link'),
  url: z.url(),
  text: z.string(),
  style: z.strictObject({ bold: z.literal(true) }),
});
const SlackSection = z.strictObject({
  type: z.literal('rich_text_section'),
  elements: z.array(z.union([SlackText, SlackLink])),
});
const SlackList = z.strictObject({
  type: z.literal('rich_text_list'),
  style: z.literal('bullet'),
  elements: z.array(SlackSection),
});
const SlackMessage = z.strictObject({
  text: z.string(),
  blocks: z.tuple(
    [
      z.strictObject({
        type: z.literal('header'),
        text: z.strictObject({
          type: z.literal('plain_text'),
          text: z.string(),
          emoji: z.literal(false),
        }),
      }),
    ],
    z.strictObject({
      type: z.literal('rich_text'),
      elements: z.union([z.tuple([SlackSection]), z.tuple([SlackSection, SlackList])]),
    }),
  ),
});

const sectionText = ({ elements }: z.infer<typeof SlackSection>): string =>
  elements.map(({ text }) => text).join('');

const sentenceRole = (text: string, isLast: boolean): Role =>
  isLast ? 'acknowledgement' : text.startsWith('This replaces') ? 'replaces' : headRole(text);

/** Slack's blocks and the line for telephones, as they are handed to its API. */
export function carriedBySlack(message: unknown): Carried {
  const parsed = SlackMessage.safeParse(JSON.parse(JSON.stringify(message)));
  if (!parsed.success) return { lines: [], faults: [`Slack: ${parsed.error.message}`] };
  const [header, ...blocks] = parsed.data.blocks;
  const entities: Readonly<Record<string, string>> = { '&amp;': '&', '&lt;': '<', '&gt;': '>' };
  const subject = parsed.data.text.replaceAll(/&(?:amp|lt|gt);/g, (sign) => entities[sign] ?? sign);
  const listed = blocks.flatMap(({ elements: [section, list] }, at): Line[] => {
    const text = sectionText(section);
    if (list === undefined) return [line(sentenceRole(text, at === blocks.length - 1), text)];
    const isOrders = !text.startsWith('Changed for you since');
    const role = isOrders ? 'order' : 'change';
    const items = list.elements.map((item) => sectionText(item));
    return [
      line(isOrders ? 'orders heading' : 'changes heading', text),
      ...items.map((item) => line(/^and \d+ more/.test(item) ? 'left out' : role, item)),
    ];
  });
  return {
    lines: [line('subject', subject), line('title', header.text.text), ...listed],
    faults: [],
  };
}
