/**
 * The closed lists of codes. Order is rank: an earlier code is reported first.
 * constraints/README.md has one heading for each violation, in this order.
 */
import { z } from 'zod';

/** Why a fact was not simply accepted. `told_in_advance` and `repeat` are the two that do not hold the fact. */
export const ReadinessCode = z.enum([
  'unmapped_source',
  'unmapped_reporter',
  'not_authorised',
  'unknown_subject',
  'not_structured',
  'no_number',
  'weekday_date_disagree',
  'zone_out_of_season',
  'clock_change',
  'outside_window',
  'before_own_notice',
  'promise_not_confirmation',
  'told_in_advance',
  'repeat',
  'older_than_known',
  'authorities_disagree',
  'impossible_sequence',
  'stretches_past_end',
  'plan_contradiction',
]);
export type ReadinessCode = z.infer<typeof ReadinessCode>;

export const ViolationCode = z.enum([
  // any proposal
  'wrong_cutover',
  'stale_basis',
  // readiness
  'ruling_for_unknown_fact',
  'ruling_duplicated',
  'ruling_missing',
  'accepted_without_authority',
  'accepted_untrustworthy',
  'held_without_reason',
  'ruling_code_wrong',
  'reading_not_verbatim',
  'reading_not_allowed',
  'reading_unsupported',
  // resequencing: shape
  'unknown_checkpoint',
  'duplicate_checkpoint',
  'missing_checkpoint',
  'moved_started',
  'wrong_duration',
  // resequencing: time and place
  'in_past',
  'before_pinned_start',
  'inside_freeze',
  'inside_blackout',
  'outside_window',
  'outside_boundary',
  'outside_allowed_window',
  'past_last_safe_start',
  // resequencing: people
  'not_authorised_owner',
  'separation_of_duties',
  'owner_unavailable',
  'owner_clash',
  'room_clash',
  // resequencing: order
  'predecessor_held',
  'gap_too_short',
  'gap_too_long',
  'protected_order',
  'protected_move',
  'review_spacing',
  // resequencing: readiness of the checkpoint
  'evidence_revoked',
  'evidence_stale',
  'approval_refused',
  'approval_expired',
  'confirmation_refused',
  'confirmation_expired',
  'condition_open',
  'hold_in_force',
  // holds
  'hold_missing',
  'hold_duplicated',
  'hold_without_cause',
  'hold_class_wrong',
  'hold_cause_untrue',
  'hold_release_wrong',
  'hold_blocks_wrong',
  'hold_lifter_wrong',
  // packet
  'packet_version_wrong',
  'packet_basis_wrong',
  'packet_line_untraceable',
  'packet_line_missing',
  'packet_hold_mismatch',
  'packet_fact_mismatch',
  'packet_delta_mismatch',
  'packet_recipient_wrong',
  'packet_deadline_wrong',
  'packet_lead_wrong',
]);
export type ViolationCode = z.infer<typeof ViolationCode>;

/** The rules that a named human may relax for one checkpoint. A freeze, authority and duties never are. */
export const RelaxableCode = ViolationCode.extract([
  'outside_window',
  'inside_blackout',
  'outside_boundary',
  'outside_allowed_window',
  'owner_unavailable',
  'gap_too_long',
  'protected_move',
  'review_spacing',
  'evidence_stale',
]);
export type RelaxableCode = z.infer<typeof RelaxableCode>;

/** `decide` saying no, as a value. */
export const RejectionCode = z.enum([
  'cutover_unknown',
  'cutover_already_declared',
  'plan_contradicts_itself',
  'source_event_reused',
  'report_empty',
  'run_unknown',
  'run_already_ended',
  'proposal_malformed',
  'proposal_unknown',
  'proposal_already_judged',
  'basis_unknown',
  'attempt_out_of_order',
  'nothing_changed',
  'packet_unknown',
  'packet_superseded',
  'packet_already_decided',
  'packet_not_current',
  'machine_may_not_decide',
  'packet_hash_mismatch',
  'packet_version_mismatch',
  'basis_moved',
  'request_expired',
  'nonce_reused',
  'nonce_mismatch',
  'not_release_lead',
  'authority_lapsed',
  'separation_of_duties',
  'freeze_in_force',
  'check_failed',
  'reason_missing',
  'not_addressed',
  'acknowledgement_not_own',
]);
export type RejectionCode = z.infer<typeof RejectionCode>;

export const HoldClass = z.enum([
  'human_hold',
  'condition_open',
  'approval_outstanding',
  'confirmation_outstanding',
  'evidence_not_fresh',
  'fact_disputed',
  'freeze_conflict',
  'boundary_conflict',
  'rollback_conflict',
  'authority_gap',
  'availability_gap',
  'capacity_conflict',
  'order_conflict',
  'behind_hold',
]);
export type HoldClass = z.infer<typeof HoldClass>;
