/**
 * Reports: one or many, acknowledged after the durable append and before anything else. Whether each fact is accepted
 * or held is the next run's word, so the answer says what the ledger knows and where the ruling will stand.
 */
import { z } from '@hono/zod-openapi';
import { type ReportBody, Ruling } from '../../ledger/facts.ts';
import { rulingsIn } from '../../ledger/lineage.ts';
import { ownSource } from '../../ledger/plan.ts';
import type { Caller } from '../identity/caller.ts';
import { eventsOf } from '../packets.ts';
import { type Receipt, receiptOf } from '../receiving.ts';
import { Receipt as ReceiptAnswer, ReportStanding } from './answers.ts';
import { type ApiDeps, ringFor } from './deps.ts';
import { type Field, Problem, problemOfRejection } from './problem.ts';
import { bodiesOf, placeOfRuling, Report, Reports } from './reportBody.ts';
import { type Asked, type Declared, type Passed, route } from './route.ts';
import { openRulingWait, preferenceApplied, type RulingWait, secondsToWait } from './rulingWait.ts';

const One = ReceiptAnswer.extend({
  ruling: z.string().nullable().meta({ description: 'Where the rulings on its facts stand.' }),
  rulings: z.array(Ruling).meta({
    description: 'Accept or hold for each fact, as far as it was known when this was answered.',
  }),
}).openapi('ReportReceipt');
const Batch = z.strictObject({ reports: z.array(One) }).openapi('Receipts');

/** Why this caller may not say this, by the part that is wrong; null when they may. */
function notTheirs(caller: Caller, { source, reporter, assertions }: ReportBody): Field | null {
  if (assertions.some(({ assertion }) => assertion.kind === 'exception_granted')) {
    return {
      field: 'facts',
      message: 'an exception is granted by a person, logged in recently',
      fix: 'POST /cutovers/{cutover}/exceptions',
    };
  }
  const own = caller.kind === 'machine' ? caller.source : ownSource;
  if (source !== own) {
    return { field: 'source', message: `"${source}" is not yours`, fix: `report as "${own}"` };
  }
  return caller.kind === 'person' && reporter !== caller.person
    ? { field: 'by', message: `"${reporter}" is not you`, fix: `report as "${caller.person}"` }
    : null;
}

function assertTheirs(caller: Caller, bodies: readonly ReportBody[], under: string): void {
  const errors = bodies.flatMap((body, index) => {
    const wrong = notTheirs(caller, body);
    const place = under === '' ? '' : `${under}/${index}`;
    return wrong === null ? [] : [{ ...wrong, field: `${place}/${wrong.field}` }];
  });
  const [first] = errors;
  if (first === undefined) return;
  const { message, fix } = first;
  const detail = `${message}; nothing was written`;
  throw new Problem({ status: 403, code: 'report_not_yours', detail, fix, errors });
}

/** A receipt as it is answered at once: nothing has ruled on it yet. */
function answerOf(receipt: Receipt, cutoverId: string) {
  return { ...receipt, ruling: placeOfRuling(cutoverId, receipt.reportId), rulings: [] };
}

/** Takes the reports in one durable commit, and asks for a run. */
async function receive(
  { write, place }: Pick<Asked<never, never>, 'write' | 'place'>,
  { bodies, deps }: { readonly bodies: readonly ReportBody[]; readonly deps: ApiDeps },
  answer: (receipts: readonly Receipt[]) => Response,
): Promise<Response> {
  const { cutoverId } = place();
  const commands = bodies.map((body) => ({ type: 'ReceiveReport', body }) as const);
  const response = await write({ cutoverId, commands }, (outcomes) =>
    answer(
      outcomes.flatMap((outcome, index) => {
        const body = bodies[index];
        return body === undefined ? [] : [receiptOf(body, outcome)];
      }),
    ),
  );
  ringFor(deps, cutoverId);
  return response;
}

function reportOne(asked: Asked<Report, never>, deps: ApiDeps): Promise<Response> {
  const { context, caller, body, place } = asked;
  const bodies = bodiesOf([body()], place(), '');
  assertTheirs(caller, bodies, '');
  return receive(asked, { bodies, deps }, ([receipt]) => {
    if (receipt === undefined) throw new Error('a report without a receipt');
    if (receipt.rejection !== null) throw problemOfRejection(receipt.rejection);
    const told = answerOf(receipt, place().cutoverId);
    const status = receipt.result === 'received' ? 202 : 200;
    const location = told.ruling === null ? {} : { location: told.ruling };
    return context.json(told, status, location);
  });
}

async function reportMany(asked: Asked<Reports, never>, deps: ApiDeps): Promise<Response> {
  const { context, caller, body, place } = asked;
  const bodies = bodiesOf(body().reports, place(), 'reports');
  assertTheirs(caller, bodies, '/reports');
  if (bodies.length > 1) await asked.countMore(bodies.length - 1);
  return receive(asked, { bodies, deps }, (receipts) => {
    const reports = receipts.map((receipt) => answerOf(receipt, place().cutoverId));
    return context.json({ reports }, 202);
  });
}

/** The same answer with the rulings, for who prefers to wait for them; that it was kept before changes nothing. */
async function withRulings(
  { context, place }: Passed,
  response: Response,
  wait: RulingWait,
): Promise<Response> {
  if (!response.ok || place === null || secondsToWait(context) === 0) return response;
  const parsed = z.union([Batch, One]).safeParse(await response.clone().json());
  // Another build of ours may have kept it in another shape: it counts as it is.
  if (!parsed.success) return response;
  const { data: told } = parsed;
  const receipts = 'reports' in told ? told.reports : [told];
  const places = receipts.flatMap(({ version }) => (version === null ? [] : [version]));
  const facts = new Set(receipts.flatMap((receipt) => receipt.facts));
  const rulings = await wait(context, { cutoverId: place.cutoverId, facts, places });
  const ruled = receipts.map((receipt) => ({
    ...receipt,
    rulings: receipt.facts.flatMap((fact) => rulings.ruled.get(fact) ?? []),
  }));
  const headers = new Headers(response.headers);
  headers.delete('content-length');
  for (const [name, value] of preferenceApplied(rulings)) headers.set(name, value);
  const { status } = response;
  return Response.json('reports' in told ? { reports: ruled } : ruled[0], { status, headers });
}

async function standing({ context, place, part }: Asked<never, never>, { ledger }: ApiDeps) {
  const { cutoverId } = place();
  const events = await eventsOf(ledger.store, cutoverId);
  const event = events.find(
    ({ body }) => body.type === 'ReportReceived' && body.report.reportId === part('report'),
  );
  if (event?.body.type !== 'ReportReceived') {
    throw new Problem({
      status: 404,
      code: 'report_unknown',
      detail: 'this cutover has no such report',
      fix: 'use the place that the answer to the report named',
    });
  }
  const { reportId, receivedAt, facts } = event.body.report;
  const rulings = new Map(rulingsIn(events).map((ruling) => [ruling.factId, ruling]));
  return context.json({
    reportId,
    version: event.version,
    receivedAt,
    facts: facts.map(({ factId, text }) => ({
      factId,
      text,
      ruling: rulings.get(factId) ?? null,
    })),
  });
}

const honest =
  'Acknowledged once it is in the ledger. Whether each fact is accepted or held is ruled by the run that follows and stands at `ruling` then: the answer does not guess. With `Prefer: wait=10` it comes after the rulings, or after ten seconds.';

/** POST reports, and GET what became of one. */
export function reportRoutes(deps: ApiDeps): readonly Declared[] {
  const wait = openRulingWait(deps);
  const finish = (passed: Passed, response: Response): Promise<Response> =>
    withRulings(passed, response, wait);
  return [
    route<Report, never>({
      method: 'post',
      path: '/cutovers/{cutover}/reports',
      name: 'report',
      policy: { who: 'reporters' },
      writes: true,
      waits: true,
      tag: 'Reports',
      about: 'Report facts.',
      more: `${honest} A person reports as the source \`interlock\`, by themselves; a token as its own source.`,
      body: Report,
      answers: {
        200: { about: 'This very report was known already.', schema: One },
        202: { about: 'It is in the ledger.', schema: One },
      },
      handle: async (asked) => reportOne(asked, deps),
      finish,
    }),
    route<Reports, never>({
      method: 'post',
      path: '/cutovers/{cutover}/reports/batch',
      name: 'reportMany',
      policy: { who: 'reporters' },
      writes: true,
      waits: true,
      tag: 'Reports',
      about: 'Report many at once; each is taken or refused by itself.',
      more: honest,
      body: Reports,
      answers: { 202: { about: 'What became of each, in order.', schema: Batch } },
      handle: async (asked) => reportMany(asked, deps),
      finish,
    }),
    route<never, never>({
      method: 'get',
      path: '/cutovers/{cutover}/reports/{report}',
      name: 'getReport',
      policy: { who: 'readers' },
      tag: 'Reports',
      about:
        'What became of each fact of a report: accepted, held with its reason, or not ruled on yet.',
      answers: { 200: { about: 'As of now.', schema: ReportStanding } },
      handle: (asked) => standing(asked, deps),
    }),
  ];
}
