/**
 * What each accepted fact does to the situation. Total: a fact about something unknown changes nothing, because
 * whether it may be accepted was judged before. Pure: the same facts in the same order give the same situation.
 */
import {
  type AssertionOf,
  progressOf,
  planOf,
  amendCheckpoint,
  amendAuthority,
  recordAssent,
  recordEvidence,
  changeHolder,
  settleCondition,
  without,
  changeAvailability,
  addCheckpoint,
  alterCheckpoint,
  setBoundary,
  nothing,
} from './amend.ts';
import type { Fact, FactKind } from './facts.ts';
import type { Situation } from './situation.ts';

type Effect<K extends FactKind> = (
  situation: Situation,
  assertion: AssertionOf<K>,
  fact: Fact,
) => Situation;

const effects: { readonly [K in FactKind]: Effect<K> } = {
  actual_start: (situation, { checkpoint, at, owner }, fact) =>
    progressOf(situation, checkpoint, {
      state: situation.progress[checkpoint]?.state === 'done' ? 'done' : 'in_progress',
      actualStartAt: at.at,
      owner,
      startFactId: fact.factId,
    }),
  actual_finish: (situation, { checkpoint, at }, fact) =>
    progressOf(situation, checkpoint, {
      state: 'done',
      actualFinishAt: at.at,
      finishFactId: fact.factId,
    }),
  forecast_finish: (situation, { checkpoint, at }, fact) =>
    progressOf(situation, checkpoint, { forecastFinishAt: at.at, forecastFactId: fact.factId }),
  revised_start: (situation, { checkpoint, at }, fact) =>
    progressOf(situation, checkpoint, { revisedStartAt: at.at, revisedFactId: fact.factId }),
  evidence_recorded: (situation, { checkpoint, evidence, at }, fact) =>
    recordEvidence(situation, fact, { checkpoint, evidence, observedAt: at.at, revoked: false }),
  evidence_revoked: (situation, { checkpoint, evidence }, fact) =>
    recordEvidence(situation, fact, { checkpoint, evidence, observedAt: null, revoked: true }),
  confirmation_given: (situation, { checkpoint, confirmation, party }, fact) =>
    recordAssent(situation, fact, {
      checkpoint,
      assent: confirmation,
      kind: 'confirmation',
      party,
      answer: 'given',
    }),
  confirmation_refused: (situation, { checkpoint, confirmation, party }, fact) =>
    recordAssent(situation, fact, {
      checkpoint,
      assent: confirmation,
      kind: 'confirmation',
      party,
      answer: 'refused',
    }),
  approval_given: (situation, { checkpoint, approval, party }, fact) =>
    recordAssent(situation, fact, {
      checkpoint,
      assent: approval,
      kind: 'approval',
      party,
      answer: 'given',
    }),
  approval_withdrawn: (situation, { checkpoint, approval, party }, fact) =>
    recordAssent(situation, fact, {
      checkpoint,
      assent: approval,
      kind: 'approval',
      party,
      answer: 'refused',
    }),
  condition_met: (situation, { condition }, fact) =>
    settleCondition(situation, fact, { id: condition, met: true }),
  condition_open: (situation, { condition }, fact) =>
    settleCondition(situation, fact, { id: condition, met: false }),
  update_promised: nothing,
  holder_changed: (situation, { authority, holder, span }, fact) =>
    amendAuthority(situation, fact, {
      id: authority,
      change: (row) => changeHolder(row, holder, span),
    }),
  delegate_granted: (situation, { authority, person, grantedBy, span }, fact) =>
    amendAuthority(situation, fact, {
      id: authority,
      change: (row) => ({
        ...row,
        delegates: [
          ...without(row.delegates, (known) => known.person === person),
          { person, grantedBy, ...span },
        ],
      }),
    }),
  delegate_revoked: (situation, { authority, person, at }, fact) =>
    amendAuthority(situation, fact, {
      id: authority,
      change: (row) => ({
        ...row,
        delegates: row.delegates.flatMap((known) => {
          if (known.person !== person) return [known];
          const closesAt = Math.min(known.closesAt, at.at ?? fact.occurredAt);
          return known.opensAt < closesAt ? [{ ...known, closesAt }] : [];
        }),
      }),
    }),
  availability_changed: changeAvailability,
  boundary_set: (situation, { boundary }, fact) => setBoundary(situation, boundary, fact),
  boundary_lifted: (situation, { boundary }, fact) =>
    planOf(situation, fact, {
      name: `boundary:${boundary}`,
      change: {
        boundaries: without(situation.plan.boundaries, (known) => known.id === boundary),
      },
    }),
  checkpoint_added: (situation, { added }, fact) => addCheckpoint(situation, added, fact),
  checkpoint_altered: alterCheckpoint,
  dependency_changed: (situation, { checkpoint, predecessors }, fact) =>
    amendCheckpoint(situation, fact, { id: checkpoint, change: { predecessors } }),
  exception_granted: (situation, { exception, checkpoint, relaxes, untilAt }, fact) => ({
    ...situation,
    exceptions: [
      ...without(situation.exceptions, (known) => known.exception === exception),
      { exception, checkpoint, relaxes, untilAt, grantedBy: fact.reporter, factId: fact.factId },
    ],
  }),
  exception_revoked: (situation, { exception }) => ({
    ...situation,
    exceptions: without(situation.exceptions, (known) => known.exception === exception),
  }),
  hold_placed: (situation, { hold, checkpoint, reason }, fact) => ({
    ...situation,
    holds: [
      ...without(situation.holds, (known) => known.hold === hold),
      {
        hold,
        checkpoint,
        reason,
        placedBy: fact.reporter,
        at: fact.occurredAt,
        factId: fact.factId,
      },
    ],
  }),
  hold_lifted: (situation, { hold }) => ({
    ...situation,
    holds: without(situation.holds, (known) => known.hold === hold),
  }),
  statement: nothing,
};

/** The situation after one accepted fact. */
export function applyFact(situation: Situation, fact: Fact): Situation {
  const effect = effects[fact.assertion.kind] as Effect<FactKind>;
  return effect(situation, fact.assertion, fact);
}

/** The same fact with a finish told in advance written as the forecast that it is. */
export function asForecast<T extends Pick<Fact, 'assertion'>>(told: T): T {
  if (told.assertion.kind !== 'actual_finish') return told;
  const { checkpoint, at } = told.assertion;
  return { ...told, assertion: { kind: 'forecast_finish', checkpoint, at } };
}

/** The situation after a finish told in advance; anything else cannot be a forecast and changes nothing. */
export const applyAsForecast = (situation: Situation, fact: Fact): Situation =>
  fact.assertion.kind === 'actual_finish' ? applyFact(situation, asForecast(fact)) : situation;

type Undo = (situation: Situation, fact: Fact) => Situation;

const others = <T extends { readonly factId: string }>(list: readonly T[], fact: Fact): T[] =>
  without(list, (known) => known.factId === fact.factId);

const forgetAssent: Undo = (situation, fact) => ({
  ...situation,
  assents: others(situation.assents, fact),
});

const reopenCondition: Undo = (situation, fact) => {
  const { assertion, factId } = fact;
  if (assertion.kind !== 'condition_met') return situation;
  const { condition: id } = assertion;
  const settled = situation.amendedBy[`condition:${id}`] === factId;
  return settled ? settleCondition(situation, fact, { id, met: false }) : situation;
};

/** What can be undone, because it stands by itself under its fact's id. */
const undos: { readonly [K in FactKind]?: Undo } = {
  evidence_recorded: (situation, fact) => ({
    ...situation,
    evidence: others(situation.evidence, fact),
  }),
  confirmation_given: forgetAssent,
  confirmation_refused: forgetAssent,
  approval_given: forgetAssent,
  approval_withdrawn: forgetAssent,
  condition_met: reopenCondition,
  exception_granted: (situation, fact) => ({
    ...situation,
    exceptions: others(situation.exceptions, fact),
  }),
};

/** Whether `undoFact` can take back what a fact of this kind did. */
export const isUndoable = (kind: FactKind): boolean => undos[kind] !== undefined;

/**
 * The situation without what an accepted fact added. What it had replaced does not come back, so that less may be
 * placed and never more. A fact of any other kind, and one that another has replaced, changes nothing.
 */
export const undoFact = (situation: Situation, fact: Fact): Situation =>
  undos[fact.assertion.kind]?.(situation, fact) ?? situation;
