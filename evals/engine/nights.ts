/** Draws nights from a seed: only those that could be approved and that have one right answer. */
import fc from 'fast-check';
import { approvable, type Night, nightOf } from './night.ts';
import { hasOneAnswer } from './truth.ts';

/** So many nights; the same seed gives the same ones, and fewer are the first of more. */
export function nights(count: number, seed: number): Night[] {
  // Almost every night can be used. They are sorted out after the draw: a filter inside it would draw the same again.
  const drawn = fc.sample(fc.gen().map(nightOf), { numRuns: 2 * count + 20, seed });
  return drawn.filter((night) => approvable(night) && hasOneAnswer(night)).slice(0, count);
}
