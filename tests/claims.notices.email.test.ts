/** Notices by e-mail, to a mail server on loopback: what arrives, how often, and what the ledger says of it. */
import { convertIcsCalendar } from 'ts-ics';
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
    // An address may be of several people, or of whoever is on duty.
    expect(mail.taken.at(-1)?.text).toMatch(/^REHEARSAL\. To dev\. /);
    expect(await of('NoticeSent')).toHaveLength(3);
    expect((await of('NoticeAttempted')).map(({ attempt }) => attempt)).toEqual([1, 1, 1]);
    await sending.stop();
  });
});

it('C39: a password is never said to a mail server in the clear', async () => {
  const { adopt, relay, cutoverId, of } = await night();
  const smtpUrl = mail.url.replace('//', '//user:password@');
  const sending = relay([emailSink({ smtpUrl, from })]);
  await adopt({});
  await sending.drain(cutoverId);
  expect(mail.taken).toEqual([]);
  const failures = await of('NoticeFailed');
  expect(failures.length).toBeGreaterThan(0);
  for (const failure of failures) {
    expect(failure).toMatchObject({ reason: 'unreachable', ambiguous: false, final: false });
  }
  await sending.stop();
});

describe('the calendar entry', () => {
  /** As another library than the one that wrote it reads it. */
  const entryOf = (raw: string | undefined) => {
    const { method, events = [] } = convertIcsCalendar(undefined, raw ?? '');
    const [event] = events;
    if (event === undefined || events.length !== 1) throw new Error('not one event');
    const { uid, sequence, status, start, end, summary, description = '' } = event;
    const at = { start: start.date.toISOString(), end: end?.date.toISOString() };
    return { method, uid, sequence, status, ...at, summary, description };
  };
  const calendars = (address: string) =>
    mail.taken
      .filter(({ envelopeTo }) => envelopeTo[0] === address)
      .flatMap(({ attachments }) => {
        const part = attachments.find(({ contentType }) => contentType === 'text/calendar');
        return part === undefined ? [] : [entryOf(part.content.toString())];
      });

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
    const [, moved, cancelled] = entries;
    const span = { start: '2026-11-07T23:30:00.000Z', end: '2026-11-08T00:00:00.000Z' };
    expect(moved).toMatchObject({ ...span, summary: expect.stringContaining('Check it - ') });
    // What is taken away is taken from where it was.
    expect(cancelled).toMatchObject(span);
    await sending.stop();
  });

  it('is taken away only from those whom it was given: an observer has none', async () => {
    const { adopt, relay, cutoverId, clock } = await night();
    const sending = relay([sink()]);
    await adopt({});
    await sending.drain(cutoverId);
    for (const startAt of [minute(10), null]) {
      clock.at += 60_000;
      await adopt({
        cut: {
          startAt,
          endAt: startAt,
          state: startAt === null ? 'held' : 'planned',
          owner: 'lead',
        },
        check: { startAt: null, endAt: null, state: 'held' },
      });
      await sending.drain(cutoverId);
    }
    // They have owned nothing since v2, which took it away; of v3 they are told without a calendar.
    expect(calendars('dev@example.test').map(({ method }) => method)).toEqual([
      'REQUEST',
      'CANCEL',
    ]);
    expect(
      mail.taken.filter(({ envelopeTo }) => envelopeTo[0] === 'dev@example.test'),
    ).toHaveLength(3);
    // What takes no time has a start and no end: an end must come after it.
    const [instant] = calendars('lead@example.test');
    expect(instant).toMatchObject({ method: 'REQUEST', start: '2026-11-07T22:10:00.000Z' });
    expect(instant?.end).toBeUndefined();
    await sending.stop();
  });

  it('is right in the hour that clocks show twice, and the letter says which of the two it means', async () => {
    const at = (time: string): number => Date.parse(`2026-10-25T${time}Z`);
    const { adopt, relay, cutoverId } = await night({
      zone: 'Europe/London',
      window: { opensAt: at('00:00'), closesAt: at('05:00') },
    });
    const sending = relay([sink()]);
    await adopt({ check: { startAt: at('00:30:00'), endAt: at('01:10:00') } });
    await sending.drain(cutoverId);
    const [entry] = calendars('dev@example.test');
    expect(entry).toMatchObject({
      start: '2026-10-25T00:30:00.000Z',
      end: '2026-10-25T01:10:00.000Z',
    });
    for (const text of [
      entry?.description,
      mail.taken.find(({ envelopeTo }) => envelopeTo[0] === 'dev@example.test')?.text,
    ]) {
      expect(text).toContain('All times are Europe/London (UTC+01:00, then UTC+00:00).');
      expect(text).toContain('Sun 25 Oct 01:30 (+01:00) to 01:10 (+00:00) - Check it');
    }
    await sending.stop();
  });

  it('later messages answer the one before, and no name breaks out of a header, a calendar or a page', async () => {
    const name =
      'Release\r\nBcc: a@evil.test\r\nATTENDEE:mailto:a@evil.test;,\\ <img src=x onerror=alert(1)>';
    const { adopt, relay, cutoverId, clock } = await night({ name });
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
    const shown =
      'Release Bcc: a@evil.test ATTENDEE:mailto:a@evil.test;,\\ <img src=x onerror=alert(1)>';
    const ics = first?.attachments[0]?.content.toString() ?? '';
    expect(entryOf(ics).summary).toContain(shown);
    expect(ics.match(/^ATTENDEE/gm)).toHaveLength(1);
    expect(first?.html).not.toMatch(/<img|<script/i);
    expect(first?.html).toContain('&lt;img src=x onerror=alert(1)&gt;');
    expect(first?.text).toContain('https://interlock.example.test/ack/');
    await sending.stop();
  });
});
