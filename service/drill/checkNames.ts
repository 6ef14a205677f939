/**
 * Checks that what a drill names in its expectations is there: checkpoints, people, reports and their facts, and whatever
 * else its runbook or its reports give a name. One that is nobody's can never be met, and where it must not be, never fail.
 */
import { RelaxableCode } from '../../ledger/codes.ts';
import type { Plan } from '../../ledger/plan.ts';
import { Id } from '../../ledger/vocabulary.ts';
import type { FactsReport } from '../runbook/factsFormat.ts';
import { type FilePath, type Finding, meant } from '../runbook/problems.ts';
import type { ExpectationText } from './expectations.ts';

export type KnownNames = {
  readonly checkpoint: ReadonlySet<string>;
  readonly 'protected checkpoint': ReadonlySet<string>;
  readonly person: ReadonlySet<string>;
  readonly report: ReadonlyMap<string, ToldReport>;
  /** All that has a name at all, whatever it is: a boundary, a condition, a kind of evidence, a role. */
  readonly name: ReadonlySet<string>;
};
/** How many facts a report has, and their words; of one that comes again with another body, of both. */
type ToldReport = { readonly facts: number; readonly words: string };

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

/** Every name in there, in keys and values. Words that people read hold spaces or capitals and are none. */
function namesWithin(value: unknown): string[] {
  if (typeof value === 'string') return Id.safeParse(value).success ? [value] : [];
  if (Array.isArray(value)) return value.flatMap(namesWithin);
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(namesWithin);
}

function toldIn(reports: readonly FactsReport[]): ReadonlyMap<string, ToldReport> {
  const told = new Map<string, ToldReport>();
  for (const { body } of reports) {
    const before = told.get(body.sourceEventId) ?? { facts: 0, words: '' };
    told.set(body.sourceEventId, {
      facts: Math.max(before.facts, body.assertions.length),
      words: [before.words, ...body.assertions.map(({ text }) => text)].join('\n'),
    });
  }
  return told;
}

/** What can be named: what the plan and these reports name. */
export function knownNames(plan: Plan, reports: readonly FactsReport[]): KnownNames {
  const facts = reports.flatMap(({ body }) => body.assertions.map(({ assertion }) => assertion));
  const added = facts.flatMap((fact) => (fact.kind === 'checkpoint_added' ? [fact.added] : []));
  const checkpoints = [...plan.checkpoints, ...added];
  return {
    checkpoint: new Set(checkpoints.map(({ id }) => id)),
    'protected checkpoint': new Set(checkpoints.flatMap((one) => (one.protected ? [one.id] : []))),
    person: new Set([
      ...plan.people.map(({ id }) => id),
      ...reports.map(({ body }) => body.reporter),
      ...peopleIn(facts),
    ]),
    report: toldIn(reports),
    name: new Set([...namesWithin({ ...plan, originals: [] }), ...namesWithin(facts)]),
  };
}

type Named = readonly [kind: keyof KnownNames, place: FilePath, name: string | undefined];

const each = (
  kind: keyof KnownNames,
  place: FilePath,
  names: readonly string[] | undefined,
): Named[] => (names ?? []).map((name, index) => [kind, [...place, index], name] as const);

/** A release condition also names what no file does: an exception by its rule, and a fact by the id that it is given. */
const isCounted = (name = ''): boolean =>
  RelaxableCode.safeParse(name).success || /^fact-[0-9.]+$/.test(name);

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
    ...each('name', at('unplaced', 'subjects'), unplaced?.subjects),
    ['checkpoint', at('hold', 'checkpoint'), hold?.checkpoint],
    ['checkpoint', at('hold', 'behind'), hold?.behind],
    ...each('name', at('hold', 'subjects'), hold?.subjects),
    ['name', at('hold', 'waits_for'), isCounted(hold?.waits_for) ? undefined : hold?.waits_for],
    ['name', at('hold', 'lifted_by'), hold?.lifted_by],
    ...each('checkpoint', at('hold', 'blocks'), hold?.blocks),
    ...each('checkpoint', at('no_hold'), of.no_hold),
    ['checkpoint', at('line', 'checkpoint'), line?.checkpoint],
    ['name', at('line', 'subject'), line?.subject],
    ...each('name', at('line', 'needs'), line?.needs),
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
    ...each('name', ['held', 'subjects'], held?.subjects),
    ...each('checkpoint', ['unmoved'], one.unmoved),
    ...each('protected checkpoint', ['protected_moves'], one.protected_moves),
    ...each('protected checkpoint', ['protected_holds'], one.protected_holds),
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

/** Lists that a reader can look through: all that has any name is too long for one. */
const listed = (names: readonly string[]): string =>
  names.length > 60 ? 'write a name as the runbook does' : `write one of: ${names.join(', ')}`;

const unknown = (
  kind: keyof KnownNames,
  name: string,
  known: KnownNames,
): Omit<Finding, 'path'> => {
  const names = [...known[kind].keys()].toSorted();
  return {
    message: `no ${kind} "${name}" in the runbook or the reports of this drill`,
    fix: `${meant(name, names)}${listed(names)}`,
  };
};

/** A finding for each name in an expectation that is nobody's. `path` is the place of the expectation. */
export const unknownNames = (
  one: ExpectationText,
  path: FilePath,
  known: KnownNames,
): readonly Finding[] =>
  namesIn(one).flatMap(([kind, place, name]) =>
    name === undefined || known[kind].has(name)
      ? []
      : [{ path: [...path, ...place], ...unknown(kind, name, known) }],
  );

/** A finding where a fact is counted or quoted that its report does not have. */
export function unknownFacts(
  { ruled, proposes }: ExpectationText,
  path: FilePath,
  known: KnownNames,
): readonly Finding[] {
  const asked = [
    { place: ['ruled', 'fact'], of: ruled },
    { place: ['proposes', 'ruling', 'fact'], of: proposes?.ruling },
  ];
  const counted = asked.flatMap(({ place, of }) => {
    const facts = known.report.get(of?.report ?? '')?.facts ?? Infinity;
    if (of?.fact === undefined || of.fact <= facts) return [];
    const message = `there is no fact ${of.fact} in report "${of.report}"`;
    return [{ path: [...path, ...place], message, fix: `write 1 to ${facts}, or leave it out` }];
  });
  const { report = '', quote = '' } = proposes?.reading ?? {};
  if (known.report.get(report)?.words.includes(quote) !== false) return counted;
  return [
    ...counted,
    {
      path: [...path, 'proposes', 'reading', 'quote'],
      message: `report "${report}" does not say "${quote}"`,
      fix: 'quote its words as they stand in it',
    },
  ];
}

/** A finding for a person of the drill itself, who declares, decides or acknowledges, and is nobody. */
export const unknownPerson = (
  name: string,
  path: FilePath,
  known: KnownNames,
): readonly Finding[] =>
  known.person.has(name) ? [] : [{ path, ...unknown('person', name, known) }];
