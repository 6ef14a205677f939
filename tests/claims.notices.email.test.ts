/** Notices by e-mail, to a mail server on loopback: what arrives, how often, and what the ledger says of it. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { emailSink } from '../service/notices/email.ts';
import { checkpoint, minute, plan } from './support/build.ts';
import { type NoticeNight, noticeNight } from './support/sinksNight.ts';
import { type MailServer, startMailServer } from './support/smtp.ts';

const from = 'interlock@ops.example.test';
const night = (change: Parameters<typeof plan>[1] = {}): Promise<NoticeNight> =>
  noticeNight(
    plan(
      [
        checkpoint('cut', {
          name: 'Cut the traffic',
          approvedOwner: 'operator',
          observers: ['dev'],
        }),
        checkpoint('check', {
          name: 'Check it',
          approvedOwner: 'dev',
          approvedStartAt: minute(60),
        }),
      ],
      { notices: 'on', ...change },
    ),
  );

let mail: MailServer;
beforeEach(async () => {
  mail = await startMailServer();
});
afterEach(() => mail.close());
const byText = (one: string, other: string): number => (one < other ? -1 : 1);
const sink = () => emailSink({ smtpUrl: mail.url, from });

describe('notices by e-mail', () => {
  it('C42: reach those whose orders changed, each once, and nobody else', async () => {
    const { adopt, relay, cutoverId, of, clock } = await night();
    const sending = relay([sink()]);
    await adopt({});
    expect(await sending.drain(cutoverId)).toBeNull();
    expect(mail.taken.map(({ envelopeTo }) => String(envelopeTo)).toSorted(byText)).toEqual([
      'dev@example.test',
      'operator@example.test',
    ]);
    clock.at += 120_000;
    await adopt({ check: { startAt: minute(90), endAt: minute(120) } });
    expect(await sending.drain(cutoverId)).toBeNull();
    expect(mail.taken.slice(2).map(({ envelopeTo }) => envelopeTo)).toEqual([['dev@example.test']]);
    expect(await of('NoticeSent')).toHaveLength(3);
    expect((await of('NoticeAttempted')).map(({ attempt }) => attempt)).toEqual([1, 1, 1]);
    await sending.stop();
  });
});

describe('the calendar entry', () => {
  const entryOf = (raw: string | undefined) => ({
    method: /METHOD:(\w+)/.exec(raw ?? '')?.[1],
    uid: /UID:(\S+)/.exec(raw ?? '')?.[1],
    sequence: Number(/SEQUENCE:(\d+)/.exec(raw ?? '')?.[1]),
    start: /DTSTART:(\S+)/.exec(raw ?? '')?.[1],
    end: /DTEND:(\S+)/.exec(raw ?? '')?.[1],
    status: /STATUS:(\w+)/.exec(raw ?? '')?.[1],
  });
  const calendars = (address: string) =>
    mail.taken
      .filter(({ envelopeTo }) => envelopeTo[0] === address)
      .map(({ attachments }) =>
        entryOf(
          attachments
            .find(({ contentType }) => contentType === 'text/calendar')
            ?.content.toString(),
        ),
      );

  it('keeps its UID, takes the version as SEQUENCE, and is cancelled when nothing placed is left', async () => {
    const { adopt, relay, cutoverId, clock } = await night();
    const sending = relay([sink()]);
    await adopt({});
    await sending.drain(cutoverId);
    clock.at += 60_000;
    await adopt({ check: { startAt: minute(90), endAt: minute(120) } });
    await sending.drain(cutoverId);
    clock.at += 60_000;
    await adopt({ check: { startAt: null, endAt: null, state: 'held' } });
    await sending.drain(cutoverId);
    const entries = calendars('dev@example.test');
    expect(entries.map(({ method, sequence, status }) => [method, sequence, status])).toEqual([
      ['REQUEST', 1, 'CONFIRMED'],
      ['REQUEST', 2, 'CONFIRMED'],
      ['CANCEL', 3, 'CANCELLED'],
    ]);
    expect(new Set(entries.map(({ uid }) => uid)).size).toBe(1);
    expect(entries[0]?.uid).not.toBe(calendars('operator@example.test')[0]?.uid);
    expect(entries[1]).toMatchObject({ start: '20261107T233000Z', end: '20261108T000000Z' });
    await sending.stop();
  });

  it('later messages answer the one before, and no header takes a line of its own out of a name', async () => {
    const { adopt, relay, cutoverId, clock } = await night({ name: 'Release\r\nBcc: a@evil.test' });
    const sending = relay([sink()]);
    await adopt({});
    await sending.drain(cutoverId);
    clock.at += 60_000;
    await adopt({ check: { startAt: minute(90), endAt: minute(120) } });
    await sending.drain(cutoverId);
    const [first, second] = mail.taken.filter(
      ({ envelopeTo }) => envelopeTo[0] === 'dev@example.test',
    );
    expect(second?.inReplyTo).toBe(first?.messageId);
    expect(mail.taken.flatMap(({ bcc }) => bcc ?? [])).toEqual([]);
    expect(first?.subject).toContain('Release Bcc: a@evil.test');
    expect(first?.headers.get('auto-submitted')).toBe('auto-generated');
    expect(first?.text).toContain('https://interlock.example.test/ack/');
    await sending.stop();
  });
});
