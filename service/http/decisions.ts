/**
 * What people decide: adopt, decline, acknowledge, grant. Each is one ledger command by a person who is logged in, bound
 * to the bytes they say they saw; whether it counts is decided in one transaction that looks at everything again.
 */
import { createHash } from 'node:crypto';
import { z } from '@hono/zod-openapi';
import { RelaxableCode } from '../../ledger/codes.ts';
import { canonicalJson } from '../../ledger/canonical.ts';
import type { CommandOf } from '../../ledger/commands.ts';
import type { PacketRecord } from '../../ledger/cutover.ts';
import type { ReportBody } from '../../ledger/facts.ts';
import type { Outcome } from '../../ledger/handle.ts';
import type { EventType, LedgerEvent } from '../../ledger/events.ts';
import { exceptionReport } from '../exception.ts';
import { bindingOf, namesOfPacket } from '../packets.ts';
import { Decided, Granted } from './answers.ts';
import { type ApiDeps, ringFor } from './deps.ts';
import { packetNamed, packetWith, seenHash, sinceSeen } from './packetNamed.ts';
import { Problem, problemOfRejection } from './problem.ts';
import { placeOfRuling } from './reportBody.ts';
import { keyReused } from './requestKeys.ts';
import { type Asked, type Declared, type Place, route } from './route.ts';

const Nothing = z.strictObject({}).openapi('Nothing');
type Nothing = z.infer<typeof Nothing>;
const Why = z.strictObject({ reason: z.string().min(1).max(2_000) }).openapi('Why');
type Why = z.infer<typeof Why>;
const Grant = z
  .strictObject({
    checkpoint: z.string().max(100),
    relaxes: RelaxableCode.meta({ description: 'The rule that is relaxed for this checkpoint.' }),
    until: z.string().max(200).optional().meta({
      description: 'The whole execution must end by then: 2026-11-08T02:40+00:00.',
    }),
  })
  .openapi('Grant');
type Grant = z.infer<typeof Grant>;

/** The position of the event of this type that a command led to. */
const positionOf = ({ events }: Outcome, type: EventType): number | null =>
  events.find(({ body }) => body.type === type)?.version ?? null;

/** What became of the one command of a decision. */
function onlyOne([outcome]: readonly Outcome[]): Outcome {
  if (outcome === undefined) throw new Error('a decision without an outcome');
  return outcome;
}

/** A refusal of a decision, with what differs between what was seen and what counts now. */
function refused({ rejection, state }: Outcome, place: Place, known: PacketRecord | null) {
  if (rejection === null) return null;
  const now = state?.pending?.record ?? state?.current ?? null;
  return problemOfRejection(rejection, sinceSeen(place, known, now));
}

type Decision = CommandOf<'AdoptPacket'> | CommandOf<'DeclinePacket'>;

async function decide(
  { context, place, part, caller, write }: Asked<Nothing, never> | Asked<Why, never>,
  deps: ApiDeps,
  decision:
    { readonly type: 'AdoptPacket' } | { readonly type: 'DeclinePacket'; readonly reason: string },
): Promise<Response> {
  const at = place();
  const seen = seenHash(context.req.raw.headers);
  const known = await packetWith(seen, at, deps);
  const named = await packetNamed({ ...at, seen: known }, part('packet'), deps);
  const binding = { ...bindingOf(named, at.state), packetHash: seen };
  const command: Decision = { ...decision, binding, actor: at.actor };
  const adopts = decision.type === 'AdoptPacket';
  const decided: { version: number | null } = { version: null };
  const response = await write({ cutoverId: at.cutoverId, commands: [command] }, (outcomes) => {
    const outcome = onlyOne(outcomes);
    const problem = refused(outcome, at, known);
    if (problem !== null) throw problem;
    const version = positionOf(outcome, adopts ? 'PacketAdopted' : 'PacketDeclined');
    decided.version = version;
    return context.json(
      decidedAs(adopts ? 'adopted' : 'declined', { caller, named, outcome, version }),
    );
  });
  if (decided.version !== null) deps.decided(at.cutoverId, decided.version);
  ringFor(deps, at.cutoverId);
  return response;
}

function decidedAs(
  decision: 'adopted' | 'declined' | 'acknowledged',
  done: Pick<Asked<never, never>, 'caller'> & {
    readonly named: PacketRecord;
    readonly outcome: Outcome;
    readonly version: number | null;
  },
) {
  const { caller, named, outcome, version } = done;
  const current = outcome.state?.current ?? null;
  return {
    decision,
    by: caller.kind === 'person' ? caller.person : '',
    packet: namesOfPacket(named),
    version,
    current: current === null ? null : namesOfPacket(current),
  };
}

async function acknowledge(
  { context, place, part, caller, write }: Asked<Nothing, never>,
  deps: ApiDeps,
): Promise<Response> {
  const at = place();
  const named = await packetNamed(at, part('packet'), deps);
  const { packetId } = named.packet;
  const { actor, cutoverId } = at;
  const command = { type: 'AcknowledgePacket', packetId, person: actor.subject, actor } as const;
  return write({ cutoverId, commands: [command] }, (outcomes) => {
    const outcome = onlyOne(outcomes);
    if (outcome.rejection !== null) throw problemOfRejection(outcome.rejection);
    const version = positionOf(outcome, 'PacketAcknowledged');
    return context.json(decidedAs('acknowledged', { caller, named, outcome, version }));
  });
}

/** The same key gives the same exception, so that sending it again grants nothing twice. */
const exceptionId = (cutoverId: string, key: string): string =>
  `exception-${createHash('sha256').update(`${cutoverId} ${key}`).digest('hex').slice(0, 20)}`;

/** Whether the report that is known under this id grants this very exception; when it was sent does not matter. */
const saysTheSame = ({ assertions }: ReportBody, event: LedgerEvent | undefined): boolean =>
  event?.body.type === 'ReportReceived' &&
  canonicalJson(event.body.report.facts.map(({ assertion }) => assertion)) ===
    canonicalJson(assertions.map(({ assertion }) => assertion));

async function grant(
  { context, place, body, key, write }: Asked<Grant, never>,
  deps: ApiDeps,
): Promise<Response> {
  const { cutoverId, state, actor } = place();
  const { ledger } = deps;
  const id = exceptionId(cutoverId, key);
  const report = exceptionReport({ ...body(), id, by: actor.subject, at: ledger.now() }, state);
  if ('part' in report) {
    const { part: field, message } = report;
    const fix = field === 'until' ? 'write one instant with its offset' : 'name one of the plan';
    throw new Problem({
      status: 422,
      code: 'body_has_problems',
      detail: message,
      fix,
      errors: [{ field: `/${field}`, message, fix }],
    });
  }
  const granted = (receipt: LedgerEvent | undefined) => {
    const reportId = receipt?.body.type === 'ReportReceived' ? receipt.body.report.reportId : null;
    const ruling = placeOfRuling(cutoverId, reportId);
    return context.json({ exception: id, version: receipt?.version ?? null, ruling }, 201);
  };
  const known = await ledger.store.findReport(cutoverId, report.source, id);
  if (known !== null) {
    const [event] = await ledger.store.read(cutoverId, { after: known.version - 1, limit: 1 });
    if (!saysTheSame(report, event)) throw keyReused();
    return granted(event);
  }
  const command = { type: 'ReceiveReport', body: report } as const;
  const response = await write({ cutoverId, commands: [command] }, (outcomes) => {
    const outcome = onlyOne(outcomes);
    if (outcome.rejection !== null) throw problemOfRejection(outcome.rejection);
    return granted(outcome.events.find(({ body: { type } }) => type === 'ReportReceived'));
  });
  ringFor(deps, cutoverId);
  return response;
}

const bound =
  'Bound to the packet that you saw: If-Match must name its hash. If another packet waits by now, nothing is decided and `diff` shows what differs. Needs a recent login; whether you are the release lead is the authority mapping’s word.';

const shared = { method: 'post', writes: true, tag: 'Decisions' } as const;

/** The writes that only people make. */
export const decisionRoutes = (deps: ApiDeps): readonly Declared[] => [
  route<Nothing, never>({
    ...shared,
    path: '/cutovers/{cutover}/packets/{packet}/adopt',
    name: 'adoptPacket',
    policy: { who: 'deciders' },
    decides: true,
    about: 'Adopt exactly the packet that you saw.',
    more: bound,
    body: Nothing,
    answers: { 200: { about: 'It is the current one.', schema: Decided } },
    handle: (asked) => decide(asked, deps, { type: 'AdoptPacket' }),
  }),
  route<Why, never>({
    ...shared,
    path: '/cutovers/{cutover}/packets/{packet}/decline',
    name: 'declinePacket',
    policy: { who: 'deciders' },
    decides: true,
    about: 'Decline the packet that waits; the one in force stays.',
    more: bound,
    body: Why,
    answers: { 200: { about: 'Declined.', schema: Decided } },
    handle: (asked) => decide(asked, deps, { type: 'DeclinePacket', reason: asked.body().reason }),
  }),
  route<Nothing, never>({
    ...shared,
    path: '/cutovers/{cutover}/packets/{packet}/acknowledge',
    name: 'acknowledgePacket',
    policy: { who: 'people' },
    about: 'Say that you have read the current packet.',
    body: Nothing,
    answers: { 200: { about: 'Taken; once is enough.', schema: Decided } },
    handle: (asked) => acknowledge(asked, deps),
  }),
  route<Grant, never>({
    ...shared,
    path: '/cutovers/{cutover}/exceptions',
    name: 'grantException',
    policy: { who: 'deciders' },
    about: 'Grant an exception to one rule for one checkpoint.',
    more: 'It is a fact like any other: the next run judges whether you may grant it, and uses it.',
    body: Grant,
    answers: { 201: { about: 'It is in the ledger.', schema: Granted } },
    handle: (asked) => grant(asked, deps),
  }),
];
