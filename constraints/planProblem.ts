/**
 * The closed list of contradictions a plan can have, in the order they are reported. README.md has one heading for
 * each under "Plan problems". A problem names its place, what is wrong there and how to put it right.
 */
import { z } from 'zod';
import type { PlanProblem } from '../ledger/judge.ts';
import { byText } from './violations.ts';

export const PlanProblemCode = z.enum([
  'duplicate_id',
  'reserved_source',
  'unknown_id',
  'unknown_zone',
  'interval_empty',
  'tick_too_coarse',
  'rank_not_unique',
  'rank_against_predecessor',
  'predecessor_cycle',
  'gap_cycle',
  'condition_missing',
  'assent_unreachable',
  'freeze_defined_twice',
  'approved_gap_broken',
  'approved_outside_window',
  'approved_outside_boundary',
  'approved_outside_allowed_window',
  'approved_inside_freeze',
  'approved_inside_blackout',
  'approved_past_last_safe_start',
  'tenures_overlap',
  'chain_not_allowed',
  'delegate_past_granter',
  'lead_uncovered',
  'role_uncovered',
  'owner_not_authorised',
  'owner_unavailable',
  'owner_double_booked',
  'separation_broken',
]);
export type PlanProblemCode = z.infer<typeof PlanProblemCode>;

/** One problem at a path such as `checkpoints/cut/predecessors/0`, with its fix. */
export const problem = (
  code: PlanProblemCode,
  path: string,
  words: { readonly message: string; readonly fix: string },
): PlanProblem => ({ code, path, ...words });

/** Problems in the order of the list, then by path and message: the same plan always reads the same. */
export function ranked(problems: readonly PlanProblem[]): PlanProblem[] {
  const place = (code: string): number =>
    PlanProblemCode.options.findIndex((known) => known === code);
  return problems.toSorted(
    (one, other) =>
      place(one.code) - place(other.code) ||
      byText(one.path, other.path) ||
      byText(one.message, other.message),
  );
}
