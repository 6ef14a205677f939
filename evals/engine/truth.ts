/**
 * The one right answer for a generated night, by longest paths over minutes: where each open step starts and whose it
 * is, or that it is held. It shares no code with the solver or the rule book.
 */
import { type Cluster, freeze, type Night, type Step, windowMinutes } from './night.ts';

export type Standing =
  | { readonly state: 'done' }
  | { readonly state: 'held' }
  | { readonly state: 'placed'; readonly at: number; readonly delegate: boolean };
export type Truth = ReadonlyMap<string, Standing>;

type Known = {
  readonly night: Night;
  readonly placed: Truth;
  readonly now: number;
  readonly finished: ReadonlyMap<string, number>;
  readonly closes: ReadonlyMap<string, number>;
  readonly clusters: readonly Cluster[];
  /** How it stood before: nothing moves forward again because what had pushed it is gone. */
  readonly before: Truth;
  /** Whether protected steps keep their approved order. */
  readonly ordered: boolean;
};

/** The earliest end of what comes before, with its gaps; null when any of it is held. */
function readyAt(step: Step, { night, placed, ...known }: Known): number | null {
  let ready = 0;
  for (const { id, gap } of step.after) {
    const finished = known.finished.get(id);
    const before = placed.get(id);
    const minutes = night.steps.find((one) => one.id === id)?.minutes ?? 0;
    if (finished !== undefined) ready = Math.max(ready, finished + gap);
    else if (before?.state === 'placed') ready = Math.max(ready, before.at + minutes + gap);
    else return null;
  }
  return ready;
}

/** The first start from `from` on that no freeze and no absence touches; null when there is none. */
function freeFrom(
  step: Step,
  from: number,
  absences: readonly { from: number; to: number | null }[],
) {
  let at = from;
  for (;;) {
    const inWay = [freeze, ...absences].find(
      (span) => at < (span.to ?? Infinity) && at + step.minutes > span.from,
    );
    if (inWay === undefined) return at;
    if (inWay.to === null) return null;
    at = inWay.to;
  }
}

/** Protected steps keep their order: none starts before one that was approved to start earlier, unless that is held. */
function inOrderFrom(step: Step, { night, placed, ordered }: Known): number {
  if (!ordered || !step.protected) return 0;
  const starts = night.steps.map((one) => {
    const before = one.protected ? placed.get(one.id) : undefined;
    return before?.state === 'placed' ? before.at : 0;
  });
  return Math.max(...starts);
}

function standingOf(step: Step, known: Known): Standing {
  const { night } = known;
  if (known.finished.has(step.id)) return { state: 'done' };
  const ready = readyAt(step, known);
  if (ready === null) return { state: 'held' };
  const away = known.clusters
    .flatMap((one) => one.away)
    .filter(({ strand }) => strand === step.strand);
  const goneForGood = away.some(({ to }) => to === null);
  const delegate = goneForGood && step.strand !== 'join' && night.delegates.includes(step.strand);
  const before = known.before.get(step.id);
  const stood = before?.state === 'placed' ? before.at : step.startAt;
  const at = freeFrom(
    step,
    Math.max(stood, ready, known.now, inOrderFrom(step, known)),
    delegate ? [] : away,
  );
  const limit = Math.min(windowMinutes, known.closes.get(step.id) ?? windowMinutes);
  return at === null || at + step.minutes > limit
    ? { state: 'held' }
    : { state: 'placed', at, delegate };
}

/** How the night stands after its first so many clusters; before any, as it was approved. */
export function truthAfter(night: Night, count: number, ordered = true): Truth {
  const clusters = night.clusters.slice(0, count);
  const placed = new Map<string, Standing>();
  const known: Known = {
    night,
    placed,
    before: count === 0 ? new Map() : truthAfter(night, count - 1),
    ordered,
    now: clusters.at(-1)?.now ?? 0,
    finished: new Map(clusters.flatMap((one) => one.finished).map(({ id, at }) => [id, at])),
    closes: new Map(clusters.flatMap((one) => one.closes).map(({ id, at }) => [id, at])),
    clusters,
  };
  for (const step of night.steps) placed.set(step.id, standingOf(step, known));
  return placed;
}

const same = (one: Standing | undefined, other: Standing): boolean =>
  JSON.stringify(one) === JSON.stringify(other);

/** Steps still to come that stand otherwise than before. */
export const changedBetween = (before: Truth, after: Truth): string[] =>
  [...after].flatMap(([id, now]) =>
    now.state === 'done' || same(before.get(id), now) ? [] : [id],
  );

const heldIn = (truth: Truth): string =>
  [...truth].flatMap(([id, { state }]) => (state === 'held' ? [id] : [])).join();

/**
 * Whether a night has one right answer. Where keeping the order of protected steps costs a hold, it could be either of
 * two steps: such a night is not used. Otherwise every hold is forced, and each start is the earliest that there is.
 */
export const hasOneAnswer = (night: Night): boolean =>
  night.clusters.every((_, index) => {
    const held = heldIn(truthAfter(night, index + 1));
    return held === heldIn(truthAfter(night, index + 1, false));
  });
