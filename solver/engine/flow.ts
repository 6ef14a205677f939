/**
 * Least total weighted movement under difference constraints, exactly: the dual of a minimum-cost flow. Starts from
 * every node pushed right as far as needed, then sends flow from what pushes to what was pushed; where none can be
 * sent, the set that waits for it moves left. All numbers are whole. The flow left over is the proof.
 */

export type Network = {
  /** Wanted value, weight, least and greatest value of each node. */
  readonly wanted: readonly number[];
  readonly weight: readonly number[];
  readonly least: readonly number[];
  readonly greatest: readonly number[];
  /** Arcs: value of `head` - value of `tail` >= `gap`. */
  readonly tail: readonly number[];
  readonly head: readonly number[];
  readonly gap: readonly number[];
};

export type Movement = {
  readonly cost: number;
  /** The least of all optimal assignments: no optimal one has a smaller value anywhere. */
  readonly values: readonly number[];
  /** What the proof rests on: arcs, least values, greatest values, and nodes whose movement counts. */
  readonly arcs: readonly number[];
  readonly leasts: readonly number[];
  readonly greatests: readonly number[];
  readonly nodes: readonly number[];
};

type Work = {
  readonly net: Network;
  readonly into: readonly number[][];
  readonly outOf: readonly number[][];
  readonly value: number[];
  readonly flow: number[];
  /** Flow that a node gets from its least value, gives to its greatest one, and keeps on balance. */
  readonly fromLeast: number[];
  readonly toGreatest: number[];
  readonly kept: number[];
};

const at = (list: readonly number[], index: number): number => list[index] ?? 0;

/** Every node at its wanted value, or pushed right from there as far as the arcs demand. */
function pushed(net: Network, outOf: readonly number[][]): number[] {
  const value = net.wanted.map((wanted, node) =>
    Math.max(at(net.least, node), Math.min(wanted, at(net.greatest, node))),
  );
  const waiting = value.map((_, node) => node);
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    for (const arc of outOf[next] ?? []) {
      const head = at(net.head, arc);
      const needed = at(value, next) + at(net.gap, arc);
      if (needed <= at(value, head)) continue;
      if (needed > at(net.greatest, head)) throw new Error('a network without solution');
      value[head] = needed;
      waiting.push(head);
    }
  }
  return value;
}

function prepare(net: Network): Work {
  const into: number[][] = net.wanted.map(() => []);
  const outOf: number[][] = net.wanted.map(() => []);
  for (const [arc, tail] of net.tail.entries()) {
    outOf[tail]?.push(arc);
    into[at(net.head, arc)]?.push(arc);
  }
  const value = pushed(net, outOf);
  const toGreatest = value.map((now, node) =>
    now < at(net.wanted, node) ? at(net.weight, node) : 0,
  );
  return {
    net,
    into,
    outOf,
    value,
    flow: net.tail.map(() => 0),
    fromLeast: value.map(() => 0),
    toGreatest,
    kept: toGreatest.map((given) => 0 - given),
  };
}

/** How much flow a node can still supply; Infinity where its least value holds it. */
function supply({ net, value, kept, toGreatest }: Work, node: number): number {
  const now = at(value, node);
  if (now === at(net.least, node)) return Infinity;
  const own = now === at(net.wanted, node) ? at(kept, node) + at(net.weight, node) : 0;
  return Math.max(own, at(toGreatest, node));
}

/** Gives up to `amount` from a node's own supply. */
function draw(work: Work, node: number, amount: number): void {
  const { net, value, kept, toGreatest, fromLeast } = work;
  if (at(value, node) === at(net.least, node)) {
    fromLeast[node] = at(fromLeast, node) + amount;
  } else if (at(toGreatest, node) >= amount) {
    toGreatest[node] = at(toGreatest, node) - amount;
  } else {
    kept[node] = at(kept, node) - amount;
  }
}

/** Nodes from which flow could reach `goal`, with the arc taken; ends at the first that has some to give. */
function seek(work: Work, goal: number): { found: number; by: Map<number, number> } {
  const { net, into, outOf, value, flow } = work;
  const by = new Map<number, number>([[goal, -1]]);
  for (const node of by.keys()) {
    if (supply(work, node) > 0) return { found: node, by };
    for (const arc of into[node] ?? []) {
      const tail = at(net.tail, arc);
      const isTight = at(value, node) - at(value, tail) === at(net.gap, arc);
      if (isTight && !by.has(tail)) by.set(tail, arc);
    }
    for (const arc of outOf[node] ?? []) {
      const head = at(net.head, arc);
      if (at(flow, arc) > 0 && !by.has(head)) by.set(head, arc);
    }
  }
  return { found: -1, by };
}

/** Sends flow from the node found to the goal along the arcs taken. */
function send(work: Work, goal: number, { found, by }: ReturnType<typeof seek>): void {
  const { net, flow, kept } = work;
  let amount = Math.min(at(net.weight, goal) - at(kept, goal), supply(work, found));
  const step = (node: number): { arc: number; next: number; forward: boolean } => {
    const arc = by.get(node) ?? -1;
    const forward = at(net.tail, arc) === node;
    return { arc, next: forward ? at(net.head, arc) : at(net.tail, arc), forward };
  };
  for (let node = found; node !== goal;) {
    const { arc, next, forward } = step(node);
    if (!forward) amount = Math.min(amount, at(flow, arc));
    node = next;
  }
  draw(work, found, amount);
  for (let node = found; node !== goal;) {
    const { arc, next, forward } = step(node);
    flow[arc] = at(flow, arc) + (forward ? amount : -amount);
    node = next;
  }
  kept[goal] = at(kept, goal) + amount;
}

/** Moves a set left until one of it reaches its wanted or least value, or a node outside holds it. */
function moveLeft({ net, into, value }: Work, set: ReadonlyMap<number, number>): void {
  let by = Infinity;
  for (const node of set.keys()) {
    const now = at(value, node);
    const wanted = at(net.wanted, node);
    by = Math.min(by, now - at(net.least, node), now > wanted ? now - wanted : Infinity);
    for (const arc of into[node] ?? []) {
      const tail = at(net.tail, arc);
      if (!set.has(tail)) by = Math.min(by, now - at(value, tail) - at(net.gap, arc));
    }
  }
  for (const node of set.keys()) value[node] = at(value, node) - by;
}

/** The least optimal assignment: what the flow does not hold in place slides left. */
function leastOptimum({ net, into, outOf, flow, kept, toGreatest }: Work): number[] {
  const value = net.least.map((least, node) => {
    const wanted = at(kept, node) > -at(net.weight, node) ? at(net.wanted, node) : least;
    return Math.max(least, wanted, at(toGreatest, node) > 0 ? at(net.greatest, node) : least);
  });
  const waiting = value.map((_, node) => node);
  const raise = (node: number, needed: number): void => {
    if (needed <= at(value, node)) return;
    value[node] = needed;
    waiting.push(node);
  };
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    for (const arc of outOf[next] ?? []) {
      raise(at(net.head, arc), at(value, next) + at(net.gap, arc));
    }
    for (const arc of into[next] ?? []) {
      if (at(flow, arc) > 0) raise(at(net.tail, arc), at(value, next) - at(net.gap, arc));
    }
  }
  return value;
}

const positive = (list: readonly number[]): number[] =>
  list.flatMap((value, index) => (value > 0 ? [index] : []));

/** The least total of weight × distance from the wanted values, with its proof. Throws when nothing is feasible. */
export function leastMovement(net: Network): Movement {
  const work = prepare(net);
  for (let goal = 0; goal < net.wanted.length; goal += 1) {
    const isPushed = (): boolean =>
      at(work.value, goal) > at(net.wanted, goal) && at(work.kept, goal) < at(net.weight, goal);
    while (isPushed()) {
      const way = seek(work, goal);
      if (way.found < 0) moveLeft(work, way.by);
      else send(work, goal, way);
    }
  }
  const cost = work.value.reduce(
    (sum, now, node) => sum + at(net.weight, node) * Math.abs(now - at(net.wanted, node)),
    0,
  );
  return {
    cost,
    values: leastOptimum(work),
    arcs: positive(work.flow),
    leasts: positive(work.fromLeast),
    greatests: positive(work.toGreatest),
    nodes: positive(work.kept.map(Math.abs)),
  };
}
