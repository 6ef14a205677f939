/**
 * C41: a receiver takes a message and the answer is lost. What honours ids, or can be asked, has no duplicate; an
 * e-mail is repeated once at most, and marked. Receivers are real servers on loopback.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { emailSink } from '../service/notices/email.ts';
import { slackSink } from '../service/notices/slack.ts';
import { webhookSink } from '../service/notices/webhook.ts';
import type { Relay } from '../service/notices/relay.ts';
import { checkpoint, minute, person, plan } from './support/build.ts';
import { type Receiver, startReceiver, webhookSecret } from './support/sinks.ts';
import { type NoticeNight, noticeNight } from './support/sinksNight.ts';
import { type SlackServer, startSlackServer } from './support/slackSink.ts';
import { type MailServer, startMailServer } from './support/smtp.ts';

type Contact = { channel: 'email' | 'slack' | 'webhook'; address: string };

/** A night in which the operator has these contacts and everything to do. */
const nightOf = (...contacts: Contact[]): Promise<NoticeNight> =>
  noticeNight(
    plan([checkpoint('cut', { name: 'Cut the traffic' })], {
      notices: 'on',
      people: [person('lead'), person('operator', { contacts })],
    }),
  );

/**
 * Drains again and again, each time when something is due, until nothing waits. The ledger's clock is moved on; a
 * provider's limits run on the wall clock, so each round takes a little of that too.
 */
async function drainAll(night: NoticeNight, relay: Relay): Promise<void> {
  for (let round = 0; round < 100; round += 1) {
    const next = await relay.drain(night.cutoverId);
    if (next === null) return;
    night.clock.at = Math.max(night.clock.at + 1, next);
    await pause(100);
  }
  throw new Error('it never came to an end');
}

describe('C41 on Slack', () => {
  let slack: SlackServer;
  beforeEach(async () => {
    slack = await startSlackServer();
  });
  afterEach(() => slack.close());
  const contact = { channel: 'slack', address: 'U0123456' } as const;
  const sink = () => slackSink({ token: 'xoxb-test', apiUrl: slack.url });

  it('a post whose answer was lost is looked up and found, not posted again', async () => {
    const night = await nightOf(contact);
    await night.adopt({});
    slack.mode = 'store_and_cut';
    const relay = night.relay([sink()]);
    const next = await relay.drain(night.cutoverId);
    expect(await night.of('NoticeFailed')).toMatchObject([
      { reason: 'no_answer', ambiguous: true },
    ]);
    slack.mode = 'ok';
    night.clock.at = next ?? 0;
    await drainAll(night, relay);
    expect(slack.posted).toHaveLength(1);
    expect(await night.of('NoticeSent')).toMatchObject([
      {
        attempt: 2,
        found: true,
        possibleDuplicate: false,
        providerId: `D0123456 ${slack.posted[0]?.ts}`,
      },
    ]);
  });

  it('a post that never arrived is not found, and posted', async () => {
    const night = await nightOf(contact);
    await night.adopt({});
    slack.mode = 'cut_before';
    const relay = night.relay([sink()]);
    const next = await relay.drain(night.cutoverId);
    slack.mode = 'ok';
    night.clock.at = next ?? 0;
    await drainAll(night, relay);
    expect(slack.posted).toHaveLength(1);
    expect(slack.posted[0]?.text).not.toContain('repeat');
    expect(slack.calls.slice(-3)).toEqual([
      'conversations.open',
      'conversations.history',
      'chat.postMessage',
    ]);
  });

  it('a relay that died after the post is succeeded by one that looks first', async () => {
    const night = await nightOf(contact);
    await night.adopt({});
    const dying = night.relay([
      {
        ...sink(),
        send: async (outgoing, handOver) =>
          sink()
            .send(outgoing, handOver)
            .then(() => Promise.reject(new Error('dead'))),
      },
    ]);
    await expect(dying.drain(night.cutoverId)).rejects.toThrow('dead');
    expect(slack.posted).toHaveLength(1);
    expect(await night.of('NoticeSent')).toEqual([]);
    await drainAll(night, night.relay([sink()]));
    expect(slack.posted).toHaveLength(1);
    expect(await night.of('NoticeSent')).toMatchObject([{ attempt: 2, found: true }]);
  });

  it('is not posted again while nobody can look', async () => {
    const night = await nightOf(contact);
    await night.adopt({});
    slack.mode = 'store_and_cut';
    const relay = night.relay([sink()]);
    const next = await relay.drain(night.cutoverId);
    slack.mode = 'ok';
    slack.canLookUp = false;
    night.clock.at = next ?? 0;
    await drainAll(night, relay);
    expect(slack.posted).toHaveLength(1);
    expect(await night.of('NoticeSuppressed')).toMatchObject([{ reason: 'every_channel_failed' }]);
  });

  it('C43: waits as long as Slack asks, and writes to a conversation once a second', async () => {
    const night = await nightOf(contact);
    await night.adopt({});
    slack.mode = 'rate_limited';
    slack.retryAfterSeconds = 120;
    const one = sink();
    const relay = night.relay([one]);
    const next = await relay.drain(night.cutoverId);
    expect(next ?? 0).toBeGreaterThanOrEqual(night.clock.at + 120_000);
    expect(await night.of('NoticeFailed')).toMatchObject([
      { reason: 'rate_limited', ambiguous: false, final: false, retryAt: next },
    ]);
    expect(await one.takePlace(contact)).toBeGreaterThan(0);
    const other = sink();
    expect(await other.takePlace(contact)).toBe(0);
    expect(await other.takePlace(contact)).toBeGreaterThan(0);
    expect(await other.takePlace({ ...contact, address: 'U7654321' })).toBe(0);
  });

  it('C43: waits an hour at most, though what Slack asks for is an instant and no number of seconds', async () => {
    const night = await nightOf(contact);
    await night.adopt({});
    slack.mode = 'rate_limited';
    slack.retryAfterSeconds = Date.now();
    const one = sink();
    const relay = night.relay([one]);
    expect(await relay.drain(night.cutoverId)).toBe(night.clock.at + 3_600_000);
    expect(await one.takePlace(contact)).toBeLessThanOrEqual(3_600_000);
    slack.mode = 'ok';
    night.clock.at += 3_600_000;
    await drainAll(night, night.relay([sink()]));
    expect(slack.posted).toHaveLength(1);
  });

  it('C42: finds a person by e-mail address or by a name that was given an id, and by no other name', async () => {
    const [email, name] = ['operator@example.test', '@on-call'];
    slack.users = { [email]: 'U7654321' };
    const slackNames = new Map([[name, 'U0123456']]);
    const allow = [{ channel: 'slack' as const, address: '*@example.test' }, contact];
    for (const address of [email, name, '@somebody', 'gone@example.test', 'a@evil.test']) {
      const night = await nightOf({ channel: 'slack', address });
      await night.adopt({});
      await drainAll(
        night,
        night.relay([sink()], { audience: { allow, testRecipients: [], slackNames } }),
      );
    }
    expect(slack.posted.map(({ channel }) => channel)).toEqual(['D7654321', 'D0123456']);
  });

  it('gives a conversation that does not exist up for good, and goes on to the next contact', async () => {
    const mail = await startMailServer();
    const night = await nightOf(contact, { channel: 'email', address: 'operator@example.test' });
    await night.adopt({});
    slack.mode = 'channel_not_found';
    const relay = night.relay([
      sink(),
      emailSink({ smtpUrl: mail.url, from: 'interlock@ops.example.test' }),
    ]);
    expect(await relay.drain(night.cutoverId)).toBeNull();
    expect(await night.of('NoticeFailed')).toMatchObject([
      { channel: 'slack', reason: 'refused', final: true },
    ]);
    expect(mail.taken).toHaveLength(1);
    await mail.close();
  });
});

describe('C41 by e-mail', () => {
  let mail: MailServer;
  beforeEach(async () => {
    mail = await startMailServer();
  });
  afterEach(() => mail.close());
  const contact = { channel: 'email', address: 'operator@example.test' } as const;
  const sink = () => emailSink({ smtpUrl: mail.url, from: 'interlock@ops.example.test' });

  it('a lost answer costs one repeat, marked, under the same Message-ID', async () => {
    const night = await nightOf(contact);
    await night.adopt({});
    mail.mode = 'take_and_cut';
    const relay = night.relay([sink()]);
    const next = await relay.drain(night.cutoverId);
    mail.mode = 'take';
    night.clock.at = next ?? 0;
    expect(await relay.drain(night.cutoverId)).toBeNull();
    expect(mail.taken).toHaveLength(2);
    expect(mail.taken[1]?.messageId).toBe(mail.taken[0]?.messageId);
    expect(mail.taken.map(({ subject }) => subject?.includes('may be a repeat'))).toEqual([
      false,
      true,
    ]);
    expect(await night.of('NoticeSent')).toMatchObject([{ attempt: 2, possibleDuplicate: true }]);
  });

  it('a second lost answer is the last: it is given up, and said to be in doubt', async () => {
    const night = await nightOf(contact);
    await night.adopt({});
    mail.mode = 'take_and_cut';
    await drainAll(night, night.relay([sink()]));
    expect(mail.taken).toHaveLength(2);
    expect(
      (await night.of('NoticeFailed')).map(({ ambiguous, final }) => [ambiguous, final]),
    ).toEqual([
      [true, false],
      [true, false],
      [true, true],
    ]);
    expect(await night.of('NoticeSuppressed')).toMatchObject([{ reason: 'every_channel_failed' }]);
    expect((await night.state()).outbox['operator']?.perhapsTold).toBe(1);
  });

  it('what was refused before it was taken is sent again unmarked, as often as it takes', async () => {
    const night = await nightOf(contact);
    await night.adopt({});
    mail.mode = 'not_now';
    const relay = night.relay([sink()]);
    for (let round = 0; round < 3; round += 1) {
      night.clock.at = Math.max(night.clock.at, (await relay.drain(night.cutoverId)) ?? 0);
    }
    mail.mode = 'take';
    expect(await relay.drain(night.cutoverId)).toBeNull();
    expect(mail.taken.map(({ subject }) => subject?.includes('repeat'))).toEqual([false]);
  });
});

describe('C41 by webhook', () => {
  let receiver: Receiver;
  beforeEach(async () => {
    receiver = await startReceiver();
  });
  afterEach(() => receiver.close());
  const sink = () => webhookSink({ secrets: [webhookSecret], privateNetworks: ['127.0.0.1'] });

  it('is signed, and has one effect however often its answer is lost', async () => {
    const contact = { channel: 'webhook', address: receiver.url } as const;
    const night = await nightOf(contact);
    await night.adopt({});
    receiver.mode = 'take_and_cut';
    const relay = night.relay([sink()], { audience: { allow: [contact], testRecipients: [] } });
    for (let round = 0; round < 3; round += 1) {
      night.clock.at = Math.max(night.clock.at, (await relay.drain(night.cutoverId)) ?? 0);
    }
    receiver.mode = 204;
    expect(await relay.drain(night.cutoverId)).toBeNull();
    expect(receiver.received).toHaveLength(4);
    expect(receiver.received.every(({ valid }) => valid)).toBe(true);
    expect(new Set(receiver.received.map(({ body }) => body)).size).toBe(1);
    expect(receiver.effects).toMatchObject([{ data: { person: 'operator', version: 1 } }]);
    expect(JSON.parse(receiver.received[0]?.body ?? '{}')).toMatchObject({
      data: {
        zone: 'Europe/London',
        orders: [{ checkpoint: 'cut', startAt: minute(0), endAt: minute(30) }],
      },
    });
    expect(await night.of('NoticeSent')).toMatchObject([{ attempt: 4, possibleDuplicate: true }]);
  });

  it.each([
    ['seconds', () => '120', 120_000],
    ['a date', () => new Date(Date.now() + 120_000).toUTCString(), 110_000],
    ['more than is sensible', () => '99999999', 3_600_000],
  ])(
    'C43: everyone whose notices go there waits as long as it asks, in %s',
    async (_, ask, least) => {
      const contacts = [{ channel: 'webhook', address: receiver.url } as const];
      const night = await noticeNight(
        plan([checkpoint('cut', { observers: ['lead', 'dev'] })], {
          notices: 'on',
          people: ['lead', 'dev', 'operator'].map((id) => person(id, { contacts })),
        }),
      );
      await night.adopt({});
      receiver.mode = 429;
      receiver.retryAfter = ask();
      const audience = { allow: contacts, testRecipients: [] };
      const relay = night.relay([sink()], { audience });
      const next = await relay.drain(night.cutoverId);
      expect((next ?? 0) - night.clock.at).toBeGreaterThan(least - 10_000);
      expect((next ?? 0) - night.clock.at).toBeLessThanOrEqual(3_600_000);
      const asked = receiver.received.length;
      expect(asked).toBeLessThanOrEqual(3);
      night.clock.at = next ?? 0;
      await relay.drain(night.cutoverId);
      expect(receiver.received).toHaveLength(asked);
    },
  );

  it('C44: a superseded notice is never sent after its successor, and what waits is coalesced', async () => {
    const contact = { channel: 'webhook', address: receiver.url } as const;
    const night = await nightOf(contact);
    const relay = night.relay([sink()], { audience: { allow: [contact], testRecipients: [] } });
    await night.adopt({});
    await relay.drain(night.cutoverId);
    night.clock.at += 120_000;
    receiver.mode = 500;
    for (const at of [30, 60, 90]) {
      await night.adopt({ cut: { startAt: minute(at), endAt: minute(at + 30) } });
      await relay.drain(night.cutoverId);
      night.clock.at += 120_000;
    }
    receiver.mode = 204;
    await relay.drain(night.cutoverId);
    expect(receiver.effects.map(({ data }) => data.version)).toEqual([1, 4]);
    expect(JSON.parse(receiver.received.at(-1)?.body ?? '{}')).toMatchObject({
      data: { version: 4, since: 1, replaces: 1, changes: [{ toStartAt: minute(90) }] },
    });
  });
});
