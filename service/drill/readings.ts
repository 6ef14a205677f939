/**
 * Scores what was read out of the free text of a report against what the drill says can truly be read there. Reading
 * nothing is never wrong: the words then stay before a person.
 */
import type { Assertion } from '../../ledger/facts.ts';
import type { ExpectationValues } from './expectations.ts';
import type { Mark } from './mark.ts';
import { factsOf, instantOf, type Observed, shown } from './observed.ts';

type Wanted = ExpectationValues['reads'];

/** Every fact that was read out of the report's statements so far. */
function readFrom(seen: Observed, report: string): Assertion[] {
  const statements = new Set(factsOf(seen, report).map(({ factId }) => factId));
  return seen.events.flatMap(({ body }) =>
    body.type === 'StatementRead' && statements.has(body.statement)
      ? body.facts.map(({ assertion }) => assertion)
      : [],
  );
}

const instantRead = (assertion: Assertion): number | null =>
  'at' in assertion && assertion.at !== null ? assertion.at.at : null;

const isOf = (
  assertion: Assertion,
  { kind, checkpoint, at }: Wanted['facts'][number],
  seen: Observed,
) =>
  assertion.kind === kind &&
  'checkpoint' in assertion &&
  assertion.checkpoint === checkpoint &&
  instantRead(assertion) === (at === undefined ? null : instantOf(seen, at));

/** Of what can truly be read: how much there is and how much was read; and what was read besides. */
export function readingsOf({ report, facts }: Wanted, seen: Observed) {
  const read = readFrom(seen, report);
  return {
    readable: facts.length,
    rightly: facts.filter((one) => read.some((assertion) => isOf(assertion, one, seen))).length,
    wrongly: read.filter((assertion) => !facts.some((one) => isOf(assertion, one, seen))),
    read,
  };
}

const readText = (assertion: Assertion, seen: Observed): string =>
  `${assertion.kind} ${'checkpoint' in assertion ? assertion.checkpoint : ''} ${shown(seen, instantRead(assertion))}`;

/** Met when nothing was read that cannot truly be read. */
export function scoreReads(wanted: Wanted, seen: Observed): Mark {
  const { read, wrongly } = readingsOf(wanted, seen);
  return {
    met: factsOf(seen, wanted.report).length > 0 && wrongly.length === 0,
    found: read.map((assertion) => readText(assertion, seen)).join(', ') || 'nothing read',
  };
}
