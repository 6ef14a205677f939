/**
 * A mail server on loopback: smtp-server, with every message it took read by mailparser. It can take a message and cut
 * the connection before it says so, say no, or be away.
 */
import { type ParsedMail, simpleParser } from 'mailparser';
import { SMTPServer } from 'smtp-server';

export type MailMode = 'take' | 'take_and_cut' | 'not_now' | 'never' | 'hang';
export type Mail = ParsedMail & { readonly envelopeTo: readonly string[]; readonly raw: string };

export type MailServer = {
  readonly url: string;
  /** Everything it took, in order, whatever it answered. */
  readonly taken: readonly Mail[];
  mode: MailMode;
  close(): Promise<void>;
};

async function bytesOf(stream: AsyncIterable<Buffer>): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of stream) parts.push(part);
  return Buffer.concat(parts);
}

const no = (code: number): Error => Object.assign(new Error('no'), { responseCode: code });

/** Starts it on a free port. */
export async function startMailServer(): Promise<MailServer> {
  const taken: Mail[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    logger: false,
    closeTimeout: 100,
    onData: (stream, session, done) => {
      void bytesOf(stream).then(async (raw) => {
        const { mode } = mailbox;
        if (mode === 'not_now') return done(no(451));
        if (mode === 'never') return done(no(550));
        const envelopeTo = session.envelope.rcptTo.map(({ address }) => address);
        taken.push({ ...(await simpleParser(raw)), envelopeTo, raw: raw.toString('utf8') });
        if (mode === 'hang') return;
        if (mode === 'take_and_cut') {
          for (const connection of connections()) connection._socket.destroy();
          return;
        }
        done();
      });
    },
  });
  /** The connections of the server: its types leave them out. */
  const connections = (): { _socket: { destroy(): void } }[] => [
    ...Reflect.get(server, 'connections'),
  ];
  server.on('error', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const mailbox: MailServer = {
    url: `smtp://127.0.0.1:${address.port}`,
    taken,
    mode: 'take',
    close: async () => {
      for (const connection of connections()) connection._socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
  return mailbox;
}
