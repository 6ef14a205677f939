/**
 * How each event changes the state. `evolve` is total and pure: it asks no clock, refuses nothing, and folding
 * the same events always gives the same state.
 */
import type { CutoverState } from './cutover.ts';
import { applyAsForecast, applyFact, asForecast, undoFact } from './effects.ts';
import { type EventBody, type EventOf, genesisHash, type LedgerEvent } from './events.ts';
import type { HeardAgain, HeldAgain, Ruling } from './facts.ts';
import { explain } from './explaining.ts';
import { hear } from './hearing.ts';
import { attemptNotice, failNotice, queueNotice, sendNotice, suppressNotice } from './noticing.ts';
import { noModelUse } from './modelCost.ts';
import { reserve, settleUse } from './modelUse.ts';
import { adopt, clear, decline, endRun, type Recorded, settle } from './settling.ts';
import { initialSituation } from './situation.ts';
import { isSettledBy, subjectOf } from './subjects.ts';
import type { Instant } from './vocabulary.ts';

function declare(event: LedgerEvent, body: EventOf<'CutoverDeclared'>): CutoverState {
  return {
    cutoverId: event.cutoverId,
    version: 0,
    headHash: genesisHash,
    recordedAt: event.recordedAt,
    planDigest: body.planDigest,
    declaredBy: body.actor,
    declaredByLead: body.declaredByLead,
    situation: initialSituation(body.plan),
    unruled: [],
    heldFacts: [],
    known: {},
    heard: {},
    moved: [],
    inputVersion: event.version,
    run: null,
    lastRunStartedVersion: 0,
    lastRunId: null,
    lastRunNowAt: null,
    current: null,
    pending: null,
    lastPacketVersion: 0,
    decided: {},
    usedNonces: [],
    acknowledgements: {},
    outbox: {},
    refusals: 0,
    modelUse: noModelUse,
  };
}

function ruleOn(state: CutoverState, ruling: Ruling, version: number): CutoverState {
  const fact = state.unruled.find((waiting) => waiting.factId === ruling.factId);
  if (fact === undefined) return state;
  const next = {
    ...state,
    unruled: state.unruled.filter((waiting) => waiting !== fact),
    heard: hear(state, fact, ruling),
  };
  switch (ruling.ruling) {
    case 'repeat':
      return next;
    case 'held':
      return { ...next, heldFacts: [...state.heldFacts, { fact, ruling }] };
    case 'accepted':
    case 'accepted_as_forecast': {
      const apply = ruling.ruling === 'accepted' ? applyFact : applyAsForecast;
      const told = ruling.ruling === 'accepted' ? fact : asForecast(fact);
      const { factId, assertion } = fact;
      const subject = subjectOf(assertion);
      return {
        ...next,
        situation: apply(state.situation, fact),
        known: { ...state.known, [subject]: { ...fact, ruledVersion: state.version + 1 } },
        moved: [...state.moved, { factId, subject, version }],
        heldFacts: state.heldFacts.filter(
          (held) => !isSettledBy(state.situation.plan, held.fact, told),
        ),
      };
    }
  }
}

/** What the fact did is undone, and it stands before a human; nothing happens when another one has replaced it since. */
function holdAgain(state: CutoverState, again: HeldAgain, version: number): CutoverState {
  const { factId, code, against } = again;
  const [subject, known] =
    Object.entries(state.known).find(([, accepted]) => accepted.factId === factId) ?? [];
  if (subject === undefined || known === undefined) return state;
  const { [subject]: _held, ...others } = state.known;
  const { ruledVersion: _ruled, ...fact } = known;
  const ruling: Ruling = { factId, ruling: 'held', code, candidates: [], against };
  return {
    ...state,
    situation: undoFact(state.situation, fact),
    known: others,
    heldFacts: [...state.heldFacts, { fact, ruling }],
    moved: [...state.moved, { factId, subject, version }],
  };
}

/** The facts wait again, after those that have waited longer. */
function hearAgain(state: CutoverState, facts: readonly HeardAgain[]): CutoverState {
  const again = new Set(facts.map(({ factId }) => factId));
  const heard = state.heldFacts.filter(({ fact }) => again.has(fact.factId));
  return {
    ...state,
    unruled: [...state.unruled, ...heard.map(({ fact }) => fact)],
    heldFacts: state.heldFacts.filter(({ fact }) => !again.has(fact.factId)),
  };
}

function judge(state: CutoverState, body: EventOf<'VerdictGiven'>): CutoverState {
  const attempt = state.run?.attempts[body.agent];
  if (state.run === null || attempt?.proposal.proposalId !== body.proposalId) return state;
  const judged = { ...attempt, clean: body.clean, violations: body.violations };
  return {
    ...state,
    run: { ...state.run, attempts: { ...state.run.attempts, [body.agent]: judged } },
  };
}

// eslint-disable-next-line max-lines-per-function -- one line per event type is the clearest form of this table
function change(state: CutoverState, body: EventBody, event: Recorded): CutoverState {
  switch (body.type) {
    case 'CutoverDeclared':
      return state;
    case 'ReportReceived':
      return {
        ...state,
        unruled: [...state.unruled, ...body.report.facts],
        inputVersion: event.version,
      };
    case 'ReportRefused':
      return { ...state, refusals: state.refusals + 1 };
    case 'RunStarted':
      return {
        ...state,
        run: {
          runId: body.runId,
          startedVersion: event.version,
          nowAt: body.nowAt,
          graphVersion: body.graphVersion,
          attempts: {},
        },
      };
    case 'ProposalMade':
      return state.run === null
        ? state
        : {
            ...state,
            run: {
              ...state.run,
              attempts: {
                ...state.run.attempts,
                [body.proposal.agent]: { proposal: body.proposal, clean: null, violations: [] },
              },
            },
          };
    case 'VerdictGiven':
      return judge(state, body);
    case 'FactsRuled':
      return body.rulings.reduce((before, ruling) => ruleOn(before, ruling, event.version), state);
    case 'FactsHeldAgain':
      return body.facts.reduce((before, again) => holdAgain(before, again, event.version), state);
    case 'FactsHeardAgain':
      return hearAgain(state, body.facts);
    case 'StatementRead':
      return {
        ...state,
        unruled: [...state.unruled, ...body.facts],
        heldFacts: state.heldFacts.filter(
          ({ fact }) => !body.whole || fact.factId !== body.statement,
        ),
      };
    case 'ModelAsked':
      return { ...state, modelUse: reserve(state.modelUse, body, event.recordedAt) };
    case 'ModelAnswered':
      return { ...state, modelUse: settleUse(state.modelUse, body) };
    case 'PacketPrepared':
      return {
        ...state,
        pending: {
          record: { packet: body.packet, packetHash: body.packetHash, checkCode: body.checkCode },
          request: null,
        },
        lastPacketVersion: body.packet.version,
      };
    case 'ApprovalRequested': {
      const { packetId, packetHash, basisDigest, nonce, expiresAt, runId } = body;
      return state.pending === null
        ? state
        : {
            ...state,
            pending: {
              ...state.pending,
              request: { packetId, packetHash, basisDigest, nonce, expiresAt, runId },
            },
          };
    }
    case 'HoldsExplained':
      return explain(state, body);
    case 'ApprovalCleared':
      return clear(state, body, event);
    case 'PacketAdopted':
      return adopt(state, body, event);
    case 'PacketSuperseded':
      return settle(state, body.packetId, {
        how: 'superseded',
        version: body.version,
        by: state.decided[body.packetId]?.by ?? null,
        at: event.recordedAt,
      });
    case 'PacketDeclined':
      return decline(state, body, event);
    case 'DecisionRefused':
      return { ...state, refusals: state.refusals + 1 };
    case 'NoticeQueued':
      return queueNotice(state, body, event);
    case 'NoticeAttempted':
      return attemptNotice(state, body);
    case 'NoticeSent':
      return sendNotice(state, body, event);
    case 'NoticeFailed':
      return failNotice(state, body);
    case 'NoticeSuppressed':
      return suppressNotice(state, body);
    case 'PacketAcknowledged':
      return {
        ...state,
        acknowledgements: {
          ...state.acknowledgements,
          [body.person]: { version: body.version, countsFor: body.version, at: event.recordedAt },
        },
      };
    case 'RunEnded':
      return endRun(state, body, event);
  }
}

/** The state after one more event. The first event must declare the cutover; anything else is a broken ledger. */
export function evolve(state: CutoverState | null, event: LedgerEvent): CutoverState {
  const before =
    state ?? (event.body.type === 'CutoverDeclared' ? declare(event, event.body) : null);
  if (before === null) {
    throw new Error(
      `${event.cutoverId}: event ${event.version} comes before the cutover is declared`,
    );
  }
  const after = change(before, event.body, event);
  return { ...after, version: event.version, headHash: event.hash, recordedAt: event.recordedAt };
}

/** The state as it will be once `bodies` are appended at `recordedAt`; its head hash is still the old one. */
export function foresee(
  state: CutoverState,
  bodies: readonly EventBody[],
  recordedAt: Instant,
): CutoverState {
  return bodies.reduce((before, body) => {
    const version = before.version + 1;
    return { ...change(before, body, { version, recordedAt }), version, recordedAt };
  }, state);
}
