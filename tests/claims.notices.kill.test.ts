/**
 * C13 and C41 for notices: a process that sends is killed at each of its points, and another one comes after it. What is
 * counted is counted in the receivers, which outlive both.
 */
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Store } from '../ledger/store.ts';
import { openSqliteStore } from '../ledger/stores/sqlite.ts';
import { checkpoint, person, plan } from './support/build.ts';
import { compileHouse } from './support/compiled.ts';
import type { NoticeOrder } from './support/noticeChild.ts';
import { takeYourTime } from './support/scale.ts';
import { type Receiver, startReceiver, webhookSecret } from './support/sinks.ts';
import { type NoticeNight, noticeNight } from './support/sinksNight.ts';
import { type SlackServer, startSlackServer } from './support/slackSink.ts';

takeYourTime();

const points = [
  'notice.claiming',
  'append.NoticeAttempted',
  'commit.NoticeAttempted',
  'committed.NoticeAttempted',
  'notice.claimed',
  'notice.answered',
  'append.NoticeSent',
  'commit.NoticeSent',
  'committed.NoticeSent',
  'notice.recorded',
] as const;

const house = compileHouse();
const script = join(house.folder, 'tests/support/noticeChild.js');
let folder: string;
let store: Store;
let receiver: Receiver;
let slack: SlackServer;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'interlock-notices-'));
  store = await openSqliteStore(join(folder, 'ledger.db'));
  [receiver, slack] = await Promise.all([startReceiver(), startSlackServer()]);
});
afterAll(async () => {
  await Promise.all([store.close(), receiver.close(), slack.close()]);
  await rm(folder, { recursive: true, force: true });
  house.remove();
});

/** Runs a process that sends; how it ended. */
async function send(
  night: NoticeNight,
  crash: string | null,
  laterMs: number,
): Promise<NodeJS.Signals | number | null> {
  const order: NoticeOrder = {
    ledger: join(folder, 'ledger.db'),
    cutoverId: night.cutoverId,
    now: night.clock.at + laterMs,
    crash: crash === null ? null : `${crash}:1`,
    environment: {
      INTERLOCK_WEBHOOK_SECRETS: webhookSecret,
      INTERLOCK_NOTICE_PRIVATE: '127.0.0.1',
      INTERLOCK_NOTICE_ALLOW: `webhook:${receiver.url} slack:*`,
      INTERLOCK_SLACK_TOKEN: 'xoxb-test',
      INTERLOCK_SLACK_URL: slack.url,
    },
  };
  const child = spawn(process.execPath, [script, JSON.stringify(order)], { stdio: 'inherit' });
  return new Promise((resolve) =>
    child.once('exit', (code, signal) => {
      resolve(signal ?? code);
    }),
  );
}

/** The webhook's receiver honours ids at every point; on Slack it matters between the claim and the record. */
describe.each([
  { channel: 'webhook', at: points },
  { channel: 'slack', at: points.slice(4, 8) },
] as const)('by $channel', ({ channel, at }) => {
  it.each(at)('C13: killed at %s, it is told once, and the ledger says so once', async (point) => {
    const cutoverId = `${channel}-${point.toLowerCase()}`;
    const address =
      channel === 'webhook' ? receiver.url : `C${String(points.indexOf(point)).padStart(7, '0')}`;
    const operator = person('operator', { contacts: [{ channel, address }] });
    const night = await noticeNight(
      plan([checkpoint('cut')], { cutoverId, notices: 'on', people: [person('lead'), operator] }),
      { store },
    );
    await night.adopt({});
    expect(await send(night, point, 0)).toBe('SIGKILL');
    expect(await send(night, null, 120_000)).toBe(0);
    const got =
      channel === 'webhook'
        ? receiver.effects.filter(({ data }) => data.cutover === cutoverId).length
        : slack.posted.filter((post) => post.channel === address).length;
    expect(got).toBe(1);
    expect(await night.of('NoticeSent')).toHaveLength(1);
  });
});
