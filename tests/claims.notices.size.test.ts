/**
 * A night at its largest, 200 people and 1,000 checkpoints with the longest and worst names: everyone is told once, and
 * what they are told keeps to the limits of its channel.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import { emailOf } from '../service/notices/email.ts';
import { type Outgoing, sent, type Sink } from '../service/notices/sink.ts';
import { slackMessage } from '../service/notices/slackBlocks.ts';
import { checkpoint, minute, person, plan } from './support/build.ts';
import { takeYourTime } from './support/scale.ts';
import { type NoticeNight, noticeNight } from './support/sinksNight.ts';

takeYourTime();

const hostile = '<!channel> <@U0123456> @here *b* `c` <https://evil.test|x> & 😈';
const people = Array.from({ length: 200 }, (_, i) =>
  person(`p${i}`, { name: `${hostile} ${'n'.repeat(300)}` }),
);
/** The first of them observes 400 beside their own five, two of which are among them. */
const checkpoints = Array.from({ length: 1_000 }, (_, i) => ({
  ...checkpoint(`c${i}`, {
    name: `${i} ${hostile} ${'x'.repeat(300)}`,
    approvedOwner: `p${i % 200}`,
    observers: i < 400 ? ['p0'] : [],
  }),
  rank: i + 1,
}));
const everyLine = (from: number) =>
  Object.fromEntries(
    checkpoints.map(({ id }, i) => [
      id,
      { startAt: minute(from + (i % 50)), endAt: minute(from + (i % 50) + 10) },
    ]),
  );

let night: NoticeNight;
const told: Outgoing[] = [];
const collecting: Sink = {
  channel: 'email',
  takePlace: () => Promise.resolve(0),
  send: async (outgoing, { isOurs }) => {
    expect(await isOurs()).toBe(true);
    told.push(outgoing);
    return sent(outgoing.letter);
  },
  close: () => Promise.resolve(),
};

beforeAll(async () => {
  night = await noticeNight(plan(checkpoints, { notices: 'on', people }));
  const relay = night.relay([collecting]);
  for (const from of [0, 5]) {
    await night.adopt(everyLine(from));
    await relay.drain(night.cutoverId);
    night.clock.at += 120_000;
  }
});

/** Every object in it, however deep. */
const within = (value: unknown): Record<string, unknown>[] => {
  if (Array.isArray(value)) return value.flatMap(within);
  if (typeof value !== 'object' || value === null) return [];
  return [{ ...value }, ...Object.values(value).flatMap(within)];
};

describe('a night of 200 people and 1,000 checkpoints', () => {
  it('tells each of them each packet once', () => {
    expect(told.map(({ letter }) => `${letter.version} ${letter.person}`).toSorted()).toEqual(
      [1, 2].flatMap((version) => people.map(({ id }) => `${version} ${id}`)).toSorted(),
    );
  });

  it('keeps to what Slack takes, says what it left out, and calls nobody together', () => {
    const target = { channel: 'slack', address: 'U0123456' } as const;
    for (const outgoing of told) {
      const { text, blocks } = slackMessage({ ...outgoing, target });
      expect(blocks.length).toBeLessThanOrEqual(50);
      expect(text.length).toBeLessThanOrEqual(3_000);
      expect(text).not.toMatch(/[<>]/);
      const parts = within(blocks);
      const sizes = parts.flatMap((part) =>
        typeof part['text'] === 'string' ? [part['text'].length] : [],
      );
      expect(Math.max(...sizes)).toBeLessThanOrEqual(3_000);
      expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(13_000);
      const header = within(blocks[0]).find(({ type }) => type === 'plain_text');
      expect(String(header?.['text']).length).toBeLessThanOrEqual(150);
      const kinds = new Set(parts.flatMap(({ type }) => (typeof type === 'string' ? [type] : [])));
      expect(
        [...kinds].filter((kind) => /mrkdwn|user|channel|broadcast|emoji|image/.test(kind)),
      ).toEqual([]);
      expect(parts.flatMap(({ url }) => url ?? [])).toEqual([outgoing.ackUrl]);
    }
    const fullest = told.find(({ letter }) => letter.person === 'p0');
    if (fullest === undefined) throw new Error('the first of them was told nothing');
    expect(JSON.stringify(slackMessage({ ...fullest, target }))).toMatch(
      /and \d+ more, which did not fit/,
    );
  });

  it('has all of it in the e-mail, in lines that a mail server takes', () => {
    const fullest = told.findLast(({ letter }) => letter.person === 'p0');
    if (fullest === undefined) throw new Error('the first of them was told nothing');
    const { subject, text, html, icalEvent } = emailOf(fullest, 'interlock@ops.example.test');
    expect(text.match(/^- /gm)).toHaveLength(2 * 403);
    expect(html.match(/<li /g)).toHaveLength(2 * 403);
    expect(html).not.toContain('<!channel>');
    expect(subject.length).toBeLessThan(250);
    expect(text.length + html.length).toBeLessThan(1_000_000);
    const lines = icalEvent?.content.split('\r\n') ?? [];
    expect(lines.length).toBeGreaterThan(10);
    expect(lines.filter((line) => Buffer.byteLength(line) > 75)).toEqual([]);
  });
});
