/**
 * What reports would do, asked over HTTP: a run on a copy in memory, in a thread of its own. Whoever asks while as many
 * wait as may is told to come back.
 */
import { z } from '@hono/zod-openapi';
import { PacketRecord } from '../../ledger/cutover.ts';
import { Ruling } from '../../ledger/facts.ts';
import { DiffLines } from './answers.ts';
import { jsonText } from './body.ts';
import type { ApiDeps } from './deps.ts';
import { bodiesOf, Reports } from './reportBody.ts';
import { type Asked, type Declared, route } from './route.ts';

const WouldBe = z
  .strictObject({
    outcome: z.string(),
    rulings: z.array(Ruling),
    packet: z.strictObject(PacketRecord.shape).nullable(),
    changes: DiffLines,
  })
  .openapi('WouldBe');

/** POST /cutovers/{cutover}/what-if. */
export function whatIfRoutes({ questions }: ApiDeps): readonly Declared[] {
  const handle = async ({ place, body }: Asked<Reports, never>): Promise<Response> => {
    const { cutoverId } = place();
    const bodies = bodiesOf(body().reports, place(), 'reports');
    return jsonText(await questions.whatIf({ cutoverId, bodies }));
  };
  return [
    route<Reports, never>({
      method: 'post',
      path: '/cutovers/{cutover}/what-if',
      name: 'askWhatIf',
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
