/**
 * Instants and ticks. Ticks count from the start of the window (or from `now` before it), on a grid that starts
 * at the epoch. Rounding may refuse a start, never allow one: releases go up, ends go down.
 */
import { type Instant, type Interval, minuteMs } from '../../ledger/vocabulary.ts';
import type { StartRange, Tick } from '../problem.ts';
import { type Ranges, union } from '../board/ranges.ts';

/** How far after the window a start may be thought of at all: only an exception leads there. */
const beyondWindowMs = 30 * 24 * 60 * minuteMs;

export type Frame = {
  readonly originAt: Instant;
  readonly tickMs: number;
  /** The last tick there is. */
  readonly horizon: Tick;
};

/** The frame of a window on a grid of `tickMs`, wide enough for a `now` before or after it. */
export function frameOf(window: Interval, tickMs: number, now: Instant): Frame {
  const originAt = Math.floor(Math.min(window.opensAt, now) / tickMs) * tickMs;
  const endAt = Math.max(window.closesAt, now) + beyondWindowMs;
  return { originAt, tickMs, horizon: Math.ceil((endAt - originAt) / tickMs) };
}

/** The first tick not before an instant. */
export const up = (frame: Frame, at: Instant): Tick =>
  Math.ceil((at - frame.originAt) / frame.tickMs);
/** The last tick not after an instant. */
export const down = (frame: Frame, at: Instant): Tick =>
  Math.floor((at - frame.originAt) / frame.tickMs);
/** The instant of a tick. */
export const instantOf = (frame: Pick<Frame, 'originAt' | 'tickMs'>, tick: Tick): Instant =>
  frame.originAt + tick * frame.tickMs;

/** Ranges without a least start begin here, before the origin: no start is ever at this tick. */
const beforeAll: Tick = -1;

/** Clips ranges to the ticks there are, merged. */
const clipped = (frame: Frame, ranges: readonly StartRange[]): Ranges =>
  union(
    ranges.map(({ first, last }) => ({
      first: Math.max(beforeAll, first),
      last: Math.min(frame.horizon, last),
    })),
  );

/** Every start from an instant on. */
export const from = (frame: Frame, at: Instant): Ranges =>
  clipped(frame, [{ first: up(frame, at), last: frame.horizon }]);
/** Every start up to an instant, itself included. */
export const until = (frame: Frame, at: Instant): Ranges =>
  clipped(frame, [{ first: beforeAll, last: down(frame, at) }]);

/** Starts from which a run of `durationMs` lies inside one of the intervals, which are merged first. */
export function inside(frame: Frame, spans: readonly Interval[], durationMs: number): Ranges {
  const footprint = Math.max(durationMs, 1);
  return clipped(
    frame,
    merged(spans).map((span) => ({
      first: up(frame, span.opensAt),
      last: down(frame, span.closesAt - footprint),
    })),
  );
}

/** Starts from which a run of `durationMs` touches the interval nowhere. */
export function outside(frame: Frame, span: Interval, durationMs: number): Ranges {
  const footprint = Math.max(durationMs, 1);
  return clipped(frame, [
    { first: beforeAll, last: down(frame, span.opensAt - footprint) },
    { first: up(frame, span.closesAt), last: frame.horizon },
  ]);
}

/** The intervals in order, joined where they touch or overlap. */
export function merged(spans: readonly Interval[]): Interval[] {
  const joined: Interval[] = [];
  for (const span of spans.toSorted((one, other) => one.opensAt - other.opensAt)) {
    const last = joined.at(-1);
    if (last === undefined || span.opensAt > last.closesAt) joined.push(span);
    else joined[joined.length - 1] = { ...last, closesAt: Math.max(last.closesAt, span.closesAt) };
  }
  return joined;
}

/** What both lists of intervals cover. */
export function common(one: readonly Interval[], other: readonly Interval[]): Interval[] {
  return one.flatMap((span) =>
    other
      .map((cut) => ({
        opensAt: Math.max(span.opensAt, cut.opensAt),
        closesAt: Math.min(span.closesAt, cut.closesAt),
      }))
      .filter((part) => part.opensAt < part.closesAt),
  );
}
