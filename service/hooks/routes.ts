/**
 * `POST /hooks/<id>`: a signed message in, a report in the ledger, and only then a yes. Whoever cannot sign is told so;
 * trouble of our own is always a 5xx, because senders give up for good on a 4xx.
 */
import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { handle, type LedgerDeps } from '../../ledger/handle.ts';
import { load } from '../../ledger/load.ts';
import type { Plan } from '../../ledger/plan.ts';
import type { Id } from '../../ledger/vocabulary.ts';
import { cutoversOf, reportOf, textOf } from './mapping.ts';
import { at, type Message, messageOf, occurredIn } from './message.ts';
import { problemResponse } from '../http/problem.ts';
import type { Hook } from './settings.ts';
import { verify } from './verify.ts';

export type HookDeps = {
  readonly ledger: LedgerDeps;
  readonly hooks: readonly Hook[];
  /** Asks for a run; never waited for, so that a doorbell that hangs delays no answer. */
  readonly ring: (cutoverId: Id) => Promise<void>;
  /** Told of our own trouble, with the hook's id and never with the message. */
  readonly trouble: (error: unknown, hook: Id) => void;
};

const largestBody = 512 * 1_024;

const fixes = {
  401: 'sign the bytes as they are sent, with the secret of this hook, and with a clock that is right',
  404: 'correct the id in the address, or set the hook up',
  413: 'send less at once',
  503: 'send the same message again',
} as const;

const problem = (status: keyof typeof fixes, code: string, detail: string): Response =>
  problemResponse({
    status,
    code,
    title: 'Not taken',
    detail,
    fix: fixes[status],
    headers: status === 503 ? { 'retry-after': '30' } : {},
  });

async function placeFor(
  { ledger }: HookDeps,
  cutovers: readonly Id[],
): Promise<{ readonly cutoverId: Id; readonly plan: Plan } | null> {
  for (const cutoverId of cutovers) {
    const state = await load(ledger.store, cutoverId);
    if (state !== null) return { cutoverId, plan: state.situation.plan };
  }
  return null;
}

/** The report already known under this id: when it happened, and whether it was this very message. */
async function knownReport({ ledger }: HookDeps, cutoverId: Id, [hook, message]: [Hook, Message]) {
  const known = await ledger.store.findReport(cutoverId, hook.source, message.id);
  if (known === null) return null;
  const [event] = await ledger.store.read(cutoverId, { after: known.version - 1, limit: 1 });
  if (event?.body.type !== 'ReportReceived') return null;
  const { occurredAt, text } = event.body.report;
  return { occurredAt, version: known.version, same: text === textOf(message) };
}

type Taken =
  | {
      readonly result: 'received' | 'known_already' | 'refused';
      readonly version: number | null;
      /** Different pieces that were taken out of its prose; left out when none was. */
      readonly redacted?: number;
    }
  | { readonly result: 'ignored' };

/** Puts a verified message into the ledger; null when no cutover it could be about is declared. */
async function take(deps: HookDeps, hook: Hook, message: Message): Promise<Taken | null> {
  const place = await placeFor(deps, cutoversOf(hook, message));
  if (place === null) return null;
  const { cutoverId, plan } = place;
  const known = await knownReport(deps, cutoverId, [hook, message]);
  if (known?.same === true) return { result: 'known_already', version: known.version };
  const occurredAt = occurredIn(hook, message) ?? known?.occurredAt ?? deps.ledger.now();
  const body = reportOf(hook, message, { plan, occurredAt });
  if (body === null) return { result: 'ignored' };
  const outcome = await handle(deps.ledger, cutoverId, { type: 'ReceiveReport', body });
  void deps.ring(cutoverId).catch((error: unknown) => deps.trouble(error, hook.id));
  const version = outcome.events.at(-1)?.version ?? null;
  if (outcome.rejection !== null) return { result: 'refused', version };
  const report = outcome.events.find(({ body: { type } }) => type === 'ReportReceived');
  const count = report?.body.type === 'ReportReceived' ? report.body.report.redacted : undefined;
  const redacted = count === undefined ? {} : { redacted: count };
  return { result: outcome.repeated ? 'known_already' : 'received', version, ...redacted };
}

async function answer(context: Context, deps: HookDeps): Promise<Response> {
  const hook = deps.hooks.find(({ id }) => id === context.req.param('hook'));
  if (hook === undefined) return problem(404, 'hook_unknown', 'there is no such hook here');
  const bytes = new Uint8Array(await context.req.arrayBuffer());
  const { headers } = context.req.raw;
  const verified = verify(hook, { headers, bytes, now: deps.ledger.now() });
  if (verified === null) {
    return problem(401, 'signature_wrong', 'the signature or its time is not right for this hook');
  }
  const message = messageOf(hook, bytes, verified.id);
  const challenge = at(message.payload, '/challenge');
  if (hook.sender === 'slack' && at(message.payload, '/type') === 'url_verification') {
    return context.json({ challenge });
  }
  try {
    const taken = await take(deps, hook, message);
    if (taken !== null) return context.json(taken);
    return problem(503, 'cutover_not_declared', 'its cutover is not declared yet: send it again');
  } catch (error) {
    deps.trouble(error, hook.id);
    return problem(503, 'not_taken', 'it could not be kept: send it again');
  }
}

/** The routes of all hooks. Each proves its sender by signature, so none asks for a login. */
export function hookRoutes(deps: HookDeps): Hono {
  const limit = bodyLimit({
    maxSize: largestBody,
    onError: () => problem(413, 'body_too_large', `more than ${largestBody} bytes`),
  });
  return new Hono().post('/hooks/:hook', limit, (context) => answer(context, deps));
}
