/**
 * Names in a plan: each is given once, and each that is used is one that the plan gives. It looks at no time.
 */
import type { PlanProblem } from '../ledger/judge.ts';
import { type Assent, type Checkpoint, ownSource, type Plan } from '../ledger/plan.ts';
import type { Id } from '../ledger/vocabulary.ts';
import { problem } from './planProblem.ts';

const sections = [
  'checkpoints',
  'boundaries',
  'guardrails',
  'roles',
  'people',
  'authority',
  'separations',
  'reviewSpacings',
  'sources',
  'conditions',
] as const;

function duplicates(plan: Plan): PlanProblem[] {
  const twice = (path: string, ids: readonly Id[]): PlanProblem[] =>
    [...new Set(ids.filter((id, index) => ids.indexOf(id) !== index))].map((id) =>
      problem('duplicate_id', `${path}/${id}`, {
        message: `"${id}" is defined more than once in ${path}`,
        fix: 'give each its own id',
      }),
    );
  return [
    ...sections.flatMap((section) =>
      twice(
        section,
        plan[section].map((item) => item.id),
      ),
    ),
    ...plan.checkpoints.flatMap(({ id, approvals, confirmations, predecessors, evidence }) => [
      ...twice(
        `checkpoints/${id}/approvals`,
        [...approvals, ...confirmations].map((assent) => assent.id),
      ),
      ...twice(
        `checkpoints/${id}/predecessors`,
        predecessors.map((link) => link.checkpoint),
      ),
      ...twice(
        `checkpoints/${id}/evidence`,
        evidence.map((rule) => rule.kind),
      ),
    ]),
  ];
}

const reserved = (plan: Plan): PlanProblem[] =>
  plan.sources
    .filter((source) => source.id === ownSource)
    .map((source) =>
      problem('reserved_source', `sources/${source.id}`, {
        message: `"${ownSource}" is the built-in source of people acting through this software`,
        fix: 'give the source another id',
      }),
    );

/** One use of a name: where, what it should be, and the name. */
type Use = { readonly path: string; readonly as: string; readonly id: Id };

const used = (as: string, path: string, ids: readonly Id[]): Use[] =>
  ids.map((id) => ({ as, id, path }));
const listed = (as: string, path: string, ids: readonly Id[]): Use[] =>
  ids.map((id, index) => ({ as, id, path: `${path}/${index}` }));

const assentUses = (path: string, assents: readonly Assent[]): Use[] =>
  assents.flatMap((assent) => listed('party', `${path}/${assent.id}/parties`, assent.parties));

function checkpointUses(checkpoint: Checkpoint): Use[] {
  const at = `checkpoints/${checkpoint.id}`;
  return [
    ...used('role', `${at}/role`, [checkpoint.role]),
    ...used('person', `${at}/approvedOwner`, [checkpoint.approvedOwner]),
    ...listed(
      'checkpoint',
      `${at}/predecessors`,
      checkpoint.predecessors.map((link) => link.checkpoint),
    ),
    ...listed('condition', `${at}/conditions`, checkpoint.conditions),
    ...checkpoint.evidence.map((rule, index) => ({
      as: 'source',
      id: rule.source,
      path: `${at}/evidence/${index}/source`,
    })),
    ...assentUses(`${at}/approvals`, checkpoint.approvals),
    ...assentUses(`${at}/confirmations`, checkpoint.confirmations),
    ...listed('person', `${at}/observers`, checkpoint.observers),
  ];
}

function authorityUses(plan: Plan): Use[] {
  return plan.authority.flatMap((row) => {
    const at = `authority/${row.id}`;
    return [
      ...used('role', `${at}/role`, [row.role]),
      ...used('checkpoint', `${at}/checkpoint`, row.checkpoint === 'all' ? [] : [row.checkpoint]),
      ...row.holders.map((tenure, index) => ({
        as: 'person',
        id: tenure.person,
        path: `${at}/holders/${index}`,
      })),
      ...row.delegates.flatMap((grant, index) => [
        { as: 'person', id: grant.person, path: `${at}/delegates/${index}` },
        { as: 'person', id: grant.grantedBy, path: `${at}/delegates/${index}/grantedBy` },
      ]),
    ];
  });
}

function ruleUses(plan: Plan): Use[] {
  return [
    ...used('role', 'leadRole', [plan.leadRole]),
    ...plan.boundaries.flatMap(({ id, binds, exemptRoles }) => [
      ...listed('checkpoint', `boundaries/${id}/binds`, binds === 'all' ? [] : binds),
      ...listed('role', `boundaries/${id}/exemptRoles`, exemptRoles),
    ]),
    ...plan.guardrails.flatMap(({ id, pointOfNoReturn }) =>
      used('checkpoint', `guardrails/${id}/pointOfNoReturn`, [pointOfNoReturn]),
    ),
    ...plan.separations.flatMap(({ id, checkpoints }) =>
      listed('checkpoint', `separations/${id}/checkpoints`, checkpoints),
    ),
    ...plan.reviewSpacings.flatMap(({ id, checkpoints }) =>
      listed('checkpoint', `reviewSpacings/${id}/checkpoints`, checkpoints),
    ),
    ...plan.conditions.flatMap(({ id, settledBy }) =>
      used('role', `conditions/${id}/settledBy`, [settledBy]),
    ),
    ...plan.sources.flatMap(({ id, reporters }) =>
      listed('person', `sources/${id}/reporters`, reporters === 'any_mapped' ? [] : reporters),
    ),
  ];
}

/** Every id given twice, every name used that is not given. */
export function nameProblems(plan: Plan): PlanProblem[] {
  const ids = (items: readonly { readonly id: Id }[]): Set<Id> =>
    new Set(items.map((item) => item.id));
  const [roles, people] = [ids(plan.roles), ids(plan.people)];
  const given: Readonly<Record<string, ReadonlySet<Id>>> = {
    role: roles,
    person: people,
    party: new Set([...roles, ...people]),
    checkpoint: ids(plan.checkpoints),
    condition: ids(plan.conditions),
    source: new Set([...ids(plan.sources), ownSource]),
  };
  const uses = [
    ...plan.checkpoints.flatMap(checkpointUses),
    ...authorityUses(plan),
    ...ruleUses(plan),
  ];
  const unknown = uses
    .filter((use) => given[use.as]?.has(use.id) !== true)
    .map(({ path, as, id }) =>
      problem('unknown_id', path, {
        message: `"${id}" is not a ${as === 'party' ? 'role or person' : as} of this plan`,
        fix: `define it, or name one that is defined`,
      }),
    );
  return [...duplicates(plan), ...reserved(plan), ...unknown];
}
