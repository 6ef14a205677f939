/**
 * C50: a webhook address out of a plan reaches no private network. The allow list is opened wide here, so that what
 * stands behind it is tested: sixty forms of an address, a resolver that changes its mind, redirects.
 */
import type { LookupFunction } from 'node:net';
import { createServer, type Server } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isAllowed } from '../service/notices/addresses.ts';
import { guardedPost, type PostResult } from '../service/notices/guardedPost.ts';
import { webhookSink } from '../service/notices/webhook.ts';
import { checkpoint, person, plan } from './support/build.ts';
import { startReceiver, webhookSecret } from './support/sinks.ts';
import { noticeNight } from './support/sinksNight.ts';

/** Counts whoever connects, on every loopback address there is. */
let canary: Server;
let port = 0;
let visits = 0;
beforeAll(async () => {
  canary = createServer((socket) => {
    visits += 1;
    socket.destroy();
  });
  await new Promise<void>((resolve) => canary.listen(0, '0.0.0.0', resolve));
  const address = canary.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  ({ port } = address);
});
afterAll(() => new Promise<void>((resolve) => canary.close(() => resolve())));

const hosts = [
  '127.0.0.1',
  '127.1',
  '127.0.1',
  '127.0.0.2',
  '127.255.255.254',
  '127.127.127.127',
  '0.0.0.0',
  '0',
  '0.0.0.1',
  '0x7f000001',
  '0x7f.0.0.1',
  '0x7F.0x0.0x0.0x1',
  '2130706433',
  '017700000001',
  '0177.0.0.1',
  '0177.0.0.01',
  '127.0.0.1.',
  '127。0。0。1',
  '①②⑦.⓪.⓪.①',
  '127．0．0．1',
  '127%2e0%2e0%2e1',
  'localhost',
  'LOCALHOST',
  'localhost.',
  'ｌｏｃａｌｈｏｓｔ',
  'loc%61lhost',
  '[::1]',
  '[::]',
  '[0:0:0:0:0:0:0:1]',
  '[0000:0000:0000:0000:0000:0000:0000:0001]',
  '[::ffff:127.0.0.1]',
  '[::ffff:7f00:1]',
  '[0:0:0:0:0:ffff:127.0.0.1]',
  '[::ffff:0:127.0.0.1]',
  '[::127.0.0.1]',
  '[64:ff9b::127.0.0.1]',
  '[64:ff9b::7f00:1]',
  '[2002:7f00:1::]',
  '[fe80::1]',
  '[fe80::1%25lo]',
  '[fc00::1]',
  '[fd00::1]',
  '[fec0::1]',
  '[ff02::1]',
  '[::ffff:10.0.0.1]',
  '[100::1]',
  '10.0.0.1',
  '10.255.255.255',
  '172.16.0.1',
  '172.31.255.254',
  '192.168.0.1',
  '192.168.1.1',
  '169.254.169.254',
  '0xa9fea9fe',
  '2852039166',
  '100.64.0.1',
  '198.18.0.1',
  '192.0.0.1',
  '224.0.0.1',
  '255.255.255.255',
] as const;

const post = (url: string, lookup?: LookupFunction): Promise<PostResult> =>
  guardedPost(
    { url, headers: {}, body: '{}', limitMs: 5_000 },
    { privateNetworks: [], ...(lookup === undefined ? {} : { lookup }) },
  );

describe('C50: no request reaches a private network', () => {
  it(`none of ${hosts.length} forms of an address connects`, async () => {
    expect(hosts.length).toBe(60);
    for (const host of hosts) {
      const url = `http://${host}:${port}/`;
      if (!URL.canParse(url)) continue;
      expect([host, (await post(url)).kind]).toEqual([host, 'unreached']);
    }
    expect(visits).toBe(0);
  });

  it('the canary would have counted: it does as soon as the address is allowed by name', async () => {
    const before = visits;
    await guardedPost(
      { url: `http://127.0.0.1:${port}/`, headers: {}, body: '{}', limitMs: 5_000 },
      { privateNetworks: ['127.0.0.1'] },
    );
    expect(visits).toBe(before + 1);
    visits = before;
  });

  it('a name that resolves to a private address, first or later, one of several or alone, is refused', async () => {
    const publicOne = { address: '203.0.113.7', family: 4 };
    const answers = [
      [{ address: '127.0.0.1', family: 4 }],
      [{ address: '::1', family: 6 }],
      [publicOne, { address: '127.0.0.1', family: 4 }],
      [{ address: '::ffff:127.0.0.1', family: 6 }, publicOne],
      [{ address: '169.254.169.254', family: 4 }],
    ];
    for (const told of answers) {
      const lookup: LookupFunction = (_host, options, done) => {
        const [first] = told;
        if (options.all === true) done(null, told);
        else done(null, first?.address ?? '', first?.family ?? 4);
      };
      expect(await post(`http://hooks.example.test:${port}/`, lookup)).toEqual({
        kind: 'unreached',
        refusedAddress: true,
      });
    }
    expect(visits).toBe(0);
  });

  it('a resolver that says something else each time is asked once: what was checked is what is connected to', async () => {
    let asked = 0;
    const lookup: LookupFunction = (_host, options, done) => {
      asked += 1;
      // A documentation address, which nobody has: the connection comes to nothing, and does not ask again.
      const told = asked === 1 ? '192.0.2.1' : '127.0.0.1';
      if (options.all === true) done(null, [{ address: told, family: 4 }]);
      else done(null, told, 4);
    };
    const result = await guardedPost(
      { url: `http://rebinding.example.test:${port}/`, headers: {}, body: '{}', limitMs: 2_000 },
      { privateNetworks: ['192.0.2.0/24'], lookup },
    );
    expect(result.kind).toBe('unreached');
    expect(asked).toBe(1);
    expect(visits).toBe(0);
  });

  it('a redirect is an answer, and is not followed', async () => {
    const receiver = await startReceiver();
    receiver.mode = 'redirect';
    receiver.elsewhere = `http://127.0.0.1:${port}/`;
    const contact = { channel: 'webhook', address: receiver.url } as const;
    const night = await noticeNight(
      plan([checkpoint('cut')], {
        notices: 'on',
        people: [person('lead'), person('operator', { contacts: [contact] })],
      }),
    );
    await night.adopt({});
    const sink = webhookSink({ secrets: [webhookSecret], privateNetworks: ['127.0.0.1'] });
    const audience = { allow: [contact], testRecipients: [] };
    await night.relay([sink], { audience }).drain(night.cutoverId);
    expect(receiver.received).toHaveLength(1);
    expect(visits).toBe(0);
    expect(await night.of('NoticeFailed')).toMatchObject([{ reason: 'refused', final: true }]);
    await receiver.close();
  });

  it('the allow list stands before all of this: no form of an address is on a list that names another', () => {
    const allow = [{ channel: 'webhook', address: 'https://hooks.example.test/in/' }] as const;
    for (const host of hosts) {
      const address = `https://${host}:${port}/in/x`;
      expect(isAllowed({ channel: 'webhook', address }, allow)).toBe(false);
    }
  });
});
