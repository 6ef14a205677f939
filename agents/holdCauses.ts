/**
 * The facts and instants behind a cause that is already named: what a person who reads "evidence too old" wants to see
 * next to it. Only what the situation says; a cause that rests on no fact keeps nulls.
 */
import type { CutoverState } from '../ledger/cutover.ts';
import type { Cause } from '../ledger/holds.ts';
import type { Checkpoint } from '../ledger/plan.ts';
import type { AssentRecord } from '../ledger/situation.ts';
import { minuteMs } from '../ledger/vocabulary.ts';

type Named = Pick<Cause, 'rule' | 'checkpoint' | 'subject'>;
type Source = Pick<Cause, 'factId' | 'at'>;

const nothing: Source = { factId: null, at: null };

const checkpointIn = ({ situation }: CutoverState, { checkpoint }: Named): Checkpoint | undefined =>
  situation.plan.checkpoints.find(({ id }) => id === checkpoint);

function evidenceSource(state: CutoverState, cause: Named): Source {
  const record = state.situation.evidence.findLast(
    ({ checkpoint, evidence }) => checkpoint === cause.checkpoint && evidence === cause.subject,
  );
  if (record === undefined) return nothing;
  const ages = checkpointIn(state, cause)?.evidence.flatMap(({ kind, maxAgeMinutes }) =>
    kind === cause.subject ? [maxAgeMinutes] : [],
  );
  const fresh = cause.rule === 'evidence_stale' && record.observedAt !== null && ages?.length;
  return {
    factId: record.factId,
    at: fresh && ages ? (record.observedAt ?? 0) + Math.min(...ages) * minuteMs : null,
  };
}

/** The newest answer that makes an assent refused, or the one whose end is the last start at which enough count. */
function assentSource(state: CutoverState, cause: Named, kind: AssentRecord['kind']): Source {
  const checkpoint = checkpointIn(state, cause);
  const assents = kind === 'approval' ? checkpoint?.approvals : checkpoint?.confirmations;
  const assent = assents?.find(({ id }) => id === cause.subject);
  if (assent === undefined) return nothing;
  const answers = state.situation.assents.filter(
    (record) =>
      record.kind === kind &&
      record.checkpoint === cause.checkpoint &&
      record.assent === assent.id &&
      assent.parties.includes(record.party),
  );
  const { validMinutes, needed } = assent;
  const refusedRule = cause.rule === 'approval_refused' || cause.rule === 'confirmation_refused';
  if (refusedRule || validMinutes === null) {
    const no = answers.findLast(({ answer }) => answer === 'refused');
    return { factId: no?.factId ?? null, at: null };
  }
  const last = answers
    .filter(({ answer }) => answer === 'given')
    .toSorted((one, other) => other.at - one.at)[needed - 1];
  return last === undefined
    ? nothing
    : { factId: last.factId, at: last.at + validMinutes * minuteMs };
}

function holdSource({ situation }: CutoverState, cause: Named): Source {
  const placed = situation.holds.find(
    ({ hold, checkpoint }) => hold === cause.subject && checkpoint === cause.checkpoint,
  );
  return placed === undefined ? nothing : { factId: placed.factId, at: placed.at };
}

type Find = (state: CutoverState, cause: Named) => Source;
const approval: Find = (state, cause) => assentSource(state, cause, 'approval');
const confirmation: Find = (state, cause) => assentSource(state, cause, 'confirmation');

const sources: { readonly [Rule in Cause['rule']]?: Find } = {
  hold_in_force: holdSource,
  condition_open: ({ situation }, { subject }) => ({
    factId: situation.amendedBy[`condition:${subject}`] ?? null,
    at: null,
  }),
  evidence_revoked: evidenceSource,
  evidence_stale: evidenceSource,
  approval_refused: approval,
  approval_expired: approval,
  confirmation_refused: confirmation,
  confirmation_expired: confirmation,
};

/** The cause with the fact it rests on and the instant that matters, where there are any. */
export const withSource = (cause: Named, state: CutoverState): Cause => ({
  ...cause,
  ...(sources[cause.rule]?.(state, cause) ?? nothing),
});
