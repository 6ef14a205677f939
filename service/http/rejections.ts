/**
 * What a refusal of the ledger is over HTTP: the status, and what the caller can do. One row for each code, so that a
 * new code does not compile until somebody has thought about it.
 */
import type { RejectionCode } from '../../ledger/codes.ts';

type Status = 403 | 404 | 409 | 412 | 422;
type Row = {
  readonly status: Status;
  readonly fix: string;
  /** The part of a request that it is about, where it is about one. */
  readonly field?: string;
};

const look = 'look at the packet that waits and decide on that one';
const ours = 'tell an operator: no route sends this';
const handOver =
  'another release lead decides; where there is none, report a holder of that role, who decides on the packet that follows';
const ask = 'ask the release lead, whom the authority mapping names';

export const rejectionAnswers: Readonly<Record<RejectionCode, Row>> = {
  cutover_unknown: {
    status: 404,
    fix: 'declare the cutover first, or correct its id',
    field: 'cutover',
  },
  cutover_already_declared: {
    status: 409,
    fix: 'report changes to it, or declare under a new id',
    field: '/runbook',
  },
  plan_contradicts_itself: {
    status: 422,
    fix: 'correct the runbook where the detail says',
    field: '/runbook',
  },
  source_event_reused: { status: 409, fix: 'send a correction under a new id', field: '/id' },
  report_empty: { status: 422, fix: 'assert at least one fact', field: '/facts' },
  run_unknown: { status: 409, fix: ours },
  run_already_ended: { status: 409, fix: ours },
  proposal_malformed: { status: 409, fix: ours },
  proposal_unknown: { status: 409, fix: ours },
  proposal_already_judged: { status: 409, fix: ours },
  basis_unknown: { status: 409, fix: ours },
  attempt_out_of_order: { status: 409, fix: ours },
  nothing_changed: { status: 409, fix: ours },
  packet_unknown: {
    status: 404,
    fix: 'list the packets of this cutover and name one of them',
    field: 'packet',
  },
  packet_superseded: { status: 409, fix: look, field: 'packet' },
  packet_already_decided: { status: 409, fix: look, field: 'packet' },
  packet_not_current: {
    status: 409,
    fix: 'acknowledge the packet that is current',
    field: 'packet',
  },
  machine_may_not_decide: { status: 403, fix: 'let a person log in and decide' },
  packet_hash_mismatch: {
    status: 412,
    fix: 'show the packet again and decide on what it says now',
    field: 'If-Match',
  },
  packet_version_mismatch: { status: 412, fix: 'show the packet again', field: 'packet' },
  basis_moved: {
    status: 409,
    fix: 'wait for the next packet, which stands on the new facts',
    field: 'If-Match',
  },
  request_expired: { status: 409, fix: 'wait for the next packet, or report what changed' },
  nonce_reused: { status: 409, fix: look },
  nonce_mismatch: { status: 409, fix: look },
  not_release_lead: { status: 403, fix: ask },
  authority_lapsed: { status: 403, fix: ask },
  separation_of_duties: { status: 403, fix: handOver },
  freeze_in_force: { status: 409, fix: 'wait until the freeze is lifted' },
  check_failed: { status: 409, fix: 'wait for the next packet: this one breaks rules now' },
  reason_missing: { status: 422, fix: 'say why in "reason"', field: '/reason' },
  not_addressed: { status: 403, fix: 'nothing to do: this packet has no line for you' },
  acknowledgement_not_own: { status: 403, fix: 'let the person acknowledge it themselves' },
};
