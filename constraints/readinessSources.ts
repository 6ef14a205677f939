/**
 * Where a fact comes from: which source and which reporter may speak at all, and how far a source is trusted.
 * A chat, a bot or a stand-in that the plan does not name has no voice here.
 */
import type { Fact, FactKind } from '../ledger/facts.ts';
import { ownSource, type Plan, type SourceRule } from '../ledger/plan.ts';
import type { Id } from '../ledger/vocabulary.ts';

/** Source rules may list this in place of every kind. */
export const everyKind = 'all';

const sourceOf = (plan: Plan, source: Id): SourceRule | undefined =>
  source === ownSource ? undefined : plan.sources.find((rule) => rule.id === source);

/** A source is mapped for a fact when the plan has a rule for it that lists the fact's kind. */
export function isMappedSource(plan: Plan, fact: Fact): boolean {
  if (fact.source === ownSource) return true;
  const listed = sourceOf(plan, fact.source)?.facts ?? [];
  return listed.includes(fact.assertion.kind) || listed.includes(everyKind);
}

/** A reporter is mapped when the plan knows the person and the source's rule lets that person speak. */
export function isMappedReporter(plan: Plan, fact: Fact): boolean {
  if (!plan.people.some((person) => person.id === fact.reporter)) return false;
  const reporters = sourceOf(plan, fact.source)?.reporters ?? 'any_mapped';
  return reporters === 'any_mapped' || reporters.includes(fact.reporter);
}

/**
 * A source is authoritative for a kind when its rule lists that kind by name, or lists everything and no source
 * is ranked before it.
 */
export function isAuthoritative(plan: Plan, source: Id, kind: FactKind): boolean {
  const rule = sourceOf(plan, source);
  if (rule === undefined) return false;
  const first = plan.sources.every((other) => rule.rank <= other.rank);
  return rule.facts.includes(kind) || (rule.facts.includes(everyKind) && first);
}
