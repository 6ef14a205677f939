/**
 * What each rule may claim as a cause of a conflict: the subjects it may name and, for each, the instants and facts
 * that the situation really has there (README.md, "True causes"). A rule that is not listed is never a true cause.
 */
import type { Cause } from '../ledger/holds.ts';
import type { Boundary } from '../ledger/plan.ts';
import { minuteMs } from '../ledger/vocabulary.ts';
import { aboutWorks, amended, claim, type Claims, edgesOf, factsOf, workOf } from './claim.ts';
import {
  authority,
  availability,
  gap,
  ownerClash,
  protectedOrder,
  reviewSpacing,
  roomClash,
} from './claimsOnOthers.ts';
import { assent, condition, evidence, expires, humanHold } from './claimsOnReadiness.ts';
import { isRefused } from './evidence.ts';
import { progressOf } from './executions.ts';
import { incumbentStart } from './order.ts';
import { boundariesOn } from './scene.ts';
import { ownEarliestAt } from './times.ts';

/** Only without a subject. */
const nameless =
  (claims: Claims): Claims =>
  (look) =>
    look.subject === null ? claims(look) : null;

const boundary =
  (kind: Boundary['kind']): Claims =>
  (look) => {
    const bound = boundariesOn(look.night.scene, kind, look.x).find(
      ({ id }) => id === look.subject,
    );
    if (bound === undefined) return null;
    return claim([bound.opensAt, bound.closesAt], [amended(look, `boundary:${bound.id}`)]);
  };

const inPast: Claims = ({ night: { scene }, subject }) => {
  if (subject === null) return claim([scene.now]);
  if (subject !== 'review_time') return null;
  return claim([scene.now + scene.plan.policy.reviewMinutes * minuteMs]);
};

/** What each rule may claim. */
export const claims: { readonly [Rule in Cause['rule']]?: Claims } = {
  in_past: inPast,
  before_pinned_start: nameless(({ night, x }) => {
    const limitAt = ownEarliestAt(night.scene, x);
    return limitAt === null ? null : claim([limitAt]);
  }),
  approved_start: nameless(({ night, x }) =>
    claim([
      incumbentStart(night.scene, x),
      progressOf(night.scene.situation, x.id).revisedStartAt,
      x.approvedStartAt,
    ]),
  ),
  duration: nameless(() => claim()),
  late_finish: nameless((look) => {
    const known = workOf(look, look.x.id).filter(({ started }) => started);
    return known.length === 0
      ? null
      : claim(
          known.map(({ endAt }) => endAt),
          factsOf(look, known),
        );
  }),
  kept_placed: nameless((look) => {
    const known = workOf(look, look.x.id).filter(({ started }) => !started);
    return known.length === 0 ? null : aboutWorks(look, known);
  }),
  inside_freeze: boundary('freeze'),
  inside_blackout: boundary('blackout'),
  outside_boundary: boundary('maintenance'),
  outside_window: nameless(({ night }) => claim(edgesOf([night.scene.plan.window]))),
  outside_allowed_window: nameless(({ x }) =>
    x.allowedWindows.length === 0 ? null : claim(edgesOf(x.allowedWindows)),
  ),
  past_last_safe_start: ({ night, x, subject }) => {
    const guard = night.scene.plan.guardrails.find(({ id }) => id === subject);
    if (guard?.pointOfNoReturn !== x.id) return null;
    return claim([guard.mustEndAt - guard.rollbackMinutes * minuteMs]);
  },
  not_authorised_owner: authority,
  separation_of_duties: ({ night, x, subject }) => {
    const found = night.scene.plan.separations.find(({ id }) => id === subject);
    return found?.checkpoints.includes(x.id) === true ? claim() : null;
  },
  owner_unavailable: availability,
  owner_clash: ownerClash,
  room_clash: roomClash,
  predecessor_held: ({ night, x, subject }) =>
    x.predecessors.some(({ checkpoint }) => checkpoint === subject) &&
    night.unplaced.has(subject ?? '')
      ? claim()
      : null,
  gap_too_short: gap('gapSeconds'),
  gap_too_long: gap('maxGapSeconds'),
  protected_order: protectedOrder,
  protected_move: nameless(({ night, x }) =>
    x.protected && x.moves === 'exception_only' ? claim([incumbentStart(night.scene, x)]) : null,
  ),
  review_spacing: reviewSpacing,
  evidence_revoked: evidence(true),
  evidence_stale: evidence(false),
  approval_refused: assent('approval', isRefused),
  approval_expired: assent('approval', expires),
  confirmation_refused: assent('confirmation', isRefused),
  confirmation_expired: assent('confirmation', expires),
  condition_open: condition,
  hold_in_force: humanHold,
};
