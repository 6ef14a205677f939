/**
 * Two more questions about half-open intervals, beside spans.ts: what is left when some are taken out, and whether
 * an instant lies in one. It knows nothing of plans or people.
 */
import type { Instant, Interval } from '../ledger/vocabulary.ts';
import { merged } from './spans.ts';

/** What `some` cover and `taken` do not, merged and in order. */
export function remainder(some: readonly Interval[], taken: readonly Interval[]): Interval[] {
  return taken.reduce<Interval[]>(
    (left, cut) =>
      left.flatMap((span) =>
        [
          { opensAt: span.opensAt, closesAt: Math.min(span.closesAt, cut.opensAt) },
          { opensAt: Math.max(span.opensAt, cut.closesAt), closesAt: span.closesAt },
        ].filter((part) => part.opensAt < part.closesAt),
      ),
    merged(some),
  );
}

/** Whether the instant lies in one of the intervals: the opening counts, the closing does not. */
export const containsInstant = (spans: readonly Interval[], at: Instant): boolean =>
  spans.some((span) => span.opensAt <= at && at < span.closesAt);

/** Whether the intervals, merged, contain the whole of another. */
export const containsSpan = (spans: readonly Interval[], whole: Interval): boolean =>
  merged(spans).some((span) => span.opensAt <= whole.opensAt && whole.closesAt <= span.closesAt);
