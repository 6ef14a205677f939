/**
 * What changed for whom: the lines of one packet against those of the packet it supersedes. Pure derivation from lines
 * and plan (README.md, `packet_delta_mismatch` and `packet_recipient_wrong`).
 */
import {
  type Delta,
  DeltaChange,
  type DeltaLine,
  type NotNotified,
  type PacketLine,
} from '../ledger/packet.ts';
import type { Checkpoint, Plan } from '../ledger/plan.ts';
import type { Id } from '../ledger/vocabulary.ts';
import { byRank } from './scene.ts';
import { byText } from './violations.ts';

/** One checkpoint before and after. `from` is null where the superseded packet has no line of it. */
type Step = {
  readonly checkpoint: Checkpoint;
  readonly from: PacketLine | null;
  readonly to: PacketLine;
};

/** The steps of all checkpoints of the plan that have a line, by rank. */
function stepsOf(lines: readonly PacketLine[], current: readonly PacketLine[], plan: Plan): Step[] {
  const before = new Map(current.map((line) => [line.checkpoint, line]));
  const after = new Map(lines.map((line) => [line.checkpoint, line]));
  return plan.checkpoints.toSorted(byRank).flatMap((checkpoint) => {
    const to = after.get(checkpoint.id);
    return to === undefined ? [] : [{ checkpoint, from: before.get(checkpoint.id) ?? null, to }];
  });
}

const isNew = ({ from }: Step): boolean => from === null || from.state === 'skipped';

const isMoved = (one: number | null, other: number | null): boolean =>
  one !== null && other !== null && one !== other;

/** Changes of a checkpoint that do not depend on who is told, in no order. */
function changesOf(step: Step): DeltaChange[] {
  const { from, to } = step;
  if (to.state === 'done') return [];
  if (to.state === 'skipped') return isNew(step) ? [] : ['removed'];
  if (from === null || from.state === 'skipped') {
    return to.state === 'held' ? ['added', 'held'] : ['added'];
  }
  if (to.state === 'held') return from.state === 'held' ? [] : ['held'];
  if (from.state === 'held') return ['released'];
  const startMoved = to.state === 'planned' && isMoved(from.startAt, to.startAt);
  return [
    ...(startMoved ? (['start_moved'] as const) : []),
    ...(isMoved(from.endAt, to.endAt) ? (['end_moved'] as const) : []),
  ];
}

/** Who is told as owner of each side: a line without an owner tells the one before it, else the approved one. */
function toldOwners({ checkpoint, from, to }: Step): { was: Id | null; is: Id } {
  const was = from === null ? null : (from.owner ?? checkpoint.approvedOwner);
  return { was, is: to.owner ?? was ?? checkpoint.approvedOwner };
}

type Told = { readonly person: Id; readonly line: DeltaLine };

const inOrder = (changes: readonly DeltaChange[]): DeltaChange[] =>
  DeltaChange.options.filter((change) => changes.includes(change));

function toldOf(step: Step): Told[] {
  const { checkpoint, from, to } = step;
  const changes = changesOf(step);
  const { was, is } = toldOwners(step);
  const changedHands = was !== null && was !== is && to.state !== 'done' && to.state !== 'skipped';
  const tell = (person: Id, as: DeltaLine['as'], what: readonly DeltaChange[]): Told[] => {
    if (what.length === 0) return [];
    const line: DeltaLine = {
      checkpoint: checkpoint.id,
      as,
      changes: inOrder(what),
      fromStartAt: from?.startAt ?? null,
      toStartAt: to.startAt,
      fromEndAt: from?.endAt ?? null,
      toEndAt: to.endAt,
      fromOwner: from?.owner ?? null,
      toOwner: to.owner,
    };
    return [{ person, line }];
  };
  const owners = changedHands
    ? [...tell(was, 'owner', ['owner_lost']), ...tell(is, 'owner', ['owner_gained', ...changes])]
    : tell(is, 'owner', changes);
  const observers = [...new Set(checkpoint.observers)]
    .filter((person) => !owners.some((told) => told.person === person))
    .flatMap((person) => tell(person, 'observer', changes));
  return [...owners, ...observers];
}

/** One delta for each person of the plan to whom something changes, people in text order, lines by approved rank. */
export function deltasOf(
  lines: readonly PacketLine[],
  current: readonly PacketLine[],
  plan: Plan,
): Delta[] {
  const told = stepsOf(lines, current, plan).flatMap(toldOf);
  return peopleOf(plan).flatMap((person) => {
    const own = told.filter((item) => item.person === person).map(({ line }) => line);
    return own.length === 0 ? [] : [{ person, lines: own }];
  });
}

const peopleOf = (plan: Plan): Id[] => plan.people.map(({ id }) => id).toSorted(byText);

/** People who must acknowledge: those with a line as owner, in text order. */
export const acknowledgersOf = (deltas: readonly Delta[]): Id[] =>
  deltas.filter(({ lines }) => lines.some(({ as }) => as === 'owner')).map(({ person }) => person);

const differs = ({ from, to }: Step): boolean =>
  from?.state !== to.state ||
  from.startAt !== to.startAt ||
  from.endAt !== to.endAt ||
  from.owner !== to.owner;

/** Everyone of the plan without a delta, in text order, with the true reason. */
export function notNotifiedOf(
  lines: readonly PacketLine[],
  current: readonly PacketLine[],
  plan: Plan,
): NotNotified[] {
  const steps = stepsOf(lines, current, plan);
  const notified = new Set(deltasOf(lines, current, plan).map(({ person }) => person));
  const involves = (step: Step, person: Id) => {
    const { was, is } = toldOwners(step);
    return was === person || is === person || step.checkpoint.observers.includes(person);
  };
  const reasonFor = (person: Id): NotNotified['reason'] => {
    const own = steps.filter((step) => involves(step, person));
    if (own.some((step) => step.to.state === 'done' && differs(step))) return 'only_finished_work';
    return own.length > 0 ? 'nothing_changed' : 'not_involved';
  };
  return peopleOf(plan)
    .filter((person) => !notified.has(person))
    .map((person) => ({ person, reason: reasonFor(person) }));
}
