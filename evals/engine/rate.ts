/** What a score is: a rate of two counts; its value, and the value as text. */
import type { Tally } from './tally.ts';

type Counts = keyof Tally;

export type Rate = {
  readonly name: string;
  /** Which of the four measures of the design it belongs to; null: one of the minds. */
  readonly measure: 1 | 2 | 3 | 4 | null;
  readonly of: Counts;
  readonly per: Counts;
  readonly better: 'higher' | 'lower';
  readonly meaning: string;
};

/** A rate as text: three digits after the point at most; a dash when there was nothing to measure. */
export const figure = (value: number | null): string =>
  value === null ? '-' : String(Math.round(value * 1_000) / 1_000);

/** The value of a rate; null when there was nothing to measure. */
export const valueOf = ({ of, per }: Pick<Rate, 'of' | 'per'>, counts: Tally): number | null =>
  counts[per] === 0 ? null : counts[of] / counts[per];
