/** The flow against trying every assignment: the same least cost, and the least of all optimal assignments. */
import { describe, expect, it } from 'vitest';
import { between, type Dice, dice } from '../../tests/support/problems.ts';
import { leastMovement, type Movement, type Network } from './flow.ts';

const nodes = 4;
const reach = 6;

function rollNetwork(roll: Dice): Network {
  const each = (low: number, high: number): number[] =>
    Array.from({ length: nodes }, () => between(roll, low, high));
  const arcs = Array.from({ length: between(roll, 0, 6) }, () => ({
    tail: between(roll, 0, nodes - 1),
    head: between(roll, 0, nodes - 1),
    gap: between(roll, -3, 3),
  })).filter(({ tail, head }) => tail !== head);
  return {
    wanted: each(-1, reach + 1),
    weight: each(0, 4),
    least: each(0, 2),
    greatest: each(3, reach),
    tail: arcs.map(({ tail }) => tail),
    head: arcs.map(({ head }) => head),
    gap: arcs.map(({ gap }) => gap),
  };
}

const costOf = (net: Network, values: readonly number[]): number =>
  values.reduce(
    (sum, value, node) => sum + (net.weight[node] ?? 0) * Math.abs(value - (net.wanted[node] ?? 0)),
    0,
  );

const isFeasible = (net: Network, values: readonly number[]): boolean =>
  values.every((value, node) => {
    const isInside = value >= (net.least[node] ?? 0) && value <= (net.greatest[node] ?? 0);
    return isInside;
  }) &&
  net.gap.every(
    (gap, arc) => (values[net.head[arc] ?? 0] ?? 0) - (values[net.tail[arc] ?? 0] ?? 0) >= gap,
  );

function everyAssignment(): number[][] {
  let all: number[][] = [[]];
  for (let node = 0; node < nodes; node += 1) {
    all = all.flatMap((values) =>
      Array.from({ length: reach + 1 }, (_, value) => [...values, value]),
    );
  }
  return all;
}

/** Bounds as tight as the arcs make them, which is what the search hands over; null when nothing is feasible. */
function tightened(net: Network, feasible: readonly number[][]): Network | null {
  if (feasible.length === 0) return null;
  const over = (pick: (...values: number[]) => number): number[] =>
    Array.from({ length: nodes }, (_, node) =>
      pick(...feasible.map((values) => values[node] ?? 0)),
    );
  return { ...net, least: over(Math.min), greatest: over(Math.max) };
}

describe('the least movement', () => {
  const all = everyAssignment();
  const asked = Array.from({ length: 400 }, (_, seed) => {
    const rolled = rollNetwork(dice(seed));
    const feasible = all.filter((values) => isFeasible(rolled, values));
    const net = tightened(rolled, feasible);
    return net === null ? [] : [{ net, feasible, found: leastMovement(net) }];
  }).flat();

  it('is that of the best assignment, and the values are the least of all best ones', () => {
    expect(asked.length).toBeGreaterThan(100);
    for (const { net, feasible, found } of asked) {
      const cost = Math.min(...feasible.map((values) => costOf(net, values)));
      const best = feasible.filter((values) => costOf(net, values) === cost);
      const least = Array.from({ length: nodes }, (_, node) =>
        Math.min(...best.map((values) => values[node] ?? 0)),
      );
      expect({ cost: found.cost, values: found.values }).toEqual({ cost, values: least });
    }
  });

  /** The network with only what the proof rests on. */
  const resting = (net: Network, found: Movement): Network => {
    const keep = (list: readonly number[]): number[] => found.arcs.map((arc) => list[arc] ?? 0);
    return {
      wanted: net.wanted,
      weight: net.weight.map((weight, node) => (found.nodes.includes(node) ? weight : 0)),
      least: net.least.map((least, node) => (found.leasts.includes(node) ? least : -100)),
      greatest: net.greatest.map((most, node) => (found.greatests.includes(node) ? most : 100)),
      tail: keep(net.tail),
      head: keep(net.head),
      gap: keep(net.gap),
    };
  };

  it('follows from nothing but what its proof names', () => {
    let tight = 0;
    for (const { net, feasible, found } of asked) {
      const rest = resting(net, found);
      const wider = all.filter((values) => isFeasible(rest, values));
      expect(wider.length).toBeGreaterThanOrEqual(feasible.length);
      expect(Math.min(...wider.map((values) => costOf(rest, values)))).toBeGreaterThanOrEqual(
        found.cost,
      );
      if (found.cost > 0) tight += 1;
    }
    expect(tight).toBeGreaterThan(50);
  });
});
