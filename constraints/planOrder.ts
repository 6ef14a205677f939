/**
 * The order of a plan: ranks, predecessors and gaps. It finds what no timetable could ever satisfy, and names the
 * checkpoints that go round in a circle.
 */
import type { PlanProblem } from '../ledger/judge.ts';
import { type Checkpoint, plannedMs, type Plan, type Predecessor } from '../ledger/plan.ts';
import { type Id, secondMs } from '../ledger/vocabulary.ts';
import { problem } from './planProblem.ts';

type Edge = { readonly from: Id; readonly to: Id; readonly leastMs: number };

/** A cycle reachable over the edges, as the checkpoints it runs through, or null. */
function cycleIn(nodes: readonly Id[], edges: readonly Edge[]): Id[] | null {
  const next = new Map<Id, Id[]>(nodes.map((id) => [id, []]));
  for (const edge of edges) next.get(edge.from)?.push(edge.to);
  const settled = new Set<Id>();
  const visit = (id: Id, path: readonly Id[]): Id[] | null => {
    if (path.includes(id)) return fromFirst(path.slice(path.indexOf(id)));
    if (settled.has(id)) return null;
    for (const to of next.get(id) ?? []) {
      const found = visit(to, [...path, id]);
      if (found !== null) return found;
    }
    settled.add(id);
    return null;
  };
  for (const id of nodes) {
    const found = visit(id, []);
    if (found !== null) return found;
  }
  return null;
}

/** The same cycle told from its first id on, so that it always reads the same. */
function fromFirst(cycle: readonly Id[]): Id[] {
  const start = cycle.indexOf(cycle.toSorted()[0] ?? '');
  return [...cycle.slice(start), ...cycle.slice(0, start)];
}

const round = (cycle: readonly Id[]): string => [...cycle, cycle[0] ?? ''].join(' → ');

/** How much later a start must be than its predecessor's, at least; and, as a negative back edge, at most. */
function edgesOf(plan: Plan): Edge[] {
  const durations = new Map(plan.checkpoints.map((item) => [item.id, plannedMs(item.duration)]));
  return plan.checkpoints.flatMap(({ id, predecessors }) =>
    predecessors.flatMap((link) => {
      const shift = shiftOf(link, durations.get(link.checkpoint) ?? 0, durations.get(id) ?? 0);
      const least = { from: link.checkpoint, to: id, leastMs: shift + link.gapSeconds * secondMs };
      if (link.maxGapSeconds === null) return [least];
      const most = -(shift + link.maxGapSeconds * secondMs);
      return [least, { from: id, to: link.checkpoint, leastMs: most }];
    }),
  );
}

/** From start to start, for a gap that is measured between other ends. */
function shiftOf({ type }: Predecessor, beforeMs: number, afterMs: number): number {
  switch (type) {
    case 'finish_to_start':
      return beforeMs;
    case 'start_to_start':
      return 0;
    case 'finish_to_finish':
      return beforeMs - afterMs;
  }
}

/** A cycle along which every start would have to be later than itself (Bellman-Ford on longest paths), or null. */
function positiveCycle(nodes: readonly Id[], edges: readonly Edge[]): Id[] | null {
  const distance = new Map<Id, number>(nodes.map((id) => [id, 0]));
  const via = new Map<Id, Id>();
  let raised: Id | null = null;
  for (let pass = 0; pass <= nodes.length; pass += 1) {
    raised = null;
    for (const { from, to, leastMs } of edges) {
      const reach = (distance.get(from) ?? 0) + leastMs;
      if (reach > (distance.get(to) ?? Number.POSITIVE_INFINITY)) {
        distance.set(to, reach);
        via.set(to, from);
        raised = to;
      }
    }
    if (raised === null) return null;
  }
  return raised === null ? null : walkBack(raised, via);
}

function walkBack(from: Id, via: ReadonlyMap<Id, Id>): Id[] {
  const seen: Id[] = [];
  let at: Id | undefined = from;
  while (at !== undefined && !seen.includes(at)) {
    seen.push(at);
    at = via.get(at);
  }
  return fromFirst(at === undefined ? seen : seen.slice(seen.indexOf(at)).toReversed());
}

function cycles(plan: Plan): PlanProblem[] {
  const nodes = plan.checkpoints.map((checkpoint) => checkpoint.id).toSorted();
  const links = plan.checkpoints.flatMap(({ id, predecessors }) =>
    predecessors.map((link) => ({ from: link.checkpoint, to: id, leastMs: 0 })),
  );
  const cycle = cycleIn(nodes, links);
  if (cycle !== null) {
    return [
      problem('predecessor_cycle', `checkpoints/${cycle[0] ?? ''}/predecessors`, {
        message: `each of these waits for the one before it, in a circle: ${round(cycle)}`,
        fix: 'take one of these predecessors away',
      }),
    ];
  }
  const known = edgesOf(plan).filter(
    (edge) => nodes.includes(edge.from) && nodes.includes(edge.to),
  );
  const gaps = positiveCycle(nodes, known);
  if (gaps === null) return [];
  return [
    problem('gap_cycle', `checkpoints/${gaps[0] ?? ''}/predecessors`, {
      message: `no times satisfy the least and greatest gaps between these: ${round(gaps)}`,
      fix: 'shorten a least gap or widen a greatest one',
    }),
  ];
}

function ranks(plan: Plan): PlanProblem[] {
  const shared = [...new Set(plan.checkpoints.map((checkpoint) => checkpoint.rank))]
    .map((rank) => plan.checkpoints.filter((checkpoint) => checkpoint.rank === rank))
    .filter((group) => group.length > 1);
  const ranked = new Map(plan.checkpoints.map((checkpoint) => [checkpoint.id, checkpoint.rank]));
  const against = plan.checkpoints.flatMap((checkpoint) =>
    checkpoint.predecessors.flatMap((link, index) => {
      const before = ranked.get(link.checkpoint);
      if (before === undefined || before <= checkpoint.rank) return [];
      return [
        problem('rank_against_predecessor', `checkpoints/${checkpoint.id}/predecessors/${index}`, {
          message: `"${checkpoint.id}" is ranked before "${link.checkpoint}", which it waits for`,
          fix: 'rank every checkpoint after those it waits for',
        }),
      ];
    }),
  );
  return [
    ...shared.map((group) =>
      problem('rank_not_unique', `checkpoints/${group[1]?.id ?? ''}/rank`, {
        message: `these have the same rank: ${group.map((checkpoint) => checkpoint.id).join(', ')}`,
        fix: 'give each checkpoint its own rank',
      }),
    ),
    ...against,
  ];
}

function shape(checkpoint: Checkpoint): PlanProblem[] {
  const at = `checkpoints/${checkpoint.id}`;
  const conditional = checkpoint.startRule === 'conditional' && checkpoint.conditions.length === 0;
  const assents = [
    ...checkpoint.approvals.map((assent) => ({ assent, list: 'approvals' })),
    ...checkpoint.confirmations.map((assent) => ({ assent, list: 'confirmations' })),
  ];
  return [
    ...(conditional
      ? [
          problem('condition_missing', `${at}/conditions`, {
            message: `"${checkpoint.id}" starts on a condition and names none`,
            fix: 'name the condition it waits for, or give it another start rule',
          }),
        ]
      : []),
    ...assents
      .filter(({ assent }) => assent.needed > new Set(assent.parties).size)
      .map(({ assent, list }) =>
        problem('assent_unreachable', `${at}/${list}/${assent.id}/needed`, {
          message: `"${assent.id}" needs ${assent.needed} of ${new Set(assent.parties).size} parties`,
          fix: 'name more parties or need fewer',
        }),
      ),
  ];
}

/** Ranks, circles, gaps that no times satisfy, conditions and assents that can never be had. */
export const orderProblems = (plan: Plan): PlanProblem[] => [
  ...ranks(plan),
  ...cycles(plan),
  ...plan.checkpoints.flatMap(shape),
];
