/**
 * The lines of a packet against the clean resequencing and the facts. Drivers and float are judged rather than derived,
 * because more than one answer can be true.
 */
import { canonicalJson } from '../ledger/canonical.ts';
import type { PacketLine } from '../ledger/packet.ts';
import { type Assent, type Checkpoint, type Plan, plannedMs } from '../ledger/plan.ts';
import { secondMs } from '../ledger/vocabulary.ts';
import type { CleanRun } from './cleanRun.ts';
import { answersTo, evidenceOf } from './evidence.ts';
import { progressOf, startedOwner, type Work } from './executions.ts';
import { areTrueDrivers } from './packetDrivers.ts';
import { floatOf } from './packetFloat.ts';
import { byRank, type Night, type Scene } from './scene.ts';

type Needed = PacketLine['stillNeeded'][number];

/** What the person who starts a checkpoint must still have: evidence without a record, assents with too few given. */
export function stillNeededOf({ situation }: Scene, checkpoint: Checkpoint): Needed[] {
  const { id, evidence, approvals, confirmations } = checkpoint;
  const given = (kind: 'approval' | 'confirmation', assent: Assent) =>
    answersTo(situation, { kind, checkpoint: id, assent }).filter(
      ({ answer }) => answer === 'given',
    );
  const lacking = (kind: 'approval' | 'confirmation', assents: readonly Assent[]): Needed[] =>
    assents
      .filter((assent) => given(kind, assent).length < assent.needed)
      .map((assent) => ({ kind, subject: assent.id }));
  return [
    ...[...new Set(evidence.map(({ kind }) => kind))]
      .filter((kind) => evidenceOf(situation, id, kind) === undefined)
      .map((kind) => ({ kind: 'evidence' as const, subject: kind })),
    ...lacking('approval', approvals),
    ...lacking('confirmation', confirmations),
  ];
}

/** Milliseconds that a checkpoint takes at least. */
const leastMs = ({ duration }: Checkpoint): number =>
  duration.kind === 'range' ? duration.seconds * secondMs : plannedMs(duration);

type Judged = 'drivenBy' | 'floatMinutes' | 'critical';

/** Everything a line has to say, but for what is judged. */
export type Facts = Omit<PacketLine, Judged>;

const offTheClock = (checkpoint: Checkpoint, state: PacketLine['state']): Facts => ({
  checkpoint: checkpoint.id,
  state,
  startAt: null,
  endAt: null,
  earliestEndAt: null,
  durationKnown: checkpoint.duration.kind !== 'unknown',
  owner: null,
  protectedMove: false,
  stillNeeded: [],
});

/** What the line of a checkpoint has to say. */
export function lineFactsOf({ scene }: CleanRun, checkpoint: Checkpoint): Facts {
  const { state } = progressOf(scene.situation, checkpoint.id);
  const work = scene.works.get(checkpoint.id);
  if (state === 'skipped') return offTheClock(checkpoint, state);
  if (state === 'planned' && work === undefined) return offTheClock(checkpoint, 'held');
  const { startAt = null, endAt = null } = work ?? {};
  const facts = { ...offTheClock(checkpoint, state), startAt, endAt };
  if (state !== 'planned' || work === undefined) {
    return { ...facts, earliestEndAt: endAt, owner: startedOwner(scene.state, checkpoint) };
  }
  return {
    ...facts,
    earliestEndAt: work.startAt + leastMs(checkpoint),
    owner: work.owner,
    protectedMove: checkpoint.protected && work.startAt !== checkpoint.approvedStartAt,
    stillNeeded: stillNeededOf(scene, checkpoint),
  };
}

/** Float, drivers and criticality of a placed line: the names of those that are not true. */
function untrueOf(scene: Night, work: Work, line: PacketLine): Judged[] {
  const most = floatOf(scene, work);
  const { floatMinutes, drivenBy, critical } = line;
  const isSafe = floatMinutes !== null && floatMinutes <= most && floatMinutes >= most - 1;
  return [
    ...(areTrueDrivers(scene, work, drivenBy) ? [] : (['drivenBy'] as const)),
    ...(isSafe ? [] : (['floatMinutes'] as const)),
    ...(critical === (floatMinutes === 0) ? [] : (['critical'] as const)),
  ];
}

/** The same for a line that is not placed: started work is driven by what happened, others by nothing. */
function untrueWhenNotPlaced({ state, drivenBy, floatMinutes, critical }: PacketLine): Judged[] {
  const isStarted = state === 'in_progress' || state === 'done';
  const [first] = drivenBy;
  const isActual = drivenBy.length === 1 && first?.by === 'actual' && first.subject === null;
  return [
    ...((isStarted ? isActual : drivenBy.length === 0) ? [] : (['drivenBy'] as const)),
    ...(floatMinutes === null ? [] : (['floatMinutes'] as const)),
    ...(critical ? (['critical'] as const) : []),
  ];
}

const fieldsOf = (facts: Facts): (keyof Facts)[] =>
  Object.keys(facts).filter((field): field is keyof Facts => field in facts);

/** The fields in which a line is not what the clean resequencing and the facts say. */
export function untrueFields(night: CleanRun, checkpoint: Checkpoint, line: PacketLine): string[] {
  const facts = lineFactsOf(night, checkpoint);
  const wrong = fieldsOf(facts).filter(
    (field) => canonicalJson(facts[field]) !== canonicalJson(line[field]),
  );
  const work = night.scene.works.get(checkpoint.id);
  const judged =
    work === undefined || work.started
      ? untrueWhenNotPlaced(line)
      : untrueOf(night.scene, work, line);
  return [...wrong, ...judged];
}

/** The checkpoints of lines in the order of a packet: those with a start by start, those without, held ones last. */
export function orderOf(lines: readonly PacketLine[], plan: Plan): string[] {
  const rankOf = new Map(plan.checkpoints.toSorted(byRank).map(({ id }, place) => [id, place]));
  const group = ({ state, startAt }: PacketLine) =>
    state === 'held' ? 2 : Number(startAt === null);
  return lines
    .toSorted(
      (one, other) =>
        group(one) - group(other) ||
        (one.startAt ?? 0) - (other.startAt ?? 0) ||
        (rankOf.get(one.checkpoint) ?? 0) - (rankOf.get(other.checkpoint) ?? 0),
    )
    .map(({ checkpoint }) => checkpoint);
}
