/**
 * The problem as a mixed-integer program for HiGHS, level by level. Built from the raw problem; it shares nothing
 * with the solver. Every gap is closed to zero, and each level becomes a row for those after it.
 */
import loadHighs, { type LegacyHighs } from 'highs';
import type { Edge, OpenCheckpoint, Problem, Spacing } from '../solver/problem.ts';
import { startsOf } from './highs.raw.ts';

type Terms = readonly (readonly [number, string])[];
type Row = { readonly terms: Terms; readonly atLeast: number };
type Program = {
  readonly rows: Row[];
  readonly binaries: Set<string>;
  readonly integers: Set<string>;
  readonly big: number;
};

const name = (index: number): string => `s${index}`;
const placed = (index: number): string => `p${index}`;
const owner = (index: number, at: number): string => `o${index}_${at}`;

function ranges(starts: readonly number[]): { first: number; last: number }[] {
  const found: { first: number; last: number }[] = [];
  for (const start of starts) {
    const last = found.at(-1);
    if (last !== undefined && last.last === start - 1) last.last = start;
    else found.push({ first: start, last: start });
  }
  return found;
}

const expression = (terms: Terms): string =>
  terms
    .map(([factor, variable]) => `${factor < 0 ? '-' : '+'} ${Math.abs(factor)} ${variable}`)
    .join(' ');

const atLeast = (program: Program, terms: Terms, least: number): void => {
  program.rows.push({ terms, atLeast: least });
};

/** `later - earlier >= gap` whenever every one of the binaries is 1. */
function whenAll(
  program: Program,
  { later, earlier, gap }: { later: string; earlier: string; gap: number },
  binaries: Terms,
): void {
  const { big } = program;
  const needed = binaries.reduce((sum, [factor]) => sum + Math.max(0, factor), 0);
  atLeast(
    program,
    [
      [1, later],
      [-1, earlier],
      ...binaries.map(([factor, variable]) => [-factor * big, variable] as const),
    ],
    gap - needed * big,
  );
}

function addCheckpoint(program: Program, problem: Problem, index: number): void {
  const checkpoint = problem.open[index];
  if (checkpoint === undefined) return;
  program.integers.add(name(index));
  program.binaries.add(placed(index));
  const parts: string[] = [];
  const firsts: [number, string][] = [];
  const lasts: [number, string][] = [];
  for (const [at, { person }] of checkpoint.candidates.entries()) {
    program.binaries.add(owner(index, at));
    const horizon = program.big / 4;
    const own = ranges(startsOf(problem, checkpoint, { person, horizon }));
    const chosen = own.map(({ first, last }, part): string => {
      const variable = `y${index}_${at}_${part}`;
      program.binaries.add(variable);
      firsts.push([-first, variable]);
      lasts.push([last, variable]);
      return variable;
    });
    const all: Terms = [
      [-1, owner(index, at)],
      ...chosen.map((variable) => [1, variable] as const),
    ];
    atLeast(program, all, 0);
    atLeast(
      program,
      all.map(([factor, variable]) => [-factor, variable] as const),
      0,
    );
    parts.push(owner(index, at));
  }
  const sum: Terms = [[-1, placed(index)], ...parts.map((variable) => [1, variable] as const)];
  atLeast(program, sum, 0);
  atLeast(
    program,
    sum.map(([factor, variable]) => [-factor, variable] as const),
    0,
  );
  atLeast(program, [[1, name(index)], ...firsts], 0);
  atLeast(
    program,
    [[-1, name(index)], ...lasts, [-program.big / 4, placed(index)]],
    -program.big / 4,
  );
}

/** A start is at most the last of its range when placed; unplaced ones roam below the horizon. */
function addEdge(program: Program, problem: Problem, edge: Edge): void {
  const indexOf = (id: string): number => problem.open.findIndex((item) => item.id === id);
  const from = indexOf(edge.from);
  const to = indexOf(edge.to);
  if (from < 0 || to < 0) return;
  const before = problem.open[from]?.duration ?? 0;
  const after = problem.open[to]?.duration ?? 0;
  const shift = { finish_to_start: before, start_to_start: 0, finish_to_finish: before - after }[
    edge.type
  ];
  atLeast(
    program,
    [
      [1, placed(from)],
      [-1, placed(to)],
    ],
    0,
  );
  const guard: Terms = [[1, placed(to)]];
  whenAll(program, { later: name(to), earlier: name(from), gap: edge.least + shift }, guard);
  if (edge.greatest === null) return;
  const late = { later: name(from), earlier: name(to), gap: -edge.greatest - shift };
  if (edge.greatestWaivedTo === undefined) return whenAll(program, late, guard);
  const waived = `w${program.rows.length}`;
  program.binaries.add(waived);
  whenAll(program, late, [
    [1, placed(to)],
    [-1, waived],
  ]);
  atLeast(
    program,
    [
      [-1, name(to)],
      [-program.big, waived],
    ],
    -edge.greatestWaivedTo - program.big,
  );
}

/** One of two orders holds whenever all the binaries are 1. */
function addOrder(
  program: Program,
  pair: { one: number; other: number; before: number; after: number },
  binaries: Terms,
): void {
  const first = `b${program.rows.length}`;
  program.binaries.add(first);
  const { one, other, before, after } = pair;
  whenAll(program, { later: name(other), earlier: name(one), gap: before }, [
    [1, first],
    ...binaries,
  ]);
  whenAll(program, { later: name(one), earlier: name(other), gap: after }, [
    [-1, first],
    ...binaries,
  ]);
}

function addPair(program: Program, problem: Problem, pair: { one: number; other: number }): void {
  const one = problem.open[pair.one];
  const other = problem.open[pair.other];
  if (one === undefined || other === undefined) return;
  const both: Terms = [
    [1, placed(pair.one)],
    [1, placed(pair.other)],
  ];
  const lengths = { ...pair, before: one.duration, after: other.duration };
  for (const [at, { person }] of one.candidates.entries()) {
    const same = other.candidates.findIndex((candidate) => candidate.person === person);
    if (same < 0) continue;
    const owners: Terms = [
      [1, owner(pair.one, at)],
      [1, owner(pair.other, same)],
    ];
    addOrder(program, lengths, owners);
    const apart = problem.separations.some(
      ({ members }) => members.includes(one.id) && members.includes(other.id),
    );
    if (apart)
      atLeast(
        program,
        owners.map(([, variable]) => [-1, variable] as const),
        -1,
      );
  }
  if (one.room !== null && one.room === other.room) addOrder(program, lengths, both);
  if (one.protected && other.protected && one.rank !== other.rank) {
    const [low, high] = one.rank < other.rank ? [pair.one, pair.other] : [pair.other, pair.one];
    whenAll(program, { later: name(high), earlier: name(low), gap: 0 }, both);
  }
  for (const spacing of problem.spacings) addSpacing(program, problem, { ...pair, spacing });
}

function addSpacing(
  program: Program,
  problem: Problem,
  { one, other, spacing }: { one: number; other: number; spacing: Spacing },
): void {
  const first = problem.open[one];
  const second = problem.open[other];
  if (first === undefined || second === undefined) return;
  if (!spacing.members.includes(first.id) || !spacing.members.includes(second.id)) return;
  const firstLow = first.rank < second.rank || (first.rank === second.rank && first.id < second.id);
  const waivers = [one, other].flatMap((index): (readonly [number, string])[] => {
    const to = (spacing.waived ?? [])
      .filter(({ member }) => member === problem.open[index]?.id)
      .map((end) => end.to);
    if (to.length === 0) return [];
    const waived = `w${program.rows.length}`;
    program.binaries.add(waived);
    atLeast(
      program,
      [
        [-1, name(index)],
        [-program.big, waived],
      ],
      -Math.max(...to) - program.big,
    );
    return [[-1, waived]];
  });
  const pair = {
    one,
    other,
    before: Math.max(first.duration + spacing.gap, firstLow ? 0 : 1),
    after: Math.max(second.duration + spacing.gap, firstLow ? 1 : 0),
  };
  addOrder(program, pair, [[1, placed(one)], [1, placed(other)], ...waivers]);
}

/** The terms of each level, and the constant that belongs to it. */
type Level = { readonly terms: Terms; readonly constant: number };

function addMoves(program: Program, checkpoint: OpenCheckpoint, index: number): void {
  const { preferredStart } = checkpoint;
  const { big } = program;
  program.integers.add(`d${index}`);
  program.binaries.add(`m${index}`);
  for (const sign of [1, -1]) {
    const off: Terms = [
      [-sign, name(index)],
      [-big, placed(index)],
    ];
    atLeast(program, [[1, `d${index}`], ...off], -sign * preferredStart - big);
    atLeast(program, [[big, `m${index}`], ...off], -sign * preferredStart - big);
  }
  atLeast(
    program,
    [
      [1, 'finish'],
      [-1, name(index)],
      [-big, placed(index)],
    ],
    checkpoint.duration - big,
  );
}

function inversions(program: Program, problem: Problem): string[] {
  return problem.open.flatMap((one, first) =>
    problem.open.flatMap((other, second): string[] => {
      const shares =
        one.preferredOwner === other.preferredOwner ||
        (one.room !== null && one.room === other.room);
      const cameFirst =
        one.preferredStart < other.preferredStart ||
        (one.preferredStart === other.preferredStart &&
          (one.rank < other.rank || (one.rank === other.rank && one.id < other.id)));
      if (!shares || !cameFirst) return [];
      const variable = `i${first}_${second}`;
      program.binaries.add(variable);
      whenAll(program, { later: name(second), earlier: name(first), gap: 0 }, [
        [1, placed(first)],
        [1, placed(second)],
        [-1, variable],
      ]);
      return [variable];
    }),
  );
}

function levels(program: Program, problem: Problem): Level[] {
  const { open } = problem;
  const held = (keep: (item: OpenCheckpoint) => boolean): Level => ({
    terms: open.flatMap((item, index) => (keep(item) ? [[-1, placed(index)] as const] : [])),
    constant: open.filter(keep).length,
  });
  const woken = new Map<string, string>();
  const changed: string[] = [];
  for (const [index, { candidates, preferredOwner }] of open.entries()) {
    for (const [at, { person, newlyWoken }] of candidates.entries()) {
      if (person !== preferredOwner) changed.push(owner(index, at));
      if (!newlyWoken) continue;
      const variable = woken.get(person) ?? `k${woken.size}`;
      woken.set(person, variable);
      program.binaries.add(variable);
      atLeast(
        program,
        [
          [1, variable],
          [-1, owner(index, at)],
        ],
        0,
      );
    }
  }
  for (const [index, item] of open.entries()) addMoves(program, item, index);
  const ones = (variables: readonly string[]): Level => ({
    terms: variables.map((variable) => [1, variable] as const),
    constant: 0,
  });
  return [
    held((item) => item.protected),
    held(() => true),
    {
      terms: open.map(({ wasPlaced }, index) => [wasPlaced ? -1 : 1, placed(index)] as const),
      constant: open.filter(({ wasPlaced }) => wasPlaced).length,
    },
    ones(open.flatMap((item, index) => (item.protected ? [`m${index}`] : []))),
    ones(inversions(program, problem)),
    ones(changed),
    ones([...woken.values()]),
    { terms: open.map(({ weight }, index) => [weight, `d${index}`] as const), constant: 0 },
    { terms: [[1, 'finish']], constant: 0 },
  ];
}

function textOf(program: Program, goal: Terms): string {
  const rows = program.rows.map(
    ({ terms, atLeast: least }, index) => ` r${index}: ${expression(terms)} >= ${least}`,
  );
  const horizon = program.big / 4;
  const bounds = [...program.integers].map((variable) => ` 0 <= ${variable} <= ${4 * horizon}`);
  return [
    'Minimize',
    ` obj: ${goal.length === 0 ? '0 finish' : expression(goal)}`,
    'Subject To',
    ...rows,
    'Bounds',
    ...bounds,
    'Generals',
    ` ${[...program.integers].join(' ')}`,
    'Binaries',
    ` ${[...program.binaries].join(' ')}`,
    'End',
  ].join('\n');
}

export type Oracle = (problem: Problem, horizon: number) => readonly number[];

/** An oracle: the least value of each level, one after the other, over starts from 0 to the horizon. */
export async function highsOracle(): Promise<Oracle> {
  // Its types describe the CommonJS build; the module build exports the loader itself.
  const load: unknown = loadHighs;
  if (typeof load !== 'function') throw new Error('HiGHS has no loader');
  const highs: LegacyHighs = await load();
  return (problem, horizon) => {
    const program: Program = {
      rows: [],
      binaries: new Set(),
      integers: new Set(['finish']),
      big: 4 * horizon,
    };
    for (const index of problem.open.keys()) addCheckpoint(program, problem, index);
    for (const edge of problem.edges) addEdge(program, problem, edge);
    for (const one of problem.open.keys()) {
      for (let other = one + 1; other < problem.open.length; other += 1) {
        addPair(program, problem, { one, other });
      }
    }
    return levels(program, problem).map(({ terms, constant }) => {
      const text = textOf(program, terms);
      const options = { output_flag: false, mip_rel_gap: 0, mip_abs_gap: 0 } as const;
      const first = highs.solve(text, options);
      const answer =
        first.Status === 'Optimal' ? first : highs.solve(text, { ...options, presolve: 'off' });
      if (answer.Status !== 'Optimal') throw new Error(`HiGHS says ${answer.Status}`);
      const value = Math.round(answer.ObjectiveValue);
      if (terms.length > 0) {
        atLeast(
          program,
          terms.map(([factor, variable]) => [-factor, variable] as const),
          -value,
        );
      }
      return value + constant;
    });
  };
}
