/**
 * How a broken rule is written down, and the one order in which broken rules are reported.
 */
import { ViolationCode } from '../ledger/codes.ts';
import type { Plan } from '../ledger/plan.ts';
import type { Violation } from '../ledger/proposal.ts';
import type { Id } from '../ledger/vocabulary.ts';

type Detail = {
  readonly subjects?: readonly string[];
  /** The limit that the rule sets, and what the proposal has instead. */
  readonly limitAt?: number | null;
  readonly foundAt?: number | null;
};

/** A violation of `code` on a checkpoint (or on none). */
export const broken = (
  code: ViolationCode,
  checkpoint: Id | null,
  { subjects = [], limitAt = null, foundAt = null }: Detail = {},
): Violation => ({ code, checkpoint, subjects: [...subjects], limitAt, foundAt });

const rankOfCode = new Map(ViolationCode.options.map((code, rank) => [code, rank]));

/** Compares two texts by their UTF-16 code units: the same order on every machine. */
export const byText = (one: string, other: string): number =>
  one < other ? -1 : Number(one > other);

/** Violations by rank of their code, then approved rank of the checkpoint, then everything else they say. */
export function ranked(violations: readonly Violation[], plan: Plan): Violation[] {
  const rankOf = new Map(plan.checkpoints.map(({ id, rank }) => [id, rank]));
  const place = ({ checkpoint }: Violation) =>
    checkpoint === null ? 0 : (rankOf.get(checkpoint) ?? Number.MAX_SAFE_INTEGER);
  return violations.toSorted(
    (one, other) =>
      (rankOfCode.get(one.code) ?? 0) - (rankOfCode.get(other.code) ?? 0) ||
      place(one) - place(other) ||
      byText(JSON.stringify(one), JSON.stringify(other)),
  );
}
