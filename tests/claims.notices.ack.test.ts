/** The link with which a person acknowledges from a message: of one person and one version, and over in time. */
import { describe, expect, it } from 'vitest';
import { ackToken, readAckToken } from '../service/notices/ackLink.ts';
import { ackSettings } from './support/sinksNight.ts';

const at = Date.UTC(2026, 10, 7, 22, 0);
const claim = {
  cutoverId: 'payments',
  person: 'operator',
  packetId: 'packet-3',
  version: 3,
  noticeId: 'notice-1',
};

describe('the acknowledge link', () => {
  it('names the person and the version, the same whenever it is made for one message', async () => {
    const token = await ackToken(claim, at, ackSettings);
    expect(await ackToken(claim, at, ackSettings)).toBe(token);
    expect(await readAckToken(token, at + 1_000, ackSettings)).toEqual(claim);
  });

  it('expires', async () => {
    const token = await ackToken(claim, at, ackSettings);
    const end = at + ackSettings.validMinutes * 60_000;
    expect(await readAckToken(token, end - 1_000, ackSettings)).toEqual(claim);
    expect(await readAckToken(token, end + 1_000, ackSettings)).toBe('expired');
  });

  it('is worth nothing with any sign changed, another key, or another algorithm', async () => {
    const token = await ackToken(claim, at, ackSettings);
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
    const foreign = await ackToken(claim, at, { ...ackSettings, secret: 'x'.repeat(32) });
    expect(await readAckToken(foreign, at, ackSettings)).toBe('invalid');
  });
});
