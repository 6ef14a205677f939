/**
 * A process that sends what is due on a ledger file once, at an instant it is given, and may be told to die on the way.
 * Arguments: the order as JSON.
 */
import { z } from 'zod';
import { armCrash, withCrashPoints } from '../../service/crashPoint.ts';
import { openRelay } from '../../service/notices/open.ts';
import { noticeSettings, noticeVariables } from '../../service/notices/settings.ts';
import { openLedger } from '../../service/openLedger.ts';

const NoticeOrder = z.object({
  ledger: z.string(),
  cutoverId: z.string(),
  now: z.number(),
  crash: z.string().nullable(),
  environment: z.record(z.string(), z.string()),
});
export type NoticeOrder = z.infer<typeof NoticeOrder>;

const order = NoticeOrder.parse(JSON.parse(process.argv[2] ?? ''));
armCrash(order.crash, null);
const { ledger, close } = await openLedger(order, { now: () => order.now });
const settings = noticeSettings(z.object(noticeVariables).parse(order.environment));
const deps = { ...ledger, store: withCrashPoints(ledger.store) };
const relay = await openRelay(deps, settings, {
  onTrouble: (_cutoverId, error) => {
    throw error;
  },
});
await relay.drain(order.cutoverId);
await relay.stop();
await close();
