/**
 * Generated nights with known truth. Each is a handful of strands, every one with its own owner, that meet in one last
 * checkpoint, and one or two clusters of changes. Nothing in a night competes for a person or a room, so that the one
 * right answer follows from longest paths alone: truth.ts works it out, and knows neither the solver nor the rule book.
 */
import fc, { type GeneratorValue } from 'fast-check';

/** Minutes are counted from the opening of the command window. */
export const windowMinutes = 480;
export const freeze = { from: 390, to: 450 } as const;

export type Step = {
  readonly id: string;
  /** Whose it is: the number of its strand, or `join`. */
  readonly strand: number | 'join';
  readonly startAt: number;
  readonly minutes: number;
  readonly protected: boolean;
  readonly after: readonly { readonly id: string; readonly gap: number }[];
};

/** Somebody cannot work: for a while, or for the rest of the night (`to` is null). */
export type Away = { readonly strand: number; readonly from: number; readonly to: number | null };

export type Cluster = {
  /** When the workflow runs. */
  readonly now: number;
  /** First steps of strands that have ended, and when. */
  readonly finished: readonly { readonly id: string; readonly at: number }[];
  /** Boundaries of protected steps that now close here. */
  readonly closes: readonly { readonly id: string; readonly at: number }[];
  readonly away: readonly Away[];
  /** Words in the chat, and the first report told once more: neither may change anything. */
  readonly noise: boolean;
};

export type Night = {
  readonly zone: string;
  readonly strands: number;
  /** Strands whose owner has a delegate for the whole night. */
  readonly delegates: readonly number[];
  /** In approved order: by start. */
  readonly steps: readonly Step[];
  /** Protected steps with a maintenance boundary of their own, open all night until it is narrowed. */
  readonly bounded: readonly string[];
  readonly clusters: readonly Cluster[];
};

type Roll = { between(min: number, max: number): number; chance(percent: number): boolean };

const rollOf = (draw: GeneratorValue): Roll => {
  const between = (min: number, max: number): number => draw(fc.integer, { min, max });
  return { between, chance: (percent) => between(1, 100) <= percent };
};

function strandOf(roll: Roll, strand: number): Step[] {
  const steps: Step[] = [];
  let end = 5 * roll.between(1, 3);
  for (let index = 0; index < roll.between(2, 4); index += 1) {
    const before = steps.at(-1);
    const slack = 5 * roll.between(0, 6);
    const gap = before === undefined ? 0 : Math.min(slack, 5 * roll.between(0, 2));
    const minutes = 5 * roll.between(2, 8);
    // The first steps are over by the time anything happens; the second begin after that.
    const startAt = index === 0 ? end : Math.max(end + slack, index === 1 ? 60 : 0);
    steps.push({
      id: `s${strand}-${index + 1}`,
      strand,
      startAt,
      minutes,
      protected: index > 0 && roll.chance(55),
      after: before === undefined ? [] : [{ id: before.id, gap }],
    });
    end = startAt + minutes;
  }
  return steps;
}

const endOf = ({ startAt, minutes }: Step): number => startAt + minutes;

/** First steps of strands have ended by now, on time or late. */
function endings(roll: Roll, steps: readonly Step[], now: number): Cluster['finished'] {
  return steps
    .filter(({ after, strand }) => after.length === 0 && strand !== 'join')
    .map((step) => {
      const late = roll.chance(55) ? roll.between(1, 80) : 0;
      return { id: step.id, at: Math.min(now, endOf(step) + late) };
    });
}

const narrowed = (roll: Roll, bounded: readonly Step[]): Cluster['closes'] =>
  bounded
    .filter(() => roll.chance(60))
    .map((step) => ({ id: step.id, at: endOf(step) + 5 * roll.between(-2, 8) }));

/** With a delegate somebody is only ever gone for the rest of the night: for a while, both answers could be right. */
function absences(
  roll: Roll,
  now: number,
  strands: readonly { readonly strand: number; readonly delegate: boolean }[],
): Away[] {
  return strands
    .filter(() => roll.chance(20))
    .map(({ strand, delegate }) => ({
      strand,
      from: now,
      to: delegate || roll.chance(40) ? null : now + 10 * roll.between(2, 12),
    }));
}

function clustersOf(
  roll: Roll,
  steps: readonly Step[],
  night: Pick<Night, 'strands' | 'delegates' | 'bounded'>,
) {
  const now = roll.between(56, 95);
  const two = roll.chance(40);
  const early = (): boolean => !two || roll.chance(50);
  const limits = steps
    .filter(({ id }) => night.bounded.includes(id))
    .map((step) => ({ step, first: early() }));
  const people = Array.from({ length: night.strands }, (_, index) => ({
    strand: index + 1,
    delegate: night.delegates.includes(index + 1),
    first: early(),
  }));
  const of = (first: boolean, at: number, finished: Cluster['finished']): Cluster => ({
    now: at,
    finished,
    closes: narrowed(
      roll,
      limits.filter((one) => one.first === first).map(({ step }) => step),
    ),
    away: absences(
      roll,
      at,
      people.filter((one) => one.first === first),
    ),
    noise: roll.chance(40),
  });
  const opening = of(true, now, endings(roll, steps, now));
  return two ? [opening, of(false, now + roll.between(2, 9), [])] : [opening];
}

export function nightOf(draw: GeneratorValue): Night {
  const roll = rollOf(draw);
  const strands = roll.between(2, 4);
  const numbers = Array.from({ length: strands }, (_, index) => index + 1);
  const chains = numbers.map((strand) => strandOf(roll, strand));
  const lasts = chains.flatMap((chain) => chain.slice(-1));
  const join: Step = {
    id: 'join',
    strand: 'join',
    startAt: Math.max(...lasts.map(endOf)) + 5 * roll.between(0, 6),
    minutes: 5 * roll.between(2, 5),
    protected: true,
    after: lasts.map(({ id }) => ({ id, gap: 0 })),
  };
  const steps = [...chains.flat(), join].toSorted((one, other) => one.startAt - other.startAt);
  const bounded = steps.filter((step) => step.protected && roll.chance(50)).map(({ id }) => id);
  const frame = { strands, delegates: numbers.filter(() => roll.chance(50)), bounded };
  return {
    zone: roll.chance(50) ? 'Europe/London' : 'America/New_York',
    ...frame,
    steps,
    clusters: clustersOf(roll, steps, frame),
  };
}

/** A cluster in which something happens: time that passes alone makes a packet by another rule, the slip tolerance. */
const tellsSomething = ({ finished, closes, away }: Cluster): boolean =>
  finished.length + closes.length + away.length > 0;

/** A night that could be approved (everything fits as planned) and in which each cluster tells something. */
export const approvable = ({ steps, clusters }: Night): boolean =>
  clusters.every(tellsSomething) &&
  steps.every(
    (step) =>
      endOf(step) <= windowMinutes && (endOf(step) <= freeze.from || step.startAt >= freeze.to),
  );
