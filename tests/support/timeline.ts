/**
 * Small builders for timelines: a placement, a proposal, what the rules say of it. Times are minutes into the night
 * plus milliseconds, because every rule is tested to the millisecond.
 */
import { checkResequencing } from '../../constraints/resequencing.ts';
import type { CutoverState } from '../../ledger/cutover.ts';
import { initialSituation, type Progress, type Situation } from '../../ledger/situation.ts';
import type { Packet } from '../../ledger/packet.ts';
import { type Checkpoint, plannedMs, type Plan } from '../../ledger/plan.ts';
import type {
  Placement,
  Proposal,
  ResequencingBody,
  Unplaced,
  Violation,
} from '../../ledger/proposal.ts';
import { declared, minute, nightAt, plan } from './build.ts';

/** Where a checkpoint is placed: minutes into the night, milliseconds on top, by whom (the approved owner unless said). */
export type Spot = { id: string; at: number; ms?: number; owner?: string; endMs?: number };

/** A placement of a checkpoint of the plan with its planned duration, or `endMs` longer. */
export function placement(of: Plan, { id, at, ms = 0, owner, endMs = 0 }: Spot): Placement {
  const checkpoint = of.checkpoints.find((item) => item.id === id);
  const lasts = checkpoint === undefined ? 0 : plannedMs(checkpoint.duration);
  const startAt = minute(at) + ms;
  return {
    checkpoint: id,
    startAt,
    endAt: startAt + lasts + endMs,
    owner: owner ?? checkpoint?.approvedOwner ?? 'operator',
  };
}

export const heldAt = (checkpoint: string, change: Partial<Unplaced> = {}): Unplaced => ({
  checkpoint,
  behind: null,
  causes: [{ rule: 'in_past', checkpoint, subject: null, factId: null, at: null }],
  ...change,
});

/** A proposal that places these spots and holds the rest named. */
export const timelineOf = (
  of: Plan,
  spots: readonly Spot[],
  held: readonly Unplaced[] = [],
): ResequencingBody => ({
  agent: 'resequencing',
  placements: spots.map((spot) => placement(of, spot)),
  unplaced: [...held],
  quality: { levels: [], provenLevels: 0, proven: false },
});

/** A declared state with its situation changed by hand: for rules, which read nothing else. */
export const situated = (
  checkpoints: readonly Checkpoint[],
  { plan: change = {}, progress = {}, ...situation }: Situating = {},
): CutoverState => {
  const of = plan(checkpoints, change);
  const state = declared(of);
  const initial = initialSituation(of);
  const known = Object.entries(progress).map(([id, item]) => [
    id,
    { ...initial.progress[id], ...item },
  ]);
  return {
    ...state,
    situation: {
      ...initial,
      ...situation,
      progress: { ...initial.progress, ...Object.fromEntries(known) },
    },
  };
};

export type Situating = Partial<Omit<Situation, 'plan' | 'progress'>> & {
  readonly plan?: Partial<Plan>;
  readonly progress?: Readonly<Record<string, Partial<Progress>>>;
};

/** What the rules say of these spots; every other open checkpoint is held. */
export function verdictOn(
  state: CutoverState,
  spots: readonly Spot[],
  now: number = nightAt,
): Violation[] {
  const { plan: of, progress } = state.situation;
  const held = of.checkpoints
    .filter(({ id }) => progress[id]?.state === 'planned' && !spots.some((spot) => spot.id === id))
    .map(({ id }) => heldAt(id));
  return checkResequencing(timelineOf(of, spots, held), state, now);
}

/** The codes of violations with the checkpoint and subjects they are about: `owner_clash b operator a`. */
export const said = (violations: readonly Violation[]): string[] =>
  violations.map(({ code, checkpoint, subjects }) =>
    [code, checkpoint ?? '-', ...subjects].join(' '),
  );

/** The same state with a current packet that has these lines: an incumbent. */
export function current(
  state: CutoverState,
  lines: readonly Partial<Packet['lines'][number]>[],
): CutoverState {
  const whole = lines.map((line): Packet['lines'][number] => ({
    checkpoint: 'a',
    state: 'planned',
    startAt: null,
    endAt: null,
    earliestEndAt: null,
    durationKnown: true,
    owner: null,
    drivenBy: [],
    floatMinutes: null,
    critical: false,
    protectedMove: false,
    stillNeeded: [],
    ...line,
  }));
  const digest = '1'.repeat(64);
  const packet: Packet = {
    packetId: 'packet-1',
    cutoverId: state.cutoverId,
    version: 1,
    supersedes: null,
    preparedAt: nightAt,
    basisVersion: 1,
    basisDigest: digest,
    minds: [],
    lines: whole,
    holds: [],
    heldFacts: [],
    deviations: [],
    deltas: [],
    notNotified: [],
    mustAcknowledge: [],
    decisionDeadlineAt: null,
    decisionDeadlineCheckpoint: null,
    leadHolds: [],
    leadPeople: [],
    stoppedAt: 'approval',
  };
  return {
    ...state,
    current: { packet, packetHash: digest, checkCode: 'AAAA-AAAA' },
    lastPacketVersion: 1,
  };
}

/** The same state with an open run at `nowAt` in which these bodies were proposed and found clean. */
export function running(
  state: CutoverState,
  bodies: readonly Proposal['body'][],
  nowAt: number = nightAt,
): CutoverState {
  const attempts = bodies.map((body) => [
    body.agent,
    {
      proposal: {
        proposalId: `proposal-${body.agent}`,
        cutoverId: state.cutoverId,
        runId: 'run-1',
        agent: body.agent,
        mind: { kind: 'deterministic', reason: 'default' },
        attempt: 1,
        basisVersion: state.version,
        basisDigest: '2'.repeat(64),
        body,
      },
      clean: true,
      violations: [],
    },
  ]);
  return {
    ...state,
    run: {
      runId: 'run-1',
      startedVersion: state.version,
      nowAt,
      graphVersion: 'test',
      attempts: Object.fromEntries(attempts),
    },
  };
}
