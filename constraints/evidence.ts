/**
 * What a checkpoint needs before it may start: evidence still fresh, assents neither refused nor expired,
 * conditions met, no human hold. What is only not there yet is no violation: it is listed as still needed.
 */
import type { Assent, Checkpoint, EvidenceRule } from '../ledger/plan.ts';
import type { AssentRecord, EvidenceRecord, Situation } from '../ledger/situation.ts';
import { type Id, minuteMs } from '../ledger/vocabulary.ts';
import { isExcepted, type Rule } from './scene.ts';
import { broken } from './violations.ts';

/** The newest record of a required evidence. */
export const evidenceOf = (
  situation: Situation,
  checkpoint: Id,
  kind: Id,
): EvidenceRecord | undefined =>
  situation.evidence.findLast(
    (record) => record.checkpoint === checkpoint && record.evidence === kind,
  );

/** The last start at which a recorded evidence is still fresh; null when none is recorded or it is revoked. */
export function freshUntil(situation: Situation, checkpoint: Id, rule: EvidenceRule) {
  const record = evidenceOf(situation, checkpoint, rule.kind);
  if (record === undefined || record.revoked || record.observedAt === null) return null;
  return record.observedAt + rule.maxAgeMinutes * minuteMs;
}

/** No required evidence of a placed checkpoint is revoked. */
export const evidenceRevoked: Rule = ({ placed, situation }) =>
  placed.flatMap(({ checkpoint: { id, evidence } }) =>
    evidence
      .filter((rule) => evidenceOf(situation, id, rule.kind)?.revoked === true)
      .map(({ kind }) => broken('evidence_revoked', id, { subjects: [kind] })),
  );

/** Required evidence that is recorded is at most `maxAgeMinutes` old at the start. */
export const evidenceStale: Rule = (scene) =>
  scene.placed
    .filter((work) => !isExcepted(scene, 'evidence_stale', work))
    .flatMap(({ checkpoint: { id, evidence }, startAt }) =>
      evidence.flatMap((rule) => {
        const limitAt = freshUntil(scene.situation, id, rule);
        return limitAt === null || startAt <= limitAt
          ? []
          : [broken('evidence_stale', id, { subjects: [rule.kind], limitAt, foundAt: startAt })];
      }),
    );

type Kind = AssentRecord['kind'];

const assentsOf = (kind: Kind, checkpoint: Checkpoint): readonly Assent[] =>
  kind === 'approval' ? checkpoint.approvals : checkpoint.confirmations;

/** The answers on record of the parties to one assent of a checkpoint. */
export const answersTo = (
  situation: Situation,
  { kind, checkpoint, assent }: { kind: Kind; checkpoint: Id; assent: Assent },
): AssentRecord[] =>
  situation.assents.filter(
    (record) =>
      record.kind === kind &&
      record.checkpoint === checkpoint &&
      record.assent === assent.id &&
      assent.parties.includes(record.party),
  );

/** Whether the refusals leave too few parties to reach what is needed. */
export function isRefused(assent: Assent, answers: readonly AssentRecord[]): boolean {
  const refused = answers.filter(({ answer }) => answer === 'refused').length;
  return assent.parties.length - refused < assent.needed;
}

/** The last start at which enough given assents are valid; null when too few are given or they never expire. */
export function assentedUntil(
  { needed, validMinutes }: Assent,
  answers: readonly AssentRecord[],
): number | null {
  if (validMinutes === null) return null;
  const untils = answers
    .filter(({ answer }) => answer === 'given')
    .map(({ at }) => at + validMinutes * minuteMs)
    .toSorted((one, other) => other - one);
  return untils[needed - 1] ?? null;
}

const refused =
  (code: 'approval_refused' | 'confirmation_refused', kind: Kind): Rule =>
  ({ placed, situation }) =>
    placed.flatMap(({ checkpoint }) =>
      assentsOf(kind, checkpoint)
        .filter((assent) =>
          isRefused(assent, answersTo(situation, { kind, checkpoint: checkpoint.id, assent })),
        )
        .map(({ id }) => broken(code, checkpoint.id, { subjects: [id] })),
    );

const expired =
  (code: 'approval_expired' | 'confirmation_expired', kind: Kind): Rule =>
  ({ placed, situation }) =>
    placed.flatMap(({ checkpoint, startAt }) =>
      assentsOf(kind, checkpoint).flatMap((assent) => {
        const answers = answersTo(situation, { kind, checkpoint: checkpoint.id, assent });
        const limitAt = assentedUntil(assent, answers);
        return limitAt === null || startAt <= limitAt
          ? []
          : [broken(code, checkpoint.id, { subjects: [assent.id], limitAt, foundAt: startAt })];
      }),
    );

/** With the refusals on record, the approvals needed can still be reached. */
export const approvalRefused: Rule = refused('approval_refused', 'approval');
/** Where enough approvals were given, enough of them are still valid at the start. */
export const approvalExpired: Rule = expired('approval_expired', 'approval');
/** With the refusals on record, the confirmations needed can still be reached. */
export const confirmationRefused: Rule = refused('confirmation_refused', 'confirmation');
/** Where enough confirmations were given, enough of them are still valid at the start. */
export const confirmationExpired: Rule = expired('confirmation_expired', 'confirmation');

/** Every condition of a placed checkpoint is met. */
export const conditionOpen: Rule = ({ placed, plan }) => {
  const met = new Set(plan.conditions.filter((item) => item.met).map(({ id }) => id));
  return placed.flatMap(({ checkpoint: { id, conditions } }) =>
    conditions
      .filter((condition) => !met.has(condition))
      .map((condition) => broken('condition_open', id, { subjects: [condition] })),
  );
};

/** No human hold is in force on a placed checkpoint. */
export const holdInForce: Rule = ({ placed, situation }) =>
  placed.flatMap(({ checkpoint: { id } }) =>
    situation.holds
      .filter(({ checkpoint }) => checkpoint === id)
      .map(({ hold }) => broken('hold_in_force', id, { subjects: [hold] })),
  );
