/**
 * The lines of a packet: one for each checkpoint, what it is to do and why just then. Placed ones come from the clean
 * timeline, started ones from the facts, held ones get no time.
 */
import type { Driver, PacketLine } from '../ledger/packet.ts';
import { type Checkpoint, plannedMs } from '../ledger/plan.ts';
import type { Placement } from '../ledger/proposal.ts';
import { type Id, secondMs } from '../ledger/vocabulary.ts';
import { problemFrom } from '../solver/normalise.ts';
import { sceneOf, type Work } from '../solver/normalise/scene.ts';
import { type TimetableRow, timetable } from '../solver/timetable.ts';
import { placedTicks } from '../tools/explain.ts';
import { busyOwner, byRank, type Draft, progressIn } from './packetDraft.ts';

const blank = (checkpoint: Checkpoint): PacketLine => ({
  checkpoint: checkpoint.id,
  state: 'held',
  startAt: null,
  endAt: null,
  earliestEndAt: null,
  durationKnown: checkpoint.duration.kind !== 'unknown',
  owner: null,
  drivenBy: [],
  floatMinutes: null,
  critical: false,
  protectedMove: false,
  stillNeeded: [],
});

/** The least time it can take: the floor of a range, else what it is planned on. */
const leastMs = ({ duration }: Checkpoint): number =>
  duration.kind === 'range' ? duration.seconds * secondMs : plannedMs(duration);

/** What whoever starts it must still get: evidence nobody recorded, approvals and confirmations not given yet. */
function stillNeeded({ state }: Draft, checkpoint: Checkpoint): PacketLine['stillNeeded'] {
  const { evidence, assents } = state.situation;
  const recorded = (kind: Id): boolean =>
    evidence.some((record) => record.checkpoint === checkpoint.id && record.evidence === kind);
  const given = (
    kind: 'approval' | 'confirmation',
    assent: Checkpoint['approvals'][number],
  ): number =>
    assents.filter(
      (record) =>
        record.kind === kind &&
        record.checkpoint === checkpoint.id &&
        record.assent === assent.id &&
        record.answer === 'given' &&
        assent.parties.includes(record.party),
    ).length;
  const lacking = (kind: 'approval' | 'confirmation') =>
    (kind === 'approval' ? checkpoint.approvals : checkpoint.confirmations)
      .filter((assent) => given(kind, assent) < assent.needed)
      .map(({ id }) => ({ kind, subject: id }));
  const kinds = [...new Set(checkpoint.evidence.map(({ kind }) => kind))];
  return [
    ...kinds
      .filter((kind) => !recorded(kind))
      .map((kind) => ({ kind: 'evidence' as const, subject: kind })),
    ...lacking('approval'),
    ...lacking('confirmation'),
  ];
}

type Known = {
  readonly draft: Draft;
  readonly placements: ReadonlyMap<Id, Placement>;
  readonly rows: ReadonlyMap<Id, TimetableRow>;
  readonly works: ReadonlyMap<Id, Work>;
};

const chosen: Driver = { by: 'chosen', subject: null };

function placedLine(known: Known, checkpoint: Checkpoint, placement: Placement): PacketLine {
  const { startAt, endAt, owner } = placement;
  const row = known.rows.get(checkpoint.id);
  const floatMinutes = row?.floatMinutes ?? 0;
  return {
    ...blank(checkpoint),
    state: 'planned',
    startAt,
    endAt,
    earliestEndAt: startAt + leastMs(checkpoint),
    owner,
    drivenBy: [...(row?.drivenBy ?? [chosen])],
    floatMinutes,
    critical: floatMinutes === 0,
    protectedMove: checkpoint.protected && startAt !== checkpoint.approvedStartAt,
    stillNeeded: stillNeeded(known.draft, checkpoint),
  };
}

function startedLine(
  known: Known,
  checkpoint: Checkpoint,
  state: 'in_progress' | 'done',
): PacketLine {
  const work = known.works.get(checkpoint.id);
  return {
    ...blank(checkpoint),
    state,
    startAt: work?.startAt ?? null,
    endAt: work?.endAt ?? null,
    earliestEndAt: work?.endAt ?? null,
    owner: busyOwner(known.draft.state, checkpoint),
    drivenBy: [{ by: 'actual', subject: null }],
  };
}

function lineOf(known: Known, checkpoint: Checkpoint): PacketLine {
  const { state } = progressIn(known.draft.state, checkpoint.id);
  switch (state) {
    case 'planned': {
      const placement = known.placements.get(checkpoint.id);
      return placement === undefined ? blank(checkpoint) : placedLine(known, checkpoint, placement);
    }
    case 'in_progress':
    case 'done':
      return startedLine(known, checkpoint, state);
    case 'skipped':
      return { ...blank(checkpoint), state: 'skipped' };
  }
}

/** Those with a start by start, then those without one that are not held, held ones last; ties by approved rank. */
const group = ({ state, startAt }: PacketLine): number =>
  state === 'held' ? 2 : startAt === null ? 1 : 0;

/** One line for each checkpoint of the plan, in the packet's order. */
export function packetLines(draft: Draft): PacketLine[] {
  const { state, now, timeline } = draft;
  const problem = problemFrom(state, now);
  const rows = timetable(problem, placedTicks(problem, timeline.placements));
  const known: Known = {
    draft,
    placements: new Map(timeline.placements.map((item) => [item.checkpoint, item])),
    rows: new Map(rows.map((row) => [row.checkpoint, row])),
    works: sceneOf(state, now).works,
  };
  return state.situation.plan.checkpoints
    .toSorted(byRank)
    .map((checkpoint) => lineOf(known, checkpoint))
    .toSorted(
      (one, other) => group(one) - group(other) || (one.startAt ?? 0) - (other.startAt ?? 0),
    );
}
