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
