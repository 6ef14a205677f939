import { describe, expect, it } from 'vitest';
import type { ReportBody } from './facts.ts';
import { redactedReport, redactedText, veil, veiledText } from './redaction.ts';

const gone = (text: string) => redactedText(text).text;

describe('what is taken out of text before it is kept', () => {
  it.each([
    ['card 4111111111111111 was charged', 'card [redacted] was charged'],
    ['card 4111 1111 1111 1111.', 'card [redacted].'],
    ['pasted 4111\u00a01111\u00a01111\u00a01111', 'pasted [redacted]'],
    ['GB82\u202fWEST\u202f1234\u202f5698\u202f7654\u202f32', '[redacted]'],
    ['5500-0000-0000-0004', '[redacted]'],
    ['amex 3782 822463 10005 ok', 'amex [redacted] ok'],
    ['4111 1111 1111 1111 123 is card and code', '[redacted] 123 is card and code'],
    ['pay to GB82 WEST 1234 5698 7654 32 at noon', 'pay to [redacted] at noon'],
    ['BE68 5390 0754 7034 PAID in full', '[redacted] PAID in full'],
    ['de89370400440532013000', '[redacted]'],
    ['use interlock_token_abcdefghijklmnopqrstu now', 'use [redacted] now'],
    ['postgres://ledger:correct-horse@db/x', 'postgres://ledger:[redacted]@db/x'],
    ['redis://:pw@cache', 'redis://:••@cache'],
    ['whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz', '[redacted]'],
    ['-----BEGIN RSA PRIVATE KEY-----\nabc\n-----END RSA PRIVATE KEY-----\nend', '[redacted]\nend'],
  ])('%j becomes %j', (text, kept) => {
    expect(redactedText(text)).toEqual({ text: kept, count: 1 });
  });

  it.each([
    'replication finished 2026-11-29 01:23:45.678, lag 4111111111111112 bytes',
    'ticket 1700000000.123456, epoch 1795917600000, order 20261129012345',
    'GB82 WEST 1234 5698 7654 33 has a wrong check digit',
    'build 41111111111111111111 of 20 digits and 411111111111 of 12',
    'https://example.test/path:8080/@someone and http://host:8080/x',
    'at 23:00 23:30 00:00 00:30, steps 1234 5678 9012 3456',
  ])('%j stays', (text) => {
    expect(redactedText(text)).toEqual({ text, count: 0 });
  });

  it('is never longer than before, and takes out nothing twice', () => {
    const text = 'ab://b:c@d 4111111111111111 DE89370400440532013000 4111111111111111';
    const once = redactedText(text);
    expect(once.count).toBe(3);
    expect(once.text.length).toBeLessThanOrEqual(text.length);
    expect(redactedText(once.text)).toEqual({ text: once.text, count: 0 });
  });

  it('takes hostile lengths in its stride', () => {
    for (const piece of ['4111 ', '-----BEGIN ', 'GB82 AAAA ', 'a://b:', 'a@b.', '+44 ']) {
      const text = piece.repeat(40_000 / piece.length);
      const started = performance.now();
      veiledText(gone(text));
      expect(performance.now() - started, piece).toBeLessThan(5_000);
    }
  });
});

describe('a report', () => {
  const number = '4111 1111 1111 1111';
  const body = (text: string): ReportBody => ({
    source: 'board',
    sourceEventId: '4111111111111111',
    sourceSequence: null,
    reporter: 'operator',
    occurredAt: 1_795_917_600_000,
    underPacketVersion: null,
    text,
    assertions: [
      { text, assertion: { kind: 'statement', text } },
      { text: 'x', assertion: { kind: 'hold_placed', hold: 'h', checkpoint: 'c', reason: text } },
      { text: 'x', assertion: { kind: 'hold_lifted', hold: '4111111111111111' } },
    ],
  });

  it('loses them everywhere in its prose and nowhere in its ids', () => {
    const { body: kept, count } = redactedReport(body(`see ${number}`));
    expect(count).toBe(1);
    expect(kept).toEqual(body('see [redacted]'));
  });

  it('is the very same when it has none', () => {
    const clean = body('nothing to see');
    expect(redactedReport(clean).body).toBe(clean);
  });
});

describe('what is veiled where text leaves for a machine', () => {
  it.each([
    'jane.doe+night@ops.example.test',
    '+44 7700 900123',
    '+1 (415) 555-0123',
    '07700900123',
  ])('%s is unreadable and as long as before', (personal) => {
    const text = `ask ${personal}, from 01:30`;
    expect(veiledText(text)).toBe(`ask ${veil.repeat(personal.length)}, from 01:30`);
  });

  it.each(['2026-11-29 01:23', 'K7QF-2M9D', 'at 0130, 0230 or 0300', 'lag +12 s', 'a@b'])(
    '%s can be read',
    (text) => {
      expect(veiledText(text)).toBe(text);
    },
  );
});
