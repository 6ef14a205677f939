/** Measures the minds of a step: how their proposals fared at the gate, what asking cost, what people adopted. */
import type { LedgerEvent } from '../../ledger/events.ts';
import type { PacketLine } from '../../ledger/packet.ts';
import type { Proposal, ResequencingBody } from '../../ledger/proposal.ts';
import type { Moment } from '../../service/drill/run.ts';
import { sum, type Tally, tally } from './tally.ts';

const proposalsIn = (events: readonly LedgerEvent[]): Proposal[] =>
  events.flatMap(({ body }) => (body.type === 'ProposalMade' ? [body.proposal] : []));

function gateOf(events: readonly LedgerEvent[]): Tally {
  const first = new Set(
    proposalsIn(events).flatMap(({ proposalId, attempt }) => (attempt === 1 ? [proposalId] : [])),
  );
  const verdicts = events.flatMap(({ body }) => (body.type === 'VerdictGiven' ? [body] : []));
  const own = verdicts.filter(({ proposalId }) => first.has(proposalId));
  return tally({
    firstTries: own.length,
    firstClean: own.filter(({ clean }) => clean).length,
    repairs: verdicts.filter(({ clean }) => !clean).length,
    tookOver: proposalsIn(events).filter(
      ({ mind }) => mind.kind === 'deterministic' && mind.reason === 'model_failed',
    ).length,
  });
}

function costOf(events: readonly LedgerEvent[]): Tally {
  const minds = proposalsIn(events).flatMap(({ mind }) => (mind.kind === 'model' ? [mind] : []));
  return sum([
    ...events.map(({ body }) =>
      body.type === 'ModelAnswered'
        ? tally({
            asks: 1,
            answered: body.outcome === 'answered' ? 1 : 0,
            calls: body.used.calls,
            tokens: body.used.tokens,
            microCost: body.used.microCost,
            latencyMs: body.used.milliseconds,
          })
        : tally(),
    ),
    ...minds.map(({ inputTokens, outputTokens }) => tally({ inputTokens, outputTokens })),
  ]);
}

function asProposed(line: PacketLine, body: ResequencingBody): boolean {
  const own = body.placements.find(({ checkpoint }) => checkpoint === line.checkpoint);
  if (line.state === 'held') return own === undefined;
  return own !== undefined && own.startAt === line.startAt && own.owner === line.owner;
}

/** Of each packet adopted in the step: how much of it is what was proposed first in the run that made it. */
function agreementOf(events: readonly LedgerEvent[], all: readonly LedgerEvent[]): Tally {
  const adopted = events.flatMap(({ body }) => (body.type === 'PacketAdopted' ? [body] : []));
  return sum(
    adopted.map(({ packetId }) => {
      const made = all.flatMap(({ body }) =>
        body.type === 'PacketPrepared' && body.packet.packetId === packetId ? [body] : [],
      );
      const ids = made.at(-1)?.proposalIds ?? [];
      const proposals = proposalsIn(all);
      const run = proposals.find(({ proposalId }) => ids.includes(proposalId))?.runId;
      const first = proposals.find(
        ({ runId, agent, attempt }) => runId === run && agent === 'resequencing' && attempt === 1,
      )?.body;
      const lines = (made.at(-1)?.packet.lines ?? []).filter(
        ({ state }) => state === 'planned' || state === 'held',
      );
      if (first?.agent !== 'resequencing') return tally();
      return tally({
        adoptedLines: lines.length,
        adoptedAsProposed: lines.filter((line) => asProposed(line, first)).length,
      });
    }),
  );
}

export function measureMinds({ seen }: Moment): Tally {
  const events = seen.events.filter(({ version }) => version > seen.since);
  return sum([gateOf(events), costOf(events), agreementOf(events, seen.events)]);
}
