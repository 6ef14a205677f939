/**
 * Notices by e-mail: plain text, the same as HTML, and a calendar entry, over SMTP. A mail server cannot be asked what it has, so a
 * message whose answer was lost is repeated once, under the same Message-ID and marked, and then given up.
 */
import { createHash } from 'node:crypto';
import { createTransport } from 'nodemailer';
import { calendarOf } from './calendar.ts';
import { htmlLetter } from './htmlLetter.ts';
import { plainLetter, subjectOf } from './plainLetter.ts';
import { failed, type Outgoing, sent, type Sink, type SinkResult } from './sink.ts';

export type EmailSettings = {
  /** `smtp://user:password@host:587` or `smtps://…`. */
  readonly smtpUrl: string;
  readonly from: string;
};

const stepLimitMs = 8_000;

const domainOf = (address: string): string => address.slice(address.lastIndexOf('@') + 1);

/** The same for every attempt of one notice of one version. An id of ours may hold signs that such a name may not. */
function messageIdOf(
  { noticeId, version }: { readonly noticeId: string; readonly version: number },
  cutoverId: string,
  from: string,
): string {
  const name = JSON.stringify([cutoverId, noticeId, version]);
  const digest = createHash('sha256').update(name).digest('hex');
  return `<notice.${digest.slice(0, 32)}@${domainOf(from)}>`;
}

/** The message as it is handed to the transport: all of it is the same for every attempt, but for the mark. */
export function emailOf(outgoing: Outgoing, from: string) {
  const { letter, target, before, doubts } = outgoing;
  const calendar = calendarOf(outgoing, from);
  const thread = before === null ? null : messageIdOf(before, letter.cutoverId, from);
  return {
    from: { name: 'Interlock', address: from },
    to: { name: '', address: target.address },
    envelope: { from, to: [target.address] },
    subject: subjectOf(outgoing),
    text: plainLetter(outgoing),
    html: htmlLetter(outgoing),
    messageId: messageIdOf(letter, letter.cutoverId, from),
    ...(thread === null ? {} : { inReplyTo: thread, references: [thread] }),
    headers: {
      'Auto-Submitted': 'auto-generated',
      'X-Interlock-Notice': letter.noticeId,
      'X-Interlock-Packet': `v${letter.version} ${letter.checkCode}`,
      ...(doubts > 0 ? { 'X-Interlock-Possible-Repeat': 'yes' } : {}),
    },
    ...(calendar === null ? {} : { icalEvent: { ...calendar, filename: 'orders.ics' } }),
    disableFileAccess: true,
    disableUrlAccess: true,
    xMailer: false as const,
  };
}

const sayingOf = (error: unknown, key: string): unknown =>
  error instanceof Error ? Reflect.get(error, key) : undefined;

/** What an error means once the server had been reached: only an answer with a code is sure. */
function troubleOf(error: unknown): SinkResult {
  const code = sayingOf(error, 'responseCode');
  if (typeof code !== 'number' || code < 400) return failed('no_answer');
  const isForNow = code < 500 || sayingOf(error, 'code') === 'EAUTH';
  return failed(isForNow ? 'refused_for_now' : 'refused');
}

/** Opens the sink; connects only when there is something to send. */
export function emailSink({ smtpUrl, from }: EmailSettings): Sink {
  const transport = createTransport({
    url: smtpUrl,
    // A password is not said in the clear, whatever the server offers.
    requireTLS: new URL(smtpUrl).username !== '',
    connectionTimeout: stepLimitMs,
    greetingTimeout: stepLimitMs,
    socketTimeout: stepLimitMs,
    dnsTimeout: stepLimitMs,
  });
  const send: Sink['send'] = async (outgoing, { isOurs }) => {
    const { letter, doubts } = outgoing;
    if (doubts > 1) return failed('no_answer', { final: true });
    try {
      // A connection that breaks tells nothing of how far it came: whether there is a server at all is asked first.
      await transport.verify();
    } catch {
      return failed('unreachable');
    }
    if (!(await isOurs())) return failed('claim_lost');
    try {
      const { messageId } = await transport.sendMail(emailOf(outgoing, from));
      return sent(letter, { providerId: messageId, possibleDuplicate: doubts > 0 });
    } catch (error) {
      return troubleOf(error);
    }
  };
  return {
    channel: 'email',
    takePlace: () => Promise.resolve(0),
    send,
    close: () => Promise.resolve(transport.close()),
  };
}
