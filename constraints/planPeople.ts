/**
 * The people of a plan: an authority mapping that does not contradict itself, and an approved owner for each
 * checkpoint who may do it, is at work, and is not doing something else.
 */
import type { PlanProblem } from '../ledger/judge.ts';
import type { Authority, Checkpoint, Delegate, Plan } from '../ledger/plan.ts';
import { authorisedInRow, authorisedSpans, mappedPeople } from './authorityAt.ts';
import { containsSpan, remainder } from './intervals.ts';
import { readySpans } from './planCoverage.ts';
import { problem } from './planProblem.ts';
import { approvedRun } from './planTimes.ts';
import { clash, liesInsideAny } from './spans.ts';

function overlaps(row: Authority): PlanProblem[] {
  const inOrder = row.holders.toSorted((one, other) => one.opensAt - other.opensAt);
  return inOrder.flatMap((tenure, index) => {
    const before = inOrder.slice(0, index).find((known) => known.closesAt > tenure.opensAt);
    if (before === undefined) return [];
    return [
      problem('tenures_overlap', `authority/${row.id}/holders/${row.holders.indexOf(tenure)}`, {
        message: `"${before.person}" and "${tenure.person}" hold "${row.id}" at the same time`,
        fix: 'let one tenure end where the next begins, or make one of them a delegate',
      }),
    ];
  });
}

function grantProblems(row: Authority, grant: Delegate, index: number): PlanProblem[] {
  const at = `authority/${row.id}/delegates/${index}`;
  const tenures = row.holders.filter((tenure) => tenure.person === grant.grantedBy);
  const isDelegate = row.delegates.some((known) => known.person === grant.grantedBy);
  if (tenures.length === 0 && isDelegate && !row.chainsAllowed) {
    return [
      problem('chain_not_allowed', at, {
        message: `"${grant.person}" is granted by "${grant.grantedBy}", who is only a delegate in "${row.id}"`,
        fix: 'let a holder grant it, or allow chains in this row',
      }),
    ];
  }
  const standing = row.chainsAllowed ? authorisedInRow(row).get(grant.grantedBy) : tenures;
  if (containsSpan(standing ?? [], grant)) return [];
  return [
    problem('delegate_past_granter', at, {
      message: `"${grant.person}" is granted more time than "${grant.grantedBy}" has in "${row.id}"`,
      fix: 'cut the grant to the time in which its granter stands',
    }),
  ];
}

function lead(plan: Plan): PlanProblem[] {
  const for_ = { role: plan.leadRole, checkpoint: 'all' };
  const held = mappedPeople(plan, for_).flatMap((person) => authorisedSpans(plan, person, for_));
  if (remainder([plan.window], held).length === 0) return [];
  return [
    problem('lead_uncovered', 'leadRole', {
      message: `for part of the command window nobody holds the lead's role "${plan.leadRole}"`,
      fix: 'map a holder or a delegate of that role for the whole window',
    }),
  ];
}

function ownerProblems(plan: Plan, checkpoint: Checkpoint): PlanProblem[] {
  const { id, role, approvedOwner } = checkpoint;
  const run = approvedRun(checkpoint);
  const for_ = { role, checkpoint: id };
  const covered = mappedPeople(plan, for_).some((person) =>
    liesInsideAny(run, readySpans(plan, person, for_)),
  );
  const authorised = liesInsideAny(run, authorisedSpans(plan, approvedOwner, for_));
  const owner = plan.people.find((person) => person.id === approvedOwner);
  const available = owner === undefined || liesInsideAny(run, owner.working);
  const at = `checkpoints/${id}`;
  return [
    ...(covered
      ? []
      : [
          problem('role_uncovered', `${at}/role`, {
            message: `nobody who may act as "${role}" is at work when "${id}" is approved`,
            fix: 'map somebody for that time, or correct the working intervals',
          }),
        ]),
    ...(authorised
      ? []
      : [
          problem('owner_not_authorised', `${at}/approvedOwner`, {
            message: `"${approvedOwner}" may not act as "${role}" during all of "${id}" as approved`,
            fix: 'map the owner for that time, or approve another owner',
          }),
        ]),
    ...(available
      ? []
      : [
          problem('owner_unavailable', `${at}/approvedOwner`, {
            message: `"${approvedOwner}" is not at work during all of "${id}" as approved`,
            fix: 'correct the working intervals, or approve another owner or time',
          }),
        ]),
  ];
}

function doubleBooked(plan: Plan): PlanProblem[] {
  const inOrder = plan.checkpoints.toSorted((one, other) => one.rank - other.rank);
  return inOrder.flatMap((checkpoint, index) =>
    inOrder
      .slice(0, index)
      .filter(
        (known) =>
          known.approvedOwner === checkpoint.approvedOwner &&
          clash(approvedRun(known), approvedRun(checkpoint)),
      )
      .map((known) =>
        problem('owner_double_booked', `checkpoints/${checkpoint.id}/approvedOwner`, {
          message: `"${checkpoint.approvedOwner}" is approved for "${known.id}" and "${checkpoint.id}" at once`,
          fix: 'approve another owner or another time for one of them',
        }),
      ),
  );
}

function separations(plan: Plan): PlanProblem[] {
  const owners = new Map(plan.checkpoints.map((item) => [item.id, item.approvedOwner]));
  return plan.separations.flatMap(({ id, checkpoints }) => {
    const members = checkpoints.flatMap((member) => owners.get(member) ?? []);
    const shared = members.find((owner, index) => members.indexOf(owner) !== index);
    if (shared === undefined) return [];
    return [
      problem('separation_broken', `separations/${id}`, {
        message: `"${shared}" is the approved owner of more than one checkpoint of "${id}"`,
        fix: 'approve different people',
      }),
    ];
  });
}

/** Everything in which the mapping or the approved owners contradict the plan. */
export const peopleProblems = (plan: Plan): PlanProblem[] => [
  ...plan.authority.flatMap((row) => [
    ...overlaps(row),
    ...row.delegates.flatMap((grant, index) => grantProblems(row, grant, index)),
  ]),
  ...lead(plan),
  ...plan.checkpoints.flatMap((checkpoint) => ownerProblems(plan, checkpoint)),
  ...doubleBooked(plan),
  ...separations(plan),
];
