/**
 * The closed tables of the hold register (README.md, "Holds"): which class a cause leads to, which class wins, and how
 * a hold is named. Data and lookups only; whether a hold is true is judged in holds.ts.
 */
import { digestOf } from '../ledger/canonical.ts';
import { HoldClass, ViolationCode } from '../ledger/codes.ts';
import type { Cause } from '../ledger/holds.ts';
import type { Checkpoint } from '../ledger/plan.ts';
import type { Id } from '../ledger/vocabulary.ts';
import { byText } from './violations.ts';

/** The class that a rule in a conflict leads to; a rule that is not listed leads to none. */
export const classOfRule: { readonly [Rule in Cause['rule']]?: HoldClass } = {
  hold_in_force: 'human_hold',
  condition_open: 'condition_open',
  approval_refused: 'approval_outstanding',
  approval_expired: 'approval_outstanding',
  confirmation_refused: 'confirmation_outstanding',
  confirmation_expired: 'confirmation_outstanding',
  evidence_revoked: 'evidence_not_fresh',
  evidence_stale: 'evidence_not_fresh',
  inside_freeze: 'freeze_conflict',
  inside_blackout: 'boundary_conflict',
  outside_window: 'boundary_conflict',
  outside_boundary: 'boundary_conflict',
  outside_allowed_window: 'boundary_conflict',
  past_last_safe_start: 'rollback_conflict',
  not_authorised_owner: 'authority_gap',
  separation_of_duties: 'authority_gap',
  owner_unavailable: 'availability_gap',
  owner_clash: 'capacity_conflict',
  room_clash: 'capacity_conflict',
  gap_too_short: 'order_conflict',
  gap_too_long: 'order_conflict',
  protected_order: 'order_conflict',
  protected_move: 'order_conflict',
  review_spacing: 'order_conflict',
  predecessor_held: 'behind_hold',
};

/** The classes that have one hold for each subject on a checkpoint: these holds stack. */
const stacking: readonly HoldClass[] = [
  'condition_open',
  'approval_outstanding',
  'confirmation_outstanding',
  'evidence_not_fresh',
];

/** The id of a hold: a human one keeps its own, the others are named by what they are on. Never over 100 characters. */
export function holdIdOf(
  holdClass: HoldClass,
  on: { readonly checkpoint: Id; readonly subject: Id | null },
): Id {
  if (holdClass === 'human_hold' && on.subject !== null) return on.subject;
  const subject = stacking.includes(holdClass) && on.subject !== null ? `:${on.subject}` : '';
  const name = `hold:${on.checkpoint}:${holdClass}${subject}`;
  return name.length <= 100 ? name : `hold:${digestOf('proposal', name).slice(0, 32)}`;
}

export type Deciding = { readonly holdClass: HoldClass; readonly cause: Cause | null };

const rankOfClass = new Map(HoldClass.options.map((holdClass, rank) => [holdClass, rank]));
const rankOfRule = new Map<string, number>(ViolationCode.options.map((code, rank) => [code, rank]));

/**
 * The class of a conflict hold and the cause that decides it. `disputed` are the accepted facts that a held fact
 * disputes. With no cause that leads to a class it is an order conflict, decided by none.
 */
export function decidingOf(
  causes: readonly Cause[],
  held: Checkpoint,
  known: { readonly disputed: ReadonlySet<Id>; readonly checkpoints: ReadonlyMap<Id, Checkpoint> },
): Deciding {
  const place = (holdClass: HoldClass) => rankOfClass.get(holdClass) ?? 0;
  const near = ({ checkpoint }: Cause) =>
    checkpoint === held.id ? 0 : (known.checkpoints.get(checkpoint)?.rank ?? 0);
  const classesOf = ({ rule, factId }: Cause): HoldClass[] => [
    ...[classOfRule[rule]].flatMap((ofRule) => ofRule ?? []),
    ...(factId !== null && known.disputed.has(factId) ? (['fact_disputed'] as const) : []),
  ];
  const deciding = causes
    .flatMap((cause) => classesOf(cause).map((holdClass) => ({ cause, holdClass })))
    .toSorted(
      (one, other) =>
        place(one.holdClass) - place(other.holdClass) ||
        near(one.cause) - near(other.cause) ||
        (rankOfRule.get(one.cause.rule) ?? 0) - (rankOfRule.get(other.cause.rule) ?? 0) ||
        byText(one.cause.subject ?? '', other.cause.subject ?? ''),
    )[0];
  return deciding ?? { holdClass: 'order_conflict', cause: null };
}
