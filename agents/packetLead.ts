/**
 * What leads when a packet is shown, in which of the closed templates, and until when it can be adopted: read off its own
 * lines, holds and deltas.
 */
import { HoldClass } from '../ledger/codes.ts';
import type { Hold } from '../ledger/holds.ts';
import type { Packet, PacketLine, PacketTemplate } from '../ledger/packet.ts';
import type { Checkpoint, Plan } from '../ledger/plan.ts';
import type { Id } from '../ledger/vocabulary.ts';
import { byText } from './packetDraft.ts';
import type { Recipients } from './packetDeltas.ts';

/** The last instant at which every placement could still start, and which of them is first to go. */
export function deadlineOf(
  lines: readonly PacketLine[],
  ranks: ReadonlyMap<Id, Checkpoint>,
): Pick<Packet, 'decisionDeadlineAt' | 'decisionDeadlineCheckpoint'> {
  const rank = ({ checkpoint }: PacketLine): number => ranks.get(checkpoint)?.rank ?? 0;
  const first = lines
    .filter(({ state }) => state === 'planned')
    .toSorted(
      (one, other) => (one.startAt ?? 0) - (other.startAt ?? 0) || rank(one) - rank(other),
    )[0];
  return {
    decisionDeadlineAt: first?.startAt ?? null,
    decisionDeadlineCheckpoint: first?.checkpoint ?? null,
  };
}

/** Roots of the register, most pressing first: protected ones, then what blocks most, then the class, then rank. */
export function leadHolds(holds: readonly Hold[], plan: Plan): Id[] {
  const known = new Map(plan.checkpoints.map((checkpoint) => [checkpoint.id, checkpoint]));
  const unprotected = ({ checkpoint }: Hold): number =>
    known.get(checkpoint)?.protected === true ? 0 : 1;
  const place = ({ holdClass }: Hold): number => HoldClass.options.indexOf(holdClass);
  const rank = ({ checkpoint }: Hold): number => known.get(checkpoint)?.rank ?? 0;
  return holds
    .filter(({ behind }) => behind === null)
    .toSorted(
      (one, other) =>
        unprotected(one) - unprotected(other) ||
        other.blocks.length - one.blocks.length ||
        place(one) - place(other) ||
        rank(one) - rank(other) ||
        byText(one.holdId, other.holdId),
    )
    .map(({ holdId }) => holdId);
}

/** People with a delta: those who must acknowledge first, each group by the first start that concerns them. */
export function leadPeople({ deltas, mustAcknowledge }: Recipients): Id[] {
  const must = new Set(mustAcknowledge);
  const group = (person: Id): number => (must.has(person) ? 0 : 1);
  const soonest = new Map(
    deltas.map(({ person, lines }) => [
      person,
      Math.min(...lines.map(({ toStartAt, fromStartAt }) => toStartAt ?? fromStartAt ?? Infinity)),
    ]),
  );
  const at = (person: Id): number => soonest.get(person) ?? Infinity;
  const sooner = (one: Id, other: Id): number =>
    at(one) < at(other) ? -1 : Number(at(one) > at(other));
  return deltas
    .map(({ person }) => person)
    .toSorted(
      (one, other) => group(one) - group(other) || sooner(one, other) || byText(one, other),
    );
}

/**
 * The templates that fit a packet, the deterministic choice first. While a protected checkpoint is held its hold opens the
 * packet; else the timeline does, unless a mind picks the holds or the people, where there are any.
 */
export function templatesFor(
  { leadHolds: roots, holds, deltas }: Pick<Packet, 'leadHolds' | 'holds' | 'deltas'>,
  plan: Plan,
): [PacketTemplate, ...PacketTemplate[]] {
  const guarded = new Set(plan.checkpoints.flatMap((item) => (item.protected ? [item.id] : [])));
  const isHeld = holds.some(({ checkpoint, behind }) => behind === null && guarded.has(checkpoint));
  if (isHeld) return ['holds_first'];
  return [
    'timeline_first',
    ...(roots.length > 0 ? (['holds_first'] as const) : []),
    ...(deltas.length > 0 ? (['people_first'] as const) : []),
  ];
}
