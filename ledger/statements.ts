/**
 * Statements that were read: which typed facts come of them, and whether those account for every word. Whether a
 * reading is true to its quote is judged before, in constraints/readings.ts.
 */
import type { CutoverState } from './cutover.ts';
import type { EventBody } from './events.ts';
import type { Fact } from './facts.ts';
import type { ReadinessBody, StatementReading } from './proposal.ts';
import type { Id } from './vocabulary.ts';

/** A statement keeps what no quote covers: it is whole when that holds no letter and no digit. */
function isWhole(text: string, readings: readonly StatementReading[]): boolean {
  const left = readings.reduce((rest, { from, quote }) => {
    const blank = ' '.repeat(quote.length);
    return rest.slice(0, from) + blank + rest.slice(from + quote.length);
  }, text);
  return !/[\p{L}\p{N}]/u.test(left);
}

/** The facts keep the origin of their statement; their ids count from it, so that they are the same on every replay. */
function factsOf(statement: Fact, readings: readonly StatementReading[]): Fact[] {
  return readings.map(({ quote, assertion }, index) => ({
    ...statement,
    factId: `${statement.factId}.${index + 1}`,
    text: quote,
    assertion,
  }));
}

/** One event for each waiting statement that a clean proposal has read, in order of arrival. */
export function readEvents(
  proposalId: Id,
  { readings = [] }: ReadinessBody,
  { unruled }: CutoverState,
): EventBody[] {
  return unruled.flatMap((fact): EventBody[] => {
    const own = readings.filter(({ statement }) => statement === fact.factId);
    if (own.length === 0 || fact.assertion.kind !== 'statement') return [];
    const facts = factsOf(fact, own);
    const whole = isWhole(fact.assertion.text, own);
    return [{ type: 'StatementRead', proposalId, statement: fact.factId, facts, whole }];
  });
}
