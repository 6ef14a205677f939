/**
 * What reports would do, asked over HTTP: a run on a copy in memory. It takes a processor for a moment, so only a few
 * are done at a time.
 */
import { z } from '@hono/zod-openapi';
import { PacketRecord } from '../../ledger/cutover.ts';
import { packetDiff } from '../../ledger/diff.ts';
import { Ruling } from '../../ledger/facts.ts';
import { rulingsIn } from '../../ledger/lineage.ts';
import { load } from '../../ledger/load.ts';
import { eventsOf } from '../packets.ts';
import { onCopy } from '../whatIf.ts';
import { DiffLines } from './answers.ts';
import type { ApiDeps } from './deps.ts';
import { Problem } from './problem.ts';
import { bodiesOf, Reports } from './reportBody.ts';
import { type Asked, type Declared, route } from './route.ts';

const atOnce = 2;

const WouldBe = z
  .strictObject({
    outcome: z.string(),
    rulings: z.array(Ruling),
    packet: z.strictObject(PacketRecord.shape).nullable(),
    changes: DiffLines,
  })
  .openapi('WouldBe');

async function wouldBe({ context, place, body }: Asked<Reports, never>, { ledger }: ApiDeps) {
  const { cutoverId, state } = place();
  const bodies = bodiesOf(body().reports, place(), 'reports');
  return onCopy(ledger, { cutoverId, bodies }, async (copy, { outcome }) => {
    const events = await eventsOf(copy.ledger.store, cutoverId);
    const after = await load(copy.ledger.store, cutoverId);
    const packet = after?.pending?.record ?? null;
    const before = state.current?.packet ?? null;
    return context.json({
      outcome,
      rulings: rulingsIn(events.slice(state.version)),
      packet,
      changes: packet === null || before === null ? [] : packetDiff(before, packet.packet),
    });
  });
}

/** POST /cutovers/{cutover}/what-if. */
export function whatIfRoutes(deps: ApiDeps): readonly Declared[] {
  let underWay = 0;
  const handle = async (asked: Asked<Reports, never>): Promise<Response> => {
    if (underWay >= atOnce) {
      throw new Problem({
        status: 429,
        code: 'too_many_requests',
        detail: `${atOnce} such questions are being answered already`,
        fix: 'ask again after 2 seconds',
        headers: { 'retry-after': '2' },
      });
    }
    underWay += 1;
    try {
      return await wouldBe(asked, deps);
    } finally {
      underWay -= 1;
    }
  };
  return [
    route<Reports, never>({
      method: 'post',
      path: '/cutovers/{cutover}/what-if',
      policy: { who: 'people' },
      heavy: true,
      tag: 'Views',
      about: 'What these reports would do. Writes nothing.',
      body: Reports,
      answers: { 200: { about: 'The packet that would wait, and what differs.', schema: WouldBe } },
      handle,
    }),
  ];
}
