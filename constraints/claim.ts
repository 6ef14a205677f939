/**
 * The parts that claims are made of: what may be named beside a subject, and how works and their facts are looked up.
 */
import type { Checkpoint } from '../ledger/plan.ts';
import type { Id, Interval } from '../ledger/vocabulary.ts';
import type { CleanRun } from './cleanRun.ts';
import { type Work, progressOf } from './executions.ts';
import { merged } from './spans.ts';

/** The instants and facts that may be named beside a true subject. */
export type Claim = { readonly ats: readonly (number | null)[]; readonly facts: readonly Id[] };

/** Where a cause is looked up: the run, the checkpoint that the cause is on, and the subject it names. */
export type Look = {
  readonly night: CleanRun;
  readonly x: Checkpoint;
  readonly subject: Id | null;
};

/** What a rule may claim of a subject; null: nothing, so the cause is untrue. */
export type Claims = (look: Look) => Claim | null;

/** A claim of these instants and facts; nulls among them stand for none. */
export const claim = (
  ats: readonly (number | null)[] = [],
  facts: readonly (Id | null)[] = [],
): Claim => ({
  ats,
  facts: facts.flatMap((fact) => fact ?? []),
});

/** The edges of spans once they are merged. */
export const edgesOf = (spans: readonly Interval[]) =>
  merged(spans).flatMap(({ opensAt, closesAt }) => [opensAt, closesAt]);

/** The fact that last amended a part of the plan. */
export const amended = ({ night }: Look, name: string): Id | null =>
  night.scene.situation.amendedBy[name] ?? null;

/** The start, finish and forecast facts of works. */
export const factsOf = ({ night }: Look, works: readonly Work[]) =>
  works.flatMap(({ checkpoint }) => {
    const known = progressOf(night.scene.situation, checkpoint.id);
    return [known.startFactId, known.finishFactId, known.forecastFactId];
  });

/** The starts and ends of works, with their facts. */
export const aboutWorks = (look: Look, works: readonly Work[]): Claim =>
  claim(
    works.flatMap(({ startAt, endAt }) => [startAt, endAt]),
    factsOf(look, works),
  );

/** Placed and started works. */
export const works = ({ night }: Look): Work[] => [...night.scene.works.values()];

/** The work of one checkpoint, when it is placed or started. */
export const workOf = (look: Look, id: Id | null): Work[] =>
  works(look).filter(({ checkpoint }) => checkpoint.id === id);
