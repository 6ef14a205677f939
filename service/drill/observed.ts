/**
 * What a drill sees after a step: the folded ledger, its events, and what became of the step's deliveries, run and
 * decision. Read-only helpers over it; it judges nothing.
 */
import type { RunResult } from '../../graph/run.ts';
import type { RejectionCode } from '../../ledger/codes.ts';
import type { CutoverState, PacketRecord } from '../../ledger/cutover.ts';
import type { LedgerEvent } from '../../ledger/events.ts';
import type { Fact, Ruling } from '../../ledger/facts.ts';
import { incumbentOf } from '../../ledger/incumbent.ts';
import { rulingsIn } from '../../ledger/lineage.ts';
import type { Packet, PacketLine } from '../../ledger/packet.ts';
import type { Proposal } from '../../ledger/proposal.ts';
import type { AgentName, Instant } from '../../ledger/vocabulary.ts';
import { readInstant } from '../../constraints/instants.ts';
import { timeText } from '../words/times.ts';

export type Delivery = 'received' | 'known_already' | 'refused';

export type Observed = {
  readonly state: CutoverState;
  readonly events: readonly LedgerEvent[];
  /** The ledger position before the step: what is later happened in it. */
  readonly since: number;
  /** The agent that the drill is about; null: the whole walk. */
  readonly agent: AgentName | null;
  /** How the last run of the step ended; null when it had none. */
  readonly run: RunResult['outcome'] | null;
  /** What became of the last delivery of each report, by its id. */
  readonly deliveries: ReadonlyMap<string, Delivery>;
  readonly decision: 'taken' | RejectionCode | null;
  /** What became of the last acknowledgement of the step. */
  readonly acknowledgement: 'taken' | RejectionCode | null;
};

/** The packet that waits for a person, else the current one, with its hash and what is known of its holds by now. */
export const recordOf = ({ state }: Observed): PacketRecord | null =>
  state.pending?.record ?? state.current;

/** The packet that waits for a person, else the current one. */
export const packetOf = (seen: Observed): Packet | null => recordOf(seen)?.packet ?? null;

export const lineOf = (observed: Observed, checkpoint: string): PacketLine | undefined =>
  packetOf(observed)?.lines.find((line) => line.checkpoint === checkpoint);

/** An instant of the drill file: it was read once before, so that it has a meaning. */
export const instantOf = ({ state }: Observed, text: string): Instant | null => {
  const { zone, window } = state.situation.plan;
  return readInstant(text, zone, window).at;
};

/** An instant as the drill's readers write it. */
export const shown = ({ state }: Observed, at: Instant | null): string =>
  at === null ? 'no time' : timeText(at, state.situation.plan.zone);

/** What one agent proposed in the step, oldest first. */
export const proposalsOf = ({ events, since }: Observed, agent: AgentName): Proposal[] =>
  events.flatMap(({ version, body }) =>
    version > since && body.type === 'ProposalMade' && body.proposal.agent === agent
      ? [body.proposal]
      : [],
  );

/** Every packet that was ever prepared, oldest first. */
export const preparedIn = (events: readonly LedgerEvent[]): Packet[] =>
  events.flatMap(({ body }) => (body.type === 'PacketPrepared' ? [body.packet] : []));

export type Standing = { readonly startAt: Instant; readonly owner: string };

/** Where a checkpoint stood before the packet: in the one it supersedes, else in the approved sequence. */
export function standingBefore(observed: Observed, checkpoint: string): Standing | null {
  const superseded = packetOf(observed)?.supersedes ?? null;
  if (superseded === null) {
    const fresh = { ...observed.state, current: null };
    const approved = incumbentOf(fresh).placements.find((item) => item.checkpoint === checkpoint);
    return approved === undefined ? null : { startAt: approved.startAt, owner: approved.owner };
  }
  const before = preparedIn(observed.events).find(({ version }) => version === superseded.version);
  const line = before?.lines.find((item) => item.checkpoint === checkpoint);
  if (line === undefined || line.startAt === null || line.owner === null) return null;
  return { startAt: line.startAt, owner: line.owner };
}

/** Checkpoints still to come whose start, owner or hold differs from the packet before; none when there is none. */
export function changedIn(observed: Observed): string[] {
  const packet = packetOf(observed);
  const version = packet?.supersedes?.version ?? null;
  const before = preparedIn(observed.events).find((one) => one.version === version);
  if (packet === null || before === undefined) return [];
  const old = new Map(before.lines.map((line) => [line.checkpoint, line]));
  const open = packet.lines.filter(({ state }) => state === 'planned' || state === 'held');
  return open
    .filter((line) => {
      const was = old.get(line.checkpoint);
      const heldNow = line.state === 'held';
      if (was === undefined || (was.state === 'held') !== heldNow) return true;
      return !heldNow && (was.startAt !== line.startAt || was.owner !== line.owner);
    })
    .map(({ checkpoint }) => checkpoint);
}

/** The facts of a report as it arrived, in order. */
export const factsOf = ({ events }: Observed, reportId: string): Fact[] =>
  events.flatMap(({ body }) =>
    body.type === 'ReportReceived' && body.report.sourceEventId === reportId
      ? body.report.facts
      : [],
  );

/** What was made of each fact of a report, in order; undefined for one not ruled on yet. */
export function rulingsOf(observed: Observed, reportId: string): (Ruling | undefined)[] {
  const rulings = rulingsIn(observed.events);
  return factsOf(observed, reportId).map(({ factId }) =>
    rulings.findLast((ruling) => ruling.factId === factId),
  );
}
