/**
 * What a packet is assembled from: the state, the run's instant, and the two clean proposals it stands on. Small
 * readings that several parts of a packet share; each is as constraints/README.md ("Packet") says.
 */
import type { CutoverState } from '../ledger/cutover.ts';
import { incumbentOf } from '../ledger/incumbent.ts';
import type { PacketLine } from '../ledger/packet.ts';
import type { Checkpoint } from '../ledger/plan.ts';
import type { HoldsBody, ResequencingBody } from '../ledger/proposal.ts';
import { noProgress, type Progress } from '../ledger/situation.ts';
import type { Digest, Id, Instant } from '../ledger/vocabulary.ts';

export type Draft = {
  readonly state: CutoverState;
  readonly now: Instant;
  readonly basisDigest: Digest;
  readonly timeline: ResequencingBody;
  readonly holds: HoldsBody;
};

export const progressIn = ({ situation }: CutoverState, checkpoint: Id): Progress =>
  situation.progress[checkpoint] ?? noProgress;

/** Whom started work keeps busy: who started it, else the incumbent's owner, else the approved one. */
export function busyOwner(state: CutoverState, checkpoint: Checkpoint): Id {
  const planned = incumbentOf(state).placements.find((item) => item.checkpoint === checkpoint.id);
  return progressIn(state, checkpoint.id).owner ?? planned?.owner ?? checkpoint.approvedOwner;
}

/** Text order that does not depend on a locale. */
export const byText = (one: string, other: string): number =>
  one < other ? -1 : Number(one > other);

export const byRank = (one: Checkpoint, other: Checkpoint): number =>
  one.rank - other.rank || byText(one.id, other.id);

/** One checkpoint in the packet being made (`next`) and in the current one (`before`, null when it has none). */
export type Pair = {
  readonly checkpoint: Checkpoint;
  readonly next: PacketLine;
  readonly before: PacketLine | null;
  /** Who was told to do it, and who is now. */
  readonly ownerBefore: Id | null;
  readonly ownerNext: Id;
};

/** Every checkpoint with its line and the one it had, by approved rank. */
export function pairsOf(state: CutoverState, lines: readonly PacketLine[]): Pair[] {
  const old = new Map(state.current?.packet.lines.map((line) => [line.checkpoint, line]));
  const fresh = new Map(lines.map((line) => [line.checkpoint, line]));
  return state.situation.plan.checkpoints.toSorted(byRank).flatMap((checkpoint) => {
    const next = fresh.get(checkpoint.id);
    if (next === undefined) return [];
    const before = old.get(checkpoint.id) ?? null;
    const ownerBefore = before === null ? null : (before.owner ?? checkpoint.approvedOwner);
    const ownerNext = next.owner ?? ownerBefore ?? checkpoint.approvedOwner;
    return [{ checkpoint, next, before, ownerBefore, ownerNext }];
  });
}
