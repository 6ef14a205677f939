/**
 * Checks that what a drill names in its expectations is there: checkpoints, people and reports of its runbook and its
 * reports. A name that is nobody's can never be met, and where something must not be, never fail.
 */
import type { Plan } from '../../ledger/plan.ts';
import type { FactsReport } from '../runbook/factsFormat.ts';
import { type FilePath, type Finding, meant } from '../runbook/problems.ts';
import type { ExpectationText } from './expectations.ts';

export type KnownNames = {
  readonly checkpoint: ReadonlySet<string>;
  readonly person: ReadonlySet<string>;
  readonly report: ReadonlySet<string>;
};

/** The keys of facts under which a person is named. */
const personKeys = ['person', 'owner', 'grantedBy', 'party'];

/** Every person whom a fact names. */
function peopleIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(peopleIn);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, of]) =>
    personKeys.includes(key) && typeof of === 'string' ? [of] : peopleIn(of),
  );
}

/** What can be named: what the plan and these reports name. */
export function knownNames(plan: Plan, reports: readonly FactsReport[]): KnownNames {
  const facts = reports.flatMap(({ body }) => body.assertions.map(({ assertion }) => assertion));
  const added = facts.flatMap((fact) => (fact.kind === 'checkpoint_added' ? [fact.added.id] : []));
  return {
    checkpoint: new Set([...plan.checkpoints.map(({ id }) => id), ...added]),
    person: new Set([
      ...plan.people.map(({ id }) => id),
      ...reports.map(({ body }) => body.reporter),
      ...peopleIn(facts),
    ]),
    report: new Set(reports.map(({ body }) => body.sourceEventId)),
  };
}

type Named = readonly [kind: keyof KnownNames, place: FilePath, name: string | undefined];

const each = (
  kind: keyof KnownNames,
  place: FilePath,
  names: readonly string[] | undefined,
): Named[] => (names ?? []).map((name, index) => [kind, [...place, index], name] as const);

function namesInProposal(of: NonNullable<ExpectationText['proposes']>): Named[] {
  const at = (...path: FilePath): FilePath => ['proposes', ...path];
  const { ruling, reading, no_reading, start, unplaced, hold, line, tells, leads } = of;
  return [
    ['report', at('ruling', 'report'), ruling?.report],
    ['report', at('ruling', 'against'), ruling?.against],
    ['report', at('reading', 'report'), reading?.report],
    ['checkpoint', at('reading', 'checkpoint'), reading?.checkpoint],
    ['report', at('no_reading', 'report'), no_reading?.report],
    ['checkpoint', at('start', 'checkpoint'), start?.checkpoint],
    ['person', at('start', 'owner'), start?.owner],
    ['checkpoint', at('unplaced', 'checkpoint'), unplaced?.checkpoint],
    ['checkpoint', at('unplaced', 'behind'), unplaced?.behind],
    ['checkpoint', at('hold', 'checkpoint'), hold?.checkpoint],
    ['checkpoint', at('hold', 'behind'), hold?.behind],
    ...each('checkpoint', at('hold', 'blocks'), hold?.blocks),
    ...each('checkpoint', at('no_hold'), of.no_hold),
    ['checkpoint', at('line', 'checkpoint'), line?.checkpoint],
    ['person', at('tells', 'person'), tells?.person],
    ['checkpoint', at('tells', 'checkpoint'), tells?.checkpoint],
    ...each('checkpoint', at('tells_nobody_of'), of.tells_nobody_of),
    ...each('person', at('leaves_out'), of.leaves_out),
    ...each('checkpoint', at('leads', 'holds'), leads?.holds),
    ...each('person', at('leads', 'people'), leads?.people),
    ...each('person', at('must_acknowledge'), of.must_acknowledge),
  ];
}

function namesIn(one: ExpectationText): Named[] {
  const { placed, state, forecast, held, ruled, reads, received, delta, notices, deadline } = one;
  return [
    ['checkpoint', ['placed', 'checkpoint'], placed?.checkpoint],
    ['person', ['placed', 'owner'], placed?.owner],
    ['checkpoint', ['state', 'checkpoint'], state?.checkpoint],
    ['checkpoint', ['forecast', 'checkpoint'], forecast?.checkpoint],
    ['checkpoint', ['held', 'checkpoint'], held?.checkpoint],
    ['checkpoint', ['held', 'behind'], held?.behind],
    ...each('checkpoint', ['unmoved'], one.unmoved),
    ...each('checkpoint', ['protected_moves'], one.protected_moves),
    ...each('checkpoint', ['protected_holds'], one.protected_holds),
    ...each('checkpoint', ['changes'], one.changes),
    ['report', ['ruled', 'report'], ruled?.report],
    ['report', ['reads', 'report'], reads?.report],
    ...(reads?.facts ?? []).map(
      ({ checkpoint }, index) =>
        ['checkpoint', ['reads', 'facts', index, 'checkpoint'], checkpoint] as const,
    ),
    ['report', ['received', 'report'], received?.report],
    ['person', ['delta', 'person'], delta?.person],
    ['checkpoint', ['delta', 'checkpoint'], delta?.checkpoint],
    ...each('person', ['no_delta'], one.no_delta),
    ['person', ['notices', 'person'], notices?.person],
    ['checkpoint', ['deadline', 'checkpoint'], deadline?.checkpoint],
    ...each('person', ['outstanding'], one.outstanding),
    ...(one.proposes === undefined ? [] : namesInProposal(one.proposes)),
  ];
}

/** A finding for each name in an expectation that is nobody's. `path` is the place of the expectation. */
export const unknownNames = (
  one: ExpectationText,
  path: FilePath,
  known: KnownNames,
): readonly Finding[] =>
  namesIn(one).flatMap(([kind, place, name]) => {
    if (name === undefined || known[kind].has(name)) return [];
    const names = [...known[kind]].toSorted();
    return [
      {
        path: [...path, ...place],
        message: `no ${kind} "${name}" in the runbook or the reports of this drill`,
        fix: `${meant(name, names)}write one of: ${names.join(', ')}`,
      },
    ];
  });
