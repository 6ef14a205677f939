/**
 * For how long a worker takes a lease. One that thinks for longer than that in one piece (a plan of thousands) cannot
 * extend it meanwhile and finds it taken; two such workers would take it from each other for ever. So whoever lost one
 * takes the next on the same cutover for twice as long, until its work comes to an end.
 */
import type { Id } from '../../ledger/vocabulary.ts';

/** No lease is taken for longer, milliseconds: a worker that dies keeps everybody else away until it is over. */
const longestMs = 240_000;

export type LeaseTerms = {
  /** Milliseconds. */
  readonly of: (cutoverId: Id) => number;
  readonly lost: (cutoverId: Id) => void;
  readonly kept: (cutoverId: Id) => void;
};

/** The terms of one worker, which begin at so many milliseconds. */
export function leaseTerms(shortestMs: number): LeaseTerms {
  const longer = new Map<Id, number>();
  const of = (cutoverId: Id): number => longer.get(cutoverId) ?? shortestMs;
  return {
    of,
    lost: (cutoverId) =>
      void longer.set(cutoverId, Math.max(shortestMs, Math.min(2 * of(cutoverId), longestMs))),
    kept: (cutoverId) => void longer.delete(cutoverId),
  };
}
