/**
 * The running program as a caller meets it: the one-time link and the walk through it by HTTP (embedded), the login at a
 * real provider before and after it grew too old (C46), signed messages of four senders and the link in a mail (C49).
 */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { get, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { eventually, type Half, startHalf } from './support/fleet.ts';
import { secretOf, type Sender, senders, signed } from './support/hookSenders.ts';
import { inMinutes, lateReport, nightRunbook } from './support/nightRunbook.ts';
import {
  adoptWaiting,
  at,
  type Browser,
  browserAt,
  programAt,
  waitingPacket,
} from './support/outside.ts';
import {
  clientId,
  clientSecret,
  startProvider,
  type TestProvider,
  throughProvider,
} from './support/provider.ts';
import { type MailServer, startMailServer } from './support/smtp.ts';
import { builtFolder } from './support/supplied.ts';

let built: string;
let folder: string;
let half: Half;
beforeAll(async () => {
  built = await builtFolder();
});
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'interlock-doors-'));
});
afterEach(async () => {
  half.signal('SIGKILL');
  await half.ended;
  rmSync(folder, { recursive: true, force: true });
});

const settings = () => ({ INTERLOCK_HOME: folder, INTERLOCK_LEDGER: join(folder, 'ledger.db') });

const run = promisify(execFile);

/** One verb at the terminal beside the server, on the same ledger. Meanwhile it is heard when a connection is closed. */
async function atTheTerminal(...words: readonly string[]): Promise<string> {
  const env = { PATH: process.env['PATH'], ...settings() };
  const main = join(built, 'service/main.js');
  const { stdout, stderr } = await run(process.execPath, [main, ...words], { env });
  expect(stderr).toBe('');
  return stdout;
}

/** The secret of a new token of the board, as the terminal shows it. */
const newToken = async (): Promise<string> => {
  const words = 'token create --source board --about payments --scope report read'.split(' ');
  return /interlock_token_\S+/.exec(await atTheTerminal(...words))?.[0] ?? '';
};

const currentVersion = async ({ visit }: Browser): Promise<unknown> =>
  at((await visit('/cutovers/payments/status')).body, 'current.record.version');

describe('embedded: interlock serve --as lead', () => {
  it('prints a link that works once, and through it a night is declared, reported on, adopted and exported', async () => {
    half = startHalf(built, 'serve', settings(), '--as', 'lead');
    const url = await half.url;
    const link = await eventually(
      'a link',
      async () => /^http:\/\/127\.0\.0\.1:\d+\/link\/\S+$/m.exec(half.printed())?.[0],
    );
    expect(half.printed()).toContain('EMBEDDED MODE: THIS IS NOT FOR A NETWORK');
    const lead = browserAt(url);
    expect((await lead.visit('/cutovers')).status).toBe(401);
    expect((await lead.visit(new URL(link).pathname)).status).toBe(303);
    const other = browserAt(url);
    const again = await other.visit(new URL(link).pathname);
    expect([again.status, at(again.body, 'code')]).toEqual([403, 'link_spent']);
    expect(other.jar.size).toBe(0);
    // Whoever lost the link makes another at the terminal.
    const printed = await atTheTerminal('link', '--as', 'operator', '--url', url);
    const second = /\/link\/\S+/.exec(printed)?.[0] ?? '';
    expect((await other.visit(second)).status).toBe(303);

    const declared = await lead.visit('/cutovers', { body: { runbook: nightRunbook('payments') } });
    expect(declared.body).toMatchObject({ declared: 'payments', declaredByLead: true });
    await eventually('packet 1', async () => (await currentVersion(lead)) === 1);
    const board = programAt(url, await newToken());
    const told = await board('/cutovers/payments/reports', { body: lateReport('b-1', 50) });
    expect(told.status).toBe(202);
    const { path, match } = await waitingPacket(lead, 'payments');
    const ruling = await board(told.headers.get('location') ?? '');
    expect(at(ruling.body, 'facts.0.ruling')).toMatchObject({ ruling: 'accepted' });
    // A token adopts nothing, and neither does the operator; the lead does, and only what was seen.
    const adopting = { body: {}, headers: { 'if-match': match } };
    expect((await board(`${path}/adopt`, adopting)).status).toBe(403);
    expect((await other.visit(`${path}/adopt`, adopting)).status).toBe(403);
    const other_bytes = { 'if-match': `"${'0'.repeat(64)}"` };
    expect((await lead.visit(`${path}/adopt`, { body: {}, headers: other_bytes })).status).toBe(
      412,
    );
    expect((await lead.visit(`${path}/adopt`, adopting)).status).toBe(200);
    expect(await currentVersion(lead)).toBe(2);
    expect((await lead.visit('/cutovers/payments/lineage')).status).toBe(200);
    const events = await lead.visit('/cutovers/payments/export/events');
    expect(String(events.body)).toContain('PacketAdopted');
    expect((await lead.visit('/logout', { method: 'POST', body: {} })).status).toBe(303);
    expect((await lead.visit('/cutovers')).status).toBe(401);
    expect(await half.stop()).toBe(0);
    expect(await atTheTerminal('verify')).toMatch(/^Whole/);
  });

  it('C46: answers no page that reached it under another name', async () => {
    half = startHalf(built, 'serve', settings());
    const asked = get(await half.url, { headers: { host: 'evil.example' } });
    const [answer]: IncomingMessage[] = await once(asked, 'response');
    expect(answer?.statusCode).toBe(421);
    answer?.resume();
  });
});

describe('with a provider: interlock serve', () => {
  const origin = 'https://interlock.example';
  let provider: TestProvider;
  let mail: MailServer;
  beforeEach(async () => {
    [provider, mail] = await Promise.all([startProvider(origin), startMailServer()]);
  });
  afterEach(async () => {
    await Promise.all([provider.stop(), mail.close()]);
  });

  const start = async (more: Readonly<Record<string, string>> = {}): Promise<string> => {
    half = startHalf(built, 'serve', {
      ...settings(),
      INTERLOCK_OIDC_ISSUER: provider.issuer,
      INTERLOCK_OIDC_CLIENT_ID: clientId,
      INTERLOCK_OIDC_CLIENT_SECRET: clientSecret,
      INTERLOCK_URL: origin,
      ...more,
    });
    return half.url;
  };
  /** Through /login, the provider and back, as a browser goes; `theirs` is what it keeps of the provider. */
  const logIn = async (browser: Browser, login = '/login', theirs = new Map<string, string>()) => {
    const sent = await browser.visit(login);
    expect(sent.status).toBe(303);
    const back = await throughProvider(sent.headers.get('location') ?? '', theirs);
    expect(back.origin).toBe(origin);
    return browser.visit(`${back.pathname}${back.search}`);
  };

  it('C46: whoever logs in adopts; an old login does not, until it is made again', async () => {
    const url = await start();
    expect(half.printed()).not.toContain('EMBEDDED');
    const lead = browserAt(url, origin);
    expect((await lead.visit('/cutovers')).status).toBe(401);
    expect((await logIn(lead)).status).toBe(303);
    expect([...lead.jar.keys()]).toEqual(['__Host-interlock-session']);
    await lead.visit('/cutovers', { body: { runbook: nightRunbook('payments') } });
    await eventually('packet 1', async () => (await currentVersion(lead)) === 1);
    const report = (id: string, minutes: number) =>
      lead.visit('/cutovers/payments/reports', {
        body: { ...lateReport(id, minutes), source: 'interlock', by: 'lead' },
      });
    const board = programAt(url, await newToken());
    await board('/cutovers/payments/reports', { body: lateReport('b-1', 50) });
    expect((await adoptWaiting(lead, 'payments')).status).toBe(200);
    expect(await currentVersion(lead)).toBe(2);

    // The same person at another machine, whose login at the provider is an hour old.
    Object.assign(provider.screen, { loggedInAgo: 3_600 });
    const [old, theirs] = [browserAt(url, origin), new Map<string, string>()];
    await logIn(old, '/login', theirs);
    await board('/cutovers/payments/reports', { body: lateReport('b-2', 65) });
    const refused = await adoptWaiting(old, 'payments');
    expect([refused.status, at(refused.body, 'code')]).toEqual([401, 'login_too_old']);
    expect(refused.headers.get('www-authenticate')).toContain('max_age=900');
    expect((await report('own-1', 65)).status).toBe(202);
    Object.assign(provider.screen, { loggedInAgo: 0 });
    await logIn(old, '/login?max_age=900', theirs);
    expect((await adoptWaiting(old, 'payments')).status).toBe(200);
    expect(await currentVersion(lead)).toBe(3);
  });

  it('C46: a change from another site does not count', async () => {
    const lead = browserAt(await start(), origin);
    await logIn(lead);
    const headers = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' };
    const body = { runbook: nightRunbook('payments') };
    expect((await lead.visit('/cutovers', { body, headers })).status).toBe(403);
    expect((await lead.visit('/cutovers', { body })).status).toBe(201);
  });

  it('serves though the provider is away, says so to who logs in', async () => {
    await provider.stop();
    const lead = browserAt(await start(), origin);
    const seen = await lead.visit('/login');
    expect([seen.status, at(seen.body, 'code')]).toEqual([502, 'provider_unreachable']);
    expect((await lead.visit('/docs')).status).toBe(200);
  });

  it('C49: messages of four senders become reports by their signature alone, and the link in a mail acknowledges once', async () => {
    const names = senders.map((sender) => [sender, `SECRET_OF_${sender.toUpperCase()}`] as const);
    const hooks = names.map(([sender, name]) => ({
      id: sender,
      sender,
      secrets: [name],
      source: 'board',
      cutover: 'payments',
      reporter: 'operator',
      facts: '/facts',
    }));
    writeFileSync(
      join(folder, 'hooks.yaml'),
      JSON.stringify({ format: 'interlock-hooks/1', hooks }),
    );
    const url = await start({
      ...Object.fromEntries(names.map(([sender, name]) => [name, secretOf[sender]])),
      INTERLOCK_HOOKS: join(folder, 'hooks.yaml'),
      INTERLOCK_SMTP_URL: mail.url,
      INTERLOCK_MAIL_FROM: 'interlock@example.test',
      INTERLOCK_NOTICE_ALLOW: 'email:*@example.test',
      INTERLOCK_PUBLIC_URL: origin,
      INTERLOCK_ACK_SECRET: 'a secret that is long enough for links',
    });
    const lead = browserAt(url, origin);
    await logIn(lead);
    await lead.visit('/cutovers', { body: { runbook: nightRunbook('payments') } });
    await eventually('packet 1', async () => (await currentVersion(lead)) === 1);

    const send = async (sender: Sender, text: string, headers: Record<string, string>) => {
      const response = await fetch(`${url}/hooks/${sender}`, {
        method: 'POST',
        body: text,
        headers,
      });
      return [response.status, at(await response.json(), 'result') ?? null];
    };
    for (const [index, sender] of senders.entries()) {
      const text = JSON.stringify({
        event_id: `${sender}-1`,
        event: { id: `${sender}-1` },
        facts: [{ revised: { checkpoint: 'stop', at: inMinutes(45 + index) } }],
      });
      const headers = signed(sender, text, { now: Date.now(), id: `${sender}-1` });
      expect(await send(sender, text, headers), sender).toEqual([200, 'received']);
      expect(await send(sender, text, headers), sender).toEqual([200, 'known_already']);
      expect(await send(sender, `${text} `, headers), sender).toEqual([401, null]);
    }
    expect((await adoptWaiting(lead, 'payments')).status).toBe(200);

    const letter = await eventually('a letter about what was adopted', async () =>
      mail.taken.find(
        ({ envelopeTo, subject = '' }) =>
          envelopeTo.includes('operator@example.test') && !subject.startsWith('v1 '),
      ),
    );
    await eventually('the figure of letters, though a thread of its own sent them', async () => {
      const figure = 'interlock_notice_attempts_total{channel="email",outcome="sent"}';
      return (await half.figure(figure)) > 0;
    });
    const link = new RegExp(`${origin}(/ack/\\S+)`).exec(letter.text ?? '')?.[1] ?? '';
    const nobody = browserAt(url, origin);
    const page = await nobody.visit(link);
    expect([page.status, page.headers.get('referrer-policy')]).toEqual([200, 'same-origin']);
    const acknowledged = async (): Promise<boolean> => {
      const { body } = await lead.visit('/cutovers/payments/export/events');
      return /PacketAcknowledged/.test(String(body));
    };
    const before = await acknowledged();
    const press = () =>
      fetch(`${url}${link}`, {
        method: 'POST',
        redirect: 'manual',
        headers: { origin, 'content-type': 'application/x-www-form-urlencoded' },
        body: 'confirm=yes',
      });
    expect((await press()).status).toBeLessThan(400);
    expect([before, await acknowledged()]).toEqual([false, true]);
    const bent = `${link.slice(0, -4)}AAAA`;
    expect((await nobody.visit(bent)).status).toBe(403);
  });
});
