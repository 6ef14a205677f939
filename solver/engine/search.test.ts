/** The search against trying every assignment: clauses, links and sums over a few small variables. */
import { describe, expect, it } from 'vitest';
import { between, type Dice, dice, oneOf } from '../../tests/support/problems.ts';
import {
  always,
  atLeast,
  atMost,
  greatestOf,
  leastOf,
  type Literal,
  newTerm,
  newVariable,
} from './bounds.ts';
import { type Link, postClause, postLink, postSum } from './post.ts';
import { type Answer, newSearch, newTruth, type Search, solve } from './search.ts';

const reach = 5;

type Rules = {
  readonly search: Search;
  readonly truths: readonly number[];
  readonly numbers: readonly number[];
  readonly clauses: readonly (readonly Literal[])[];
  readonly links: readonly Link[];
  readonly costs: readonly number[];
  readonly most: number;
  readonly goal: number;
};

type Values = ReadonlyMap<number, number>;

const holds = (values: Values, { side, most }: Literal): boolean => {
  const value = side === always.side ? 0 : (values.get(side >> 1) ?? 0);
  return ((side & 1) === 0 ? value : -value) <= most;
};

/** Clauses over truths, links under truths, and a limit on how many truths hold. */
function rollRules(roll: Dice): Rules {
  const search = newSearch(100_000);
  const { engine } = search;
  const truths = Array.from({ length: 5 }, () => newTruth(search, roll() < 0.5 ? 1 : 0));
  const numbers = Array.from({ length: 3 }, () => newVariable(engine, 0, reach));
  const rollLiteral = (): Literal => {
    if (roll() < 0.7) {
      const truth = oneOf(roll, truths);
      return roll() < 0.5 ? atLeast(truth, 1) : atMost(truth, 0);
    }
    const number = oneOf(roll, numbers);
    return roll() < 0.5
      ? atLeast(number, between(roll, 1, reach))
      : atMost(number, between(roll, 0, reach - 1));
  };
  const clauses = Array.from({ length: between(roll, 2, 14) }, () =>
    Array.from({ length: between(roll, 1, 4) }, rollLiteral),
  );
  const links = Array.from({ length: between(roll, 0, 5) }, (): Link => {
    const from = oneOf(roll, numbers);
    const to = oneOf(
      roll,
      numbers.filter((number) => number !== from),
    );
    const guard = roll() < 0.2 ? always : atLeast(oneOf(roll, truths), 1);
    return { from, to, least: between(roll, -2, 4), guard };
  });
  const { sum, goal } = postSum(engine, 2 ** 30);
  const costs = truths.filter(() => roll() < 0.7);
  for (const truth of costs) {
    newTerm(engine, sum, { side: 2 * truth + 1, base: 0, weight: 1, guard: always });
  }
  for (const clause of clauses) if (!engine.broken) postClause(engine, clause);
  for (const link of links) if (!engine.broken) postLink(engine, link);
  return { search, truths, numbers, clauses, links, costs, most: between(roll, 0, 4), goal };
}

const isModel = ({ clauses, links, costs, most }: Rules, values: Values): boolean =>
  clauses.every((clause) => clause.some((literal) => holds(values, literal))) &&
  links.every(
    ({ from, to, least, guard }) =>
      !holds(values, guard) || (values.get(to) ?? 0) - (values.get(from) ?? 0) >= least,
  ) &&
  costs.filter((truth) => values.get(truth) === 1).length <= most;

function everyAssignment({ truths, numbers }: Rules): Values[] {
  let all: [number, number][][] = [[]];
  for (const truth of truths)
    all = all.flatMap((list) =>
      [0, 1].map((value) => [...list, [truth, value] as [number, number]]),
    );
  for (const number of numbers) {
    all = all.flatMap((list) =>
      Array.from({ length: reach + 1 }, (_, value) => [
        ...list,
        [number, value] as [number, number],
      ]),
    );
  }
  return all.map((list) => new Map(list));
}

/** Splits the numbers too, so that a leaf is one assignment. */
function answerOf(rules: Rules): { answer: Answer; values: Values } {
  const { search, truths, numbers, most, goal } = rules;
  const { engine } = search;
  let values: Values = new Map();
  const answer = solve(search, [atMost(goal, most)], () => {
    const open = numbers.find((number) => leastOf(engine, number) < greatestOf(engine, number));
    if (open !== undefined) return { kind: 'guess', literal: atMost(open, leastOf(engine, open)) };
    values = new Map([...truths, ...numbers].map((one) => [one, leastOf(engine, one)]));
    return { kind: 'done' };
  });
  return { answer, values };
}

describe('the search', () => {
  it('finds an assignment exactly when there is one, and it keeps every rule', () => {
    const seen = { found: 0, none: 0, spent: 0 };
    for (let seed = 0; seed < 600; seed += 1) {
      const rules = rollRules(dice(seed));
      const { answer, values } = answerOf(rules);
      seen[answer] += 1;
      if (answer === 'found') expect(isModel(rules, values), `seed ${seed}`).toBe(true);
      else
        expect(
          everyAssignment(rules).some((one) => isModel(rules, one)),
          `seed ${seed}`,
        ).toBe(false);
    }
    expect(seen.spent).toBe(0);
    expect(Math.min(seen.found, seen.none)).toBeGreaterThan(80);
  });

  it('leaves its rules as they were: asked again it answers the same', () => {
    for (let seed = 0; seed < 100; seed += 1) {
      const rules = rollRules(dice(seed));
      const first = answerOf(rules).answer;
      expect(answerOf(rules).answer, `seed ${seed}`).toBe(first);
    }
  });
});
