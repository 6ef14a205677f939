/**
 * The hand-written facts that take more than one line to turn into an assertion: those that fill in what the plan
 * already knows. What they cannot read is written down as a finding.
 */
import type { Assertion } from '../../ledger/facts.ts';
import type { Boundary, Checkpoint, Plan } from '../../ledger/plan.ts';
import type { Id, Instant } from '../../ledger/vocabulary.ts';
import { type Desk, endAfter, instant, instantAt, intervalOf } from './clock.ts';
import type { FactKey, FactValues } from './factsFormat.ts';
import type { FilePath } from './problems.ts';
import { checkpointOf, durationOf } from './toCheckpoint.ts';
import { holderAt } from './toPlan.ts';

export type FactContext = {
  readonly desk: Desk;
  readonly plan: Plan;
  readonly reporter: Id;
  readonly occurredAt: Instant;
  /** The approved rank of each checkpoint of the plan, and of those that these reports have added so far. */
  readonly ranks: Map<Id, number>;
  /** Where the value under the fact's key stands. */
  readonly path: FilePath;
};

export type Of<K extends FactKey> = FactValues[K];

export const at = (context: FactContext, key?: string) => ({
  file: key === undefined ? context.path : [...context.path, key],
  plan: null,
});

function miss(context: FactContext, message: string, fix: string): null {
  context.desk.findings.push({ path: context.path, message, fix });
  return null;
}

/** The one assent of a checkpoint, when the fact does not say which. */
function assentOf(
  kind: 'approvals' | 'confirmations',
  checkpoint: Id,
  context: FactContext,
): Id | null {
  const list = context.plan.checkpoints.find(({ id }) => id === checkpoint)?.[kind] ?? [];
  const [only] = list;
  if (list.length === 1 && only !== undefined) return only.id;
  const ids = list.map(({ id }) => id).join(', ');
  return miss(
    context,
    `${checkpoint} has ${list.length} ${kind}, so the fact must say which`,
    ids === '' ? `write its id under the key it belongs to` : `write one of: ${ids}`,
  );
}

export function approval(fact: Of<'approval'>, context: FactContext): Assertion | null {
  const id = fact.approval ?? assentOf('approvals', fact.checkpoint, context);
  if (id === null) return null;
  const kind = fact.answer === 'withdrawn' ? 'approval_withdrawn' : 'approval_given';
  const { checkpoint, party = context.reporter } = fact;
  return { kind, checkpoint, approval: id, party };
}

export function confirmation(fact: Of<'confirmation'>, context: FactContext): Assertion | null {
  const id = fact.confirmation ?? assentOf('confirmations', fact.checkpoint, context);
  if (id === null) return null;
  const kind = fact.answer === 'refused' ? 'confirmation_refused' : 'confirmation_given';
  const { checkpoint, party = context.reporter } = fact;
  return { kind, checkpoint, confirmation: id, party };
}

/** The span of a boundary: what the file leaves out is kept from the boundary as it is known. */
function boundarySpan(fact: Of<'boundary'>, known: Boundary | undefined, context: FactContext) {
  const { desk } = context;
  if (known === undefined || (fact.from !== undefined && (fact.to ?? fact.for) !== undefined)) {
    return intervalOf(fact, at(context), { desk });
  }
  const opensAt =
    fact.from === undefined ? known.opensAt : instant(fact.from, at(context, 'from'), desk);
  if (opensAt === null) return null;
  const closesAt =
    fact.to === undefined
      ? known.closesAt
      : endAfter(opensAt, fact.to, { place: at(context, 'to'), desk });
  if (closesAt === null) return null;
  return opensAt < closesAt
    ? { opensAt, closesAt }
    : miss(context, 'the boundary would end before it opens', 'write both "from" and "to"');
}

export function boundary(fact: Of<'boundary'>, context: FactContext): Assertion | null {
  const known = context.plan.boundaries.find(({ id }) => id === fact.id);
  const kind = fact.kind ?? known?.kind;
  if (kind === undefined) {
    return miss(
      context,
      `the boundary ${fact.id} is new, so its kind is needed`,
      'write kind: maintenance, freeze or blackout',
    );
  }
  const span = boundarySpan(fact, known, context);
  const statedAt =
    fact.stated === undefined
      ? context.occurredAt
      : instant(fact.stated, at(context, 'stated'), context.desk);
  if (span === null || statedAt === null) return null;
  return {
    kind: 'boundary_set',
    boundary: {
      id: fact.id,
      name: fact.name ?? known?.name ?? fact.id,
      kind,
      level: fact.level ?? known?.level ?? 'cutover',
      ...span,
      binds: fact.binds ?? known?.binds ?? 'all',
      exemptRoles: fact.exemptRoles ?? known?.exemptRoles ?? [],
      statedAt,
    },
  };
}

/** Gives a new checkpoint its rank: that of the one it comes before, which moves down with all later ones; or the last. */
function takeRank(id: Id, before: Id | undefined, ranks: Map<Id, number>): number {
  const rank =
    (before === undefined ? null : ranks.get(before)) ?? Math.max(0, ...ranks.values()) + 1;
  for (const [other, known] of ranks) if (known >= rank) ranks.set(other, known + 1);
  ranks.set(id, rank);
  return rank;
}

export function add(
  { text: _text, before, ...fact }: Of<'add'>,
  context: FactContext,
): Assertion | null {
  const { plan, desk, ranks } = context;
  if (before !== undefined && !ranks.has(before)) {
    return miss(
      context,
      `no checkpoint "${before}" to come before`,
      'write the id of a checkpoint of the plan',
    );
  }
  const rank = takeRank(fact.id, before, ranks);
  const known = new Set(ranks.keys());
  const added: Checkpoint | null = checkpointOf(fact, at(context), {
    desk,
    known,
    rank,
    holderAt: (when, role, checkpoint) => holderAt(plan.authority, when, { role, checkpoint }),
  });
  return added === null ? null : { kind: 'checkpoint_added', added };
}

export function alter(fact: Of<'alter'>, context: FactContext): Assertion | null {
  const { desk, path } = context;
  const duration =
    fact.duration === undefined ? null : durationOf(fact.duration, [...path, 'duration'], desk);
  if (fact.duration !== undefined && duration === null) return null;
  const { checkpoint, name = null, role = null, owner = null } = fact;
  return {
    kind: 'checkpoint_altered',
    checkpoint,
    change: { name, role, owner, duration, skipped: false },
  };
}

export function exception(fact: Of<'exception'>, context: FactContext): Assertion | null {
  const { checkpoint, relaxes, until } = fact;
  const place = at(context, 'until');
  const { desk } = context;
  const untilAt =
    until === undefined ? null : instantAt(until, place, { desk, within: desk.window });
  if (until !== undefined && untilAt === null) return null;
  const id = fact.id ?? `exception:${relaxes}:${checkpoint}`;
  return { kind: 'exception_granted', exception: id, checkpoint, relaxes, untilAt };
}
