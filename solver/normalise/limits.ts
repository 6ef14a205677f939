/**
 * The limits on the start of one open checkpoint that do not depend on its owner, and the reasons for which it
 * cannot be placed at all. Each is named by the rule, its subject and the fact it comes from.
 */
import type { RelaxableCode } from '../../ledger/codes.ts';
import type { Cause } from '../../ledger/holds.ts';
import { type Assent, type Boundary, type Checkpoint, plannedMs } from '../../ledger/plan.ts';
import type { AssentRecord, EvidenceRecord } from '../../ledger/situation.ts';
import { type Id, minuteMs } from '../../ledger/vocabulary.ts';
import { amendedBy, progressAt, relaxable, type Scene, waivers } from './scene.ts';
import { type Frame, from, inside, outside, until } from './ticks.ts';
import { type Limit, reviewSubject, type StartRange } from '../problem.ts';
import { type Ranges, union } from '../board/ranges.ts';

type CauseParts = { subject?: Id | null; factId?: Id | null; at?: number | null };

/** A cause with everything unnamed left null. */
export const cause = (rule: Cause['rule'], checkpoint: Id, parts: CauseParts = {}): Cause => ({
  rule,
  checkpoint,
  subject: parts.subject ?? null,
  factId: parts.factId ?? null,
  at: parts.at ?? null,
});

const textOf = ({ rule, subject, factId, at }: Cause): string =>
  `${rule} ${subject} ${factId} ${at}`;

/** Causes in text order, so that the order of the plan's lists never shows. */
export const byCause = (one: Cause, other: Cause): number =>
  textOf(one) < textOf(other) ? -1 : Number(textOf(one) > textOf(other));

/**
 * A limit as the exceptions in force leave it: none when one is without end, else also the starts from which the
 * whole execution ends in time.
 */
export function waived(scene: Scene, checkpoint: Checkpoint, limit: Limit): readonly Limit[] {
  const rule = relaxable(limit.cause.rule);
  const ends = rule === null ? [] : waivers(scene, checkpoint.id, rule);
  if (ends.includes(null)) return [];
  return [{ ...limit, starts: union([...limit.starts, ...excepted(scene, checkpoint, rule)]) }];
}

/** Starts from which the whole execution ends before an exception to `rule` does. */
export function excepted(
  scene: Scene,
  checkpoint: Checkpoint,
  rule: RelaxableCode | null,
): readonly StartRange[] {
  const ends = rule === null ? [] : waivers(scene, checkpoint.id, rule);
  return ends.flatMap((untilAt) =>
    untilAt === null ? [] : until(scene.frame, untilAt - plannedMs(checkpoint.duration)),
  );
}

/** Nothing open starts before `now`; a start that moves leaves the lead the review time. */
function clockLimits({ now, frame, situation }: Scene, { id }: Checkpoint, preferred: number) {
  const limits = [{ cause: cause('in_past', id, { at: now }), starts: from(frame, now) }];
  const { reviewMinutes } = situation.plan.policy;
  if (reviewMinutes === 0) return limits;
  const at = now + reviewMinutes * minuteMs;
  return [
    ...limits,
    {
      cause: cause('in_past', id, { subject: reviewSubject, at }),
      starts: movedStarts(frame, at, preferred),
    },
  ];
}

/** Where a start may lie under the review time: where it was, or late enough. */
export const movedStarts = (frame: Frame, at: number, preferred: number): Ranges =>
  union([{ first: preferred, last: preferred }, ...from(frame, at)]);

/** A pinned or conditional start is never earlier than approved; a revised one limits every start rule. */
function floorLimits(scene: Scene, checkpoint: Checkpoint): Limit[] {
  const { revisedStartAt, revisedFactId } = progressAt(scene.situation, checkpoint.id);
  if (checkpoint.startRule === 'asap' && revisedStartAt === null) return [];
  const at = revisedStartAt ?? checkpoint.approvedStartAt;
  const factId = revisedFactId ?? amendedBy(scene, `checkpoint:${checkpoint.id}`);
  return [
    {
      cause: cause('before_pinned_start', checkpoint.id, { factId, at }),
      starts: from(scene.frame, at),
    },
  ];
}

const binds = (boundary: Boundary, { id, role }: Checkpoint): boolean =>
  (boundary.binds === 'all' || boundary.binds.includes(id)) &&
  (boundary.kind === 'freeze' || !boundary.exemptRoles.includes(role));

/** Outside freezes and blackouts, inside maintenance boundaries: of those in force, the ones that bind it. */
function boundaryLimits(scene: Scene, checkpoint: Checkpoint): Limit[] {
  const lasts = plannedMs(checkpoint.duration);
  const limitOf = (boundary: Boundary): Limit => {
    const at = boundary.closesAt;
    const factId = amendedBy(scene, `boundary:${boundary.id}`);
    const named = (rule: Cause['rule']): Cause =>
      cause(rule, checkpoint.id, { subject: boundary.id, factId, at });
    switch (boundary.kind) {
      case 'freeze':
        return { cause: named('inside_freeze'), starts: outside(scene.frame, boundary, lasts) };
      case 'blackout':
        return { cause: named('inside_blackout'), starts: outside(scene.frame, boundary, lasts) };
      case 'maintenance':
        return { cause: named('outside_boundary'), starts: inside(scene.frame, [boundary], lasts) };
    }
  };
  return scene.situation.plan.boundaries
    .filter((boundary) => boundary.statedAt <= scene.now && binds(boundary, checkpoint))
    .map(limitOf);
}

/** Inside the command window, inside one allowed window, and before the last safe start of its guardrails. */
function windowLimits(scene: Scene, { id, duration, allowedWindows }: Checkpoint): Limit[] {
  const { plan } = scene.situation;
  const lasts = plannedMs(duration);
  const within: Limit = {
    cause: cause('outside_window', id, { at: plan.window.closesAt }),
    starts: inside(scene.frame, [plan.window], lasts),
  };
  const allowed: Limit = {
    cause: cause('outside_allowed_window', id, { factId: amendedBy(scene, `checkpoint:${id}`) }),
    starts: inside(scene.frame, allowedWindows, lasts),
  };
  const guarded = plan.guardrails
    .filter(({ pointOfNoReturn }) => pointOfNoReturn === id)
    .map((guardrail): Limit => {
      const at = guardrail.mustEndAt - guardrail.rollbackMinutes * minuteMs;
      return {
        cause: cause('past_last_safe_start', id, { subject: guardrail.id, at }),
        starts: until(scene.frame, at),
      };
    });
  return [within, ...(allowedWindows.length === 0 ? [] : [allowed]), ...guarded];
}

const newestEvidence = (
  { situation }: Scene,
  checkpoint: Id,
  kind: Id,
): EvidenceRecord | undefined =>
  situation.evidence.findLast(
    (record) => record.checkpoint === checkpoint && record.evidence === kind,
  );

/** Recorded evidence is at most its age limit old at the start. */
function evidenceLimits(scene: Scene, { id, evidence }: Checkpoint): Limit[] {
  return evidence.flatMap((rule): Limit[] => {
    const record = newestEvidence(scene, id, rule.kind);
    if (record === undefined || record.revoked || record.observedAt === null) return [];
    const at = record.observedAt + rule.maxAgeMinutes * minuteMs;
    const subject = rule.kind;
    return [
      {
        cause: cause('evidence_stale', id, { subject, factId: record.factId, at }),
        starts: until(scene.frame, at),
      },
    ];
  });
}

type Kind = AssentRecord['kind'];
const assentKinds: readonly Kind[] = ['approval', 'confirmation'];
const assentsOf = (checkpoint: Checkpoint, kind: Kind): readonly Assent[] =>
  kind === 'approval' ? checkpoint.approvals : checkpoint.confirmations;

const answersTo = (scene: Scene, of: { checkpoint: Id; kind: Kind; assent: Assent }) =>
  scene.situation.assents.filter(
    (record) =>
      record.checkpoint === of.checkpoint &&
      record.kind === of.kind &&
      record.assent === of.assent.id &&
      of.assent.parties.includes(record.party),
  );

/** Where enough approvals (confirmations) were given, enough of them are still valid at the start. */
function assentLimits(scene: Scene, checkpoint: Checkpoint, kind: Kind): Limit[] {
  return assentsOf(checkpoint, kind).flatMap((assent): Limit[] => {
    const { validMinutes, needed } = assent;
    if (validMinutes === null) return [];
    const given = answersTo(scene, { checkpoint: checkpoint.id, kind, assent })
      .filter(({ answer }) => answer === 'given')
      .toSorted((one, other) => other.at - one.at || (one.factId < other.factId ? -1 : 1));
    const deciding = given[needed - 1];
    if (deciding === undefined) return [];
    const at = deciding.at + validMinutes * minuteMs;
    const parts = { subject: assent.id, factId: deciding.factId, at };
    const starts = until(scene.frame, at);
    return [{ cause: cause(`${kind}_expired`, checkpoint.id, parts), starts }];
  });
}

/** Every limit of an open checkpoint whose incumbent (or approved) start is `preferred`. */
export function limitsOn(scene: Scene, checkpoint: Checkpoint, preferred: number): Limit[] {
  return [
    ...clockLimits(scene, checkpoint, preferred),
    ...floorLimits(scene, checkpoint),
    ...boundaryLimits(scene, checkpoint),
    ...windowLimits(scene, checkpoint),
    ...evidenceLimits(scene, checkpoint),
    ...assentKinds.flatMap((kind) => assentLimits(scene, checkpoint, kind)),
  ].flatMap((limit) => waived(scene, checkpoint, limit));
}

/** So many refusals that what is needed can no longer be reached. */
function refusals(scene: Scene, checkpoint: Checkpoint, kind: Kind): Cause[] {
  return assentsOf(checkpoint, kind).flatMap((assent) => {
    const refused = answersTo(scene, { checkpoint: checkpoint.id, kind, assent }).filter(
      ({ answer }) => answer === 'refused',
    );
    if (assent.parties.length - refused.length >= assent.needed) return [];
    const parts = { subject: assent.id, factId: refused.at(-1)?.factId ?? null };
    return [cause(`${kind}_refused`, checkpoint.id, parts)];
  });
}

/** Reasons for which an open checkpoint cannot be placed at any time. */
export function blockersOf(scene: Scene, checkpoint: Checkpoint): Cause[] {
  const { id } = checkpoint;
  const { plan, holds } = scene.situation;
  const revoked = checkpoint.evidence.flatMap(({ kind }) => {
    const record = newestEvidence(scene, id, kind);
    return record?.revoked === true
      ? [cause('evidence_revoked', id, { subject: kind, factId: record.factId })]
      : [];
  });
  const met = new Set(plan.conditions.filter((item) => item.met).map((item) => item.id));
  const open = checkpoint.conditions
    .filter((condition) => !met.has(condition))
    .map((subject) =>
      cause('condition_open', id, { subject, factId: amendedBy(scene, `condition:${subject}`) }),
    );
  const placed = holds
    .filter((hold) => hold.checkpoint === id)
    .map(({ hold, factId, at }) => cause('hold_in_force', id, { subject: hold, factId, at }));
  const unknown = checkpoint.predecessors
    .filter((item) => !scene.checkpoints.has(item.checkpoint))
    .map((item) => cause('predecessor_held', id, { subject: item.checkpoint }));
  const refused = assentKinds.flatMap((kind) => refusals(scene, checkpoint, kind));
  return [...revoked, ...refused, ...open, ...placed, ...unknown];
}
