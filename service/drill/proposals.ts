/**
 * Scores what is expected of an agent's own proposals: what it said, and what the gate said of it, never which mind said
 * it. The proposal meant is the newest that the agent made in the step; readiness makes one more for what it read out of
 * free text, so of its proposals all count that the gate found clean.
 */
import type { Ruling } from '../../ledger/facts.ts';
import type { Cause, Hold } from '../../ledger/holds.ts';
import type { Proposal, Unplaced } from '../../ledger/proposal.ts';
import type { AgentName } from '../../ledger/vocabulary.ts';
import { causesText, includesAll, type Mark, sameSet } from './mark.ts';
import { factsOf, instantOf, type Observed, proposalsOf, shown } from './observed.ts';
import { scorePacketProposal } from './packetProposal.ts';
import type { GateExpectation, ProposesExpectation, ProposesValues } from './proposalFormat.ts';

type Body<Name extends AgentName> = Extract<Proposal['body'], { agent: Name }>;

const isBodyOf = <Name extends AgentName>(body: Proposal['body'], name: Name): body is Body<Name> =>
  body.agent === name;

/** The newest proposal of an agent in the step; null when it made none. */
function bodyOf<Name extends AgentName>(seen: Observed, name: Name): Body<Name> | null {
  const body = proposalsOf(seen, name).at(-1)?.body;
  return body !== undefined && isBodyOf(body, name) ? body : null;
}

/** What readiness said in the step: all that the gate found clean, and the newest whatever came of it; oldest first. */
function readinessOf(seen: Observed): Body<'readiness'>[] {
  const proposals = proposalsOf(seen, 'readiness');
  const clean = new Set(
    seen.events.flatMap(({ body }) =>
      body.type === 'VerdictGiven' && body.clean ? [body.proposalId] : [],
    ),
  );
  return proposals.flatMap(({ proposalId, body }) =>
    isBodyOf(body, 'readiness') &&
    (clean.has(proposalId) || proposalId === proposals.at(-1)?.proposalId)
      ? [body]
      : [],
  );
}

/** How the agent fared at the gate in the step. */
export function scoreGate(wanted: GateExpectation, seen: Observed): Mark {
  const agent = wanted.agent ?? seen.agent;
  if (agent === null) return { met: false, found: 'no agent is named' };
  const proposals = proposalsOf(seen, agent);
  const ids = new Set(proposals.map(({ proposalId }) => proposalId));
  const verdicts = seen.events.flatMap(({ body }) =>
    body.type === 'VerdictGiven' && ids.has(body.proposalId) ? [body] : [],
  );
  const refused = [...new Set(verdicts.flatMap((one) => one.violations.map(({ code }) => code)))];
  const first = verdicts[0] === undefined ? 'none' : verdicts[0].clean ? 'clean' : 'refused';
  const { attempts, first_try: firstTry } = wanted;
  // An agent that made no proposal had none refused either: that is met only where it is what is asked.
  return {
    met:
      (proposals.length > 0 || attempts === 0) &&
      (attempts === undefined || attempts === proposals.length) &&
      (firstTry === undefined || firstTry === first) &&
      (wanted.refused === undefined || sameSet(wanted.refused, refused)),
    found: `${proposals.length} proposals of ${agent}, first ${first}, refused for ${refused.join(', ') || 'nothing'}`,
  };
}

const silent = (agent: AgentName): Mark => ({ met: false, found: `${agent} proposed nothing` });

function rulingText({ ruling: as, code, candidates, against }: Ruling, seen: Observed): string {
  const words = [
    ...(code === null ? [] : [code]),
    ...(candidates.length === 0 ? [] : [candidates.map((at) => shown(seen, at)).join(' or ')]),
    ...(against === null ? [] : [`against ${against}`]),
  ];
  return words.length === 0 ? as : `${as} (${words.join('; ')})`;
}

function ruling(wanted: ProposesValues['ruling'], seen: Observed): Mark {
  const bodies = readinessOf(seen);
  if (bodies.length === 0) return silent('readiness');
  const rulings = bodies.flatMap((body) => body.rulings);
  const facts = factsOf(seen, wanted.report).map(({ factId }) => factId);
  const asked = wanted.fact === undefined ? facts : facts.slice(wanted.fact - 1, wanted.fact);
  const found = asked.map((id) => rulings.findLast(({ factId }) => factId === id));
  const rival = wanted.against === undefined ? [] : factsOf(seen, wanted.against);
  const candidates = wanted.candidates?.map((text) => String(instantOf(seen, text)));
  const met =
    found.length > 0 &&
    found.every(
      (one) =>
        one?.ruling === wanted.as &&
        (wanted.code === undefined || one.code === wanted.code) &&
        (candidates === undefined || sameSet(candidates, one.candidates.map(String))) &&
        (wanted.against === undefined || rival.some(({ factId }) => factId === one.against)),
    );
  const words = found.map((one) => (one === undefined ? 'not ruled' : rulingText(one, seen)));
  return { met, found: words.join(', ') || 'no such fact' };
}

const checkpointOf = (assertion: object): unknown =>
  'checkpoint' in assertion ? assertion.checkpoint : null;

function readingsOf(seen: Observed, report: string) {
  const facts = new Set(factsOf(seen, report).map(({ factId }) => factId));
  const readings = readinessOf(seen).flatMap((body) => body.readings ?? []);
  return readings.filter(({ statement }) => facts.has(statement));
}

const readingText = (readings: ReturnType<typeof readingsOf>): string =>
  readings.map(({ assertion, quote }) => `${assertion.kind} "${quote}"`).join(', ') || 'none';

function reading(wanted: ProposesValues['reading'], seen: Observed): Mark {
  const found = readingsOf(seen, wanted.report);
  const met = found.some(
    ({ assertion, quote }) =>
      assertion.kind === wanted.kind &&
      (wanted.checkpoint === undefined || checkpointOf(assertion) === wanted.checkpoint) &&
      (wanted.quote === undefined || quote === wanted.quote),
  );
  return { met, found: readingText(found) };
}

function noReading(wanted: ProposesValues['no_reading'], seen: Observed): Mark {
  if (proposalsOf(seen, 'readiness').length === 0) return silent('readiness');
  const found = readingsOf(seen, wanted.report).filter(
    ({ assertion }) => wanted.kind === undefined || assertion.kind === wanted.kind,
  );
  return { met: found.length === 0, found: readingText(found) };
}

function start(wanted: ProposesValues['start'], seen: Observed): Mark {
  const body = bodyOf(seen, 'resequencing');
  if (body === null) return silent('resequencing');
  const found = body.placements.find(({ checkpoint }) => checkpoint === wanted.checkpoint);
  if (found === undefined) return { met: false, found: 'not placed' };
  return {
    met:
      found.startAt === instantOf(seen, wanted.at) &&
      (wanted.end === undefined || found.endAt === instantOf(seen, wanted.end)) &&
      (wanted.owner === undefined || found.owner === wanted.owner),
    found: `${shown(seen, found.startAt)} to ${shown(seen, found.endAt)} by ${found.owner}`,
  };
}

type Reasons = {
  readonly behind?: string | undefined;
  readonly causes?: string[] | undefined;
  readonly subjects?: string[] | undefined;
};
type Held = { readonly behind: string | null; readonly causes: readonly Cause[] };

const fits = ({ behind, causes }: Held, wanted: Reasons): boolean =>
  (wanted.behind === undefined || behind === wanted.behind) &&
  includesAll(
    causes.map(({ rule }) => rule),
    wanted.causes ?? [],
  ) &&
  includesAll(
    causes.map(({ subject }) => subject),
    wanted.subjects ?? [],
  );

const heldText = ({ behind, causes }: Held): string =>
  `${behind === null ? '' : `behind ${behind}: `}${causesText(causes)}`;

function unplaced(wanted: ProposesValues['unplaced'], seen: Observed): Mark {
  const body = bodyOf(seen, 'resequencing');
  if (body === null) return silent('resequencing');
  const found: Unplaced | undefined = body.unplaced.find(
    ({ checkpoint }) => checkpoint === wanted.checkpoint,
  );
  return found === undefined
    ? { met: false, found: 'placed' }
    : { met: fits(found, wanted), found: heldText(found) };
}

const holdFits = (one: Hold, wanted: ProposesValues['hold']): boolean =>
  fits(one, wanted) &&
  (wanted.class === undefined || one.holdClass === wanted.class) &&
  (wanted.release === undefined || one.release.kind === wanted.release) &&
  (wanted.waits_for === undefined || Object.values(one.release).includes(wanted.waits_for)) &&
  (wanted.lifted_by === undefined || one.liftedBy === wanted.lifted_by) &&
  (wanted.blocks === undefined || sameSet(one.blocks, wanted.blocks));

const holdText = (one: Hold): string =>
  `${one.holdClass} ${heldText(one)}; release ${Object.values(one.release).join(' ')} by ${one.liftedBy}; blocks ${one.blocks.join(', ') || 'nothing'}`;

function hold(wanted: ProposesValues['hold'], seen: Observed): Mark {
  const body = bodyOf(seen, 'holds');
  if (body === null) return silent('holds');
  const found = body.holds.filter(({ checkpoint }) => checkpoint === wanted.checkpoint);
  return {
    met: found.some((one) => holdFits(one, wanted)),
    found: found.map(holdText).join(' | ') || 'no hold',
  };
}

function noHold(wanted: ProposesValues['no_hold'], seen: Observed): Mark {
  const body = bodyOf(seen, 'holds');
  if (body === null) return silent('holds');
  const found = body.holds.filter(({ checkpoint }) => wanted.includes(checkpoint));
  return { met: found.length === 0, found: found.map(({ holdId }) => holdId).join(', ') || 'none' };
}

/** What the newest proposal of the step says of one thing. */
export function scoreProposes(wanted: ProposesExpectation, seen: Observed): Mark {
  if (wanted.ruling !== undefined) return ruling(wanted.ruling, seen);
  if (wanted.reading !== undefined) return reading(wanted.reading, seen);
  if (wanted.no_reading !== undefined) return noReading(wanted.no_reading, seen);
  if (wanted.start !== undefined) return start(wanted.start, seen);
  if (wanted.unplaced !== undefined) return unplaced(wanted.unplaced, seen);
  if (wanted.hold !== undefined) return hold(wanted.hold, seen);
  if (wanted.no_hold !== undefined) return noHold(wanted.no_hold, seen);
  const packet = bodyOf(seen, 'packet')?.packet ?? null;
  return packet === null ? silent('packet') : scorePacketProposal(wanted, packet);
}
