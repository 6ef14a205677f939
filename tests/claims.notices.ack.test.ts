/** The link with which a person acknowledges from a message: of one person and one version, and over in time. */
import { describe, expect, it } from 'vitest';
import { ackToken, readAckToken } from '../service/notices/ackLink.ts';
import { answerAck } from '../service/notices/acknowledge.ts';
import { checkpoint, minute, plan } from './support/build.ts';
import { ackSettings, type NoticeNight, noticeNight } from './support/sinksNight.ts';

const at = Date.UTC(2026, 10, 7, 22, 0);
const claim = {
  cutoverId: 'payments',
  person: 'operator',
  packetId: 'packet-3',
  version: 3,
  noticeId: 'notice-1',
  issuedAt: at,
};

describe('the acknowledge link', () => {
  it('names the person and the version, the same whenever it is made for one message', async () => {
    const token = await ackToken(claim, ackSettings);
    expect(await ackToken(claim, ackSettings)).toBe(token);
    expect(await readAckToken(token, at + 1_000, ackSettings)).toEqual(claim);
  });

  it('expires', async () => {
    const token = await ackToken(claim, ackSettings);
    const end = at + ackSettings.validMinutes * 60_000;
    expect(await readAckToken(token, end - 1_000, ackSettings)).toEqual(claim);
    expect(await readAckToken(token, end + 1_000, ackSettings)).toBe('expired');
  });

  it('is worth nothing with any sign changed, another key, or another algorithm', async () => {
    const token = await ackToken(claim, ackSettings);
    const signs = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    for (let place = 0; place < token.length; place += 1) {
      const sign = token[place] ?? '';
      const other = signs[(signs.indexOf(sign) + 17) % signs.length] ?? 'A';
      const changed = `${token.slice(0, place)}${other}${token.slice(place + 1)}`;
      expect(await readAckToken(changed, at, ackSettings)).toBe('invalid');
    }
    const [, payload] = token.split('.');
    const none = Buffer.from('{"alg":"none"}').toString('base64url');
    expect(await readAckToken(`${none}.${payload}.`, at, ackSettings)).toBe('invalid');
    const foreign = await ackToken(claim, { ...ackSettings, secret: 'x'.repeat(32) });
    expect(await readAckToken(foreign, at, ackSettings)).toBe('invalid');
  });
});

const night = (): Promise<NoticeNight> =>
  noticeNight(plan([checkpoint('cut', { name: '<b>Cut</b>' })], { notices: 'on' }));

const linkFor = async (ofNight: NoticeNight): Promise<string> => {
  const { current, outbox } = await ofNight.state();
  const notice = outbox['operator'];
  if (current === null || notice === undefined) throw new Error('nobody is told anything');
  const { packetId, version } = current.packet;
  return ackToken(
    {
      cutoverId: ofNight.cutoverId,
      person: 'operator',
      packetId,
      version,
      noticeId: notice.noticeId,
      issuedAt: ofNight.clock.at,
    },
    ackSettings,
  );
};

const visit = (
  ofNight: NoticeNight,
  token: string,
  body: string | null = null,
): Promise<Response> =>
  answerAck(
    new Request(`https://interlock.example.test/ack/${token}`, {
      method: body === null ? 'GET' : 'POST',
      ...(body === null
        ? {}
        : { body, headers: { 'content-type': 'application/x-www-form-urlencoded' } }),
    }),
    token,
    { ledger: ofNight.ledger, settings: ackSettings },
  );

const versionSeen = async (ofNight: NoticeNight): Promise<number | undefined> =>
  (await ofNight.state()).acknowledgements['operator']?.version;

describe('acknowledging from a message', () => {
  it('does nothing when the link is only looked at, however often, and nothing without the button', async () => {
    const tonight = await night();
    await tonight.adopt({});
    const token = await linkFor(tonight);
    for (let look = 0; look < 3; look += 1) {
      const page = await visit(tonight, token);
      expect(page.status).toBe(200);
      const text = await page.text();
      expect(text).toContain('&lt;b&gt;Cut&lt;/b&gt;');
      expect(text).not.toContain('<b>');
      expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
      expect(page.headers.get('cache-control')).toBe('no-store');
    }
    await visit(tonight, token, 'confirm=no');
    expect(await versionSeen(tonight)).toBeUndefined();
  });

  it('takes the button once: a second press changes nothing', async () => {
    const tonight = await night();
    await tonight.adopt({});
    const token = await linkFor(tonight);
    expect(await (await visit(tonight, token, 'confirm=yes')).text()).toContain(
      'v1 is acknowledged',
    );
    expect(await versionSeen(tonight)).toBe(1);
    const events = (await tonight.events()).length;
    expect((await visit(tonight, token, 'confirm=yes')).status).toBe(200);
    expect((await tonight.events()).length).toBe(events);
    expect(await tonight.of('PacketAcknowledged')).toMatchObject([
      { person: 'operator', actor: { kind: 'person', issuer: 'ack-link', subject: 'operator' } },
    ]);
  });

  it('a link of v1 never counts for v2: it says so, shows v2, and leaves it to a button of its own', async () => {
    const tonight = await night();
    await tonight.adopt({});
    const old = await linkFor(tonight);
    await tonight.adopt({ cut: { startAt: minute(30), endAt: minute(60) } });
    for (const body of [null, 'confirm=yes']) {
      const page = await visit(tonight, old, body);
      expect(page.status).toBe(409);
      expect(await versionSeen(tonight)).toBeUndefined();
    }
    const text = await (await visit(tonight, old)).text();
    expect(text).toContain('v1 is no longer in force');
    const next = /action="([^"]+)"/.exec(text)?.[1] ?? '';
    expect(await readAckToken(next, tonight.clock.at, ackSettings)).toMatchObject({ version: 2 });
    await visit(tonight, next, 'confirm=yes');
    expect(await versionSeen(tonight)).toBe(2);
  });

  it('an expired or forged link acknowledges nothing', async () => {
    const tonight = await night();
    await tonight.adopt({});
    const token = await linkFor(tonight);
    expect((await visit(tonight, `${token.slice(0, -4)}AAAA`, 'confirm=yes')).status).toBe(403);
    tonight.clock.at += ackSettings.validMinutes * 60_000 + 1_000;
    expect((await visit(tonight, token, 'confirm=yes')).status).toBe(410);
    expect(await versionSeen(tonight)).toBeUndefined();
  });
});
