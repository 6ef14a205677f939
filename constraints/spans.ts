/**
 * Interval arithmetic on half-open spans `[opensAt, closesAt)` in epoch milliseconds: what lies inside, touches,
 * clashes. It knows no rule; the meaning of each word is in README.md, "How to read the rules".
 */
import type { Interval } from '../ledger/vocabulary.ts';

/** A planned or actual execution `[startAt, endAt)`; it may have no length. */
export type Execution = { readonly startAt: number; readonly endAt: number };

/** Where an execution stands: never empty, so that a milestone of no length still stands somewhere. */
export const footprintOf = ({ startAt, endAt }: Execution): Interval => ({
  opensAt: startAt,
  closesAt: Math.max(endAt, startAt + 1),
});

/** Whether the footprint of an execution lies inside one span. */
export function liesInside(run: Execution, span: Interval): boolean {
  const { opensAt, closesAt } = footprintOf(run);
  return opensAt >= span.opensAt && closesAt <= span.closesAt;
}

/** Whether the footprint of an execution shares an instant with a span. */
export function touches(run: Execution, span: Interval): boolean {
  const { opensAt, closesAt } = footprintOf(run);
  return opensAt < span.closesAt && closesAt > span.opensAt;
}

/** Whether two uses of one person or room clash. Plain ends: a milestone at the edge of other work does not. */
export const clash = (one: Execution, other: Execution): boolean =>
  one.startAt < other.endAt && other.startAt < one.endAt;

/** The same instants as sorted spans that neither overlap nor touch. */
export function merged(spans: readonly Interval[]): Interval[] {
  const sorted = spans.toSorted((one, other) => one.opensAt - other.opensAt);
  const whole: Interval[] = [];
  for (const span of sorted) {
    const last = whole.at(-1);
    if (last === undefined || span.opensAt > last.closesAt)
      whole.push({ opensAt: span.opensAt, closesAt: span.closesAt });
    else last.closesAt = Math.max(last.closesAt, span.closesAt);
  }
  return whole;
}

/** The instants of `spans` that also lie in one of `others`. */
export const intersection = (spans: readonly Interval[], others: readonly Interval[]): Interval[] =>
  merged(
    spans.flatMap((span) =>
      others
        .map((other) => ({
          opensAt: Math.max(span.opensAt, other.opensAt),
          closesAt: Math.min(span.closesAt, other.closesAt),
        }))
        .filter((part) => part.opensAt < part.closesAt),
    ),
  );

/** Whether the footprint lies inside the union of the spans. */
export const liesInsideAny = (run: Execution, spans: readonly Interval[]): boolean =>
  merged(spans).some((span) => liesInside(run, span));
