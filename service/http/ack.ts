/**
 * The page behind an acknowledge link. Looking at it changes nothing; without a secret in the settings every link is
 * worthless.
 */
import { Hono } from 'hono';
import { answerAck } from '../notices/acknowledge.ts';
import type { ApiDeps } from './deps.ts';
import { Problem } from './problem.ts';

/** GET and POST /ack/:token. */
export function ackRoutes({ ledger, ack }: ApiDeps): Hono {
  const answer = (request: Request, token: string): Promise<Response> => {
    if (ack !== null) return answerAck(request, token, { ledger, settings: ack });
    throw new Problem({
      status: 404,
      code: 'links_not_set_up',
      detail: 'this service sends no acknowledge links',
      fix: 'read the check code back on the bridge, or set INTERLOCK_ACK_SECRET and INTERLOCK_PUBLIC_URL',
    });
  };
  return new Hono()
    .get('/ack/:token', (context) => answer(context.req.raw, context.req.param('token')))
    .post('/ack/:token', (context) => answer(context.req.raw, context.req.param('token')));
}
