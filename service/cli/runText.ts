/**
 * What a run came to, for the person who started it: the pending packet and how to decide on it, or why there is
 * nothing to decide.
 */
import type { RunResult } from '../../graph/run.ts';
import type { CutoverState } from '../../ledger/cutover.ts';
import type { Assertion } from '../../ledger/facts.ts';
import type { LedgerEvent } from '../../ledger/events.ts';
import { rulingsIn } from '../../ledger/lineage.ts';
import { currentView, pendingView, type Seen } from '../../ledger/views.ts';
import { readFacts } from '../../tools/readFacts.ts';
import { subjectOf } from '../../ledger/subjects.ts';
import type { Interlock } from '../interlock.ts';
import { eventsOf } from '../packets.ts';
import { readinessWords, violationWords } from '../words/codes.ts';
import { namesOf } from '../words/names.ts';
import { type Answer, answered, exits } from './answer.ts';
import { stateOf } from './cutovers.ts';
import { renderPacket, type View } from './renderPacket.ts';
import { aheadLines, decidersLines, waitingLines } from './statusText.ts';
import { heading, type Screen, wrap } from './screen.ts';

/** The facts that an event brings, and under which words; null when it brings none. */
function toldFacts(body: LedgerEvent['body']) {
  if (body.type === 'ReportReceived') return body.report;
  if (body.type !== 'StatementRead') return null;
  const source = `read from ${body.statement}`;
  return { source, text: body.facts.map(({ text }) => text).join(' … '), facts: body.facts };
}

/** The words each fact was read from, by fact id. */
export function factTexts(events: readonly LedgerEvent[]): ReadonlyMap<string, string> {
  return new Map(
    events.flatMap(
      ({ body }) => toldFacts(body)?.facts.map((fact) => [fact.factId, fact.text] as const) ?? [],
    ),
  );
}

/** The two commands that decide on the pending packet. */
export function howToDecide(state: CutoverState): string {
  const record = state.pending?.record;
  if (record === undefined) return '';
  return [
    `Packet ${record.packet.version} waits for the release lead. Decide with:`,
    `  interlock adopt ${record.checkCode} --as PERSON`,
    `  interlock decline ${record.checkCode} --as PERSON --reason "WHY"`,
  ].join('\n');
}

/**
 * What the reader of the packet that waits has to know beside it: facts that have arrived since and move nothing in it,
 * and who may not adopt it. Empty where there is nothing of that.
 */
export function besidePending(state: CutoverState, seen: Seen, view: View): string[] {
  const pending = pendingView(state, seen);
  if (pending === null) return [];
  const { names, screen } = view;
  const since = waitingLines(state, names, readFacts(state));
  return [
    ...(since.length === 0 ? [] : [heading('Arrived since, not in this packet', screen), ...since]),
    ...decidersLines(pending, state.situation.plan, names),
  ];
}

function waiting(
  state: CutoverState,
  events: readonly LedgerEvent[],
  context: { utc: boolean; screen: Screen; howTo: boolean; seen: Seen },
): string {
  const record = state.pending?.record;
  if (record === undefined) return 'No packet waits for a decision.';
  const names = namesOf(state.situation.plan, context.utc ? 'UTC' : undefined);
  const view = { names, screen: context.screen };
  const packet = renderPacket(record, {
    before: state.current?.packet ?? null,
    factTexts: factTexts(events),
    view,
  });
  const text = [packet, ...besidePending(state, context.seen, view)].join('\n');
  return context.howTo ? `${text}\n\n${howToDecide(state)}` : text;
}

const endings: Readonly<Record<Exclude<RunResult['outcome'], 'awaiting_decision'>, string>> = {
  no_change: 'Nothing changed: no time, order, owner or hold. The packet in force stays.',
  nothing_to_do: 'Nothing new since the last run.',
  adopted: 'Packet 1 is current, on the authority of the release lead who declared it.',
  declined: 'The packet was declined; the one in force stays.',
  overtaken: 'New facts kept arriving during the run; run again.',
  refused_by_gate: 'The gate refused every proposal; nothing reaches a person. The rules broken:',
};

/** What a fact is about: the words of a statement as they are, the names in any other. */
const aboutOf = (assertion: Assertion): string =>
  assertion.kind === 'statement'
    ? `"${assertion.text}"`
    : `(${subjectOf(assertion).split(':').slice(1).join(', ')})`;

/** What became of each fact that this run ruled on, under the words of its report. */
function rulingLines(events: readonly LedgerEvent[], runId: string | null): string[] {
  const begin = events.findIndex(({ body }) => body.type === 'RunStarted' && body.runId === runId);
  if (begin < 0) return [];
  const rulings = new Map(rulingsIn(events.slice(begin)).map((ruling) => [ruling.factId, ruling]));
  return events.flatMap(({ body }) => {
    const told = toldFacts(body);
    if (told === null) return [];
    const lines = told.facts.flatMap((fact) => {
      const ruling = rulings.get(fact.factId);
      if (ruling === undefined) return [];
      const why = ruling.code === null ? '' : `: ${readinessWords[ruling.code]}`;
      const { kind } = fact.assertion;
      const about = aboutOf(fact.assertion);
      return [
        wrap(
          `  ${ruling.ruling.replaceAll('_', ' ')}  ${kind.replaceAll('_', ' ')} ${about} [${fact.factId}]${why}`,
          4,
        ),
      ];
    });
    return lines.length === 0 ? [] : [wrap(`${told.source} "${told.text}"`), ...lines];
  });
}

/** The result of a run as an answer. A refusal by the gate is shown with every broken rule. */
export async function describeRun(
  interlock: Interlock,
  done: { cutoverId: string; result: RunResult; utc: boolean; howTo?: boolean },
  screen: Screen,
): Promise<Answer> {
  const { store, judge, now } = interlock.ledger;
  const { cutoverId, result } = done;
  const [state, events] = [await stateOf(store, cutoverId), await eventsOf(store, cutoverId)];
  const json = {
    outcome: result.outcome,
    version: state.version,
    pending: state.pending?.record ?? null,
    request: state.pending?.request ?? null,
    current: state.current?.packet.version ?? null,
  };
  const ruled = rulingLines(events, result.runId);
  const facts = ruled.length === 0 ? '' : `${heading('Facts', screen)}\n${ruled.join('\n')}\n\n`;
  if (result.outcome === 'awaiting_decision') {
    return answered(
      facts +
        waiting(state, events, {
          utc: done.utc,
          screen,
          howTo: done.howTo !== false,
          seen: { judge, now: now() },
        }),
      json,
    );
  }
  const verdict = events.findLast(({ body }) => body.type === 'VerdictGiven' && !body.clean)?.body;
  const rules =
    result.outcome === 'refused_by_gate' && verdict?.type === 'VerdictGiven'
      ? verdict.violations.map(
          (violation) =>
            `  ${violation.code} ${violation.checkpoint ?? ''}: ${violationWords[violation.code]}`,
        )
      : [];
  const names = namesOf(state.situation.plan, done.utc ? 'UTC' : undefined);
  const ahead =
    result.outcome === 'no_change'
      ? aheadLines(currentView(state, { judge, now: now() }), names)
      : [];
  return {
    exit: result.outcome === 'refused_by_gate' ? exits.refused : exits.ok,
    text: [...ruled, endings[result.outcome], ...ahead, ...rules].join('\n'),
    json: { ...json, rules },
  };
}
