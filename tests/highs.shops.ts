/** Public scheduling instances as problems: job shops (a machine is a person) and tasks tied by lags both ways. */
import type { Edge, OpenCheckpoint, Problem } from '../solver/problem.ts';
import { causeOf } from './support/problems.ts';

export type Operation = {
  readonly job: number;
  readonly operation: number;
  readonly machine: number;
  readonly duration: number;
};

const pad = (index: number): string => String(index).padStart(2, '0');

function task(id: string, at: { rank: number; duration: number; owner: string; window: number }) {
  const { rank, duration, owner, window } = at;
  const checkpoint: OpenCheckpoint = {
    id,
    rank,
    protected: false,
    exceptionOnly: false,
    duration,
    preferredStart: 0,
    preferredOwner: owner,
    wasPlaced: true,
    weight: 1,
    limits: [
      { cause: causeOf('outside_window', id), starts: [{ first: 0, last: window - duration }] },
    ],
    candidates: [{ person: owner, limits: [], newlyWoken: false }],
    room: null,
    blockers: [],
  };
  return checkpoint;
}

function after(from: string, to: string, least: number): Edge {
  const type = least < 0 ? 'start_to_start' : 'finish_to_start';
  return {
    from,
    to,
    type,
    least: 0,
    greatest: null,
    leastCause: causeOf('gap_too_short', to, from),
    greatestCause: null,
  };
}

const problemOf = (open: readonly OpenCheckpoint[], rest: Partial<Problem>): Problem => ({
  originAt: 0,
  tickMs: 60_000,
  now: 0,
  open: open.toSorted((one, other) => (one.id < other.id ? -1 : 1)),
  fixed: [],
  edges: [],
  separations: [],
  spacings: [],
  exceptionKinds: [],
  ...rest,
});

/** A job shop that has `window` ticks: everything can be placed if and only if its makespan is no more. */
export function jobShop(operations: readonly Operation[], window: number): Problem {
  const idOf = (job: number, operation: number): string => `j${pad(job)}-${pad(operation)}`;
  const open = operations.map(({ job, operation, machine, duration }, index) =>
    task(idOf(job, operation), { rank: index + 1, duration, owner: `m${machine}`, window }),
  );
  const edges = operations
    .filter(({ operation }) => operation > 0)
    .map(({ job, operation }) => after(idOf(job, operation - 1), idOf(job, operation), 0));
  return problemOf(open, { edges });
}

export type Lags = {
  readonly durations: readonly number[];
  /** `start of to - start of from >= least`; a negative one is a greatest lag the other way round. */
  readonly lags: readonly { readonly from: number; readonly least: number; readonly to: number }[];
  /** Tasks that may not overlap. */
  readonly pairs: readonly (readonly [number, number])[];
};

/** Tasks with lags in a window; pairs that may not overlap are spacings of no length. */
export function lagProblem({ durations, lags, pairs, window }: Lags & { window: number }): Problem {
  const idOf = (index: number): string => `t${pad(index)}`;
  const open = durations.map((duration, index) =>
    task(idOf(index), { rank: index + 1, duration, owner: `w${index}`, window }),
  );
  const forward = lags.filter(({ least }) => least >= 0);
  const edges = forward.map(({ from, to, least }): Edge => {
    const back = lags.find((lag) => lag.from === to && lag.to === from && lag.least < 0);
    return {
      ...after(idOf(from), idOf(to), least),
      type: 'start_to_start',
      least,
      greatest: back === undefined ? null : -back.least,
      greatestCause: causeOf('gap_too_long', idOf(to), idOf(from)),
    };
  });
  const alone = lags.filter(
    ({ from, to, least }) =>
      least < 0 && !forward.some((lag) => lag.from === to && lag.to === from),
  );
  const greatestOnly = alone.map(({ from, to, least }): Edge => ({
    ...after(idOf(to), idOf(from), 0),
    type: 'start_to_start',
    least: -window,
    greatest: -least,
    greatestCause: causeOf('gap_too_long', idOf(from), idOf(to)),
  }));
  const spacings = pairs.map(([one, other], index) => ({
    id: `apart-${index}`,
    members: [idOf(one), idOf(other)],
    gap: 0,
  }));
  return problemOf(open, { edges: [...edges, ...greatestOnly], spacings });
}

const numbersIn = (text: string): number[] =>
  [...text.matchAll(/-?\d+/g)].map((found) => Number(found[0]));

function valueOf(text: string, name: string): number[] {
  const body = new RegExp(`${name}\\s*=\\s*([^;]*);`).exec(text)?.[1] ?? '';
  return numbersIn(body);
}

/** Reads an instance with lags. Resources are kept as far as two tasks that cannot run together: a relaxation. */
export function readLags(text: string): Lags {
  const durations = valueOf(text, 'dur');
  const caps = valueOf(text, 'rcap');
  const use = valueOf(text, 'rr');
  const raw = valueOf(text, 'dcons');
  const lags = Array.from({ length: raw.length / 3 }, (_, row) => ({
    from: (raw[3 * row] ?? 1) - 1,
    least: raw[3 * row + 1] ?? 0,
    to: (raw[3 * row + 2] ?? 1) - 1,
  }));
  const tasks = durations.length;
  const pairs = durations.flatMap((_, one) =>
    durations.flatMap((__, other): [number, number][] => {
      const isTooMuch = caps.some(
        (cap, resource) =>
          (use[resource * tasks + one] ?? 0) + (use[resource * tasks + other] ?? 0) > cap,
      );
      return one < other && isTooMuch ? [[one, other]] : [];
    }),
  );
  return { durations, lags, pairs };
}
