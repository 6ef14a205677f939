/**
 * What causes may claim of the readiness of a checkpoint: evidence, assents, conditions and human holds.
 */
import type { Assent } from '../ledger/plan.ts';
import type { AssentRecord } from '../ledger/situation.ts';
import { amended, claim, type Claims } from './claim.ts';
import { answersTo, assentedUntil, evidenceOf, freshUntil } from './evidence.ts';

/** A required kind of evidence whose newest record is, or is not, revoked. */
export const evidence =
  (revoked: boolean): Claims =>
  ({ night: { scene }, x, subject }) => {
    const required = x.evidence.filter(({ kind }) => kind === subject);
    const record = evidenceOf(scene.situation, x.id, subject ?? '');
    if (required.length === 0 || record?.revoked !== revoked) return null;
    return claim(
      required.map((rule) => freshUntil(scene.situation, x.id, rule)),
      [record.factId],
    );
  };

/** An assent of the checkpoint that bites, with the answers given to it. */
export const assent =
  (
    kind: AssentRecord['kind'],
    bites: (of: Assent, answers: readonly AssentRecord[]) => boolean,
  ): Claims =>
  ({ night: { scene }, x, subject }) => {
    const of = (kind === 'approval' ? x.approvals : x.confirmations).find(
      ({ id }) => id === subject,
    );
    if (of === undefined) return null;
    const answers = answersTo(scene.situation, { kind, checkpoint: x.id, assent: of });
    if (!bites(of, answers)) return null;
    const facts = answers.map(({ factId }) => factId);
    return claim([assentedUntil(of, answers)], facts);
  };

/** Whether enough were given and there is an end to them. */
export const expires = (of: Assent, answers: readonly AssentRecord[]) =>
  assentedUntil(of, answers) !== null;

/** A condition of the checkpoint that is not met. */
export const condition: Claims = (look) => {
  const known = look.night.scene.plan.conditions.find(({ id }) => id === look.subject);
  const open = look.subject !== null && look.x.conditions.includes(look.subject);
  return open && known?.met !== true
    ? claim([], [amended(look, `condition:${look.subject}`)])
    : null;
};

/** A human hold on the checkpoint. */
export const humanHold: Claims = ({ night: { scene }, x, subject }) => {
  const placed = scene.situation.holds.find(
    ({ hold, checkpoint }) => hold === subject && checkpoint === x.id,
  );
  return placed === undefined ? null : claim([placed.at], [placed.factId]);
};
